from __future__ import annotations

import itertools
from collections.abc import Iterator

from gazewire.camera import GlassesInfo, Published, Record, StreamTruth, Wants
from gazewire.device import Playback
from gazewire.model import GazeDatum
from gazewire.time import ManualClock

START_NS = 1_700_000_000_000_000_000


def gaze(instant_ns: int) -> GazeDatum:
    return GazeDatum(timestamp_unix_ns=instant_ns, x_px=1.0, y_px=2.0)


def truth(instant_ns: int) -> StreamTruth:
    return StreamTruth(stream="gaze", timestamp_unix_ns=instant_ns, values={})


class ThreeData:
    """Three data of gaze that were due when it began, and what is true of them."""

    info = GlassesInfo(description="three data of gaze", gaze_rate_hz=200)

    def __init__(self) -> None:
        self.wants: Wants | None = None

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        self.wants = wants
        return (gaze(start_unix_ns) for _ in range(3))

    def stream_truths(self, start_unix_ns: int) -> Iterator[StreamTruth]:
        return (truth(start_unix_ns) for _ in range(3))


def wants_all(camera: str, index: int) -> bool:
    return True


async def test_a_timeline_is_played_from_now_to_its_end() -> None:
    timeline, published = ThreeData(), list[Published]()
    playback = Playback(timeline)
    assert playback.info is timeline.info
    await playback.publish_to(published.append, ManualClock(START_NS), wants_all)
    assert published == [gaze(START_NS)] * 3
    assert timeline.wants is wants_all


async def test_the_truth_comes_too_where_it_is_asked_for() -> None:
    published = list[Published]()
    clock = ManualClock(START_NS)
    await Playback(ThreeData()).publish_to(published.append, clock, with_truth=True)
    kinds = [type(item) for item in published]
    assert [(kind, len(list(group))) for kind, group in itertools.groupby(kinds)] == [
        (StreamTruth, 3),
        (GazeDatum, 3),
    ]
