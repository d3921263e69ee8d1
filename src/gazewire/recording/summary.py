"""What there is in a recording: how much, how regular, how whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.recording.finding import Finding
from gazewire.recording.recording import Recording, RecordingFacts

__all__ = ["ClockJump", "Gap", "RecordingSummary", "StreamSummary", "summarize"]

_NS_PER_S = 1_000_000_000
# Of these names the instants come at a rate; those of the others when something happens.
_REGULAR = {"gaze", "gaze_left", "gaze_right", "eye_state", "imu"}
# A gap is at least that many typical intervals; two and a half leave out jitter.
_GAP_INTERVALS = 2.5
# All streams paused together for so long: a jump of the clock, or a program that stood still.
_JUMP_NS = 1_000_000_000
_TOGETHER_NS = 200_000_000


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without samples.

    Attributes:
        start_unix_ns: the last sample before it.
        duration_ns: to the next one.
    """

    start_unix_ns: int
    duration_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSummary:
    """One series or video.

    Attributes:
        name: as in the recording.
        count: samples, or pictures.
        first_unix_ns: of the first sample; None where there is none.
        last_unix_ns: of the last one.
        rate_hz: by the median interval; None for what comes when it happens.
        dropped: samples that are missing in gaps, by the rate.
        gaps: at least two and a half intervals long, in order.
    """

    name: str
    count: int
    first_unix_ns: int | None = None
    last_unix_ns: int | None = None
    rate_hz: float | None = None
    dropped: int = 0
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockJump:
    """An instant at which the clock seems to have been set forward.

    Where it was set back, instants of a file step back, which is among the findings.

    Attributes:
        at_unix_ns: the last sample before.
        by_ns: how far all streams were moved. A program that stood still looks the same.
    """

    at_unix_ns: int
    by_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSummary:
    """All of it.

    Attributes:
        facts: what the recording says of itself.
        start_unix_ns: the earliest sample of all; None where there is none.
        end_unix_ns: the latest.
        streams: series, then videos.
        events: how many.
        jumps: of the clock.
        findings: what is wrong with its files.
    """

    facts: RecordingFacts
    start_unix_ns: int | None
    end_unix_ns: int | None
    streams: tuple[StreamSummary, ...]
    events: int
    jumps: tuple[ClockJump, ...]
    findings: tuple[Finding, ...]

    @property
    def duration_s(self) -> float:
        """From the earliest sample to the latest."""
        if self.start_unix_ns is None or self.end_unix_ns is None:
            return 0.0
        return (self.end_unix_ns - self.start_unix_ns) / _NS_PER_S


def summarize(recording: Recording) -> RecordingSummary:
    """Read everything but pictures, and say what is there."""
    recording.examine()
    streams = []
    for name in recording.series_names:
        times = recording.series(name).times_unix_ns
        streams.append(_stream(name, times, is_regular=name in _REGULAR))
    for name, video in recording.videos.items():
        streams.append(_stream(f"{name} video", video.times_unix_ns, is_regular=True))
    firsts = [s.first_unix_ns for s in streams if s.first_unix_ns is not None]
    lasts = [s.last_unix_ns for s in streams if s.last_unix_ns is not None]
    return RecordingSummary(
        facts=recording.facts,
        start_unix_ns=min(firsts, default=None),
        end_unix_ns=max(lasts, default=None),
        streams=tuple(streams),
        events=len(recording.events),
        jumps=_jumps(streams),
        findings=recording.findings,
    )


def _stream(name: str, times_unix_ns: NDArray[np.int64], *, is_regular: bool) -> StreamSummary:
    if not len(times_unix_ns):
        return StreamSummary(name=name, count=0)
    steps = np.diff(times_unix_ns)
    rising = steps[steps > 0]
    interval_ns = float(np.median(rising)) if is_regular and len(rising) else 0.0
    at = np.flatnonzero(steps > _GAP_INTERVALS * interval_ns) if interval_ns else np.empty(0, int)
    return StreamSummary(
        name=name,
        count=len(times_unix_ns),
        first_unix_ns=int(times_unix_ns.min()),
        last_unix_ns=int(times_unix_ns.max()),
        rate_hz=_NS_PER_S / interval_ns if interval_ns else None,
        dropped=int(np.sum(np.rint(steps[at] / interval_ns) - 1)) if len(at) else 0,
        gaps=tuple(Gap(int(times_unix_ns[i]), int(steps[i])) for i in at),
    )


def _jumps(streams: Sequence[StreamSummary]) -> tuple[ClockJump, ...]:
    # Forward: every stream that comes at a rate pauses at the same instant, for as long.
    regular = [stream for stream in streams if stream.rate_hz is not None]
    if len(regular) < 2:
        return ()
    jumps = []
    for gap in regular[0].gaps:
        others = all(any(_is_together(gap, other) for other in s.gaps) for s in regular[1:])
        if gap.duration_ns >= _JUMP_NS and others:
            jumps.append(ClockJump(gap.start_unix_ns, gap.duration_ns))
    return tuple(jumps)


def _is_together(one: Gap, other: Gap) -> bool:
    starts_with = abs(one.start_unix_ns - other.start_unix_ns) <= _TOGETHER_NS
    return starts_with and abs(one.duration_ns - other.duration_ns) <= _TOGETHER_NS
