"""The RTSP server: it owns the sockets, and a session for every connection.

It knows nothing of what it serves: a `Catalog` answers which streams stand behind a URL.

    async with RtspServer(catalog, host="127.0.0.1", port=0, ...) as server:
        print(server.port)
"""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

from gazewire.errors import DeviceRefusedError
from gazewire.net.backlog import Backlog
from gazewire.net.catalog import Catalog, Presentation
from gazewire.net.listener import listen
from gazewire.net.rtp_transport import UdpPair
from gazewire.net.rtsp_link import TcpLink
from gazewire.net.rtsp_session import SessionMaker, make_session
from gazewire.wire.rtsp import Headers, Response, RtspUrl

__all__ = ["RtspServer", "RtspServerLimits"]

_log = logging.getLogger(__name__)

# So many at a time, beyond all that are allowed, have so long to ask and are answered then. Others
# are answered before they ask, which not every client understands.
_TURNED_AWAY = 64
_LAST_WORDS_S = 5.0
_TOO_MANY = "Too many clients are connected; try again later"
_TOO_MANY_ANSWER = Response(503, _TOO_MANY, Headers([("Connection", "close")])).serialize()

# The system would keep megabytes for a client over TCP that does not read. This is a quarter of a
# second of video, and more than is ever under way to one that does.
_SEND_BUFFER_BYTES = 256 * 1024


class _FullHouse:
    """The catalog for those who came too late."""

    async def open(self, url: RtspUrl) -> Presentation:
        raise DeviceRefusedError(503, _TOO_MANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class RtspServerLimits:
    """What one server allows its clients.

    Attributes:
        connections: at once; to one more, every stream is refused with status 503.
        idle_s: a connection that plays nothing and says nothing for so long is closed. A playing
            one is never closed while its TCP connection stands, because real clients send no
            keep-alive.
        backlog_bytes: what may wait in memory for a client that receives over TCP: about two
            seconds of video. It is less where many such clients share `total_backlog_bytes`.
        total_backlog_bytes: what may wait for all of them together.
    """

    connections: int = 512
    idle_s: float = 60.0
    backlog_bytes: int = 2 * 1024 * 1024
    total_backlog_bytes: int = 32 * 1024 * 1024


class RtspServer:
    """A running server. An async context manager: entering binds, leaving closes every connection.

    Args:
        catalog: answers what a URL names.
        host: interface to bind, both for RTSP and for UDP media.
        port: TCP port; 0 for any.
        server_name: told in every answer.
        session_id: told to every client; letters and digits, because some clients match no more.
        limits: what clients are allowed.
        make_session: makes what talks to a client.

    Attributes:
        port: the bound TCP port.

    Raises:
        AddressInUseError: on entering, where the port is taken.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        host: str,
        port: int,
        server_name: str,
        session_id: str,
        limits: RtspServerLimits | None = None,
        make_session: SessionMaker = make_session,
    ) -> None:
        self.port = port
        self._catalog = catalog
        self._host = host
        self._server_name = server_name
        self._session_id = session_id
        self._limits = limits or RtspServerLimits()
        self._make_session = make_session
        self._backlog = Backlog(
            each_bytes=self._limits.backlog_bytes, total_bytes=self._limits.total_backlog_bytes
        )
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._udp = await stack.enter_async_context(UdpPair(self._host))
            self._server = await listen(
                self._make_protocol, host=self._host, port=self.port, purpose="RTSP"
            )
            self.port = self._server.sockets[0].getsockname()[1]
            self._sockets = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        await self._sockets.aclose()

    def _make_protocol(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(), self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = "{}:{}".format(*writer.get_extra_info("peername")[:2])
        too_many = len(self._tasks) - self._limits.connections
        if too_many >= 0:
            _log.warning("RTSP %s: refused, %d clients are enough", peer, len(self._tasks))
        if too_many >= _TURNED_AWAY:
            writer.write(_TOO_MANY_ANSWER)
            writer.close()
            return
        # A client that lost its power says nothing; the system finds out.
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._tasks.add(task)
        link = TcpLink(reader, writer, self._backlog)
        try:
            await self._talk(link, is_refused=too_many >= 0)
        except asyncio.CancelledError:
            # Only leaving the server cancels, and waits for, this task. It ends here as done: the
            # library looks at the result of a handler, and a cancelled one makes it complain.
            writer.transport.abort()
        except TimeoutError:
            _log.info("RTSP %s: closed, silent for too long", peer)
        except OSError as error:
            _log.info("RTSP %s: %s", peer, error)
        except Exception:
            _log.exception("RTSP %s: closed after an error of ours", peer)
        finally:
            self._tasks.discard(task)
            link.close()
            writer.close()

    async def _talk(self, link: TcpLink, *, is_refused: bool) -> None:
        session = self._make_session(
            link,
            session_id=self._session_id,
            server_name=self._server_name,
            catalog=_FullHouse() if is_refused else self._catalog,
            udp=self._udp,
            idle_s=self._limits.idle_s,
        )
        async with asyncio.timeout(_LAST_WORDS_S if is_refused else None):
            await session.run()
