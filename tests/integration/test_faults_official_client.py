"""The official client under each fault of a device: what it meets is what the device says it did.

It does not survive all of them, and that is no fault of the device: where it gives up is told in
the table below, which is also a list of what a client that wants to do better has to bear. When
the faults are cleared the device serves a newcomer as if nothing had been.
"""

from __future__ import annotations

import itertools
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from harness.peer import Peer, PeerRunner
from harness.program import DeviceProgram
from harness.receiver import late, missing, repeated

from gazewire.device.faults import FAULTS

ITEMS = 40
LOOK_S = 6.0
# For what a newcomer waits in vain.
IN_VAIN_S = 1.2
ANSWERS_WITHIN_S = 10.0
DONE_WITHIN_S = 20.0
ASK_AGAIN_AFTER_S = 0.05

LIVES = None
ENDS = "the end"
WRAP_S = 2**32 / 90_000


@dataclass(frozen=True, slots=True)
class Met:
    """What clients met while a fault lasted.

    Attributes:
        before: streams and status of a client that was there before, from then to the end.
        newcomer: the same of one that came during the fault, and what it asked; nothing where
            nobody could come.
        injected: what the device says it did, by place and deed.
    """

    before: dict[str, Any]
    newcomer: dict[str, Any]
    injected: dict[str, dict[str, int]]

    def count(self, seen: Callable[[list[int]], int]) -> int:
        """How often the gaze packets of the client that was there before tell something."""
        return sum(seen(self.before[way]["sequences"]) for way in GAZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault, and what the official client does.

    Attributes:
        fault: as it is written.
        deed: place and deed of what the device counts.
        before: how gaze ended for whoever received it already.
        newcomer: how gaze ended for whoever came during the fault.
        receives: whether that one received anything first.
        items: how many.
        streams: that a newcomer opens; where there are none, nobody comes.
        status_before: how the status ended for whoever followed it already.
        status: how it ended for a newcomer.
        asked: how a newcomer's request failed.
        clock: how its measurement of the clock failed.
        seen: a further fact.
    """

    fault: str
    deed: tuple[str, str]
    before: str | None = LIVES
    newcomer: str | None = LIVES
    receives: bool = True
    items: int = ITEMS
    streams: tuple[str, ...] = ("gaze by UDP", "gaze by TCP")
    status_before: str | None = LIVES
    status: str | None = LIVES
    asked: str | None = None
    clock: str | None = None
    seen: Callable[[Met], object] = lambda _: True

    @property
    def name(self) -> str:
        return self.fault.partition(":")[0]


GAZE = ("gaze by UDP", "gaze by TCP")
EVENTS = ("eye events",)


def steps_s(stream: dict[str, Any]) -> list[float]:
    """From each datum to the next, by their time."""
    return [later - earlier for earlier, later in itertools.pairwise(stream["instants_s"])]


def as_many(seen: Callable[[list[int]], int], deed: str) -> Callable[[Met], bool]:
    """The client that was there before saw as much as was done to gaze."""
    return lambda met: met.count(seen) == met.injected["gaze"][deed]


def nothing_missing(met: Met) -> bool:
    return met.count(missing) == met.count(repeated) == met.count(late) == 0


def jumps(seconds: float) -> Callable[[Met], bool]:
    """The time of what a client received jumps so far, and nothing is missing."""
    return lambda met: (
        nothing_missing(met)
        and all(
            max(map(abs, steps_s(met.before[way]))) == pytest.approx(abs(seconds), abs=1.0)
            for way in GAZE
        )
    )


def gaze_told(met: Met) -> list[bool]:
    """What the client that was there before was told of the sensor, after the first time."""
    told = met.before["status"]["connected"]
    return [connected for name, connected in told if name == "gaze"][2:]


CASES = [
    # A share of a fifth, so that some packets of few are hit. Who comes later hears no gaze, so
    # that whoever was there before meets all that is counted.
    Case(
        fault="loss:percent=20,sensor=gaze",
        deed=("gaze", "lost"),
        streams=EVENTS,
        items=0,
        seen=as_many(missing, "lost"),
    ),
    Case(
        fault="reorder:percent=20,sensor=gaze",
        deed=("gaze", "reordered"),
        streams=EVENTS,
        items=0,
        seen=as_many(late, "reordered"),
    ),
    Case(
        fault="duplicate:percent=20,sensor=gaze",
        deed=("gaze", "duplicated"),
        streams=EVENTS,
        items=0,
        seen=as_many(repeated, "duplicated"),
    ),
    Case(fault="delay:ms=200,jitter=20", deed=("gaze", "delayed"), seen=nothing_missing),
    # What comes before the first report is thrown away.
    Case(
        fault="late-sr:seconds=0.5",
        deed=("gaze", "withheld"),
        seen=lambda met: all(
            len(met.newcomer[way]["sequences"]) > len(met.newcomer[way]["instants_s"])
            for way in GAZE
        ),
    ),
    Case(
        fault="no-sr",
        deed=("gaze", "withheld"),
        receives=False,
        seen=lambda met: all(met.newcomer[way]["sequences"] for way in GAZE),
    ),
    # The time that the last report gave is believed.
    Case(fault="sr-step:ms=5000", deed=("gaze", "stepped"), seen=jumps(5)),
    Case(
        fault="zero-ntp-sr",
        deed=("gaze", "zeroed"),
        seen=lambda met: all(min(met.newcomer[way]["instants_s"]) < 1e9 for way in GAZE),
    ),
    # Timestamps are not unwrapped: until the next report, time is half a day ago.
    Case(
        fault="rtp-wrap:seconds=0.5",
        deed=("gaze", "wrapped"),
        seen=lambda met: all(
            min(steps_s(met.before[way])) == pytest.approx(-WRAP_S, abs=2) for way in GAZE
        ),
    ),
    Case(
        fault="sequence-wrap:packets=20",
        deed=("gaze", "wrapped"),
        seen=lambda met: all(
            missing(met.newcomer[way]["sequences"]) == 0 == min(met.newcomer[way]["sequences"])
            for way in GAZE
        ),
    ),
    Case(
        fault="new-ssrc",
        deed=("gaze", "changed"),
        seen=lambda met: (
            nothing_missing(met) and all(len(met.before[way]["sources"]) == 2 for way in GAZE)
        ),
    ),
    Case(
        fault="unknown-gaze-length:length=33",
        deed=("gaze", "changed"),
        before="KeyError",
        newcomer="KeyError",
        receives=False,
        seen=lambda met: met.newcomer["gaze by UDP"]["lengths"] == [33],
    ),
    # They come in place of keep-alive packets, one a second.
    Case(
        fault="unknown-eye-event:type=1000",
        deed=("eye_events", "changed"),
        streams=EVENTS,
        items=10**6,
        seen=lambda met: met.newcomer["eye events"]["ended"] == "KeyError",
    ),
    Case(fault="tcp-400-text:every=0.1", deed=("rtsp", "written"), seen=nothing_missing),
    Case(fault="no-interleaved-echo", deed=("rtsp", "left out"), seen=nothing_missing),
    # Its parser takes the rest of the answer for one of its own.
    Case(fault="split-first-letter", deed=("rtsp", "split"), newcomer=ENDS, receives=False),
    Case(fault="play-500", deed=("rtsp", "refused"), newcomer=ENDS, receives=False),
    Case(fault="describe-delay:seconds=0.5", deed=("rtsp", "delayed"), seen=nothing_missing),
    # Only as the very first message: it names the one before in its warning.
    Case(
        fault="unknown-model:model=Companion",
        deed=("status", "unknown"),
        status="UnboundLocalError",
    ),
    Case(
        fault="repeated-sensor:sensor=gaze",
        deed=("status", "repeated"),
        seen=lambda met: gaze_told(met) == [True],
    ),
    Case(
        fault="incomplete-component",
        deed=("status", "incomplete"),
        status_before="ValueError",
        status="ValueError",
    ),
    Case(
        fault="unplug:sensor=gaze",
        deed=("gaze", "unplugged"),
        newcomer=ENDS,
        receives=False,
        seen=lambda met: (
            gaze_told(met)[:2] == [False, False]
            and met.newcomer["asked"]["answer"] == {"gaze": False, "world": True}
        ),
    ),
    Case(fault="stall", deed=("gaze", "stalled"), receives=False, seen=nothing_missing),
    # A stream ends; the status comes back by itself.
    Case(fault="reboot:for=0.3", deed=("device", "rebooted"), before=ENDS, streams=()),
    Case(fault="http-slow:seconds=0.3", deed=("http", "delayed")),
    Case(fault="http-500", deed=("http", "refused"), asked="DeviceError"),
    Case(fault="non-json", deed=("http", "replaced"), asked="ContentTypeError"),
    # It takes the way back for half of the round trip.
    Case(
        fault="echo-slow:ms=200",
        deed=("echo", "delayed"),
        seen=lambda met: met.newcomer["clock"]["answer"]["offset_ms"] > 80,
    ),
    Case(fault="echo-split", deed=("echo", "split"), clock="ValueError"),
    Case(
        fault="echo-wrong-offset:ms=100000",
        deed=("echo", "shifted"),
        seen=lambda met: (
            met.newcomer["clock"]["answer"]["offset_ms"] == pytest.approx(-100_000, abs=1_000)
        ),
    ),
]


class Bench:
    """A device and the official client, to be put to one fault after the other."""

    def __init__(self, device: DeviceProgram, peer: Peer) -> None:
        self._device = device
        self._peer = peer
        self._urls = {
            "gaze by UDP": device.stream_url("gaze"),
            "gaze by TCP": device.stream_url("gaze", "rtspt"),
            "eye events": device.stream_url("eye_events"),
        }

    def put_to(self, case: Case) -> Met:
        """Let a client meet a fault from before to after, and another come to it."""
        self.faults("DELETE")
        self._peer.ask("open", urls={way: self._urls[way] for way in GAZE})
        self.faults("POST", case.fault)
        newcomer = {}
        if case.streams:
            comes_in_vain = not case.receives and case.newcomer is LIVES
            newcomer = self.look(
                case.streams, items=case.items, seconds=IN_VAIN_S if comes_in_vain else LOOK_S
            )
        self._wait(lambda fault: fault["injected"].get(case.deed[0], {}).get(case.deed[1]))
        if case.before is ENDS:
            self._wait(lambda fault: fault["phase"] == "over")
        elif case.receives:
            self._peer.ask("wait", packets=ITEMS)
        [report] = self.faults("DELETE")
        # Until packets come that were sent after the end.
        self._peer.ask("wait", packets=2 * ITEMS)
        return Met(self._peer.ask("close"), newcomer, report["injected"])

    def look(self, streams: tuple[str, ...], *, items: int, seconds: float) -> dict[str, Any]:
        """Let a newcomer look at the device."""
        urls = {name: self._urls[name] for name in streams}
        return self._peer.ask("look", urls=urls, items=items, seconds=seconds)

    def _wait(self, condition: Callable[[dict[str, Any]], object]) -> None:
        """Wait until the only fault is so."""
        give_up_s = time.monotonic() + DONE_WITHIN_S
        while not condition(self.faults("GET")[0]):
            assert time.monotonic() < give_up_s, self.faults("GET")
            time.sleep(ASK_AGAIN_AFTER_S)

    def faults(self, method: str, text: str = "") -> Any:
        """Ask ``/faults``, again and again while the device is away."""
        request = urllib.request.Request(
            f"{self._device.http}/faults", method=method, data=text.encode() or None
        )
        give_up_s = time.monotonic() + ANSWERS_WITHIN_S
        while True:
            try:
                with urllib.request.urlopen(request, timeout=ANSWERS_WITHIN_S) as answer:
                    return json.loads(answer.read())
            except urllib.error.URLError:
                assert time.monotonic() < give_up_s, "the device does not come back"
                time.sleep(ASK_AGAIN_AFTER_S)


@pytest.fixture(scope="module")
def bench(start_device: Callable[..., DeviceProgram], peers: PeerRunner) -> Iterator[Bench]:
    # Nobody looks at the eyes, whose truth costs more than all else.
    device = start_device("--eye-rate", "1")
    ports = {"port": device.http_port, "echo_port": device.echo_port}
    with peers.start("under_fault", **ports) as peer:
        yield Bench(device, peer)


def test_each_fault_has_its_case() -> None:
    assert {case.name for case in CASES} == set(FAULTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_client_meets_what_the_device_does_and_the_device_recovers(
    bench: Bench, case: Case
) -> None:
    met = bench.put_to(case)
    place, deed = case.deed
    assert met.injected[place][deed] > 0
    for way in GAZE:
        assert met.before[way]["ended"] == case.before
    assert met.before["status"]["ended"] == case.status_before
    if met.newcomer:
        _judge_newcomer(case, met.newcomer)
    assert case.seen(met)

    after = bench.look(tuple(GAZE), items=ITEMS, seconds=LOOK_S)
    for way in GAZE:
        assert after[way]["ended"] is LIVES
        assert len(after[way]["instants_s"]) >= ITEMS
        assert missing(after[way]["sequences"]) == repeated(after[way]["sequences"]) == 0
        assert max(map(abs, steps_s(after[way]))) < 1
    assert after["status"]["ended"] is LIVES
    assert after["asked"] == {"answer": {"gaze": True, "world": True}}
    assert abs(after["clock"]["answer"]["offset_ms"]) < 80


def _judge_newcomer(case: Case, newcomer: dict[str, Any]) -> None:
    for way in set(case.streams) & set(GAZE):
        assert newcomer[way]["ended"] == case.newcomer
        assert bool(newcomer[way]["instants_s"]) == case.receives
    assert newcomer["status"]["ended"] == case.status
    assert newcomer["asked"].get("failed") == case.asked
    assert newcomer["clock"].get("failed") == case.clock
