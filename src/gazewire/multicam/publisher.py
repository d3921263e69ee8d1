"""The thread that publishes the images of one camera, and hears what clients say about them."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gazewire.camera import Shot
from gazewire.errors import RemoteProtocolError
from gazewire.model import Frame
from gazewire.multicam.answers import Answers
from gazewire.multicam.one_byte import gray_bytes
from gazewire.multicam.overlay import Overlay
from gazewire.multicam.sharing import Sharing
from gazewire.net.image_sockets import ImageSockets
from gazewire.time import Clock
from gazewire.wire.camera import (
    Box,
    Command,
    FrameHeader,
    ImageForm,
    ImageJson,
    ImageMap,
    Point,
    image_shape,
    invitation,
)

__all__ = ["Publisher", "Rates"]

_log = logging.getLogger(__name__)

_NS_PER_S = 1_000_000_000
_LONGEST_WAIT_S = 0.5
_COMPLAIN_EVERY_NS = _NS_PER_S
_ANONYMOUS = "client"
# Images that wait for the thread while it makes a message; a tenth of a second at 60 a second.
_WAITING = 6
# Quick ones first: nobody waits for JSON to be made who did not ask for it.
_SENT = (ImageForm.MULTIPART, ImageForm.MAP, ImageForm.JSON)


class Rates(Protocol):
    """How often things happen, each a number a second."""

    @property
    def put_hz(self) -> float:
        """Most images in the forms of the incumbent."""

    @property
    def frame_hz(self) -> float | None:
        """Most images in our own form; None: all of them."""

    @property
    def pull_hz(self) -> float:
        """Most changes of the boxes that are shown."""


@dataclass(frozen=True, slots=True)
class _Offer:
    shot: Shot
    header: FrameHeader


class Publisher:
    """Sends images when one is due and somebody wants it, and hears commands.

    Each image is sent at the moment at which it comes; in the forms of the incumbent the newest one
    alone. None is sent old, or twice.

    Commands are taken from their queue when they come, so that answers are timed by their arrival.
    Of several within one interval of `pull_hz`, the newest is shown at its end.

    Args:
        camera: id that messages have.
        sockets: bound; used by the thread alone from `start` on.
        rates: how often.
        size: width and height of images, to which coordinates of boxes are held.
        clock: the program's.
        overlay: shows boxes.
        answers: takes latencies.
        sharing: gives images in shared memory; closed with the publisher.
        one_byte: makes the pixels of the incumbent's forms.

    Attributes:
        malformed: messages of clients that could not be read.
        outside: boxes and points that were not wholly inside the image.
        published: images sent, by form.
        subscribers: subscriptions at the moment.
        wanted: forms that are subscribed to at the moment.
    """

    def __init__(
        self,
        camera: str,
        sockets: ImageSockets,
        rates: Rates,
        size: tuple[int, int],
        clock: Clock,
        overlay: Overlay,
        answers: Answers,
        sharing: Sharing,
        *,
        one_byte: Callable[[Frame], memoryview] = gray_bytes,
    ) -> None:
        self.malformed = 0
        self.outside = 0
        self.published: dict[ImageForm, int] = {}
        self.subscribers = 0
        self._camera = camera
        self._sockets = sockets
        self._size = size
        self._clock = clock
        self._overlay = overlay
        self._answers = answers
        self._sharing = sharing
        self._one_byte = one_byte
        put_ns = round(_NS_PER_S / rates.put_hz)
        frame_ns = 0 if rates.frame_hz is None else round(_NS_PER_S / rates.frame_hz)
        self._pull_ns = round(_NS_PER_S / rates.pull_hz)
        self._interval_ns = {
            ImageForm.JSON: put_ns,
            ImageForm.MAP: put_ns,
            ImageForm.MULTIPART: frame_ns,
        }
        self._due_ns: dict[ImageForm, int] = {}
        self._pull_due_ns = 0
        self._said: tuple[Box | Point, ...] | None = None
        self._next_complaint_ns = 0
        self._quiet = 0
        self._lock = threading.Lock()
        self._newest: Shot | None = None
        self._offers: deque[_Offer] = deque(maxlen=_WAITING)
        self.wanted: frozenset[ImageForm] = frozenset()
        self._stop = False

    def start(self) -> None:
        """Begin to publish."""
        self._sockets.start(self._run)

    def stop(self) -> None:
        """Tell the thread to end; leaving the sockets waits for it. Nothing is offered any more."""
        self._stop = True
        self._sockets.wake()

    def offer(self, shot: Shot, drops: Mapping[str, int]) -> None:
        """Give the newest image, from one thread; costs a copy into shared memory at the most.

        Args:
            shot: its pixels are not changed afterwards.
            drops: images lost so far, by cause.
        """
        offer = _Offer(shot, self._header(shot, drops))
        if self._sharing.readers:
            # Here, not in the thread: so it is there one change of threads earlier.
            self._sharing.share(offer.header, shot.frame)
            self._answers.sent(shot.frame.index, shot.frame.timestamp_unix_ns)
            self.published[ImageForm.SHARED] = self._sharing.shared
        with self._lock:
            self._newest = shot
            is_wanted = not self.wanted.isdisjoint(_SENT)
            was_empty = not self._offers
            if is_wanted:
                self._offers.append(offer)
        if is_wanted and was_empty:
            self._sockets.wake()

    @property
    def newest(self) -> Shot | None:
        """The newest image."""
        with self._lock:
            return self._newest

    def _run(self) -> None:
        try:
            while not self._stop:
                self.wanted = self._sockets.wanted()
                self.subscribers = self._sockets.subscribers
                self._let_in()
                now_ns = self._clock.mono_ns()
                self._hear(now_ns)
                self._publish(now_ns)
                self._sockets.wait(self._wait_s(), self._sharing.descriptors())
        finally:
            self._sharing.close()

    def _let_in(self) -> None:
        if ImageForm.SHARED in self._sockets.joined and self._sharing.name:
            self._sockets.send(invitation(self._sharing.name))
        self._sharing.accept()

    def _wait_s(self) -> float:
        if self._said is None:
            return _LONGEST_WAIT_S
        return max(0, self._pull_due_ns - self._clock.mono_ns()) / _NS_PER_S

    # Images

    def _publish(self, now_ns: int) -> None:
        with self._lock:
            offers = list(self._offers)
            self._offers.clear()
        if not offers:
            return
        for form in _SENT:
            if form in self.wanted:
                self._publish_form(form, offers, now_ns)

    def _publish_form(self, form: ImageForm, offers: Sequence[_Offer], now_ns: int) -> None:
        interval_ns, due_ns = self._interval_ns[form], self._due_ns.get(form, 0)
        # Images jitter: one that comes a little early is taken, or every other one of a camera
        # that is as fast as we put would be passed over.
        if now_ns < due_ns - interval_ns // 4:
            return
        for offer in offers[-1:] if interval_ns else offers:
            self._sockets.send(self._message(form, offer))
            self._answers.sent(offer.shot.frame.index, offer.shot.frame.timestamp_unix_ns)
            self.published[form] = self.published.get(form, 0) + 1
            # On a grid, so that the mean rate is the one asked for; begun anew after a pause.
            next_ns = due_ns + interval_ns
            self._due_ns[form] = next_ns if next_ns > now_ns else now_ns + interval_ns

    def _message(self, form: ImageForm, offer: _Offer) -> Sequence[bytes | bytearray | memoryview]:
        frame = offer.shot.frame
        match form:
            case ImageForm.JSON:
                image = ImageJson(
                    unique_id=self._camera,
                    timestamp=frame.timestamp_unix_ns,
                    image=self._one_byte(frame),
                    height=frame.height,
                    width=frame.width,
                )
                return [image.serialize()]
            case ImageForm.MAP:
                header = ImageMap(
                    unique_id=self._camera,
                    timestamp=frame.timestamp_unix_ns,
                    height=frame.height,
                    width=frame.width,
                )
                return header.message(self._one_byte(frame))
            case _:
                return offer.header.message(frame.data)

    def _header(self, shot: Shot, drops: Mapping[str, int]) -> FrameHeader:
        frame = shot.frame
        return FrameHeader(
            id=self._camera,
            index=frame.index,
            exposure_unix_ns=frame.timestamp_unix_ns,
            pixel_format=frame.pixel_format,
            shape=image_shape(frame.pixel_format, frame.width, frame.height),
            drops=dict(drops),
            uncertainty_ns=shot.uncertainty_ns,
        )

    # Commands

    def _hear(self, now_ns: int) -> None:
        width, height = self._size
        for data in self._sockets.commands():
            try:
                command = Command.parse(data, width=width, height=height)
            except RemoteProtocolError as error:
                self.malformed += 1
                self._complain(error, now_ns)
                continue
            self.outside += command.outside
            if command.frame_index is not None:
                self._answers.answered(
                    command.client or _ANONYMOUS, command.frame_index, self._clock.unix_ns()
                )
            if command.shapes is not None:
                self._said = command.shapes
        if self._said is not None and now_ns >= self._pull_due_ns:
            self._overlay.show(self._said, now_ns)
            self._said = None
            self._pull_due_ns = now_ns + self._pull_ns

    def _complain(self, error: RemoteProtocolError, now_ns: int) -> None:
        if now_ns < self._next_complaint_ns:
            self._quiet += 1
            return
        more = f" (and {self._quiet} more before)" if self._quiet else ""
        _log.warning("a client of %s sent a malformed message: %s%s", self._camera, error, more)
        self._next_complaint_ns, self._quiet = now_ns + _COMPLAIN_EVERY_NS, 0
