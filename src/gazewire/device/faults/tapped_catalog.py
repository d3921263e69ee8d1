"""The catalog of the device, with tapped streams in it, and sensors that can be pulled out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Set
from dataclasses import replace

from gazewire.device.faults.seam import Seam
from gazewire.device.faults.tap import TappedStream
from gazewire.errors import DeviceRefusedError
from gazewire.net import Catalog, JoinableStream, Presentation
from gazewire.wire.rtsp import RtspUrl

__all__ = ["TappedCatalog"]


class TappedCatalog:
    """Finds what another catalog finds, and hands its streams out tapped.

    Args:
        catalog: the other one.
        streams: for each stream in it, its tapped self.

    Attributes:
        waits: each is awaited before a URL is looked at.
        unplugged: the names of sensors that are not there.
    """

    def __init__(self, catalog: Catalog, streams: Iterable[TappedStream]) -> None:
        self.waits = Seam[Callable[[], Awaitable[None]]]()
        self.unplugged = Seam[Set[str]]()
        self._catalog = catalog
        self._tapped: dict[JoinableStream, TappedStream] = {
            tapped.stream: tapped for tapped in streams
        }

    async def open(self, url: RtspUrl) -> Presentation:
        """Find what a URL names.

        Raises:
            DeviceRefusedError: there is no such stream, or not now.
        """
        for wait in self.waits:
            await wait()
        presentation = await self._catalog.open(url)
        if any(url.camera in names for names in self.unplugged):
            raise DeviceRefusedError(404, f"The sensor {url.camera} is not connected")
        tracks = {number: self._tapped[stream] for number, stream in presentation.tracks.items()}
        return replace(presentation, tracks=tracks)
