"""Streams paired by time: for each item of one stream, what belongs to it in the others.

Each stream beside the primary one is a `Series`, with a choice that says what belongs to an
instant: the nearest item, all items that overlap an interval, or an interpolated one
(`gazewire.flow.interpolation`). Nothing is consumed: one gaze datum may be nearest to two frames.

    gaze = Series(Nearest[GazeDatum](tolerance_ns=10_000_000))
    aligner = Aligner[Frame](gaze, max_wait_ns=200_000_000)
    ...
    gaze.receive(datum)
    for match in aligner.release(now_ns):
        print(match.primary, match[gaze])
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, cast

from gazewire.flow.playback import Timed
from gazewire.model import AudioChunk

__all__ = ["Aligner", "Choice", "Match", "Nearest", "Overlapping", "Series", "sound_duration_ns"]

P = TypeVar("P", bound=Timed)
S = TypeVar("S", bound=Timed)
R = TypeVar("R")
S_contra = TypeVar("S_contra", bound=Timed, contravariant=True)
R_co = TypeVar("R_co", covariant=True)

_NS_PER_S = 1_000_000_000
# How far behind the newest item of the primary stream a late one may lie and still find what
# belongs to it.
_LATENESS_NS = 250_000_000
# A stream that goes back by more than this was not re-ordered; its clock was set.
_CLOCK_WAS_SET_NS = _NS_PER_S


class Choice(Protocol[S_contra, R_co]):
    """What of a stream belongs to an instant. A value, without memory.

    The items are given in order of time, together with their instants.
    """

    def settled_ns(self, at_ns: int) -> int:
        """Once the stream has come as far as this, nothing that follows changes the choice."""

    def choose(self, times_ns: Sequence[int], items: Sequence[S_contra], at_ns: int) -> R_co:
        """What belongs to `at_ns`, of what is there."""

    def first_needed(self, times_ns: Sequence[int], items: Sequence[S_contra], at_ns: int) -> int:
        """Index of the first item that may yet belong to `at_ns` or to a later instant."""


# No slots: in Python 3.11 a frozen class with slots cannot be made by `Nearest[GazeDatum](...)`.


@dataclass(frozen=True)
class Nearest(Generic[S]):
    """The item nearest in time, or None where none is near enough; of two, the earlier.

    Attributes:
        tolerance_ns: how far away it may lie, this far included.
    """

    tolerance_ns: int

    def settled_ns(self, at_ns: int) -> int:
        """The instant itself: what comes later than an item behind it is no nearer."""
        return at_ns

    def choose(self, times_ns: Sequence[int], items: Sequence[S], at_ns: int) -> S | None:
        """The nearest of `items`, or None."""
        after = bisect_left(times_ns, at_ns)
        candidates = range(max(0, after - 1), min(after + 1, len(items)))
        nearest = min(candidates, key=lambda index: abs(times_ns[index] - at_ns), default=None)
        if nearest is None or abs(times_ns[nearest] - at_ns) > self.tolerance_ns:
            return None
        return items[nearest]

    def first_needed(self, times_ns: Sequence[int], items: Sequence[S], at_ns: int) -> int:
        """The last item that is not later."""
        return max(0, bisect_right(times_ns, at_ns) - 1)


@dataclass(frozen=True)
class Overlapping(Generic[S]):
    """All items that overlap an interval around the instant, such as the sound of a frame.

    Attributes:
        begin_ns: where the interval begins, from the instant on; below zero is before it.
        end_ns: where it ends, exclusive.
        duration_ns: how long an item lasts from its timestamp on.
    """

    begin_ns: int
    end_ns: int
    duration_ns: Callable[[S], int]

    def settled_ns(self, at_ns: int) -> int:
        """The end of the interval."""
        return at_ns + self.end_ns

    def choose(self, times_ns: Sequence[int], items: Sequence[S], at_ns: int) -> tuple[S, ...]:
        """Those of `items` that overlap, in order; empty where none does."""
        last = bisect_left(times_ns, at_ns + self.end_ns)
        begin_ns = at_ns + self.begin_ns
        return tuple(
            item
            for time_ns, item in zip(times_ns[:last], items, strict=False)
            if time_ns + self.duration_ns(item) > begin_ns
        )

    def first_needed(self, times_ns: Sequence[int], items: Sequence[S], at_ns: int) -> int:
        """The first item that has not ended where the interval begins."""
        begin_ns = at_ns + self.begin_ns
        for index, (time_ns, item) in enumerate(zip(times_ns, items, strict=True)):
            if time_ns + self.duration_ns(item) > begin_ns:
                return index
        return len(items)


def sound_duration_ns(chunk: AudioChunk) -> int:
    """How long a chunk of sound lasts, floored to nanoseconds."""
    samples = memoryview(chunk.samples).nbytes // (2 * chunk.channels)
    return samples * _NS_PER_S // chunk.sample_rate_hz


class Series(Generic[S, R]):
    """A stream that is paired with another one: what of it may yet be needed, in order of time.

    Items that come out of order are put in their place. A stream that goes back by more than a
    second has had its clock set; what was held is then forgotten, because its time means nothing.

    Args:
        choice: what of the stream belongs to an instant.
        capacity: how many items to hold at most; the earliest goes first. The default is two and
            a half seconds of gaze.

    Attributes:
        dropped: items that had to go because of that.
    """

    def __init__(self, choice: Choice[S, R], *, capacity: int = 512) -> None:
        if capacity < 2:
            raise ValueError(f"a series holds at least two items, not {capacity}")
        self.dropped = 0
        self._choice = choice
        self._capacity = capacity
        self._times_ns: list[int] = []
        self._items: list[S] = []
        # Where the stream has come to: the time of what came last, not the latest time.
        self._reached_ns: int | None = None

    def __len__(self) -> int:
        return len(self._items)

    def receive(self, item: S) -> None:
        """Take the next item of the stream."""
        at_ns = item.timestamp_unix_ns
        if self._reached_ns is not None and at_ns < self._reached_ns - _CLOCK_WAS_SET_NS:
            self._times_ns.clear()
            self._items.clear()
        self._reached_ns = at_ns
        if not self._times_ns or at_ns >= self._times_ns[-1]:
            self._times_ns.append(at_ns)
            self._items.append(item)
        else:
            place = bisect_right(self._times_ns, at_ns)
            self._times_ns.insert(place, at_ns)
            self._items.insert(place, item)
        if len(self._items) > self._capacity:
            self.dropped += 1
            self._forget(1)

    def is_settled(self, at_ns: int) -> bool:
        """Nothing that follows in order changes what belongs to an instant."""
        return self._reached_ns is not None and self._reached_ns >= self._choice.settled_ns(at_ns)

    def choose(self, at_ns: int) -> R:
        """What belongs to an instant, of what has come and not been forgotten."""
        return self._choice.choose(self._times_ns, self._items, at_ns)

    def forget_before(self, at_ns: int) -> None:
        """Let go of what is needed neither for `at_ns` nor for any later instant."""
        self._forget(self._choice.first_needed(self._times_ns, self._items, at_ns))

    def _forget(self, count: int) -> None:
        del self._times_ns[:count]
        del self._items[:count]


class _Partner(Protocol):
    """What an aligner needs to know of a series, whatever its items are."""

    def is_settled(self, at_ns: int) -> bool: ...
    def choose(self, at_ns: int) -> object: ...
    def forget_before(self, at_ns: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Match(Generic[P]):
    """An item of the primary stream and what belongs to it: ``match[gaze]``.

    Attributes:
        primary: the item.
    """

    primary: P
    _chosen: Mapping[_Partner, object]

    def __getitem__(self, series: Series[S, R]) -> R:
        # It was chosen by this very series.
        return cast(R, self._chosen[series])


class Aligner(Generic[P]):
    """Pairs each item of a primary stream with what belongs to it in other streams.

    A match is given out as soon as it can no longer change: when every series has come far enough.
    Where one lags or stands still, that is when the item has waited for `max_wait_ns`; then what
    has come until then decides. Matches come out in the order in which their primaries came.

    Time is any clock of the caller that does not run backwards. Call `release` after something
    was given to a series, and when `next_release_ns` is reached.

    Args:
        series: the other streams; each belongs to this aligner alone.
        max_wait_ns: how long an item waits for them at most.
        capacity: how many items wait at most; the one that came first then waits no longer.
    """

    def __init__(self, *series: _Partner, max_wait_ns: int, capacity: int = 64) -> None:
        if capacity < 1:
            raise ValueError(f"an aligner holds at least one item, not {capacity}")
        self._series = series
        self._max_wait_ns = max_wait_ns
        self._capacity = capacity
        # The deadline of each, and the item; deadlines never decrease.
        self._waiting: deque[tuple[int, P]] = deque()

    @property
    def next_release_ns(self) -> int | None:
        """When the item that has waited longest will be released, or None if none waits."""
        return self._waiting[0][0] if self._waiting else None

    def receive(self, primary: P, now_ns: int) -> list[Match[P]]:
        """Take the next item of the primary stream.

        Returns:
            The matches that can no longer change, or must not wait longer.
        """
        self._waiting.append((now_ns + self._max_wait_ns, primary))
        return self._release(now_ns, at_most=self._capacity)

    def release(self, now_ns: int) -> list[Match[P]]:
        """Give out the matches that can no longer change, or must not wait longer."""
        return self._release(now_ns, at_most=self._capacity)

    def flush(self) -> list[Match[P]]:
        """Give out all that waits, at the end of the streams."""
        return self._release(None, at_most=0)

    def _release(self, now_ns: int | None, at_most: int) -> list[Match[P]]:
        matches: list[Match[P]] = []
        while self._waiting:
            deadline_ns, primary = self._waiting[0]
            at_ns = primary.timestamp_unix_ns
            if (
                len(self._waiting) <= at_most
                and now_ns is not None
                and now_ns < deadline_ns
                and not all(series.is_settled(at_ns) for series in self._series)
            ):
                break
            self._waiting.popleft()
            chosen: dict[_Partner, object] = {
                series: series.choose(at_ns) for series in self._series
            }
            matches.append(Match(primary, chosen))
        if matches:
            self._forget(matches[-1].primary)
        return matches

    def _forget(self, newest: P) -> None:
        waiting = (primary.timestamp_unix_ns for _, primary in self._waiting)
        earliest_ns = min(itertools.chain(waiting, (newest.timestamp_unix_ns,)))
        for series in self._series:
            series.forget_before(earliest_ns - _LATENESS_NS)
