"""Which form of an image a subscriber means, by the prefix that it subscribes to.

All forms of one camera are on one socket. Each begins with other bytes, and a subscription to the
beginning of a form asks for that one. An empty prefix, which existing clients use, says nothing:
the publisher decides what they get.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

__all__ = ["ImageForm", "form_of_subscription"]


class ImageForm(enum.StrEnum):
    """How images are sent, by the names that configurations use."""

    JSON = "json"
    """One part of JSON with the pixels in base64: `gazewire.wire.camera.ImageJson`."""
    MAP = "map"
    """Topic, MessagePack and gray pixels: `gazewire.wire.camera.ImageMap`."""
    MULTIPART = "multipart"
    """Topic, MessagePack and pixels: `gazewire.wire.camera.FrameHeader`."""
    SHARED = "shared"
    """Topic and the way to shared memory: `gazewire.wire.camera.SharedLayout`."""

    @property
    def prefix(self) -> bytes:
        """How each message of this form begins, and no other one."""
        return _PREFIXES[self]


_PREFIXES = {
    ImageForm.JSON: b"{",
    ImageForm.MAP: b"image",
    ImageForm.MULTIPART: b"frame",
    ImageForm.SHARED: b"shared",
}


def form_of_subscription(prefix: bytes, offered: Sequence[ImageForm]) -> ImageForm | None:
    """Find out what a subscriber means.

    Args:
        prefix: subscribed to.
        offered: forms that there are; who does not say gets the first.

    Returns:
        The form; None where no message that is offered begins so.
    """
    if not prefix:
        return offered[0]
    for form in offered:
        if prefix.startswith(form.prefix) or form.prefix.startswith(prefix):
            return form
    return None
