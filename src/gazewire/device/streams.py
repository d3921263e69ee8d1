"""All streams of the device: from the topics of the glasses to RTP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.device.audio import send_audio
from gazewire.device.catalog import (
    AUDIO_SAMPLE_RATE_HZ,
    DeviceCatalog,
    Offer,
    audio_offer,
    data_offer,
    video_offer,
)
from gazewire.device.config import DeviceConfig
from gazewire.device.data import keep_alive, send_data
from gazewire.device.gaze_payload import gaze_serializer
from gazewire.device.glasses import GlassesTopics
from gazewire.device.product import SensorName, StreamName
from gazewire.device.punctuality import Punctuality
from gazewire.device.shortfall import Shortfall
from gazewire.device.video import CodedVideoSink, VideoTrack, encode_video
from gazewire.flow import Topic
from gazewire.media import AacEncoder, H264Encoder
from gazewire.model import AudioChunk, Frame
from gazewire.net import RtpStream
from gazewire.time import Clock
from gazewire.wire.payload.eye_events import serialize_eye_event
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.payload.imu import serialize_imu

__all__ = ["DeviceStreams"]


# A source that is late publishes up to a fifth of a second at once. A frame is encoded in a
# fraction of its interval, so that this is soon worked off.
_FRAMES_WAIT_S = 0.3
_LEAST_FRAMES_WAITING = 8


class _Video:
    """One camera's way to its clients."""

    def __init__(
        self, frames: Topic[Frame], shape: VideoShape, punctuality: Punctuality, clock: Clock
    ) -> None:
        self.frames = frames
        self._punctuality = punctuality
        self._frames_waiting = max(_LEAST_FRAMES_WAITING, round(shape.rate_hz * _FRAMES_WAIT_S))
        self.encoder = H264Encoder(width=shape.width, height=shape.height, rate_hz=shape.rate_hz)
        self.parameter_sets = ParameterSets(*self.encoder.parameter_sets)
        self.offer = video_offer(self.parameter_sets, clock)
        self.track = VideoTrack(self.offer.stream)

    @property
    def is_watched(self) -> bool:
        # By a client of the stream, or by somebody who takes the frames themselves.
        return self.track.is_wanted or self.frames.has_readers

    async def run(self, sinks: Sequence[CodedVideoSink]) -> None:
        await encode_video(
            self.frames,
            self.encoder,
            [self.track, *sinks],
            self._punctuality,
            frames_waiting=self._frames_waiting,
        )


class _Audio:
    """The sound's way to its clients."""

    def __init__(self, chunks: Topic[AudioChunk], clock: Clock) -> None:
        self.chunks = chunks
        self.encoder = AacEncoder(sample_rate_hz=AUDIO_SAMPLE_RATE_HZ, channels=1)
        self.offer = audio_offer(self.encoder.config, clock)

    async def run(self) -> None:
        await send_audio(self.chunks, self.encoder, self.offer.stream)


class DeviceStreams:
    """Makes what a source has into what clients can ask for.

    Args:
        config: how the device is set up.
        info: what the source has; a sensor that the product lacks is not offered.
        topics: where its records come.
        clock: the one that stamps them.
        shortfall: is told of pictures that are left out.

    Attributes:
        catalog: for the RTSP server.
        streams: all that are in it, by name.
        sensors: those that can be streamed.
        scene_parameter_sets: of the scene video, or None.
        eyes_parameter_sets: of the eye video, or None.
    """

    def __init__(
        self,
        config: DeviceConfig,
        info: GlassesInfo,
        topics: GlassesTopics,
        clock: Clock,
        shortfall: Shortfall,
    ) -> None:
        self._topics = topics
        self._clock = clock
        self._serialize_gaze = gaze_serializer(config.gaze_format)
        sensors = config.product.sensors
        self._scene: _Video | None = None
        self._eyes: _Video | None = None
        offers: dict[SensorName, Offer] = {}
        if info.scene is not None:
            punctuality = Punctuality("world", clock, shortfall)
            self._scene = _Video(topics.scene, info.scene, punctuality, clock)
            offers["world"] = self._scene.offer
        self._audio: _Audio | None = None
        if info.audio is not None and config.product.has_sound:
            self._audio = _Audio(topics.audio, clock)
        if info.eyes is not None and "eyes" in sensors:
            punctuality = Punctuality("eyes", clock, shortfall)
            self._eyes = _Video(topics.eyes, info.eyes, punctuality, clock)
            offers["eyes"] = self._eyes.offer
        if info.gaze_rate_hz is not None:
            offers["gaze"] = data_offer("gaze", clock)
        if info.imu_rate_hz is not None and "imu" in sensors:
            offers["imu"] = data_offer("imu", clock)
        if info.has_eye_events and "eye_events" in sensors and not config.older_app:
            offers["eye_events"] = data_offer("eye_events", clock)
        self._offers = offers
        self.streams: dict[StreamName, RtpStream] = {
            **{sensor: offer.stream for sensor, offer in offers.items()},
            **({} if self._audio is None else {"audio": self._audio.offer.stream}),
        }
        self.catalog = DeviceCatalog(offers, None if self._audio is None else self._audio.offer)
        self.sensors = tuple(offers)
        self.scene_parameter_sets = None if self._scene is None else self._scene.parameter_sets
        self.eyes_parameter_sets = None if self._eyes is None else self._eyes.parameter_sets

    @property
    def has_scene(self) -> bool:
        """There is a scene video."""
        return self._scene is not None

    @property
    def scene_is_received(self) -> bool:
        """A client receives the scene video now."""
        return self._scene is not None and self._scene.track.is_wanted

    @property
    def eyes_are_watched(self) -> bool:
        """Somebody takes pictures of the eyes now. Any thread may ask."""
        return self._eyes is not None and self._eyes.is_watched

    def close(self) -> None:
        """Say goodbye to all clients."""
        for stream in self.streams.values():
            stream.close()

    async def run(
        self, scene_sinks: Sequence[CodedVideoSink], eye_sinks: Sequence[CodedVideoSink] = ()
    ) -> None:
        """Stream until cancelled.

        Args:
            scene_sinks: who takes the coded scene video besides its clients.
            eye_sinks: who takes that of the eyes.
        """
        topics = self._topics
        async with asyncio.TaskGroup() as tasks:
            if self._scene is not None:
                tasks.create_task(self._scene.run(scene_sinks), name="scene video")
            if self._eyes is not None:
                tasks.create_task(self._eyes.run(eye_sinks), name="eye video")
            if self._audio is not None:
                tasks.create_task(self._audio.run(), name="audio stream")
            for sensor, offer in self._offers.items():
                match sensor:
                    case "gaze":
                        sending = send_data(topics.gaze, self._serialize_gaze, offer.stream)
                    case "imu":
                        sending = send_data(topics.imu, serialize_imu, offer.stream)
                    case "eye_events":
                        sending = send_data(topics.eye_events, serialize_eye_event, offer.stream)
                        tasks.create_task(keep_alive(offer.stream, self._clock), name="keep-alive")
                    case _:
                        continue
                tasks.create_task(sending, name=f"{sensor} stream")
