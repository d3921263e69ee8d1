"""The streams of a device and its clock, for `gazewire.client.Device`."""

from __future__ import annotations

import abc
import asyncio
from typing import Any, TypeVar

from gazewire.client._engine.arrays import RecordArray
from gazewire.client._engine.batches import joined
from gazewire.client._engine.inbox import Inbox
from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.machine_clock import MachineClock
from gazewire.client._engine.matching import Matching, MatchRule, SceneMatch
from gazewire.client._engine.session import DeviceSession
from gazewire.client._engine.statistics import StreamStatistics
from gazewire.client._engine.supply import (
    Supply,
    batch_supply,
    match_supply,
    merge_supply,
    sensor_supply,
)
from gazewire.client._engine.transport import Transport
from gazewire.client.base import DeviceBase
from gazewire.client.device_error import DeviceError
from gazewire.client.item_stream import ItemStream
from gazewire.client.models import SensorName, Status
from gazewire.client.streaming.audio import AudioFrame
from gazewire.client.streaming.eye_events import EyeEventDataType
from gazewire.client.streaming.gaze import GazeDataType
from gazewire.client.streaming.imu import IMUData
from gazewire.client.streaming.video import VideoFrame
from gazewire.flow import Tagged
from gazewire.time.offset import ClockOffset

__all__ = ["DeviceStreams"]

T = TypeVar("T")


