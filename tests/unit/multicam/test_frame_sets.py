from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from station import Station, needs_memory

from gazewire.multicam import FrameSetSubscriber, subscribe_sets
from gazewire.wire.camera import ImageForm

LIMIT_S = 10


@dataclass(frozen=True, slots=True)
class Pair:
    left: Station
    right: Station

    @property
    def addresses(self) -> list[str]:
        return [self.left.sockets.images_url, self.right.sockets.images_url]

    def meet(self, sets: FrameSetSubscriber) -> None:
        for station in (self.left, self.right):
            station.until(lambda: self.met(sets))

    def met(self, sets: FrameSetSubscriber) -> bool:
        assert sets.receive(0) is None
        return all(
            station.sharing.readers or ImageForm.MULTIPART in station.publisher.wanted
            for station in (self.left, self.right)
        )


@pytest.fixture
def pair() -> Iterator[Pair]:
    left, right = Station(), Station()
    yield Pair(left, right)
    left.close()
    right.close()


@needs_memory
def test_images_of_one_instant_are_delivered_together(pair: Pair) -> None:
    with subscribe_sets(pair.addresses, tolerance_s=0.005, newest=False) as sets:
        pair.meet(sets)
        pair.left.expose(at_ns=1_000_000_000)
        pair.left.expose(at_ns=1_020_000_000)
        pair.right.expose(at_ns=1_021_000_000)
        found = sets.receive(LIMIT_S)
        assert found is not None
        assert [frame.timestamp_unix_ns for frame in found] == [1_020_000_000, 1_021_000_000]
        assert all(frame.slot is not None for frame in found)
        assert sets.unmatched == [1, 0]
        assert sets.receive(0) is None


@pytest.mark.parametrize("form", ["multipart", pytest.param("shared", marks=needs_memory)])
def test_images_of_one_trigger_are_delivered_together(pair: Pair, form: str) -> None:
    with subscribe_sets(pair.addresses, form=form, newest=False) as sets:
        pair.meet(sets)
        pair.right.index = 1  # its first image was lost
        for station in (pair.left, pair.left, pair.right):
            station.expose()
        found = sets.receive(LIMIT_S)
        assert found is not None
        assert [frame.index for frame in found] == [1, 1]


def test_a_program_that_is_slow_gets_the_newest_set(pair: Pair) -> None:
    with subscribe_sets(pair.addresses, form="multipart") as sets:
        pair.meet(sets)
        published = pair.right.publisher.published
        for _ in range(3):
            pair.left.expose()
            pair.right.expose()
        pair.right.until(lambda: published.get(ImageForm.MULTIPART) == 3)
        indices = []
        while (found := sets.receive(LIMIT_S)) is not None:
            indices.append(found[0].index)
            if found[0].index == 2:
                break
        assert indices[-1] == 2


def test_a_set_has_two_cameras_at_the_least() -> None:
    with pytest.raises(ValueError, match="two cameras"):
        subscribe_sets(["tcp://127.0.0.1:1"])
