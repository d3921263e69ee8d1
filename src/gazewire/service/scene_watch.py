"""Looks through the scene's pictures for what a calibration needs, in the scene's worker thread."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire.media import encode_jpeg
from gazewire.model import Point2
from gazewire.service.exposure import Exposure
from gazewire.service.feature_tracker import FeatureTracker
from gazewire.service.sighting import FindMarkers, Sighting, gray_of
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message

__all__ = ["PREVIEW_TOPIC", "ScenePreview", "SceneWatch"]

PREVIEW_TOPIC = "calibration_preview"
"""Ours: small pictures of the scene, with what was found in them, while a choreography waits or
collects and somebody subscribes."""

_PREVIEW_WIDTH_PX = 640
_PREVIEW_QUALITY = 70
_PREVIEW_INTERVAL_NS = 90_000_000
# An operator points at a picture that is so many pictures old at most.
_PICTURES_KEPT = 15


Confidences = tuple[float | None, float | None]
MakePreview = Callable[[Confidences], Message]


class ScenePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What is told beside a small picture of the scene, a JPEG.

    Attributes:
        topic: `PREVIEW_TOPIC`.
        width: of the picture from which it was made, pixels.
        height: the same down.
        timestamp: instant of exposure, Core seconds.
        markers: of each marker in it kind, middle (norm_pos) and diameter as part of the width.
        features: what is followed: places (norm_pos).
        confidences: of late, of the pupils of the right and the left eye; None where none come.
    """

    topic: str
    width: int
    height: int
    timestamp: float
    markers: list[tuple[str, Point2, float]]
    features: list[Point2]
    confidences: Confidences


@dataclass(frozen=True, slots=True)
class _Pointing:
    number: int
    norm_pos: Point2
    timestamp_unix_ns: int | None


class SceneWatch:
    """What one choreography looks for.

    Args:
        find_markers: finds them.
        timebase: by which instants are told.
    """

    def __init__(self, find_markers: FindMarkers, timebase: TimeBase) -> None:
        self._find_markers = find_markers
        self._timebase = timebase
        self._lock = threading.Lock()
        self._pointings: deque[_Pointing] = deque()
        self._trackers: dict[int, FeatureTracker] = {}
        self._pictures: deque[tuple[int, NDArray[np.uint8]]] = deque(maxlen=_PICTURES_KEPT)
        self._previewed_ns = 0

    def follow(self, number: int, norm_pos: Point2, timestamp_unix_ns: int | None) -> None:
        """Follow what is in a place from now on, and nothing else.

        Args:
            number: by which it is called.
            norm_pos: where it was.
            timestamp_unix_ns: of the picture in which it was there; None for the latest.
        """
        with self._lock:
            self._pointings.append(_Pointing(number, norm_pos, timestamp_unix_ns))

    def forget(self) -> None:
        """Follow nothing."""
        with self._lock:
            self._pointings.clear()
            self._trackers.clear()

    def look(self, exposure: Exposure, *, keeps_pictures: bool) -> tuple[Sighting, MakePreview]:
        """Look at a picture; called by one thread.

        Args:
            exposure: the picture.
            keeps_pictures: somebody may point at one of them.

        Returns:
            What is in it, and what makes a preview of it.
        """
        frame = exposure.frame()
        gray = gray_of(frame)
        sighting = Sighting(
            timestamp_unix_ns=frame.timestamp_unix_ns,
            width=frame.width,
            height=frame.height,
            markers=tuple(self._find_markers(gray)),
            features=self._followed(gray, frame.timestamp_unix_ns),
        )
        if keeps_pictures:
            self._pictures.append((frame.timestamp_unix_ns, gray))
        else:
            self._pictures.clear()

        def make_preview(confidences: Confidences) -> Message:
            jpeg = encode_jpeg(frame, max_width=_PREVIEW_WIDTH_PX, quality=_PREVIEW_QUALITY)
            return Message.from_struct(PREVIEW_TOPIC, self._preview(sighting, confidences), [jpeg])

        return sighting, make_preview

    def is_preview_due(self, timestamp_unix_ns: int) -> bool:
        """Tell whether it is time for another preview, and if so take note of it."""
        if abs(timestamp_unix_ns - self._previewed_ns) < _PREVIEW_INTERVAL_NS:
            return False
        self._previewed_ns = timestamp_unix_ns
        return True

    def _followed(self, gray: NDArray[np.uint8], timestamp_unix_ns: int) -> dict[int, Point2]:
        with self._lock:
            pointings = tuple(self._pointings)
            self._pointings.clear()
        for pointing in pointings:
            self._trackers.clear()
            picture = self._picture(pointing.timestamp_unix_ns, gray)
            height, width = picture.shape
            place = pointing.norm_pos[0] * width, (1.0 - pointing.norm_pos[1]) * height
            tracker = FeatureTracker.begin(picture, place)
            if tracker is not None:
                self._trackers[pointing.number] = tracker
        found: dict[int, Point2] = {}
        for number, tracker in tuple(self._trackers.items()):
            place_px = tracker.follow(gray)
            if place_px is None:
                del self._trackers[number]
            else:
                found[number] = place_px
        return found

    def _picture(
        self, timestamp_unix_ns: int | None, latest: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        kept = [picture for picture in self._pictures if picture[1].shape == latest.shape]
        if timestamp_unix_ns is None or not kept:
            return latest
        return min(kept, key=lambda picture: abs(picture[0] - timestamp_unix_ns))[1]

    def _preview(self, sighting: Sighting, confidences: Confidences) -> ScenePreview:
        return ScenePreview(
            topic=PREVIEW_TOPIC,
            width=sighting.width,
            height=sighting.height,
            timestamp=self._timebase.core_s(sighting.timestamp_unix_ns),
            markers=[
                (
                    marker.kind,
                    sighting.norm_pos(marker.center_px),
                    marker.diameter_px / sighting.width,
                )
                for marker in sighting.markers
            ],
            features=[sighting.norm_pos(place) for place in sighting.features.values()],
            confidences=confidences,
        )