class DeviceStreams(DeviceBase):
    """What a device sends, as asynchronous iterators.

    Each has a place of its own where items wait for the reader, and misses none while the reader
    keeps up on average. Streams are received for as long as somebody goes through them, and opened
    again when they are lost; see `statistics`.

    The first of them, or `connect`, has the status of the device followed, too.

    Arguments as of `gazewire.client.base.DeviceBase`.
    """

    def __init__(
        self,
        address: str,
        port: int,
        full_name: str | None = None,
        dns_name: str | None = None,
        suppress_decoding_warnings: bool = True,
    ) -> None:
        super().__init__(address, port, full_name, dns_name, suppress_decoding_warnings)
        self._rule = MatchRule()
        self._transport = Transport.AUTO
        self._link: DeviceLink | None = None
        self._linking = asyncio.Lock()

    @property
    @abc.abstractmethod
    def active_session(self) -> DeviceSession:
        """What asks the device.

        Raises:
            DeviceError: it is closed.
        """

    async def connect(self) -> None:
        """Read the status and follow it from now on; harmless when repeated.

        Raises:
            DeviceError: the device does not answer, or is closed.
        """
        await self._linked()

    @property
    def status(self) -> Status:
        """The status as of now; each change makes a new one, so that this one stays as it is.

        Raises:
            DeviceError: it is not followed; see `connect`.
        """
        if self._link is None:
            raise DeviceError(None, "the status is not followed before `await device.connect()`")
        return self._link.status.status

    def gaze(self) -> ItemStream[GazeDataType]:
        """Go through all gaze."""
        return self._items(sensor_supply(SensorName.GAZE))

    def scene_video(self) -> ItemStream[VideoFrame]:
        """Go through all pictures of the scene."""
        return self._items(sensor_supply(SensorName.WORLD))

    def eyes_video(self) -> ItemStream[VideoFrame]:
        """Go through all pictures of the eyes."""
        return self._items(sensor_supply(SensorName.EYES))

    def imu(self) -> ItemStream[IMUData]:
        """Go through all inertial data."""
        return self._items(sensor_supply(SensorName.IMU))

    def eye_events(self) -> ItemStream[EyeEventDataType]:
        """Go through all that the eyes do."""
        return self._items(sensor_supply(SensorName.EYE_EVENTS))

    def audio(self) -> ItemStream[AudioFrame]:
        """Go through all sound; raises `AudioNotAvailableError` where there is none."""
        return self._items(sensor_supply(SensorName.AUDIO))

    def matched_scene_and_gaze(self) -> ItemStream[SceneMatch]:
        """Go through all pictures of the scene that have a gaze; see `set_matching`."""
        return self._items(match_supply(self._rule))

    def matched_scene_eyes_and_gaze(self) -> ItemStream[SceneMatch]:
        """Go through all pictures of the scene that have a gaze and a picture of the eyes."""
        return self._items(match_supply(self._rule, eyes=True))

    def matched_scene_and_audio(self) -> ItemStream[SceneMatch]:
        """Go through all pictures of the scene with which sound began."""
        return self._items(match_supply(self._rule, audio=True))

    # Any: streams of several types, of which the names tell.
    def merged(self, *stream_names: str) -> ItemStream[Tagged[Any]]:
        """Go through several streams in order of time: pairs of a stream's name and an item.

        An item waits for the other streams, 250 ms at most.

        Args:
            stream_names: ``gaze``, ``world``, ``eyes``, ``imu``, ``eye_events`` or ``audio``.

        Raises:
            ValueError: there is no such stream, or none is named.
        """
        return self._items(merge_supply(stream_names))

    def batches(self, stream_name: str) -> ItemStream[RecordArray]:
        """Go through gaze, inertial data or eye events as arrays of what came since the last look.

        Gaze is received anew for this, not from what `gaze` receives.

        Args:
            stream_name: ``gaze``, ``imu`` or ``eye_events``.

        Returns:
            An iterator of (N,) structured arrays, N at least 1, with an int64 column
            ``timestamp_unix_ns``.

        Raises:
            ValueError: there are no arrays of that stream, or no such stream.
        """
        return ItemStream(self._linked, batch_supply(stream_name), _all_as_one)

    def set_matching(
        self, matching: Matching = Matching.NEAREST, tolerance_seconds: float = 0.1
    ) -> None:
        """Choose which gaze belongs to a picture; see `Matching`.

        Iterators that there are go on as they were.

        Args:
            matching: the rule.
            tolerance_seconds: what is further away in time does not belong to a picture.

        Raises:
            ValueError: the tolerance is negative.
        """
        self._rule = MatchRule.of_seconds(matching, tolerance_seconds)

    async def set_transport(self, transport: Transport) -> None:
        """Choose which way the packets of all streams come; see `Transport`.

        Streams that come another way are opened anew.
        """
        self._transport = transport
        if self._link is not None:
            await self._link.set_transport(transport.over_tcp)

    def statistics(self) -> dict[str, StreamStatistics]:
        """Tell the state of each stream that was started, and what came and was lost."""
        return {} if self._link is None else self._link.statistics()

    async def clock_offset(self, timeout_seconds: float = 5.0) -> ClockOffset:
        """Tell how the device's clock is related to this machine's.

        From the first call on the clock is watched in the background, and each call gives what is
        known by then. It converts instants, too::

            offset = await device.clock_offset()
            await device.send_event("stimulus", offset.to_device_ns(shown_unix_ns))

        Args:
            timeout_seconds: how long the first call may take; the usual is half a second.

        Raises:
            DeviceError: the device has no time echo, or did not answer in time.
        """
        return await (await self._linked()).clock_offset(timeout_seconds)

    async def to_device_ns(self, local_unix_ns: int) -> int:
        """Convert an instant of this machine's clock, ``time.time_ns()``, to the device's.

        Raises:
            DeviceError: as of `clock_offset`.
        """
        return (await self.clock_offset()).to_device_ns(local_unix_ns)

    async def to_local_ns(self, device_unix_ns: int) -> int:
        """Convert an instant of the device, such as that of a datum, to this machine's clock.

        Raises:
            DeviceError: as of `clock_offset`.
        """
        return (await self.clock_offset()).to_local_ns(device_unix_ns)

    async def _linked(self) -> DeviceLink:
        session = self.active_session
        async with self._linking:
            if self._link is None:
                over_tcp = self._transport.over_tcp
                link = DeviceLink(session, MachineClock(), over_tcp=over_tcp)
                self._link = await link.__aenter__()
            return self._link

    async def _unlink(self) -> None:
        """End all streams; the session has been closed."""
        async with self._linking:
            link, self._link = self._link, None
            if link is not None:
                await link.__aexit__(None, None, None)

    def _items(self, supply: Supply[T]) -> ItemStream[T]:
        return ItemStream(self._linked, supply, Inbox[T].get)


async def _all_as_one(inbox: Inbox[RecordArray]) -> RecordArray:
    arrays = await inbox.get_many()
    if not arrays:
        raise StopAsyncIteration
    return joined(arrays)
