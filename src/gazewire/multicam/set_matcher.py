"""Images of several cameras that belong together: by the number of the trigger, or by time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Member", "SetMatcher"]

_T = TypeVar("_T")
# Of one camera, while another one gives none: four seconds at 60 images a second.
_MOST_WAITING = 256


@dataclass(frozen=True, slots=True)
class Member(Generic[_T]):
    """An image of one camera, as the matcher sees it.

    Attributes:
        index: counts the images of its camera, lost ones included: with cameras that wait for one
            trigger, the number of the trigger.
        timestamp_unix_ns: instant of its exposure.
        item: the image itself, or what stands for it.
    """

    index: int
    timestamp_unix_ns: int
    item: _T


class SetMatcher(Generic[_T]):
    """Finds sets with one image of each camera. It knows no clock and keeps a bounded number.

    Images of one camera are added in order, those of different cameras as they come. An image whose
    partners are lost is given up as soon as that is known, which is when each other camera has
    given a later one.

    Args:
        cameras: how many there are.
        tolerance_ns: instants in a set are no further apart; less than half the interval of two
            images. None: images with the same index belong together.

    Attributes:
        sets: whole ones so far.
        unmatched: images given up so far, of each camera.
    """

    def __init__(self, cameras: int, *, tolerance_ns: int | None) -> None:
        self.sets = 0
        self.unmatched = [0] * cameras
        self._tolerance_ns = tolerance_ns
        self._waiting: list[deque[Member[_T]]] = [deque() for _ in range(cameras)]

    @property
    def is_by_index(self) -> bool:
        """Whether indexes decide, and not instants."""
        return self._tolerance_ns is None

    def add(self, camera: int, member: Member[_T]) -> list[tuple[Member[_T], ...]]:
        """Add an image of a camera, by its number; give the sets that are whole now."""
        waiting = self._waiting[camera]
        waiting.append(member)
        if len(waiting) > _MOST_WAITING:
            self._give_up(camera)
        whole = []
        while all(self._waiting):
            heads = [queue[0] for queue in self._waiting]
            latest = max(self._key(head) for head in heads)
            late = [
                number
                for number, head in enumerate(heads)
                if latest - self._key(head) > (self._tolerance_ns or 0)
            ]
            for number in late:
                self._give_up(number)
            if not late:
                whole.append(tuple(queue.popleft() for queue in self._waiting))
        self.sets += len(whole)
        return whole

    def finish(self) -> Sequence[int]:
        """No more images come: give up those that wait; tell how many were, of each camera."""
        for number, queue in enumerate(self._waiting):
            self.unmatched[number] += len(queue)
            queue.clear()
        return self.unmatched

    def _key(self, member: Member[_T]) -> int:
        return member.index if self._tolerance_ns is None else member.timestamp_unix_ns

    def _give_up(self, camera: int) -> None:
        self._waiting[camera].popleft()
        self.unmatched[camera] += 1
