"""How a device is set up."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gazewire.device.faults import Fault
from gazewire.device.product import NEON, Product
from gazewire.device.refusals import Refusal
from gazewire.device.templates import DEFAULT_TEMPLATE
from gazewire.recording import LayoutChoice
from gazewire.wire.payload.gaze import GazeFormat
from gazewire.wire.template import Template

__all__ = [
    "DEFAULT_ECHO_PORT",
    "DEFAULT_HTTP_PORT",
    "DEFAULT_RTSP_PORT",
    "DEFAULT_TUNNEL_PORT",
    "DeviceConfig",
]

# Those of the phone, which clients try first.
DEFAULT_HTTP_PORT = 8080
DEFAULT_RTSP_PORT = 8086
DEFAULT_TUNNEL_PORT = 8686
DEFAULT_ECHO_PORT = 12321


class DeviceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One device.

    Attributes:
        product: which product it is.
        name: of the phone; None takes the product's.
        host: interface of every socket; ``0.0.0.0`` is all of them.
        http_port: REST, status websocket and monitor page. Each port may be 0, which is any, or
            None, which is the phone's own and, where that is taken, the next free one.
        rtsp_port: streams.
        tunnel_port: the same streams inside a websocket, for browsers.
        echo_port: time echo.
        announce: make the device known by mDNS.
        gaze_format: length of the gaze payload; None takes the richest that each datum fills.
        record_dir: where recordings go; made when the first one starts.
        layout: how they are laid out; the layout of the phone is that of the product.
        template: what is asked with each recording; None shows no template. Products without
            templates do not look at it.
        refuse: reasons for which the device is to refuse to record.
        faults: what is to be wrong with it from the beginning.
        older_app: be as the app was some years ago: no time echo, no eye events, and sensors that
            do not tell of errors nor of sound.
    """

    product: Product = NEON
    name: str | None = None
    host: str = "127.0.0.1"
    http_port: int | None = None
    rtsp_port: int | None = None
    tunnel_port: int | None = None
    echo_port: int | None = None
    announce: bool = True
    gaze_format: GazeFormat | None = None
    record_dir: Path = Path("recordings")
    layout: LayoutChoice = LayoutChoice.NEON
    template: Template | None = DEFAULT_TEMPLATE
    refuse: frozenset[Refusal] = frozenset()
    faults: tuple[Fault, ...] = ()
    older_app: bool = False
