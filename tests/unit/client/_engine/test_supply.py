from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from gazewire.client._engine.arrays import GAZE_DTYPE
from gazewire.client._engine.inbox import Inbox
from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.matching import Matching, MatchRule
from gazewire.client._engine.session import DeviceSession
from gazewire.client._engine.supply import (
    batch_supply,
    match_supply,
    merge_supply,
    sensor_named,
    sensor_supply,
)
from gazewire.client.models import SensorName
from gazewire.client.streaming.audio import AudioNotAvailableError
from gazewire.client.streaming.gaze import GazeData
from gazewire.client.streaming.imu import IMUData
from gazewire.client.streaming.video import VideoFrame
from gazewire.model import GazeDatum, ImuDatum, Onset
from gazewire.time import ManualClock
from gazewire.wire.payload import ReceivedEyeEvent, UnknownEyeEvent

MS = 1_000_000
LIMIT_S = 10
BEGIN = 1_700_000_000_000_000_000


@pytest.fixture
async def link(device) -> AsyncIterator[DeviceLink]:
    """A link to a device that sends nothing, so that tests can say what comes."""
    session = DeviceSession("127.0.0.1", device.http_port)
    async with asyncio.timeout(LIMIT_S), DeviceLink(session, ManualClock()) as link:
        yield link
    await session.close()


def bring(link: DeviceLink, name: SensorName, *items: object) -> None:
    link.feed(name)._hand_out(items)


def gaze(ms: float) -> GazeData:
    return GazeData.from_datum(gaze_record(ms))


def gaze_record(ms: float) -> GazeDatum:
    return GazeDatum(timestamp_unix_ns=BEGIN + round(ms * MS), x_px=float(ms), y_px=2.0)


def frame(ms: float) -> VideoFrame:
    return VideoFrame.at_unix_ns(None, BEGIN + round(ms * MS))


def motion(ms: float) -> IMUData:
    return IMUData.from_datum(motion_record(ms))


def motion_record(ms: float) -> ImuDatum:
    return ImuDatum(
        timestamp_unix_ns=BEGIN + round(ms * MS),
        accel_g=(0.0, 0.0, 1.0),
        gyro_deg_s=(1.0, 2.0, 3.0),
        quaternion_wxyz=(1.0, 0.0, 0.0, 0.0),
    )


async def test_one_sensor_gives_what_it_brings_until_it_is_left(link) -> None:
    inbox = Inbox[GazeData](10)
    leave = sensor_supply(SensorName.GAZE).begin(link, inbox)
    bring(link, SensorName.GAZE, gaze(0), gaze(5))
    leave()
    leave()
    bring(link, SensorName.GAZE, gaze(10))
    assert [datum.x for datum in await inbox.get_many()] == [0.0, 5.0]
    assert not link.switch(SensorName.GAZE).is_on


async def test_a_picture_waits_for_the_nearest_gaze(link) -> None:
    inbox = Inbox(10)
    match_supply(MatchRule()).begin(link, inbox)
    bring(link, SensorName.GAZE, gaze(0), gaze(5))
    bring(link, SensorName.WORLD, frame(8))
    bring(link, SensorName.GAZE, gaze(10), gaze(15))
    [match] = await inbox.get_many()
    assert (match.scene, match.gaze.x) == (frame(8), 10.0)


async def test_the_tolerance_bounds_what_belongs_together(link) -> None:
    inbox = Inbox(10)
    match_supply(MatchRule.of_seconds(Matching.NEAREST, 0.002)).begin(link, inbox)
    bring(link, SensorName.GAZE, gaze(0))
    bring(link, SensorName.WORLD, frame(3), frame(8))
    bring(link, SensorName.GAZE, gaze(9))
    assert [match.scene for match in await inbox.get_many()] == [frame(8)]


async def test_gaze_is_interpolated_to_the_picture(link) -> None:
    inbox = Inbox(10)
    match_supply(MatchRule(matching=Matching.INTERPOLATED)).begin(link, inbox)
    link.feed(SensorName.GAZE).stream._deliver([gaze_record(0), gaze_record(5)])
    bring(link, SensorName.WORLD, frame(8))
    link.feed(SensorName.GAZE).stream._deliver([gaze_record(10)])
    [match] = await inbox.get_many()
    assert match.gaze.x == pytest.approx(8.0)
    assert match.gaze.timestamp_unix_ns == match.scene.timestamp_unix_ns


async def test_the_official_rule_takes_the_first_that_came_later(link) -> None:
    inbox = Inbox(10)
    match_supply(MatchRule(matching=Matching.OFFICIAL)).begin(link, inbox)
    bring(link, SensorName.GAZE, gaze(0), gaze(7), gaze(20))
    bring(link, SensorName.WORLD, frame(8))
    [match] = await inbox.get_many()
    assert match.gaze.x == 20.0


