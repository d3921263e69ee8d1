"""Which way the packets of a device's streams come."""

from __future__ import annotations

import enum

__all__ = ["Transport"]


class Transport(enum.Enum):
    """Which way the packets of streams come."""

    AUTO = "auto"
    """By UDP, and by TCP where nothing comes that way."""

    UDP = "udp"
    """Each as a datagram: what is lost on the way is lost, and nothing waits for it."""

    TCP = "tcp"
    """Inside the RTSP connection: nothing is lost, and all that follows a hiccup comes late."""

    @property
    def over_tcp(self) -> bool | None:
        """Whether to use TCP; None where that is for the network to say."""
        return None if self is Transport.AUTO else self is Transport.TCP
