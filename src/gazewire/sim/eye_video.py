"""The pictures of both eye cameras, side by side as Neon sends them, and what is true of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import msgspec
import numpy as np

from gazewire.camera.source import Wants
from gazewire.camera.truth import StreamTruth
from gazewire.model import Frame
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX, Side
from gazewire.sim.eye_face import Face
from gazewire.sim.eye_image import EyeRenderer
from gazewire.sim.eye_lids import LidCurves
from gazewire.sim.eye_pose import EyePose
from gazewire.sim.eye_truth import PupilTruth, pupil_truth
from gazewire.sim.person import Person
from gazewire.sim.truth import EyeTruth, WearerTruth

__all__ = ["EYE_VIDEO_HEIGHT", "EYE_VIDEO_WIDTH", "EyeVideo", "WantedEyes"]

EYE_VIDEO_WIDTH = 2 * EYE_IMAGE_SIZE_PX
"""Pixels in a row: the left eye's picture, then the right one's."""

EYE_VIDEO_HEIGHT = EYE_IMAGE_SIZE_PX
"""Rows."""


class EyeVideo:
    """Draws both eyes of a person, and knows what is true of them whether they are drawn or not.

    Getting ready to draw takes a second or two; the first frame does it, where `prepare` has not
    been called before. Only `prepare` and `is_prepared` may be used by several threads at once.

    Args:
        person: whose eyes.
    """

    def __init__(self, person: Person) -> None:
        self._person = person
        self._lids = LidCurves(person.lids)
        self._faces: dict[Side, Face] = {}
        self._preparing = threading.Lock()
        self._renderers: tuple[EyeRenderer, EyeRenderer] | None = None

    @property
    def is_prepared(self) -> bool:
        """A frame can be drawn at once."""
        return self._renderers is not None

    def prepare(self) -> tuple[EyeRenderer, EyeRenderer]:
        """Get ready to draw, and give the renderers of the left eye and the right one."""
        with self._preparing:
            if self._renderers is None:
                self._renderers = (
                    EyeRenderer(self._person, "left"),
                    EyeRenderer(self._person, "right"),
                )
            return self._renderers

    def frame(self, left: EyePose, right: EyePose, *, index: int, timestamp_unix_ns: int) -> Frame:
        """Draw one picture of both eyes; the pixels are the receiver's to keep.

        Args:
            left: of the left eye.
            right: of the right eye.
            index: counts the pictures; decides the noise of the sensors.
            timestamp_unix_ns: instant of exposure.
        """
        draw_left, draw_right = self._renderers or self.prepare()
        pixels = np.empty((EYE_VIDEO_HEIGHT, EYE_VIDEO_WIDTH), np.uint8)
        pixels[:, :EYE_IMAGE_SIZE_PX] = draw_left.render(left, noise_seed=2 * index)
        pixels[:, EYE_IMAGE_SIZE_PX:] = draw_right.render(right, noise_seed=2 * index + 1)
        return Frame(
            camera="eyes",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=EYE_VIDEO_WIDTH,
            height=EYE_VIDEO_HEIGHT,
            pixel_format="gray",
            data=pixels.reshape(-1).data,
        )

    def truth(self, side: Side, pose: EyePose) -> PupilTruth:
        """What is true of one eye's picture, in pixels of its own half."""
        eye = self._person.eye(side)
        if side not in self._faces:
            self._faces[side] = Face.of(eye)
        return pupil_truth(eye, self._faces[side], self._lids, pose)

    def stream_truths(self, truth: WearerTruth, index: int) -> Iterator[StreamTruth]:
        """What is true of frame number `index`, of the right eye's picture and of the left one's.

        The eyes are numbered as in Pupil Core: 0 is the right one.
        """
        eyes: tuple[tuple[str, Side, EyeTruth | None], ...] = (
            ("pupil.0", "right", truth.right),
            ("pupil.1", "left", truth.left),
        )
        for stream, side, eye in eyes:
            assert eye is not None, "who has pictures of the eyes knows their poses"
            pupil = msgspec.to_builtins(self.truth(side, eye.pose))
            yield StreamTruth(
                stream=stream,
                timestamp_unix_ns=truth.timestamp_unix_ns,
                values={"index": index, **pupil},
            )


class WantedEyes:
    """Decides which eye frames are drawn. A context manager that may own a thread.

    Where frames may be left out, getting ready to draw holds nothing up: it is done beside, when
    the first one is wanted.

    Args:
        video: draws them; None where there are no eye cameras.
        wants: tells which are wanted; None wants them all.
    """

    def __init__(self, video: EyeVideo | None, wants: Wants | None) -> None:
        self._video = video
        self._wants = wants
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="eyes")
        self._preparing: Future[object] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread.shutdown()

    def draws(self, index: int) -> bool:
        """Frame number `index` is to be drawn now."""
        if self._video is None:
            return False
        if self._wants is None:
            return True
        if not self._wants("eyes", index):
            return False
        if not self._video.is_prepared and self._preparing is None:
            self._preparing = self._thread.submit(self._video.prepare)
        if self._preparing is not None and self._preparing.done():
            self._preparing.result()  # where it failed, it fails here
        return self._video.is_prepared
