"""One camera at work: acquisition, sockets, boxes and figures."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec
from msgspec.structs import replace

from gazewire.camera import Control, DropCause, Shot
from gazewire.model import Frame
from gazewire.multicam.acquisition import Acquisition
from gazewire.multicam.answers import Answers, ClientFigures
from gazewire.multicam.config import CameraConfig
from gazewire.multicam.one_byte import gray_bytes, mosaic_bytes
from gazewire.multicam.overlay import Overlay
from gazewire.multicam.publisher import Publisher
from gazewire.multicam.recording import NOT_IN_NAMES, CameraRecorder
from gazewire.multicam.sharing import Sharing
from gazewire.multicam.sources import open_source
from gazewire.net.image_sockets import ImageSockets
from gazewire.net.shared_memory import is_available
from gazewire.time import Clock
from gazewire.wire.camera import Box, ImageForm, Point

_NEVER_NS = 1 << 63
# After the last image of a recording, the next one tells that it was the last.
_LAST_IMAGE_WITHIN_S = 1.0

__all__ = ["CameraStatus", "RunningCamera", "ShownBox", "SocketPlan"]


class ShownBox(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A box or a point as it is shown now; a point is its own two corners.

    Attributes:
        TOP_LEFT: x and y in pixels of the image.
        BOTTOM_RIGHT: x and y.
        ID: the client's name for it.
        LABEL: beside it.
    """

    TOP_LEFT: tuple[float, float]
    BOTTOM_RIGHT: tuple[float, float]
    ID: str = ""
    LABEL: str = ""


class CameraStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A camera as ``GET /api/cameras`` tells it.

    Attributes:
        id: as messages name it.
        name: as people call it.
        connected: whether it gives images.
        width: pixels in a row.
        height: rows.
        fps: images a second of late.
        frames: images that came from it so far.
        dropped: images lost so far, by cause.
        boxes: those that are shown now.
        malformed: messages of clients that could not be read.
        outside: boxes that were not wholly inside the image.
        subscribers: subscriptions to its images.
        published: images sent, by form.
        clients: those that answer, with latencies.
        waits: it is exposed by our word.
        subject: who is seen.
        recording: the path of the video that is being written, or None.
        recorded: images in that video so far.
        told: what is wrong with the recording, in words; empty where nothing is.
        images: where images go out.
        boxes_address: where commands come in.
    """

    id: str
    name: str
    connected: bool
    width: int
    height: int
    fps: float
    frames: int
    dropped: dict[str, int]
    boxes: list[ShownBox]
    malformed: int
    outside: int
    subscribers: int
    published: dict[str, int]
    clients: list[ClientFigures]
    waits: bool
    subject: str
    recording: str | None
    recorded: int
    told: str
    images: str
    boxes_address: str


@dataclass(frozen=True, slots=True)
class SocketPlan:
    """Where the sockets of a camera are bound, and how often they are used; see `Rates`."""

    images: tuple[str, int]
    boxes: tuple[str, int]
    put_hz: float
    pull_hz: float
    frame_hz: float | None
    box_ttl_s: float


class RunningCamera:
    """A camera that gives images to whoever wants them; a context manager.

    Args:
        config: what it is.
        plan: its sockets.
        clock: the program's.

    Attributes:
        config: what it is; the subject changes.
        shape: of its images.

    Raises:
        SourceError: it cannot be opened.
        NetworkError: an address cannot be bound.
    """

    def __init__(self, config: CameraConfig, plan: SocketPlan, clock: Clock) -> None:
        self.config = config
        self._clock = clock
        self._overlay = Overlay(plan.box_ttl_s)
        self._answers = Answers()
        self._recorder: CameraRecorder | None = None
        self._recorded_ns = (0, 0)
        self._recording_changed = threading.Condition()
        self._acquisition = Acquisition(
            config.name, lambda: open_source(config, clock), self._take, clock
        )
        with ExitStack() as undo:
            shape = self.shape = self._acquisition.open().shape
            undo.callback(self._acquisition.stop)
            self._size = shape.width, shape.height
            self._sockets = undo.enter_context(
                ImageSockets(plan.images, plan.boxes, _offered(config.forms), name=config.name)
            )
            self._publisher = Publisher(
                config.id,
                self._sockets,
                plan,
                self._size,
                clock,
                self._overlay,
                self._answers,
                Sharing(config.name, shape.rate_hz, plan.frame_hz),
                one_byte=mosaic_bytes if config.colour == "mosaic" else gray_bytes,
            )
            undo.pop_all()

    def __enter__(self) -> Self:
        self._publisher.start()
        self._acquisition.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._acquisition.stop()
        self._publisher.stop()
        self._sockets.__exit__(exc_type, exc, traceback)

    @property
    def images_url(self) -> str:
        """Where images go out."""
        return self._sockets.images_url

    @property
    def boxes_url(self) -> str:
        """Where commands come in."""
        return self._sockets.boxes_url

    @property
    def newest(self) -> Frame | None:
        """The newest image, if there is one."""
        shot = self._publisher.newest
        return None if shot is None else shot.frame

    @property
    def newest_ns(self) -> int | None:
        """Instant of the newest image, if there is one."""
        frame = self.newest
        return None if frame is None else frame.timestamp_unix_ns

    def lose(self, cause: DropCause) -> None:
        """Count an image that was lost after it had come."""
        self._acquisition.lose(cause)

    def set_subject(self, subject: str) -> None:
        """Say who is seen, for the recordings to come.

        Raises:
            ValueError: that cannot be in the name of a file.
        """
        if wrong := sorted(NOT_IN_NAMES & set(subject)):
            raise ValueError(f"the name of a subject has none of {' '.join(wrong)}")
        self.config = replace(self.config, subject=subject.strip())

    def fire(self) -> None:
        """Expose an image, where the camera waits for our word.

        Raises:
            SourceError: the camera is gone.
        """
        self._acquisition.fire()

    def controls(self) -> Future[Mapping[str, Control]]:
        """Ask what can be set, and within which range."""
        return self._acquisition.ask(lambda camera: camera.controls)

    def set_control(self, name: str, value: float | str) -> Future[None]:
        """Set something while images come; the answer raises ValueError where it is not taken."""
        return self._acquisition.ask(lambda camera: camera.set_control(name, value))

    def record(self, recorder: CameraRecorder, from_unix_ns: int) -> None:
        """Offer a recorder all images that are exposed from an instant on."""
        with self._recording_changed:
            self._recorder = recorder
            self._recorded_ns = from_unix_ns, _NEVER_NS

    def end_recording(self, until_unix_ns: int) -> CameraRecorder | None:
        """Offer the recorder no image any more that is exposed from an instant on.

        Returns:
            The recorder, when a later image has come or none comes any more.
        """
        with self._recording_changed:
            self._recorded_ns = self._recorded_ns[0], until_unix_ns
            self._recording_changed.wait_for(
                lambda: (self.newest_ns or 0) >= until_unix_ns or not self._acquisition.connected,
                timeout=_LAST_IMAGE_WITHIN_S,
            )
            recorder, self._recorder = self._recorder, None
            return recorder

    def status(self) -> CameraStatus:
        """Tell how it is."""
        acquired, publisher, recorder = self._acquisition, self._publisher, self._recorder
        return CameraStatus(
            id=self.config.id,
            name=self.config.name,
            connected=acquired.connected,
            width=self._size[0],
            height=self._size[1],
            fps=round(acquired.rate_hz, 2),
            frames=acquired.frames,
            dropped={str(cause): count for cause, count in acquired.dropped.items()},
            boxes=[_shown(shape) for shape in self._overlay.shown(self._clock.mono_ns())],
            malformed=publisher.malformed,
            outside=publisher.outside,
            subscribers=publisher.subscribers,
            published={form.value: count for form, count in list(publisher.published.items())},
            clients=self._answers.figures(),
            waits=self.config.trigger == "software",
            subject=self.config.subject,
            recording=None if recorder is None else str(recorder.path),
            recorded=0 if recorder is None else recorder.accounts.written,
            told="" if recorder is None else recorder.told,
            images=self.images_url,
            boxes_address=self.boxes_url,
        )

    def _take(self, shot: Shot) -> None:
        with self._recording_changed:
            first_ns, end_ns = self._recorded_ns
            is_recorded = first_ns <= shot.frame.timestamp_unix_ns < end_ns
            if self._recorder is not None and is_recorded:
                # From the first image on: a clock that is set back makes no gap.
                self._recorded_ns = 0, end_ns
                cause = self._recorder.offer(shot)
                if cause is not None:
                    self._acquisition.lose(cause)
        dropped = self._acquisition.dropped
        self._publisher.offer(shot, {cause: count for cause, count in dropped.items() if count})
        if end_ns <= shot.frame.timestamp_unix_ns:
            with self._recording_changed:
                self._recording_changed.notify()


def _offered(forms: Sequence[ImageForm]) -> tuple[ImageForm, ...]:
    """Those of the forms that this system has."""
    had = tuple(form for form in forms if form is not ImageForm.SHARED or is_available())
    return had or (ImageForm.MULTIPART,)


def _shown(shape: Box | Point) -> ShownBox:
    if isinstance(shape, Point):
        corner = (shape.x_px, shape.y_px)
        return ShownBox(TOP_LEFT=corner, BOTTOM_RIGHT=corner, ID=shape.id, LABEL=shape.label)
    return ShownBox(
        TOP_LEFT=(shape.left_px, shape.top_px),
        BOTTOM_RIGHT=(shape.right_px, shape.bottom_px),
        ID=shape.id,
        LABEL=shape.label,
    )
