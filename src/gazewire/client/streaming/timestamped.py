"""Exact instants beside the float seconds of the official named tuples.

A double of seconds resolves about 240 ns today, and no arithmetic brings back what it lost. So the
types of this package keep their tuple as it always was, seconds included, and carry the instant as
an integer beside it, as an attribute of the instance:

    >>> data = RTSPData.at_unix_ns(b"", 1744294828362928800)
    >>> data.timestamp_unix_ns, tuple(data)
    (1744294828362928800, (b'', 1744294828.3629289))

It survives pickling, copying and `_replace` of other fields. It takes no part in comparison: two
items are equal if their tuples are. An item that was made from seconds alone has the nanosecond
nearest to them.
"""

from __future__ import annotations

from datetime import datetime as DateTime
from functools import cached_property
from typing import Any, Self

__all__ = ["NS_PER_S", "Dated", "Timestamped", "unix_ns_from_seconds"]

NS_PER_S = 1_000_000_000
"""Dividing an instant by it, integer by integer, gives the nearest double; by ``1e9`` it does not
always, because the instant is rounded first."""

_TIME_FIELD = "timestamp_unix_seconds"


def unix_ns_from_seconds(seconds: float) -> int:
    """The whole nanosecond nearest to a double of Unix seconds.

    The whole part is kept out of the multiplication, whose result would be a multiple of 256 ns.
    """
    whole, fraction = divmod(seconds, 1)
    return int(whole) * NS_PER_S + round(fraction * NS_PER_S)


class Dated:
    """Gives whatever has a `timestamp_unix_ns` its `datetime`."""

    __slots__ = ()

    timestamp_unix_ns: Any  # an int; whether it is a field, a property or cached is the subclass's

    @property
    def datetime(self) -> DateTime:
        """The instant in local time, without a time zone, to the nearest microsecond."""
        seconds, microseconds = divmod((self.timestamp_unix_ns + 500) // 1000, 1_000_000)
        return DateTime.fromtimestamp(seconds).replace(microsecond=microseconds)


class Timestamped(Dated):
    """Mixed in before a named tuple with `timestamp_unix_seconds`, adds the exact instant.

    Whoever knows it sets `timestamp_unix_ns` once, right after making the item.
    """

    __slots__ = ()

    @cached_property
    def timestamp_unix_ns(self) -> int:
        """The instant in nanoseconds since the Unix epoch."""
        # Reached only where nothing was set: an attribute of the instance goes before this one.
        seconds: float = getattr(self, _TIME_FIELD)
        return unix_ns_from_seconds(seconds)

    def _replace(self, /, **fields: Any) -> Self:
        # Any, because the fields are those of the named tuple that this is mixed into.
        replaced: Self = super()._replace(**fields)  # type: ignore[misc]  # of the named tuple
        if _TIME_FIELD not in fields:
            replaced.timestamp_unix_ns = self.timestamp_unix_ns
        return replaced

    __replace__ = _replace  # what `copy.replace` calls from Python 3.13 on
