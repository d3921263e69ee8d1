"""Who may connect to the sockets of a Core program: keys (CURVE), and a list of those let in (ZAP).

By default everybody who reaches the port may, as the programs' clients expect. A stock client
notices nothing of a list of addresses; of keys it has to have one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from gazewire.errors import LocalProtocolError
from gazewire.net._zmq import AnySocket, Socket, ZmqContext, z85, zmq

__all__ = ["BusKeys", "BusSecurity", "KeyPair"]

logger = logging.getLogger(__name__)

# RFC 27/ZAP: where libzmq asks.
_ZAP_URL = "inproc://zeromq.zap.01"
# Not empty, or libzmq would not ask where there are no keys.
_DOMAIN = b"gazewire"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key to be known by, and its secret: 40 characters of Z85 each.

    Attributes:
        public: for everybody.
        secret: for its owner.
    """

    public: bytes
    secret: bytes

    def __post_init__(self) -> None:
        if zmq.curve_public(self.secret) != self.public:
            raise LocalProtocolError("the public key is not that of the secret")

    @classmethod
    def generate(cls) -> KeyPair:
        """Make a new one."""
        return cls(*zmq.curve_keypair())


@dataclass(frozen=True, slots=True)
class BusKeys:
    """What a client needs where the program wants keys.

    Attributes:
        server_public: the program's.
        own: the client's.
    """

    server_public: bytes
    own: KeyPair

    def use(self, socket: AnySocket) -> None:
        """Let a socket connect with these. To be called before it does."""
        socket.setsockopt(zmq.CURVE_SERVERKEY, self.server_public)
        socket.setsockopt(zmq.CURVE_PUBLICKEY, self.own.public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, self.own.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusSecurity:
    """Who may connect. What is not asked for here is not checked.

    Attributes:
        keys: ours; connections are encrypted, and clients need `BusKeys`. None: no keys.
        clients: public keys of the clients that may connect; None lets in whoever knows ours. Only
            with `keys`.
        addresses: networks from which clients may connect; None lets in all.
    """

    keys: KeyPair | None = None
    clients: frozenset[bytes] | None = None
    addresses: tuple[IPv4Network | IPv6Network, ...] | None = None

    def __post_init__(self) -> None:
        if self.clients is not None and self.keys is None:
            raise LocalProtocolError("clients have keys where we have one")

    def start(self, context: ZmqContext) -> None:
        """Decide about the connections to the sockets of a context, before there are any."""
        judge = context.socket(zmq.REP)
        judge.bind(_ZAP_URL)
        context.start("bus admission", self._judge, judge)

    def protect(self, socket: AnySocket) -> None:
        """Let a socket ask before it lets somebody in. To be called before `bind`."""
        socket.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)
        if self.keys is not None:
            socket.setsockopt(zmq.CURVE_SERVER, 1)
            socket.setsockopt(zmq.CURVE_SECRETKEY, self.keys.secret)

    def _judge(self, judge: Socket) -> None:
        while True:
            version, request, _domain, address, _identity, mechanism, *rest = judge.recv_multipart()
            is_welcome = self.admits(address.decode(), rest[0] if mechanism == b"CURVE" else None)
            if not is_welcome:
                logger.warning("a client at %s is not let in", address.decode())
            status = [b"200", b"OK"] if is_welcome else [b"400", b"not let in"]
            judge.send_multipart([version, request, *status, b"", b""])

    def admits(self, address: str, key: bytes | None) -> bool:
        """Whether a client may connect.

        Args:
            address: its IP address.
            key: its public key as 32 bytes; None where it has none.
        """
        if self.keys is not None and key is None:
            return False
        if self.clients is not None and (key is None or z85.encode(key) not in self.clients):
            return False
        if self.addresses is None:
            return True
        return any(ip_address(address) in network for network in self.addresses)
