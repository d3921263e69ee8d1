"""Logs that nobody can fill by doing the same wrong thing again and again."""

from __future__ import annotations

import logging
from collections import OrderedDict

__all__ = ["RepeatLimit"]

_PER_WINDOW = 3
_WINDOW_S = 60.0
_KINDS = 256

_Kind = tuple[str, int, str, type[BaseException] | None]


class _Window:
    """A minute of one kind of record."""

    __slots__ = ("began_s", "count")

    def __init__(self, began_s: float) -> None:
        self.began_s = began_s
        self.count = 0

    @property
    def held_back(self) -> int:
        return max(0, self.count - _PER_WINDOW)


class RepeatLimit(logging.Filter):
    """Lets the first three records of a kind through in a minute, and counts the rest.

    Records are of one kind where they come from the same line of code, whatever its arguments:
    logger, level, message before formatting, and type of the exception. The first record of a later
    minute says how many there were before it. For a handler, not for a logger, since it changes
    what it lets through.
    """

    def __init__(self) -> None:
        super().__init__()
        self._windows: OrderedDict[_Kind, _Window] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide on one record; see `logging.Filter`."""
        kind = _kind_of(record)
        window = self._windows.get(kind)
        if window is None or record.created - window.began_s >= _WINDOW_S:
            held_back = 0 if window is None else window.held_back
            window = self._windows[kind] = _Window(record.created)
            self._windows.move_to_end(kind)
            # Libraries that format before they log make kinds without end.
            if len(self._windows) > _KINDS:
                self._windows.popitem(last=False)
            if held_back:
                record.msg = f"{record.msg} (and {held_back} more of this kind before)"
        window.count += 1
        return window.count <= _PER_WINDOW

    @property
    def held_back(self) -> int:
        """How many records have been held back and not been told of."""
        return sum(window.held_back for window in self._windows.values())


def _kind_of(record: logging.LogRecord) -> _Kind:
    error = record.exc_info[0] if record.exc_info else None
    return record.name, record.levelno, str(record.msg), error
