"""Numbers as the bus wants them: every real one a double, every instant in Core seconds.

The type checker lets an int pass for a float, and the wire tells them apart. Numbers therefore go
through here on their way out.
"""

from __future__ import annotations

from gazewire.errors import RemoteProtocolError
from gazewire.model import DatumReference, Matrix3, Point2, Vector3
from gazewire.time import TimeBase

__all__ = [
    "WireReference",
    "double2",
    "double3",
    "double3x3",
    "instant",
    "reference",
    "wire_reference",
]

WireReference = tuple[str, float]
"""Topic and Core seconds of a datum that was published before."""


def double2(values: Point2) -> Point2:
    """Two doubles."""
    x, y = values
    return float(x), float(y)


def double3(values: Vector3) -> Vector3:
    """Three doubles."""
    x, y, z = values
    return float(x), float(y), float(z)


def double3x3(rows: Matrix3) -> Matrix3:
    """Three rows of three doubles."""
    top, middle, bottom = rows
    return double3(top), double3(middle), double3(bottom)


def instant(core_s: float, timebase: TimeBase) -> int:
    """Read an instant of the network.

    Raises:
        RemoteProtocolError: it is not finite, or centuries away.
    """
    try:
        return timebase.unix_ns(core_s)
    except ValueError as error:
        raise RemoteProtocolError(str(error)) from error


def wire_reference(reference: DatumReference, timebase: TimeBase) -> WireReference:
    """Tell which datum; its time is the very double under which the datum itself was published."""
    return reference.topic, timebase.core_s(reference.timestamp_unix_ns)


def reference(wire: WireReference, timebase: TimeBase) -> DatumReference:
    """Read which datum.

    Raises:
        RemoteProtocolError: its time is not finite, or centuries away.
    """
    topic, core_s = wire
    return DatumReference(topic=topic, timestamp_unix_ns=instant(core_s, timebase))
