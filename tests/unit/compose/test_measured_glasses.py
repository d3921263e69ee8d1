from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from gazewire.camera import GlassesInfo, Published, StreamTruth, VideoShape, Wants
from gazewire.compose.measured_glasses import GlassesTruth, MeasuredGlasses, SceneRelay
from gazewire.model import Frame, GazeDatum
from gazewire.service import Exposure
from gazewire.time import Clock, ManualClock

SHAPE = VideoShape(width=4, height=2, rate_hz=30.0)


def frame(camera: str) -> Frame:
    return Frame(
        camera=camera,
        index=0,
        timestamp_unix_ns=5,
        width=4,
        height=2,
        pixel_format="gray",
        data=bytes(8),
    )


def gaze(instant_ns: int) -> GazeDatum:
    return GazeDatum(timestamp_unix_ns=instant_ns, x_px=1.0, y_px=2.0)


class Base:
    """Publishes a scene, eyes and gaze, and ends."""

    info = GlassesInfo(description="base", scene=SHAPE, gaze_rate_hz=200.0)
    dropped = 3

    async def publish_to(
        self,
        publish: Callable[[Published], None],
        clock: Clock,
        wants: Wants | None = None,
        *,
        with_truth: bool = False,
    ) -> None:
        for record in (frame("world"), frame("eyes"), gaze(1)):
            publish(record)


async def published(
    glasses: MeasuredGlasses, *measured: GazeDatum, with_truth: bool = False
) -> list[Published]:
    """What comes of it in a few turns of the loop."""
    found: list[Published] = []
    publishing = asyncio.create_task(
        glasses.publish_to(found.append, ManualClock(), with_truth=with_truth)
    )
    for _ in range(5):
        await asyncio.sleep(0)
    glasses.put(measured)
    for _ in range(5):
        await asyncio.sleep(0)
    publishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await publishing
    return found


def measured_glasses(
    relay: SceneRelay | None = None, truth: GlassesTruth | None = None
) -> MeasuredGlasses:
    return MeasuredGlasses(
        Base(),
        relay,
        eyes=None,
        eye_images=None,
        gaze_rate_hz=100.0,
        description="measured",
        truth=truth,
    )


async def test_gaze_and_eyes_of_the_base_give_way_to_what_is_measured() -> None:
    found = await published(measured_glasses(), gaze(7))
    assert found == [frame("world"), gaze(7)]


def test_what_it_has_is_told_before() -> None:
    info = measured_glasses().info
    assert (info.scene, info.eyes, info.gaze_rate_hz) == (SHAPE, None, 100.0)
    assert info.has_eye_events


def test_what_is_measured_before_anybody_listens_is_not_kept() -> None:
    measured_glasses().put([gaze(7)])


async def test_the_service_sees_the_pictures_of_the_device() -> None:
    relay = SceneRelay(SHAPE)
    seen: list[Exposure] = []
    looking = asyncio.create_task(relay.publish_to(seen.append, ManualClock()))
    await asyncio.sleep(0)
    await published(measured_glasses(relay))
    looking.cancel()
    assert [exposure.frame() for exposure in seen] == [frame("world")]


def truth_of(instant_ns: int) -> StreamTruth:
    return StreamTruth(stream="gaze", timestamp_unix_ns=instant_ns, values={"x": 1})


def of_pupils(start_unix_ns: int) -> Iterator[StreamTruth]:
    yield StreamTruth(stream="pupil.0", timestamp_unix_ns=start_unix_ns, values={})


async def test_the_truth_of_gaze_comes_right_before_it_where_it_is_asked_for() -> None:
    truth = GlassesTruth(lambda instant: truth_of(instant), of_pupils)
    told = await published(measured_glasses(truth=truth), gaze(7), with_truth=True)
    place = told.index(gaze(7))
    assert told[place - 1] == truth_of(7)
    assert any(isinstance(one, StreamTruth) and one.stream == "pupil.0" for one in told)
    silent = await published(measured_glasses(truth=truth), gaze(7))
    assert not any(isinstance(one, StreamTruth) for one in silent)
