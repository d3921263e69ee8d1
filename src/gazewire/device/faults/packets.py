"""Faults of the network: packets are lost, come twice, late or in another order."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.faults.fault import Chance, Fault, Milliseconds, OneStream, Seed
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.pacer import Pacer
from gazewire.device.faults.rig import FaultRig
from gazewire.device.faults.tap import Stage, Tap, TappedStream
from gazewire.device.product import StreamName
from gazewire.net import RtpStream

__all__ = ["Delay", "Dice", "Duplicate", "Loss", "PacketFault", "Reorder", "TapFault", "dice"]

_MS_PER_S = 1_000


class TapFault(Fault, frozen=True, kw_only=True):
    """A fault that works by taps."""

    def streams(self, rig: FaultRig) -> Mapping[StreamName, TappedStream]:
        """Find the streams to tap."""
        raise NotImplementedError

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make the tap of one receiver.

        Args:
            rig: the device.
            stream: that the receiver receives.
            name: of the stream.
            ledger: where the tap counts what it does.
        """
        raise NotImplementedError

    def check(self, rig: FaultRig) -> None:
        """See that there are such streams."""
        self.streams(rig)

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Tap the streams that are meant."""
        with ExitStack() as taps:
            for name, tapped in self.streams(rig).items():
                taps.enter_context(tapped.tapped(partial(self._make, rig, name, ledger)))
            yield

    def _make(self, rig: FaultRig, name: str, ledger: Ledger, stream: RtpStream) -> Tap:
        return self.tap(rig, stream, name, ledger)


class PacketFault(TapFault, frozen=True, kw_only=True):
    """A fault that any stream can have."""

    sensor: OneStream = None

    def streams(self, rig: FaultRig) -> Mapping[StreamName, TappedStream]:
        """Find the one that is meant, or all."""
        return rig.select(self.sensor)


Dice = Callable[[], bool]
Count = Callable[..., None]


def dice(percent: float, seed: int, name: str) -> Dice:
    """Make what decides for each packet of one receiver whether it is meant."""
    chance = random.Random(f"{seed}/{name}")
    return lambda: chance.random() * 100 < percent


class Loss(PacketFault, frozen=True, kw_only=True):
    """Packets are lost, each by itself; reports are not."""

    NAME: ClassVar[str] = "loss"

    percent: Chance = 5.0
    seed: Seed = 0

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that lets packets fall."""
        return _Losing(dice(self.percent, self.seed, name), partial(ledger.count, name))


class _Losing(Tap):
    STAGE = Stage.LOSS

    def __init__(self, dice: Dice, count: Count) -> None:
        self._dice = dice
        self._count = count

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        kept = [packet for packet in packets if not self._dice()]
        taken = self.onward.send_rtp(kept) if kept else True
        if taken:
            self._count("packets", len(packets))
            self._count("lost", len(packets) - len(kept))
        return taken


class Duplicate(PacketFault, frozen=True, kw_only=True):
    """Packets come twice, one right behind the other."""

    NAME: ClassVar[str] = "duplicate"

    percent: Chance = 5.0
    seed: Seed = 0

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that repeats packets."""
        return _Duplicating(dice(self.percent, self.seed, name), partial(ledger.count, name))


class _Duplicating(Tap):
    STAGE = Stage.COPIES

    def __init__(self, dice: Dice, count: Count) -> None:
        self._dice = dice
        self._count = count

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        sent = [copy for packet in packets for copy in [packet] * (2 if self._dice() else 1)]
        taken = self.onward.send_rtp(sent)
        if taken:
            self._count("packets", len(packets))
            self._count("duplicated", len(sent) - len(packets))
        return taken


class Reorder(PacketFault, frozen=True, kw_only=True):
    """Packets are held back and come behind later ones."""

    NAME: ClassVar[str] = "reorder"

    percent: Chance = 5.0
    depth: Annotated[
        int, Meta(ge=1, le=1_000, description="how many later packets overtake each")
    ] = 3
    seed: Seed = 0

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that lets packets be overtaken."""
        chance = dice(self.percent, self.seed, name)
        return _Reordering(chance, self.depth, partial(ledger.count, name))


class _Held:
    """A packet that waits to be overtaken."""

    __slots__ = ("packet", "to_overtake")

    def __init__(self, packet: bytes, to_overtake: int) -> None:
        self.packet = packet
        self.to_overtake = to_overtake


class _Reordering(Tap):
    STAGE = Stage.ORDER

    def __init__(self, dice: Dice, depth: int, count: Count) -> None:
        self._dice = dice
        self._depth = depth
        self._count = count
        self._held: list[_Held] = []

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        sent: list[bytes] = []
        late = 0
        for packet in packets:
            # With as many held as shall overtake each, none that came would be let by.
            if self._dice() and len(self._held) < self._depth:
                self._held.append(_Held(packet, self._depth))
                continue
            sent.append(packet)
            for held in self._held:
                held.to_overtake -= 1
            overtaken = [held.packet for held in self._held if held.to_overtake == 0]
            self._held = [held for held in self._held if held.to_overtake > 0]
            sent += overtaken
            late += len(overtaken)
        taken = self.onward.send_rtp(sent) if sent else True
        if taken:
            self._count("packets", len(packets))
            self._count("reordered", late)
        return taken

    def release(self) -> None:
        # Some have been overtaken by fewer than they should, some by none.
        late = sum(held.to_overtake < self._depth for held in self._held)
        if self._held and self.onward.send_rtp([held.packet for held in self._held]):
            self._count("reordered", late)
        self._held.clear()

    def drop(self) -> None:
        self._held.clear()


class Delay(PacketFault, frozen=True, kw_only=True):
    """Packets and reports come later, in their order."""

    NAME: ClassVar[str] = "delay"

    ms: Annotated[Milliseconds, Meta(description="by how much")] = 100.0
    jitter: Annotated[
        float, Meta(ge=0, le=10_000, description="by up to so many ms more, another for each")
    ] = 0.0
    seed: Seed = 0

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that waits."""
        chance = random.Random(f"{self.seed}/{name}")
        return _Delaying(
            lambda: (self.ms + chance.uniform(0, self.jitter)) / _MS_PER_S,
            partial(ledger.count, name),
        )


class _Delaying(Tap):
    STAGE = Stage.TIME

    def __init__(self, draw_s: Callable[[], float], count: Count) -> None:
        self._draw_s = draw_s
        self._count = count
        self._pacer = Pacer()

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        self._count("delayed", len(packets))
        self._pacer.put(self._draw_s(), lambda: self.onward.send_rtp(packets))
        return True

    def send_rtcp(self, packet: bytes) -> None:
        self._pacer.put(self._draw_s(), lambda: self.onward.send_rtcp(packet))

    def release(self) -> None:
        self._pacer.flush()

    def drop(self) -> None:
        self._pacer.drop()
