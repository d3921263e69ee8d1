"""Images of several cameras, delivered together.

from gazewire.multicam import subscribe_sets

with subscribe_sets(addresses, tolerance_s=0.005) as sets:
    for left, right in sets:
        ...
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from gazewire.multicam.camera_frame import CameraFrame
from gazewire.multicam.set_matcher import Member, SetMatcher
from gazewire.multicam.subscriber import CameraSubscriber, subscribe, wait_for_any
from gazewire.wire.camera import ImageForm

__all__ = ["FrameSetSubscriber", "subscribe_sets"]

_NS_PER_S = 1_000_000_000


def subscribe_sets(
    images: Sequence[str],
    *,
    tolerance_s: float | None = None,
    form: ImageForm | str = "fastest",
    newest: bool = True,
    timeout_s: float | None = None,
) -> FrameSetSubscriber:
    """Subscribe to the images of several cameras that belong together.

    Args:
        images: address of the images of each camera.
        tolerance_s: instants of exposure in a set are no further apart; less than half the time
            between two images. None: cameras wait for one trigger, and images with the same index
            belong together.
        form: as that of `subscribe`; it has to be one that tells the index where there is no
            tolerance.
        newest: pass over sets that have waited behind a newer one.
        timeout_s: end the iteration when no set has been whole for so long; None: never.

    Raises:
        NetworkError: an address is none.
        ValueError: there is no such form, or there are fewer than two cameras.
    """
    if len(images) < 2:
        raise ValueError("a set has the images of two cameras at the least")
    with ExitStack() as undo:
        cameras = [
            undo.enter_context(subscribe(address, form=form, newest=False)) for address in images
        ]
        undo.pop_all()
    tolerance_ns = None if tolerance_s is None else round(tolerance_s * _NS_PER_S)
    return FrameSetSubscriber(
        cameras, tolerance_ns=tolerance_ns, newest=newest, timeout_s=timeout_s
    )


class FrameSetSubscriber:
    """Sets of images as they are whole: an iterator, and a context manager that ends it.

    One thread uses it. Each set has one image of each camera, in the order of the addresses.

    Attributes:
        overwritten: sets that were lost because shared memory held an image of them no longer.
    """

    def __init__(
        self,
        cameras: Sequence[CameraSubscriber],
        *,
        tolerance_ns: int | None,
        newest: bool,
        timeout_s: float | None,
    ) -> None:
        self.overwritten = 0
        self._cameras = cameras
        self._matcher: SetMatcher[CameraFrame] = SetMatcher(len(cameras), tolerance_ns=tolerance_ns)
        self._whole: deque[tuple[CameraFrame, ...]] = deque()
        self._newest = newest
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[tuple[CameraFrame, ...]]:
        while (found := self.receive(self._timeout_s)) is not None:
            yield found

    @property
    def unmatched(self) -> Sequence[int]:
        """Images of each camera so far that belong to no whole set."""
        return self._matcher.unmatched

    def receive(self, timeout_s: float | None = None) -> tuple[CameraFrame, ...] | None:
        """Wait for a whole set; give None where none was in time."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            for number, camera in enumerate(self._cameras):
                self._take_all(number, camera)
            found = self._next()
            if found is not None:
                return found
            left_s = None if deadline is None else deadline - time.monotonic()
            if left_s is not None and left_s <= 0:
                return None
            wait_for_any(self._cameras, left_s)

    def close(self) -> None:
        """Unsubscribe."""
        for camera in self._cameras:
            camera.close()

    def _take_all(self, number: int, camera: CameraSubscriber) -> None:
        while (frame := camera.receive(0)) is not None:
            if frame.index is None and self._matcher.is_by_index:
                raise ValueError("these images have no index: match them by time")
            member = Member(frame.index or 0, frame.timestamp_unix_ns, frame)
            for members in self._matcher.add(number, member):
                self._whole.append(tuple(member.item for member in members))

    def _next(self) -> tuple[CameraFrame, ...] | None:
        while self._whole:
            found = self._whole.pop() if self._newest else self._whole.popleft()
            if self._newest:
                self._whole.clear()
            if all(frame.is_intact for frame in found):
                return found
            self.overwritten += 1
        return None
