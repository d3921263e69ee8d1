"""What an RTSP server serves, as its owner tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from gazewire.net.rtp_stream import JoinableStream
from gazewire.wire.rtsp import RtspUrl
from gazewire.wire.sdp import MediaDescription

__all__ = ["Catalog", "Presentation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """What a client can set up after one DESCRIBE.

    Attributes:
        media: the media sections of the description, in order.
        tracks: the streams by the number in their ``trackID=`` control URL; the last one is meant
            where a client names none.
    """

    media: tuple[MediaDescription, ...]
    tracks: Mapping[int, JoinableStream]


class Catalog(Protocol):
    """Knows which streams there are."""

    async def open(self, url: RtspUrl) -> Presentation:
        """Find what a URL names; may wait until it can be described.

        Raises:
            DeviceRefusedError: there is no such stream now; its status and reason are the answer.
        """
