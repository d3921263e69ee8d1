"""A watched device in words and numbers, as a block of a terminal's screen."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gazewire.client.tools import ClockVitals, DeviceVitals, StreamVitals

__all__ = ["draw_panel", "title_of"]

_BYTES_PER_GB = 1_000_000_000
_STATE_STYLES = {"OK": "green", "LOW": "yellow", "CRITICAL": "bold red"}
_STREAM_STYLES = {
    "receiving": "green",
    "waiting": "yellow",
    "connecting": "yellow",
    "retrying": "red",
    "unavailable": "dim",
}
_UNKNOWN = "?"
_NOTABLE_LOSS = 0.01


def title_of(vitals: DeviceVitals) -> str:
    """The heading of a device's block."""
    return f"{vitals.name}  {vitals.place}"


def draw_panel(vitals: DeviceVitals) -> RenderableType:
    """Draw what is inside of it."""
    if vitals.battery_percent is None:
        return Text(f"not there yet: {vitals.trouble or 'looking for it'}", "red")
    lines: list[RenderableType] = [_summary(vitals)]
    if vitals.trouble is not None:
        lines.append(Text(vitals.trouble, "red"))
    lines.append(_streams(vitals.streams))
    return Group(*lines)


def _summary(vitals: DeviceVitals) -> Text:
    text = Text()
    text.append("battery ").append(
        f"{vitals.battery_percent} %", _STATE_STYLES.get(vitals.battery_state or "", "")
    )
    free_gb = (vitals.memory_bytes or 0) / _BYTES_PER_GB
    text.append("   memory ").append(
        f"{free_gb:.1f} GB", _STATE_STYLES.get(vitals.memory_state or "", "")
    )
    text.append("   ")
    if vitals.recording_s is None:
        text.append("not recording", "dim")
    else:
        text.append(f"● recording {_duration(vitals.recording_s)}", "bold red")
    text.append("   clock ").append(_clock(vitals.clock, vitals.clock_trouble))
    return text


def _clock(clock: ClockVitals | None, trouble: str | None) -> str:
    if clock is None:
        return trouble or "…"
    return f"{clock.offset_ms:+.2f} ± {clock.uncertainty_ms:.2f} ms"


def _duration(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _streams(streams: tuple[StreamVitals, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("stream", min_width=10)
    table.add_column("state", min_width=11)
    table.add_column("rate", justify="right", min_width=9)
    table.add_column("lost", justify="right", min_width=14)
    table.add_column("latency", justify="right", min_width=9)
    table.add_column("by", min_width=3)
    table.add_column("", no_wrap=True, overflow="ellipsis")
    for stream in streams:
        state = "not offered" if stream.state is None else str(stream.state)
        lost_style = "red" if stream.lost_share > _NOTABLE_LOSS else ""
        latency = _UNKNOWN if stream.latency_ms is None else f"{stream.latency_ms:.1f} ms"
        table.add_row(
            stream.sensor,
            Text(state, _STREAM_STYLES.get(state, "dim")),
            f"{stream.rate_hz:.1f} Hz",
            Text(f"{stream.lost} ({stream.lost_share:.2%})", lost_style),
            latency,
            stream.transport or _UNKNOWN,
            Text(stream.error or "", "red"),
        )
    return table
