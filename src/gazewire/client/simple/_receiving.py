"""One item of a device's streams at a time."""

from __future__ import annotations

from typing import Any

from gazewire.client._engine.mailbox import Delivery
from gazewire.client._engine.matching import Matching, MatchRule, SceneMatch
from gazewire.client._engine.supply import Supply, match_supply, sensor_named, sensor_supply
from gazewire.client.simple._connection import Connection
from gazewire.client.simple._outlets import Outlets, UnreadCounts
from gazewire.client.simple.models import (
    MATCHED_GAZE_EYES_LABEL,
    MATCHED_ITEM_LABEL,
    MATCHED_SCENE_AUDIO_LABEL,
    MatchedGazeEyesSceneItem,
    MatchedItem,
    MatchedSceneAudioItem,
    SimpleVideoFrame,
)
from gazewire.client.streaming.audio import AudioFrame
from gazewire.client.streaming.eye_events import EyeEventDataType
from gazewire.client.streaming.gaze import GazeDataType
from gazewire.client.streaming.imu import IMUData
from gazewire.client.streaming.video import VideoFrame

__all__ = ["Receiving"]

_MATCHED_KINDS = (MATCHED_ITEM_LABEL, MATCHED_GAZE_EYES_LABEL, MATCHED_SCENE_AUDIO_LABEL)


class Receiving:
    """Waits for one item: for ever where `timeout_seconds` is None, and None if none came in time.

    What is raised is `DeviceError` once the device is closed, and `AudioNotAvailableError` where
    sound is needed and there is none; nothing else.
    """

    _connection: Connection

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rule = MatchRule()
        self._outlets = Outlets(connection, self._supply_of)

    def receive_scene_video_frame(
        self, timeout_seconds: float | None = None
    ) -> SimpleVideoFrame | None:
        """Receive a picture of the scene.

        Args:
            timeout_seconds: how long to wait for it; for ever where None, as in all that follow.

        Returns:
            The picture, or None if none came in time.

        Raises:
            DeviceError: the device was closed, as in all that follow.
        """
        return _picture(self._outlets.receive("world", timeout_seconds))

    def receive_gaze_datum(self, timeout_seconds: float | None = None) -> GazeDataType | None:
        """Receive where the wearer looks; arguments as of `receive_scene_video_frame`."""
        datum: GazeDataType | None = self._outlets.receive("gaze", timeout_seconds)
        return datum

    def receive_eyes_video_frame(
        self, timeout_seconds: float | None = None
    ) -> SimpleVideoFrame | None:
        """Receive a picture of both eyes; arguments as of `receive_scene_video_frame`."""
        return _picture(self._outlets.receive("eyes", timeout_seconds))

    def receive_imu_datum(self, timeout_seconds: float | None = None) -> IMUData | None:
        """Receive the motion of the head; arguments as of `receive_scene_video_frame`."""
        datum: IMUData | None = self._outlets.receive("imu", timeout_seconds)
        return datum

    def receive_eye_events(self, timeout_seconds: float | None = None) -> EyeEventDataType | None:
        """Receive what the eyes did; arguments as of `receive_scene_video_frame`."""
        event: EyeEventDataType | None = self._outlets.receive("eye_events", timeout_seconds)
        return event

    def receive_audio_frame(self, timeout_seconds: float | None = None) -> AudioFrame | None:
        """Receive sound; arguments as of `receive_scene_video_frame`.

        Raises:
            AudioNotAvailableError: the device sends none; the microphone is switched off.
        """
        sound: AudioFrame | None = self._outlets.receive("audio", timeout_seconds)
        return sound

    def receive_matched_scene_video_frame_and_gaze(
        self, timeout_seconds: float | None = None
    ) -> MatchedItem | None:
        """Receive a picture of the scene and where the wearer looked in it; see `set_matching`."""
        match: SceneMatch | None = self._outlets.receive(MATCHED_ITEM_LABEL, timeout_seconds)
        return None if match is None else MatchedItem.from_match(match)

    def receive_matched_scene_and_eyes_video_frames_and_gaze(
        self, timeout_seconds: float | None = None
    ) -> MatchedGazeEyesSceneItem | None:
        """Receive a picture of the scene, one of the eyes, and the gaze; see `set_matching`."""
        match: SceneMatch | None = self._outlets.receive(MATCHED_GAZE_EYES_LABEL, timeout_seconds)
        return None if match is None else MatchedGazeEyesSceneItem.from_match(match)

    def receive_matched_scene_video_frame_and_audio(
        self, timeout_seconds: float | None = None
    ) -> MatchedSceneAudioItem | None:
        """Receive a picture of the scene, the sound that began with it, and the gaze.

        Pictures during which no new piece of sound began are left out.
        """
        match: SceneMatch | None = self._outlets.receive(MATCHED_SCENE_AUDIO_LABEL, timeout_seconds)
        return None if match is None else MatchedSceneAudioItem.from_match(match)

    def set_delivery(self, delivery: Delivery) -> None:
        """Choose what `receive_…` gives; see `Delivery`. What waits is thrown away.

        Raises:
            DeviceError: the device was closed.
        """
        self._outlets.deliver(delivery)

    def set_matching(
        self, matching: Matching = Matching.NEAREST, tolerance_seconds: float = 0.1
    ) -> None:
        """Choose which gaze belongs to a picture; see `Matching`. What waits is thrown away.

        Iterators that there are go on as they were.

        Args:
            matching: the rule.
            tolerance_seconds: what is further away in time does not belong to a picture.

        Raises:
            ValueError: the tolerance is negative.
            DeviceError: the device was closed.
        """
        self._rule = MatchRule.of_seconds(matching, tolerance_seconds)
        self._outlets.renew(_MATCHED_KINDS)

    def unread(self) -> dict[str, UnreadCounts]:
        """Tell, for each kind of `receive_…` that was called, what was passed over."""
        return self._outlets.unread()

    def _supply_of(self, kind: str) -> Supply[Any]:  # each kind has a type of its own
        if kind not in _MATCHED_KINDS:
            return sensor_supply(sensor_named(kind))
        return match_supply(
            self._rule,
            eyes=kind == MATCHED_GAZE_EYES_LABEL,
            audio=kind == MATCHED_SCENE_AUDIO_LABEL,
        )


def _picture(frame: VideoFrame | None) -> SimpleVideoFrame | None:
    return None if frame is None else SimpleVideoFrame.from_video_frame(frame)
