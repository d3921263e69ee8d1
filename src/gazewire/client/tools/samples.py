"""The samples of one sensor as they come, pictures and sound left coded.

::

    async with linked(device, clock) as link, SampleStream(link, SensorName.GAZE) as samples:
        while batch := await samples.batch():
            ...
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import msgspec

from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.statistics import StreamStatistics
from gazewire.client._engine.stream import LiveStream
from gazewire.client.models import ConnectionType, SensorName
from gazewire.errors import GazewireError, RemoteProtocolError
from gazewire.flow import Topic
from gazewire.model import AccessUnit, AudioAccessUnit, EyeEvent, GazeDatum, ImuDatum
from gazewire.wire.payload import AudioConfig, ReceivedEyeEvent, UnknownEyeEvent
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.sdp import AacParameters, H264Parameters, MediaDescription

__all__ = ["PictureSample", "Sample", "SampleStream", "SoundSample"]

# Seconds of the fastest stream; what is more is dropped, the oldest first, and counted.
_CAPACITY = 4_000


class PictureSample(msgspec.Struct, frozen=True, kw_only=True):
    """A coded picture.

    Attributes:
        timestamp_unix_ns: exposure.
        width: pixels in a row; None where the stream has not told its size.
        height: rows; the same.
        keyframe: it can be decoded without those before it.
        size_bytes: of its NAL units.
    """

    timestamp_unix_ns: int
    width: int | None
    height: int | None
    keyframe: bool
    size_bytes: int


class SoundSample(msgspec.Struct, frozen=True, kw_only=True):
    """A coded stretch of sound.

    Attributes:
        timestamp_unix_ns: its first sample.
        sample_rate_hz: samples a second in each channel; None where the stream does not tell.
        channels: the same.
        size_bytes: coded.
    """

    timestamp_unix_ns: int
    sample_rate_hz: int | None
    channels: int | None
    size_bytes: int


Sample = GazeDatum | ImuDatum | EyeEvent | PictureSample | SoundSample
"""What can be written down of a stream."""


class SampleStream:
    """Receives one sensor of a device; an async context manager.

    Args:
        link: to the device.
        sensor: whose samples.
    """

    def __init__(self, link: DeviceLink, sensor: SensorName) -> None:
        self._link = link
        self._sensor = sensor
        # The feed would decode what comes for those who listen to it; we listen to its source.
        self._stream: LiveStream[Any] = link.feed(sensor).stream
        self._topic = Topic[Sample](self._stream.name)
        self._samples = self._topic.subscribe(capacity=_CAPACITY)
        self._size: tuple[int, int] | None = None
        self._sound: AudioConfig | None = None

    async def __aenter__(self) -> Self:
        self._leave = self._stream.listen(self)
        self._stream.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()
        self._samples.close()
        await self._stream.stop()

    @property
    def statistics(self) -> StreamStatistics:
        """How it is received."""
        return self._stream.statistics

    @property
    def is_connected(self) -> bool:
        """Whether the sensor is there, as the device says."""
        sensors = self._link.status.status.matching_sensors(self._sensor, ConnectionType.DIRECT)
        return any(sensor.connected for sensor in sensors)

    @property
    def dropped(self) -> int:
        """Samples that were lost because nobody read them in time."""
        return self._samples.dropped

    async def batch(self) -> list[Sample]:
        """Wait for samples, and take all there are, in order. Cancelling it loses nothing."""
        return await self._samples.batch()

    def session_began(self, media: MediaDescription) -> None:
        """Learn how pictures or sound are coded."""
        try:
            if media.kind == "video":
                sets = ParameterSets.find(H264Parameters.parse(media.fmtp or "").parameter_sets)
                self._learn_size(sets)
            elif media.kind == "audio":
                self._sound = AudioConfig.parse(AacParameters.parse(media.fmtp or "").config)
        except GazewireError:
            pass  # pictures bring their parameter sets along; sound is written without its rate

    def items_arrived(self, items: list[Any]) -> None:
        """Take what came."""
        samples = [sample for item in items if (sample := self._sample(item)) is not None]
        if samples:
            self._topic.publish_all(samples)

    def stream_ended(self) -> None:
        """End; not before the link does, which keeps its streams alive."""
        self._topic.close()

    def _sample(
        self, item: GazeDatum | ImuDatum | ReceivedEyeEvent | AccessUnit | AudioAccessUnit
    ) -> Sample | None:
        match item:
            case ReceivedEyeEvent():
                return None if isinstance(item.event, UnknownEyeEvent) else item.event
            case AccessUnit():
                if item.is_keyframe:
                    self._learn_size(ParameterSets.find(item.nal_units))
                width, height = self._size or (None, None)
                return PictureSample(
                    timestamp_unix_ns=item.timestamp_unix_ns,
                    width=width,
                    height=height,
                    keyframe=item.is_keyframe,
                    size_bytes=sum(map(len, item.nal_units)),
                )
            case AudioAccessUnit():
                sound = self._sound
                return SoundSample(
                    timestamp_unix_ns=item.timestamp_unix_ns,
                    sample_rate_hz=None if sound is None else sound.sample_rate_hz,
                    channels=None if sound is None else sound.channels,
                    size_bytes=len(item.data),
                )
            case _:
                return item

    def _learn_size(self, sets: ParameterSets | None) -> None:
        if sets is not None:
            try:
                sequence = sets.sequence
            except RemoteProtocolError:
                return
            self._size = sequence.width_px, sequence.height_px
