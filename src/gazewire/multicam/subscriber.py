"""Images of a camera in Python, and answers to it.

from gazewire.multicam import subscribe

with subscribe("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556", client="faces") as frames:
    for frame in frames:
        x, y, w, h = find_face(frame.pixels)
        frames.draw_box(frame, (x, y), (x + w, y + h))
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Literal, Self

import msgspec

from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.multicam.camera_frame import (
    CameraFrame,
    form_of_message,
    read_message,
    read_shared,
)
from gazewire.multicam.form_choice import FormChoice
from gazewire.net.image_client import ImageClient, is_this_machine, wait_for_images
from gazewire.net.shared_images import SharedImage
from gazewire.net.shared_memory import is_available
from gazewire.wire.camera import ImageForm, parse_invitation

__all__ = ["CameraSubscriber", "subscribe", "wait_for_any"]

_JSON = msgspec.json.Encoder()
_NS_PER_S = 1_000_000_000
# An image of a megabyte or two takes so long from the network's buffers; those hold fewer images.
_BEHIND_S = 0.003
_MOST_BEHIND = 12


def subscribe(
    images: str,
    boxes: str | None = None,
    *,
    client: str = "",
    form: ImageForm | Literal["fastest"] | str | None = "fastest",
    newest: bool = True,
    timeout_s: float | None = None,
) -> CameraSubscriber:
    """Subscribe to the images of a camera; nothing is waited for yet.

    Args:
        images: address of its images, such as ``tcp://127.0.0.1:5555``.
        boxes: address of its commands; None: there are no answers.
        client: by which the program's figures call whoever answers.
        form: which form of images to ask for. ``fastest``: the fastest that comes, which is shared
            memory from a program of ours on the same machine, and JSON or a map from pyMultiVideo.
            None: whatever the publisher sends by default. Every form is understood when it comes.
        newest: pass over images that have waited behind a newer one, so that a slow program sees
            what is, and not what was.
        timeout_s: end the iteration when no image has come for so long; None: never.

    Raises:
        NetworkError: that is no address.
        ValueError: there is no such form.
    """
    choice = None
    if form == "fastest":
        is_near = is_available() and is_this_machine(images)
        choice = FormChoice(is_near=is_near, now_mono_ns=time.monotonic_ns())
    prefix = b"" if form is None or choice is not None else ImageForm(form).prefix
    connection = ImageClient(images, boxes)
    if choice is None:
        connection.subscribe(prefix)
    return CameraSubscriber(connection, choice, client=client, newest=newest, timeout_s=timeout_s)


class CameraSubscriber:
    """Images as they come: an iterator, and a context manager that ends it. See `subscribe`.

    One thread uses it.

    Attributes:
        malformed: messages passed over so far, because they were no images.
    """

    def __init__(
        self,
        connection: ImageClient,
        choice: FormChoice | None,
        *,
        client: str,
        newest: bool,
        timeout_s: float | None,
    ) -> None:
        self.malformed = 0
        self._connection = connection
        self._choice = choice
        self._client = client
        self._newest = newest
        self._timeout_s = timeout_s
        self._ask()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[CameraFrame]:
        while (frame := self.receive(self._timeout_s)) is not None:
            yield frame

    def receive(self, timeout_s: float | None = None) -> CameraFrame | None:
        """Wait for an image; give None where none has come in time.

        Raises:
            NetworkError: ``shared`` was asked for, and the camera is on another machine, or in
                another container.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            self._ask()
            frame = self._newest_frame(deadline) if self._newest else self._next_frame(deadline)
            if frame is not None:
                return frame
            if deadline is not None and time.monotonic() >= deadline:
                return None

    @property
    def overwritten(self) -> int:
        """Images in shared memory that later ones had replaced before they were taken."""
        return self._connection.overwritten

    def draw_box(
        self,
        frame: CameraFrame,
        top_left: tuple[float, float],
        bottom_right: tuple[float, float],
    ) -> bool:
        """Have a box shown on the images, and tell which one it was found in.

        Returns:
            Whether the camera's program was there to take it.
        """
        box = {
            "TOP_LEFT": [float(x) for x in top_left],
            "BOTTOM_RIGHT": [float(x) for x in bottom_right],
        }
        return self.answer(frame, {"DRAW_BOX": box})

    def answer(self, frame: CameraFrame, command: Mapping[str, object] | None = None) -> bool:
        """Answer an image with a command, or with nothing but that it was looked at.

        Args:
            frame: the image.
            command: keys of ``docs/protocols/cameras.md``.

        Returns:
            Whether the camera's program was there to take it.
        """
        said = dict(command or {})
        if frame.index is not None:
            said["FRAME_INDEX"] = frame.index
        if self._client:
            said["CLIENT"] = self._client
        return self._connection.answer(_JSON.encode(said))

    def close(self) -> None:
        """Unsubscribe."""
        self._connection.__exit__(None, None, None)

    def _wait_s(self, deadline: float | None) -> float | None:
        due_ns = None if self._choice is None else self._choice.due_mono_ns
        ends = [] if deadline is None else [deadline]
        ends += [] if due_ns is None else [due_ns / _NS_PER_S]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _ask(self) -> None:
        if self._choice is None:
            return
        form = self._choice.ask(time.monotonic_ns())
        if form is not None:
            self._connection.subscribe(form.prefix)

    def _next_frame(self, deadline: float | None) -> CameraFrame | None:
        return self._take(self._wait_s(deadline))[1]

    def _newest_frame(self, deadline: float | None) -> CameraFrame | None:
        came, frame = self._take(0)
        # What has waited for us may have others behind it, still on their way.
        patience_s = _BEHIND_S if came else 0.0
        if not came:
            came, frame = self._take(self._wait_s(deadline))
        for _ in range(_MOST_BEHIND):
            # Shared memory has no queue.
            if not came or (frame is not None and frame.slot is not None):
                break
            came, later = self._take(patience_s)
            frame = later or frame
        return frame

    def _take(self, timeout_s: float | None) -> tuple[bool, CameraFrame | None]:
        """Wait for a message; tell whether one came, and the image that it was."""
        try:
            message = self._connection.receive(timeout_s, newest=self._newest)
        except NetworkError:
            # The writer's end of the memory is closed; what sends invitations comes back by itself.
            if self._choice is not None:
                self._choice.lost(time.monotonic_ns())
            return True, None
        if message is None:
            return False, None
        if isinstance(message, SharedImage):
            return True, read_shared(message)
        try:
            return True, self._read(message)
        except RemoteProtocolError:
            self.malformed += 1
            return True, None

    def _read(self, parts: list[memoryview]) -> CameraFrame | None:
        form = form_of_message(parts)
        if form is ImageForm.SHARED:
            self._come_in(parse_invitation(parts))
            return None
        return read_message(parts) if self._is_chosen(form) else None

    def _come_in(self, name: str) -> None:
        try:
            self._connection.attach(name)
        except NetworkError:
            if self._choice is None:
                raise
            # It may have waited here since its writer was killed: another one may follow.
            self._choice.failed(time.monotonic_ns())
        else:
            if self._is_chosen(ImageForm.SHARED) and self._choice is not None:
                self._choice.settled()

    def _is_chosen(self, form: ImageForm) -> bool:
        if self._choice is None:
            return True
        given_up = self._choice.came(form, time.monotonic_ns())
        for slower in given_up or ():
            self._connection.unsubscribe(slower.prefix)
        return given_up is not None


def wait_for_any(cameras: Sequence[CameraSubscriber], timeout_s: float | None) -> None:
    """Wait until one of several cameras may have an image, or it is time to ask for another form.

    Args:
        cameras: to be received from afterwards, without waiting.
        timeout_s: for so long at the most; None is for ever.
    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    waits = [camera._wait_s(deadline) for camera in cameras]
    shortest = min((wait for wait in waits if wait is not None), default=None)
    wait_for_images([camera._connection for camera in cameras], shortest)
