"""All items of a device's streams, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gazewire.client._engine.arrays import RecordArray
from gazewire.client._engine.batches import joined
from gazewire.client._engine.mailbox import Mailbox
from gazewire.client._engine.matching import MatchRule
from gazewire.client._engine.supply import (
    Supply,
    batch_supply,
    match_supply,
    merge_supply,
    sensor_supply,
)
from gazewire.client.models import SensorName
from gazewire.client.simple._connection import Connection
from gazewire.client.simple._item_iterator import ItemIterator
from gazewire.client.simple._outlets import ALL
from gazewire.client.simple.models import (
    MatchedGazeEyesSceneItem,
    MatchedItem,
    MatchedSceneAudioItem,
    SimpleVideoFrame,
)
from gazewire.client.streaming.audio import AudioFrame
from gazewire.client.streaming.eye_events import EyeEventDataType
from gazewire.client.streaming.gaze import GazeDataType
from gazewire.client.streaming.imu import IMUData
from gazewire.flow import Tagged

__all__ = ["Iterating"]

T = TypeVar("T")
S = TypeVar("S")


class Iterating:
    """Goes through everything that comes from now on.

    Each iterator has a place of its own where items wait for the reader, and misses none while the
    reader keeps up on average. Its streams are received for as long as somebody goes through them.
    It ends when the device is closed.
    """

    _connection: Connection
    _rule: MatchRule

    def gaze(self) -> ItemIterator[GazeDataType]:
        """Go through all gaze."""
        return self._items(sensor_supply(SensorName.GAZE), _as_it_is)

    def scene_video(self) -> ItemIterator[SimpleVideoFrame]:
        """Go through all pictures of the scene."""
        return self._items(sensor_supply(SensorName.WORLD), SimpleVideoFrame.from_video_frame)

    def eyes_video(self) -> ItemIterator[SimpleVideoFrame]:
        """Go through all pictures of the eyes."""
        return self._items(sensor_supply(SensorName.EYES), SimpleVideoFrame.from_video_frame)

    def imu(self) -> ItemIterator[IMUData]:
        """Go through all inertial data."""
        return self._items(sensor_supply(SensorName.IMU), _as_it_is)

    def eye_events(self) -> ItemIterator[EyeEventDataType]:
        """Go through all that the eyes do."""
        return self._items(sensor_supply(SensorName.EYE_EVENTS), _as_it_is)

    def audio(self) -> ItemIterator[AudioFrame]:
        """Go through all sound; raises `AudioNotAvailableError` where there is none."""
        return self._items(sensor_supply(SensorName.AUDIO), _as_it_is)

    def matched_scene_and_gaze(self) -> ItemIterator[MatchedItem]:
        """Go through all pictures of the scene that have a gaze; see `set_matching`."""
        return self._items(match_supply(self._rule), MatchedItem.from_match)

    def matched_scene_eyes_and_gaze(self) -> ItemIterator[MatchedGazeEyesSceneItem]:
        """Go through all pictures of the scene that have a gaze and a picture of the eyes."""
        return self._items(match_supply(self._rule, eyes=True), MatchedGazeEyesSceneItem.from_match)

    def matched_scene_and_audio(self) -> ItemIterator[MatchedSceneAudioItem]:
        """Go through all pictures of the scene with which sound began."""
        return self._items(match_supply(self._rule, audio=True), MatchedSceneAudioItem.from_match)

    # Any: streams of several types, of which the names tell.
    def merged(self, *stream_names: str) -> ItemIterator[Tagged[Any]]:
        """Go through several streams in order of time: pairs of a stream's name and an item.

        An item waits for the other streams, 250 ms at most.

        Args:
            stream_names: as of `streaming_start`; pictures come as `VideoFrame`.

        Raises:
            ValueError: there is no such stream, or none is named.
        """
        return self._items(merge_supply(stream_names), _as_it_is)

    def batches(self, stream_name: str) -> ItemIterator[RecordArray]:
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
        return ItemIterator(self._connection, batch_supply(stream_name), _all_as_one)

    def _items(self, supply: Supply[S], make: Callable[[S], T]) -> ItemIterator[T]:
        def take(mailbox: Mailbox[S]) -> T:
            return make(mailbox.get_many(1)[0])

        return ItemIterator(self._connection, supply, take)


def _as_it_is(item: T) -> T:
    return item


def _all_as_one(mailbox: Mailbox[RecordArray]) -> RecordArray:
    return joined(mailbox.get_many(ALL))
