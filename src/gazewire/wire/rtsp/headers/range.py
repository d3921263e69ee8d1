"""The `Range` header in normal play time, RFC 2326 §3.6 and §12.29."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gazewire.errors import RemoteProtocolError

__all__ = ["NOW", "Range"]

NOW: Literal["now"] = "now"
"""The live edge, whenever that is."""

_NS_PER_S = 1_000_000_000
_RANGE = re.compile(r"npt[ \t]*=[ \t]*([^-;]*)-([^-;]*)(?:;.*)?", re.IGNORECASE)
_TIME = re.compile(
    r"(?:(?P<hours>[0-9]{1,6}):(?P<minutes>[0-5]?[0-9]):)?"
    r"(?P<seconds>[0-9]{1,10})(?:\.(?P<fraction>[0-9]*))?"
)


@dataclass(frozen=True, slots=True)
class Range:
    """From when to when to play, as offsets from the start of the presentation."""

    start_ns: int | Literal["now"] | None
    """Nanoseconds; `NOW` is what clients of a live source ask for; None is where we are."""

    end_ns: int | None = None
    """Nanoseconds; None is for ever."""

    @classmethod
    def parse(cls, text: str) -> Range:
        """Read `npt=now-`, `npt=0.000-`, `npt=10-20.5`, `npt=0:01:30-` and the like.

        Digits behind the ninth decimal place are left out, and so is a `;time=` behind the range.

        Raises:
            RemoteProtocolError: another unit, no number, or neither start nor end.
        """
        match = _RANGE.fullmatch(text.strip(" \t"))
        if match is None:
            raise RemoteProtocolError(
                f"a range of normal play time was expected, {text!r} came", status=457
            )
        start, end = (side.strip(" \t").lower() for side in match.groups())
        if not start and not end:
            raise RemoteProtocolError(f"{text!r} has neither start nor end", status=457)
        start_ns = NOW if start == NOW else _parse_time(start)
        return cls(start_ns, _parse_time(end))

    def serialize(self) -> str:
        """Write the range, seconds with three decimals or as many as it takes."""
        start = NOW if self.start_ns == NOW else _write_time(self.start_ns)
        return f"npt={start}-{_write_time(self.end_ns)}"


def _parse_time(text: str) -> int | None:
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise RemoteProtocolError(f"a play time was expected, {text!r} came", status=457)
    seconds = (
        int(match["hours"] or 0) * 3600 + int(match["minutes"] or 0) * 60 + int(match["seconds"])
    )
    fraction = (match["fraction"] or "")[:9].ljust(9, "0")
    return seconds * _NS_PER_S + int(fraction)


def _write_time(time_ns: int | None) -> str:
    if time_ns is None:
        return ""
    seconds, ns = divmod(time_ns, _NS_PER_S)
    decimals = f"{ns:09d}".rstrip("0").ljust(3, "0")
    return f"{seconds}.{decimals}"
