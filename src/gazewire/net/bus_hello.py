"""How a client of ours learns that the bus knows it: what it sent before, it can rely on.

Neither takes a word that other clients would see or other programs have to know.

A **subscriber** subscribes to a topic of its own, ``hello.gazewire.<anything>``, after all others.
The bus publishes one message under each such topic as soon as its publishers have been told of the
subscription. What comes back shows that all subscriptions before it are in force.

A **publisher** is told by the bus what is wanted, in the order of the bytes. The bus itself
subscribes to what comes last in that order: who has been told of it knows all the rest.
"""

from __future__ import annotations

from uuid import uuid4

__all__ = ["ALL_TOLD_TOPIC", "EMPTY_MAP", "HELLO_PREFIX", "new_hello"]

HELLO_PREFIX = b"hello.gazewire."

# No UTF-8, so that it is nobody's topic, and later than all that is.
ALL_TOLD_TOPIC = b"\xffgazewire"

EMPTY_MAP = b"\x80"
"""What stands in the message that answers."""


def new_hello() -> bytes:
    """Make a topic that nobody else waits for."""
    return HELLO_PREFIX + uuid4().hex.encode()
