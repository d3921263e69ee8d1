"""Annotations on the bus: topic ``annotation``, mostly written by clients.

Label and time are required. Everything else is the sender's own and kept as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from gazewire.errors import RemoteProtocolError
from gazewire.model import Annotation
from gazewire.time import TimeBase
from gazewire.wire.ipc.map_codec import find_fault
from gazewire.wire.ipc.quantity import instant
from gazewire.wire.ipc.topic import ANNOTATION_TOPIC

__all__ = ["annotation_map", "parse_annotation"]

_OWN_KEYS = frozenset({"topic", "label", "timestamp", "duration"})


def annotation_map(annotation: Annotation, timebase: TimeBase) -> dict[str, object]:
    """Make the map of an annotation, its own columns last."""
    own = {key: value for key, value in annotation.fields.items() if key not in _OWN_KEYS}
    return {
        "topic": ANNOTATION_TOPIC,
        "label": annotation.label,
        "timestamp": timebase.core_s(annotation.timestamp_unix_ns),
        "duration": float(annotation.duration_s),
        **own,
    }


def parse_annotation(fields: Mapping[str, object], timebase: TimeBase) -> Annotation:
    """Read the map of an annotation.

    Args:
        fields: as `Message.map` gives it.
        timebase: by which its time is read.

    Raises:
        RemoteProtocolError: label or time are missing or of another type, or a column holds what
            cannot travel.
    """
    label, core_s, duration_s = fields.get("label"), fields.get("timestamp"), fields.get("duration")
    if not isinstance(label, str):
        raise RemoteProtocolError("an annotation needs a label, which is text")
    if not isinstance(core_s, float | int):
        raise RemoteProtocolError(f"annotation {label[:80]!r} needs a timestamp in Core seconds")
    if not isinstance(duration_s, float | int | None) or not math.isfinite(duration_s or 0):
        raise RemoteProtocolError(f"annotation {label[:80]!r} has a duration that is no number")
    if fault := find_fault(fields):
        raise RemoteProtocolError(f"annotation {label[:80]!r} cannot be kept: it{fault}")
    return Annotation(
        label=label,
        timestamp_unix_ns=instant(core_s, timebase),
        duration_s=float(duration_s or 0),
        fields={key: value for key, value in fields.items() if key not in _OWN_KEYS},
    )
