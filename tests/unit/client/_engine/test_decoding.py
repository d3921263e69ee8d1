from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from gazewire.client._engine.decoding import Decoding
from gazewire.errors import RemoteProtocolError
from gazewire.wire.sdp import MediaDescription, RtpMap

LIMIT_S = 10
MEDIA = MediaDescription.for_rtp("video", RtpMap(96, "H264", 90_000))
OTHER = MediaDescription.for_rtp("video", RtpMap(97, "H264", 90_000))


class Upper:
    """Decodes small letters to capitals; digits make it fail, and while `gate` is shut it waits."""

    def __init__(self, media: MediaDescription, gate: threading.Event) -> None:
        self.media = media
        self.decoded: list[str] = []
        self._gate = gate

    def decode(self, unit: str) -> list[str]:
        assert self._gate.wait(LIMIT_S)
        if unit.isdigit():
            raise ValueError(unit)
        self.decoded.append(unit)
        return [] if unit == " " else [unit.upper()]


class Bench:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.threads: set[str] = set()
        self.ended = 0
        self.decoders: list[Upper] = []
        self.refusals: list[Exception] = []
        self.gate = threading.Event()
        self.gate.set()
        self.decoding = Decoding("world", self._make, self._deliver, ended=self._end)

    def _make(self, media: MediaDescription) -> Upper:
        if self.refusals:
            raise self.refusals.pop()
        self.decoders.append(Upper(media, self.gate))
        return self.decoders[-1]

    def _deliver(self, items: list[str]) -> None:
        self.threads.add(threading.current_thread().name)
        self.out += items

    def _end(self) -> None:
        self.ended += 1

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not condition():  # noqa: ASYNC110  # another thread brings it
                await asyncio.sleep(0.001)

    def busy_until(self, condition: Callable[[], object]) -> None:
        """Wait, and do not let the event loop run."""
        deadline_s = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < deadline_s


@pytest.fixture
async def bench() -> Bench:
    bench = Bench()
    yield bench
    bench.gate.set()
    bench.decoding.close()


def alive(name: str) -> Iterator[threading.Thread]:
    return (thread for thread in threading.enumerate() if thread.name == f"decodes {name}")


async def test_units_are_decoded_in_order_and_delivered_on_the_loop(bench: Bench) -> None:
    bench.decoding.session_began(MEDIA)
    bench.decoding.items_arrived(["a", " ", "b"])
    bench.decoding.items_arrived(["c"])
    await bench.until(lambda: len(bench.out) == 3)
    assert bench.out == ["A", "B", "C"]
    assert bench.threads == {threading.current_thread().name}


async def test_each_session_has_a_decoder_of_its_own(bench: Bench) -> None:
    bench.decoding.session_began(MEDIA)
    bench.decoding.items_arrived(["a"])
    bench.decoding.session_began(OTHER)
    bench.decoding.items_arrived(["b"])
    await bench.until(lambda: len(bench.out) == 2)
    assert [(made.media, made.decoded) for made in bench.decoders] == [
        (MEDIA, ["a"]),
        (OTHER, ["b"]),
    ]


async def test_the_end_is_told_when_all_was_delivered(bench: Bench) -> None:
    bench.decoding.session_began(MEDIA)
    bench.gate.clear()
    bench.decoding.items_arrived(["a", "b"])
    bench.decoding.stream_ended()
    assert bench.ended == 0
    bench.gate.set()
    await bench.until(lambda: bench.ended)
    assert bench.out == ["A", "B"]


async def test_who_does_not_keep_up_leaves_a_stretch_out_and_begins_anew(bench: Bench) -> None:
    bench.decoding.session_began(MEDIA)
    bench.gate.clear()
    bench.decoding.items_arrived(["a"])
    await bench.until(lambda: bench.decoders)
    bench.decoding.items_arrived(["x"] * 3_000)
    bench.decoding.items_arrived(["b", "c"])
    bench.gate.set()
    await bench.until(lambda: len(bench.out) >= 3)
    # Whether the first was under way when the others came is up to the machine.
    assert bench.out[-2:] == ["B", "C"]
    assert "X" not in bench.out
    assert bench.decoding.skipped in {3_000, 3_001}
    assert len(bench.decoders) == 2


async def test_the_end_is_told_though_a_stretch_was_left_out(bench: Bench) -> None:
    bench.decoding.session_began(MEDIA)
    bench.gate.clear()
    bench.decoding.items_arrived(["x"] * 3_000)
    bench.decoding.stream_ended()
    bench.decoding.items_arrived(["y"])
    bench.gate.set()
    await bench.until(lambda: bench.ended)


async def test_a_decoder_that_fails_is_replaced_and_the_stream_goes_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.decoding.session_began(MEDIA)
    bench.decoding.items_arrived(["a", "1", "b", "2", "c"])
    await bench.until(lambda: len(bench.out) == 3)
    assert bench.out == ["A", "B", "C"]
    assert bench.decoding.failures == 2
    assert len(bench.decoders) == 3
    # With its traceback, and once.
    [record] = caplog.records
    assert record.exc_info is not None


@pytest.mark.parametrize("error", [RemoteProtocolError("no such codec"), ZeroDivisionError()])
async def test_where_no_decoder_can_be_made_units_are_counted_until_the_next_session(
    bench: Bench, error: Exception
) -> None:
    bench.refusals.append(error)
    bench.decoding.session_began(MEDIA)
    bench.decoding.items_arrived(["a", "b"])
    bench.decoding.session_began(MEDIA)
    bench.decoding.items_arrived(["c"])
    await bench.until(lambda: bench.out)
    assert bench.out == ["C"]
    assert bench.decoding.skipped == 2


async def test_a_loop_that_is_busy_is_not_swamped_with_pictures(bench: Bench) -> None:
    bench.decoding.session_began(MEDIA)
    bench.decoding.items_arrived(["a"] * 100)
    bench.busy_until(lambda: bench.decoders and len(bench.decoders[0].decoded) >= 17)
    held = len(bench.decoders[0].decoded)
    assert held == 17, "sixteen wait, and one is in the decoder's hands"
    assert bench.out == []
    await bench.until(lambda: len(bench.out) == 100)


async def test_closing_ends_the_thread_whatever_waits(bench: Bench) -> None:
    bench.decoding.session_began(MEDIA)
    bench.decoding.items_arrived(["a"] * 100)
    # The thread now waits for the loop.
    bench.busy_until(lambda: bench.decoders and len(bench.decoders[0].decoded) >= 17)
    bench.decoding.close()
    assert not list(alive("world"))
    bench.decoding.close()
    for _ in range(3):
        await asyncio.sleep(0)
    assert bench.out == []
    bench.decoding.items_arrived(["b"])
    bench.decoding.stream_ended()


def test_a_thread_whose_loop_was_closed_ends() -> None:
    async def forget_to_close() -> Bench:
        bench = Bench()
        bench.gate.clear()
        bench.decoding.session_began(MEDIA)
        bench.decoding.items_arrived(["a"] * 3)
        return bench

    bench = asyncio.run(forget_to_close())
    bench.gate.set()
    bench.busy_until(lambda: not list(alive("world")))