async def test_eyes_are_matched_too_and_pictures_without_are_left_out(link) -> None:
    inbox = Inbox(10)
    match_supply(MatchRule(), eyes=True).begin(link, inbox)
    bring(link, SensorName.WORLD, frame(-200), frame(8))
    bring(link, SensorName.EYES, frame(5), frame(10))
    bring(link, SensorName.GAZE, gaze(5), gaze(10))
    [match] = await inbox.get_many()
    assert (match.scene, match.eyes) == (frame(8), frame(10))


@pytest.mark.parametrize("tolerance", [-1.0, float("nan")])
def test_a_tolerance_is_a_time(tolerance: float) -> None:
    with pytest.raises(ValueError, match="tolerance"):
        MatchRule.of_seconds(Matching.NEAREST, tolerance)


async def test_streams_are_merged_in_order_of_time(link) -> None:
    inbox = Inbox(10)
    merge_supply(["gaze", "imu", "gaze"]).begin(link, inbox)
    bring(link, SensorName.GAZE, gaze(0), gaze(10), gaze(20))
    bring(link, SensorName.IMU, motion(5), motion(15))
    merged = await inbox.get_many()
    assert [name for name, _ in merged] == ["gaze", "imu", "gaze", "imu"]
    # Nothing comes from the other stream; so long does an item wait, and no longer.
    link.clock.advance(250 * MS)
    bring(link, SensorName.GAZE, gaze(30))
    assert [tagged.item.x for tagged in await inbox.get_many()] == [20.0]


async def test_merging_ends_with_its_reader(link) -> None:
    inbox = Inbox(10)
    leave = merge_supply(["gaze", "imu"]).begin(link, inbox)
    bring(link, SensorName.GAZE, gaze(0))
    leave()
    link.clock.advance(250 * MS)
    bring(link, SensorName.GAZE, gaze(1))
    inbox.close("")
    assert await inbox.get_many() == []


@pytest.mark.parametrize("names", [[], ["gaze", "taste"]])
def test_what_is_to_be_merged_has_to_be_named(names: list[str]) -> None:
    with pytest.raises(ValueError, match="gaze, world, eyes"):
        merge_supply(names)


async def test_batches_are_arrays_of_records(link) -> None:
    inbox = Inbox(10)
    batch_supply("imu").begin(link, inbox)
    link.feed(SensorName.IMU).stream._deliver([motion_record(0), motion_record(1)])
    [array] = await inbox.get_many()
    assert array["timestamp_unix_ns"].tolist() == [BEGIN, BEGIN + MS]
    assert array["gyro_z_deg_s"].tolist() == [3.0, 3.0]


async def test_batches_of_gaze_come_from_a_stream_of_their_own(link) -> None:
    inbox = Inbox(10)
    leave = batch_supply("gaze").begin(link, inbox)
    feed, switch = link.gaze_batches()
    assert switch.is_on
    assert not link.switch(SensorName.GAZE).is_on
    array = np.zeros(2, GAZE_DTYPE)
    feed._hand_out([array])
    assert (await inbox.get_many())[0] is array
    leave()
    assert not switch.is_on


async def test_events_of_a_newer_kind_are_left_out_of_batches(link) -> None:
    inbox = Inbox(10)
    batch_supply("eye_events").begin(link, inbox)
    unknown = ReceivedEyeEvent(UnknownEyeEvent(77, b"\0\0\0M"), None)
    onset = ReceivedEyeEvent(Onset(kind="fixation", start_unix_ns=BEGIN), None)
    link.feed(SensorName.EYE_EVENTS).stream._deliver([unknown])
    link.feed(SensorName.EYE_EVENTS).stream._deliver([unknown, onset])
    [array] = await inbox.get_many()
    assert array["kind"].tolist() == ["fixation onset"]


@pytest.mark.parametrize("name", ["world", "audio", "taste"])
def test_what_has_no_arrays_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        batch_supply(name)


@pytest.mark.parametrize(
    "supply",
    [
        sensor_supply(SensorName.AUDIO),
        match_supply(MatchRule(), audio=True),
        merge_supply(["gaze", "audio"]),
    ],
)
async def test_where_there_is_no_sound_readers_are_told(link, supply) -> None:
    # The device of these tests has no microphone.
    for _ in range(2):
        inbox = Inbox(10)
        leave = supply.begin(link, inbox)
        with pytest.raises(AudioNotAvailableError):
            await inbox.get()
        leave()


def test_sensors_are_found_by_name() -> None:
    assert sensor_named("eye_events") is SensorName.EYE_EVENTS
    with pytest.raises(ValueError, match=r"'taste' is not a stream; gaze, .* are"):
        sensor_named("taste")


def test_fewer_pictures_are_kept_than_data() -> None:
    data, pictures = sensor_supply(SensorName.GAZE), match_supply(MatchRule(), eyes=True)
    assert data.capacity(everything=False) == data.capacity(everything=True) == 4_000
    assert (pictures.capacity(everything=False), pictures.capacity(everything=True)) == (15, 60)
