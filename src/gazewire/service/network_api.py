"""Says in which format frames are published, to eyes and to whoever asks for another one."""

from __future__ import annotations

import logging

import msgspec

from gazewire.model import Notification
from gazewire.service.frames import DEFAULT_FORMAT, frame_format
from gazewire.service.plugin import Plugin, PluginContext, PluginType

__all__ = ["NETWORK_API", "NetworkApi", "NetworkApiArgs"]

_LOG = logging.getLogger(__name__)


class NetworkApiArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What ``NetworkApiPlugin`` is started with; where it listens is not the network's to say.

    Attributes:
        format: of frames, to begin with.
    """

    format: str = DEFAULT_FORMAT


class NetworkApi(Plugin):
    """The plugin.

    Args:
        context: of the service.
        args: to begin with.

    Raises:
        ValueError: there is no such format.
    """

    def __init__(self, context: PluginContext, args: NetworkApiArgs) -> None:
        format = frame_format(args.format)
        if format is None:
            raise ValueError(f"there are no frames in the format {args.format[:80]!r}")
        self._outlet = context.outlet
        self._format = format
        self._announce()

    def on_notify(self, notification: Notification) -> None:
        """frame_publishing.set_format {format}: publish frames as jpeg, yuv, bgr or gray.

        Answered by frame_publishing.started {format}, which is said again to each eye that starts.
        """
        match notification.subject:
            case "eye_process.started":
                self._announce()
            case "frame_publishing.set_format":
                wanted = notification.fields.get("format")
                format = frame_format(wanted)
                if format is None:
                    _LOG.error("there are no frames in the format %.80r", wanted)
                else:
                    self._format = format
                    self._announce()

    def cleanup(self) -> None:
        """Nobody publishes frames any more."""
        self._outlet.notify(Notification(subject="frame_publishing.stopped"))

    def _announce(self) -> None:
        fields = {"format": self._format}
        self._outlet.notify(Notification(subject="frame_publishing.started", fields=fields))


NETWORK_API = PluginType("NetworkApiPlugin", NetworkApiArgs, NetworkApi, order=0.01)
