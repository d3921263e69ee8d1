"""A message by which the parts of a Core program coordinate."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

__all__ = ["Notification"]


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A subject, and what there is to say about it.

    Attributes:
        subject: ``category.statement``, such as ``recording.should_start``; it alone decides what
            happens.
        fields: everything else, as it came from the network and checked by nobody: text keys, and
            values of the kinds that MessagePack knows.
    """

    subject: str
    fields: Mapping[str, object] = {}
