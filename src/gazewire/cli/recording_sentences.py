"""What a recording holds, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from gazewire.cli.table import spell_table
from gazewire.recording import RecordingSummary

__all__ = ["summary_facts", "summary_text"]

_NS_PER_S = 1_000_000_000
_HEADINGS = ("stream", "samples", "rate", "from", "to", "dropped", "longest gap")
_KINDS = {"neon": "Neon", "invisible": "Pupil Invisible", "core": "Pupil Core"}


def summary_text(summary: RecordingSummary) -> str:
    """Tell it to people."""
    facts = summary.facts
    lines = [f"{facts.name or 'A recording'}: {_KINDS[facts.layout]}, {summary.duration_s:.3f} s"]
    told = {
        "began": _utc(facts.start_unix_ns),
        "wearer": facts.wearer,
        "glasses": facts.device_serial,
        "made by": facts.software,
        "id": facts.recording_id,
        "events": str(summary.events),
    }
    lines += [f"  {name:<8} {value}" for name, value in told.items() if value]
    start = summary.start_unix_ns or 0
    rows = []
    for stream in summary.streams:
        first, last = stream.first_unix_ns, stream.last_unix_ns
        longest = max((gap.duration_ns for gap in stream.gaps), default=0)
        rows.append(
            (
                stream.name,
                str(stream.count),
                "" if stream.rate_hz is None else f"{stream.rate_hz:.1f} Hz",
                "" if first is None else f"{(first - start) / _NS_PER_S:.3f} s",
                "" if last is None else f"{(last - start) / _NS_PER_S:.3f} s",
                "" if stream.rate_hz is None else str(stream.dropped),
                f"{longest / _NS_PER_S:.3f} s" if longest else "",
            )
        )
    lines += ["", *(f"  {line}" for line in spell_table(_HEADINGS, rows).splitlines())]
    for jump in summary.jumps:
        at = (jump.at_unix_ns - start) / _NS_PER_S
        lines.append(
            f"\nAt {at:.3f} s all streams pause for {jump.by_ns / _NS_PER_S:.3f} s: "
            f"the clock was set forward, or the program stood still."
        )
    if summary.findings:
        lines += ["", "What is wrong:", *(f"  {finding}" for finding in summary.findings)]
    else:
        lines += ["", "Nothing is wrong with its files."]
    return "\n".join(lines)


def summary_facts(summary: RecordingSummary) -> dict[str, object]:
    """Tell it to programs; times are nanoseconds of Unix time."""
    facts = summary.facts
    return {
        "layout": facts.layout,
        "id": facts.recording_id,
        "name": facts.name,
        "wearer": facts.wearer,
        "serial": facts.device_serial,
        "software": facts.software,
        "start_unix_ns": facts.start_unix_ns,
        "duration_s": summary.duration_s,
        "events": summary.events,
        "streams": [
            {
                "name": stream.name,
                "count": stream.count,
                "first_unix_ns": stream.first_unix_ns,
                "last_unix_ns": stream.last_unix_ns,
                "rate_hz": stream.rate_hz,
                "dropped": stream.dropped,
                "gaps": [
                    {"start_unix_ns": gap.start_unix_ns, "duration_s": gap.duration_ns / _NS_PER_S}
                    for gap in stream.gaps
                ],
            }
            for stream in summary.streams
        ],
        "clock_jumps": [
            {"at_unix_ns": jump.at_unix_ns, "by_s": jump.by_ns / _NS_PER_S}
            for jump in summary.jumps
        ],
        "findings": [
            {"file": found.file, "offset": found.offset, "says": found.says}
            for found in summary.findings
        ],
    }


def _utc(unix_ns: int | None) -> str | None:
    if not unix_ns:
        return None
    try:
        return f"{datetime.fromtimestamp(unix_ns // _NS_PER_S, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return None
