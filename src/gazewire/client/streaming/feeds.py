"""What each sensor of a device gives, in the types of this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.feed import ConvertingFeed, DecodingFeed, Feed
from gazewire.client._engine.payloads import AUDIO, EYE_EVENTS, GAZE, IMU, VIDEO, raw_payloads
from gazewire.client._engine.policy import DEFAULT_POLICY, StreamPolicy, TransportChoice
from gazewire.client._engine.stream import LiveStream
from gazewire.client.streaming.audio import AudioFrame
from gazewire.client.streaming.base import RTSPData
from gazewire.client.streaming.eye_events import EyeEventDataType, eye_event_data
from gazewire.client.streaming.gaze import GazeDataType, gaze_data
from gazewire.client.streaming.imu import IMUData
from gazewire.client.streaming.timestamped import NS_PER_S
from gazewire.client.streaming.video import VideoFrame
from gazewire.errors import RemoteProtocolError
from gazewire.model import AccessUnit, AudioAccessUnit
from gazewire.time import Clock
from gazewire.wire.payload import ReceivedEyeEvent, TimedPayload, UnknownEyeEvent
from gazewire.wire.sdp import AacParameters, H264Parameters, MediaDescription

__all__ = ["FeedFactory", "SENSOR_FEEDS", "audio_feed", "eye_event_feed", "gaze_feed", "imu_feed", "raw_feed", "video_feed"]


class StreamOpener:
    """Makes the streams of one device, or of one URL: how to receive, apart from what.

    Args:
        clock: for times of arrival.
        policy: how patient to be.
        transport: UDP or TCP, for all of them.
        keep_alive: open again what was lost.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        policy: StreamPolicy = DEFAULT_POLICY,
        transport: TransportChoice | None = None,
        keep_alive: bool = True,
    ) -> None:
        self._clock = clock
        self._policy = policy
        self._transport = TransportChoice() if transport is None else transport
        self._keep_alive = keep_alive
