"""Which pupils of two eyes are mapped together, as they come in."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from gazewire.model import EyeId, PupilDatum

__all__ = ["Pairing", "PunctualPairing"]

_NS_PER_MS = 1_000_000

_MIN_CONFIDENCE = 0.6
# Eyes of one rate are at most half a period apart. A little more, or jitter would part those that
# are just that; less than a whole one, or a pupil might take the partner of its neighbour.
_TOLERANCE_PERIODS = 0.6
_FIRST_PERIOD_NS = 1_000_000_000 // 120
_PERIODS_KEPT = 15
# An eye that has been silent for so long is not waited for, though it is said to run.
_SILENCE_NS = 250 * _NS_PER_MS
# A clock that goes back by so much has been set, or a recording begins anew.
_CLOCK_SET_NS = 1_000 * _NS_PER_MS


class Pairing(Protocol):
    """Decides which pupils are mapped together."""

    def add(
        self, pupil: PupilDatum, running: frozenset[EyeId]
    ) -> tuple[tuple[PupilDatum, ...], ...]:
        """Take a pupil, and give what is to be mapped now.

        Args:
            pupil: the eyes may come in any order, one eye's pupils in order of time.
            running: the eyes that send pupils.

        Returns:
            Each a single pupil, or that of the right and that of the left eye.
        """


class PunctualPairing:
    """Pairs each pupil at most once, in order of time, and waits no longer than it must.

    A pupil is paired with the next one of the other eye if they are nearer than 0.6 of the shorter
    period, and both are seen well; else it goes alone. The times of what is given out never fall. A
    pupil waits until the other eye has come as far, but no longer than until its own eye is
    `max_wait_ns` further, and not at all where the other eye does not run or has been silent for
    250 ms. A pupil that comes after its time has been given out is counted and dropped. No clock is
    read: all waiting is measured by the pupils' own times.

    Attributes:
        late: how many pupils were dropped, because they came too late or twice.

    Args:
        max_wait_ns: how far an eye may go on alone before its pupils go alone too.
    """

    def __init__(self, max_wait_ns: int = 25 * _NS_PER_MS) -> None:
        if max_wait_ns < 0:
            raise ValueError(f"nobody waits for {max_wait_ns} ns")
        self.late = 0
        self._max_wait_ns = max_wait_ns
        self._eyes = (_Eye(), _Eye())
        self._given_ns = self._begun_ns = 0

    def add(
        self, pupil: PupilDatum, running: frozenset[EyeId]
    ) -> tuple[tuple[PupilDatum, ...], ...]:
        """Take a pupil, and give what is to be mapped now, in order of time."""
        eye = self._eyes[pupil.eye_id]
        instant = pupil.timestamp_unix_ns
        if instant < max(eye.newest_ns, self._given_ns) - _CLOCK_SET_NS:
            self._eyes = (_Eye(), _Eye())
            self._given_ns = self._begun_ns = 0
            eye = self._eyes[pupil.eye_id]
        self._begun_ns = self._begun_ns or instant
        if instant <= eye.newest_ns or instant < self._given_ns:
            self.late += 1
            return ()
        eye.take(pupil)
        given: list[tuple[PupilDatum, ...]] = []
        while (ready := self._ready(running)) is not None:
            given.append(ready)
        return tuple(given)

    def _ready(self, running: frozenset[EyeId]) -> tuple[PupilDatum, ...] | None:
        """What is oldest, if its fate is decided."""
        while (eye_id := self._oldest()) is not None:
            if self._eyes[eye_id].waiting[0].timestamp_unix_ns >= self._given_ns:
                break
            # A pair before it has a mean that is later: images of one eye were strangely near.
            self._eyes[eye_id].waiting.popleft()
            self.late += 1
        if eye_id is None:
            return None
        mine, other = self._eyes[eye_id], self._eyes[1 - eye_id]
        oldest = mine.waiting[0]
        instant = oldest.timestamp_unix_ns
        if other.waiting:
            partner = other.waiting[0]
            if self._belong_together(oldest, partner):
                mine.waiting.popleft()
                other.waiting.popleft()
                self._given_ns = (instant + partner.timestamp_unix_ns) // 2
                return (oldest, partner) if oldest.eye_id == 0 else (partner, oldest)
        elif (
            (1 - eye_id) in running
            and other.newest_ns < instant
            and max(other.newest_ns, self._begun_ns) > instant - _SILENCE_NS
            and mine.newest_ns - instant < self._max_wait_ns
        ):
            return None
        mine.waiting.popleft()
        self._given_ns = instant
        return (oldest,)

    def _oldest(self) -> int | None:
        right, left = (eye.waiting for eye in self._eyes)
        if right and left:
            return int(left[0].timestamp_unix_ns < right[0].timestamp_unix_ns)
        return 0 if right else 1 if left else None

    def _belong_together(self, older: PupilDatum, newer: PupilDatum) -> bool:
        if older.confidence < _MIN_CONFIDENCE or newer.confidence < _MIN_CONFIDENCE:
            return False
        period_ns = min(eye.period_ns for eye in self._eyes)
        return newer.timestamp_unix_ns - older.timestamp_unix_ns <= _TOLERANCE_PERIODS * period_ns


class _Eye:
    """What has come of one eye.

    Attributes:
        waiting: pupils whose fate is not decided, the oldest first.
        newest_ns: instant of the last one that came; far in the past where none has.
        period_ns: median of the last intervals.
    """

    __slots__ = ("_intervals", "newest_ns", "period_ns", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[PupilDatum] = deque()
        self.newest_ns = -1 << 62
        self.period_ns = _FIRST_PERIOD_NS
        self._intervals: deque[int] = deque(maxlen=_PERIODS_KEPT)

    def take(self, pupil: PupilDatum) -> None:
        interval = pupil.timestamp_unix_ns - self.newest_ns
        if interval < _SILENCE_NS:
            self._intervals.append(interval)
            self.period_ns = sorted(self._intervals)[len(self._intervals) // 2]
        self.newest_ns = pupil.timestamp_unix_ns
        self.waiting.append(pupil)
