"""Sockets: the protocols of `gazewire.wire` on real networks, as servers and as clients.

Whatever listens or connects here is an async context manager: inside of it the thing is bound or
connected, after it every task and socket is gone.
"""

from gazewire.net.catalog import Catalog, Presentation
from gazewire.net.echo import (
    EchoMeasurement,
    TimeEchoClient,
    TimeEchoLimits,
    TimeEchoServer,
    connect_time_echo,
)
from gazewire.net.http_client import HttpClient
from gazewire.net.http_message import (
    HttpLimits,
    HttpRequest,
    HttpResponse,
    HttpRoute,
    static_routes,
)
from gazewire.net.http_server import HttpServer
from gazewire.net.mdns import Announcer, Browser, DeviceFound, DeviceLost
from gazewire.net.rtp_ports import PacketSink
from gazewire.net.rtp_stream import JoinableStream, RtpReceiver, RtpStream
from gazewire.net.rtsp_client import RtspClient, Track
from gazewire.net.rtsp_server import RtspServer, RtspServerLimits
from gazewire.net.tunnel import TunnelServer
from gazewire.net.websocket import WebSocket, WebSocketRoute

__all__ = [
    "Announcer",
    "Browser",
    "Catalog",
    "DeviceFound",
    "DeviceLost",
    "EchoMeasurement",
    "HttpClient",
    "HttpLimits",
    "HttpRequest",
    "HttpResponse",
    "HttpRoute",
    "HttpServer",
    "JoinableStream",
    "PacketSink",
    "Presentation",
    "RtpReceiver",
    "RtpStream",
    "RtspClient",
    "RtspServer",
    "RtspServerLimits",
    "TimeEchoClient",
    "TimeEchoLimits",
    "TimeEchoServer",
    "Track",
    "TunnelServer",
    "WebSocket",
    "WebSocketRoute",
    "connect_time_echo",
    "static_routes",
]
