"""How a service is set up."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gazewire.model import EyeId
from gazewire.net.bus_security import BusKeys, BusSecurity
from gazewire.net.remote import DEFAULT_REMOTE_PORT
from gazewire.wire.zre import DEFAULT_BEACON_PORT

__all__ = ["DEFAULT_REMOTE_PORT", "ServiceConfig"]


class ServiceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One service.

    Attributes:
        host: interface of every socket; ``0.0.0.0`` is all of them.
        port: of Pupil Remote; 0 is any. The bus always takes any.
        eyes: that start with the service, 0 the right one. The others start when they are asked
            for.
        record_dir: where recordings go; made when the first one starts. None: none can be made, and
            who asks is told why.
        record_anywhere: a session's name may be an absolute path, as VR clients send it, and may
            lead out of `record_dir`. Whoever reaches the port may then write wherever we may.
        group: of machines that share notifications; None: there are no others.
        beacon_port: UDP, where the machines of groups find one another.
        bus_level: the least severe log records that go onto the bus, as Python numbers them: 20 is
            what concerns users, 10 everything.
        security: who may connect; None lets everybody who reaches the ports.
        keys: with which our own parts connect, where `security` wants keys.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_REMOTE_PORT
    eyes: frozenset[EyeId] = frozenset({0, 1})
    record_dir: Path | None = None
    record_anywhere: bool = False
    group: str | None = None
    beacon_port: int = DEFAULT_BEACON_PORT
    bus_level: int = 20
    security: BusSecurity | None = None
    keys: BusKeys | None = None
