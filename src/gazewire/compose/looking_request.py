"""What the synthetic wearer is asked to look at, as it goes to all who show a part of the wearer.

notify.synthetic_wearer.should_look {unix_ns, exhibit}
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from gazewire.model import Notification
from gazewire.sim import Attention, Exhibit

__all__ = ["LOOK_SUBJECT", "LookingRequest", "follow_requests"]

LOOK_SUBJECT = "synthetic_wearer.should_look"
"""Ours: from ``unix_ns`` on there is ``exhibit`` to look at, or nothing in particular."""


class LookingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Something is put before the wearer.

    Attributes:
        unix_ns: from when on. It is some time ahead, because pictures are drawn ahead.
        exhibit: what; None where there is nothing more.
    """

    unix_ns: int
    exhibit: Exhibit | None

    def notification(self) -> Notification:
        """The same for the bus."""
        return Notification(subject=LOOK_SUBJECT, fields=msgspec.to_builtins(self))

    @classmethod
    def of(cls, notification: Notification) -> LookingRequest | None:
        """Read it; None where this is no request, or none that can be understood."""
        if notification.subject != LOOK_SUBJECT:
            return None
        try:
            return msgspec.convert(notification.fields, cls)
        except msgspec.ValidationError:
            return None


def follow_requests(attention: Attention) -> Callable[[Notification], None]:
    """Make what hears notifications, and turns a wearer's attention as they ask for."""

    def hear(notification: Notification) -> None:
        request = LookingRequest.of(notification)
        if request is not None:
            attention.ask(request.exhibit, request.unix_ns)

    return hear
