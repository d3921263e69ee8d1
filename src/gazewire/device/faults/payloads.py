"""Faults of a future version: data of a form that no client knows yet."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.faults.fault import Chance, Seed
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.packets import Dice, TapFault, dice
from gazewire.device.faults.rig import FaultRig
from gazewire.device.faults.tap import Stage, Tap, TappedStream
from gazewire.device.product import StreamName
from gazewire.net import RtpStream
from gazewire.wire.payload.eye_events import KEEPALIVE
from gazewire.wire.payload.gaze import GazeFormat

__all__ = ["UnknownEyeEvent", "UnknownGazeLength"]

_HEADER_BYTES = 12
_KNOWN_EVENT_TYPES = range(6)


class UnknownGazeLength(TapFault, frozen=True, kw_only=True):
    """Gaze data have a length that no client knows: what they had, cut or filled with zeros."""

    NAME: ClassVar[str] = "unknown-gaze-length"

    length: Annotated[int, Meta(ge=1, le=1_000, description="bytes of a payload")] = 33
    percent: Chance = 100.0
    seed: Seed = 0

    def __post_init__(self) -> None:
        if self.length in set(GazeFormat):
            raise ValueError(f"length {self.length} is known to all clients")

    def streams(self, rig: FaultRig) -> Mapping[StreamName, TappedStream]:
        """Find the only one."""
        return rig.select("gaze")

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that changes the length of data."""

        def changed(payload: bytes) -> bytes | None:
            return payload[: self.length].ljust(self.length, b"\0")

        return _Changing(
            changed, dice(self.percent, self.seed, name), partial(ledger.count, name, "changed")
        )


class UnknownEyeEvent(TapFault, frozen=True, kw_only=True):
    """In place of keep-alive packets come eye events of a type that no client knows."""

    NAME: ClassVar[str] = "unknown-eye-event"

    type: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1, description="number of the type")] = 99
    length: Annotated[int, Meta(ge=4, le=1_000, description="bytes of a payload")] = 12
    percent: Chance = 100.0
    seed: Seed = 0

    def __post_init__(self) -> None:
        if self.type in _KNOWN_EVENT_TYPES:
            raise ValueError(f"type {self.type} is known to all clients")

    def streams(self, rig: FaultRig) -> Mapping[StreamName, TappedStream]:
        """Find the only one."""
        return rig.select("eye_events")

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that makes something else of keep-alive packets."""
        event = struct.pack("!i", self.type).ljust(self.length, b"\0")

        def changed(payload: bytes) -> bytes | None:
            return event if payload == KEEPALIVE else None

        return _Changing(
            changed, dice(self.percent, self.seed, name), partial(ledger.count, name, "changed")
        )


class _Changing(Tap):
    """Changes payloads.

    Args:
        changed: what becomes of a payload, or None for those that are not meant.
        dice: decides for each of the others.
        count: is told how many were changed.
    """

    STAGE = Stage.PAYLOAD

    def __init__(
        self, changed: Callable[[bytes], bytes | None], dice: Dice, count: Callable[[int], None]
    ) -> None:
        self._changed = changed
        self._dice = dice
        self._count = count

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        sent = []
        count = 0
        for packet in packets:
            payload = self._changed(packet[_HEADER_BYTES:])
            if payload is None or not self._dice():
                sent.append(packet)
            else:
                sent.append(packet[:_HEADER_BYTES] + payload)
                count += 1
        taken = self.onward.send_rtp(sent)
        if taken:
            self._count(count)
        return taken
