from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gazewire.client._engine.doorbell import Doorbell

LIMIT_S = 10


class House:
    """Threads that wait at a door, and what each of them was told."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.bell = Doorbell(self.lock)
        self.told: list[tuple[int, bool]] = []
        self._threads: list[threading.Thread] = []

    def wait(self, number: int, timeout_s: float = -1) -> None:
        """Begin to wait; returns when that has begun."""
        begun = threading.Event()

        def run() -> None:
            with self.lock:
                begun.set()
                rung = self.bell.wait(timeout_s)
                assert self.lock.locked()
                self.told.append((number, rung))

        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()
        assert begun.wait(LIMIT_S)
        # Who has begun holds the lock until it waits.
        with self.lock:
            pass

    def ring(self, count: int) -> None:
        with self.lock:
            self.bell.ring(count)

    def join(self, count: int) -> None:
        for thread in self._threads[:count]:
            thread.join(LIMIT_S)
            assert not thread.is_alive()

    def empty(self) -> None:
        with self.lock:
            self.bell.ring_for_all()
        self.join(len(self._threads))


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.empty()


def test_who_has_waited_longest_is_woken_first(house: House) -> None:
    for number in range(3):
        house.wait(number)
    for number in range(3):
        house.ring(1)
        house.join(number + 1)
    assert house.told == [(0, True), (1, True), (2, True)]


def test_several_are_woken_at_once_and_no_more_than_wanted(house: House) -> None:
    for number in range(3):
        house.wait(number)
    house.ring(2)
    house.join(2)
    assert sorted(house.told) == [(0, True), (1, True)]
    house.ring(5)
    house.join(3)
    assert len(house.told) == 3


def test_a_ring_that_nobody_waits_for_is_not_kept(house: House) -> None:
    house.ring(1)
    with house.lock:
        assert not house.bell.wait(0)


def test_who_has_given_up_takes_no_ring_from_others(house: House) -> None:
    house.wait(0, timeout_s=0.001)
    house.join(1)
    house.wait(1)
    house.ring(1)
    house.join(2)
    assert house.told == [(0, False), (1, True)]


def test_all_are_woken(house: House) -> None:
    for number in range(5):
        house.wait(number)
    house.empty()
    assert len(house.told) == 5
