"""The fault of faults: the phone reboots."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.faults.fault import Fault, Seconds, Seed
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.rig import FaultRig

__all__ = ["Reboot"]


class Reboot(Fault, frozen=True, kw_only=True):
    """All connections break, all ports are closed for a while, and streams begin anew."""

    NAME: ClassVar[str] = "reboot"

    seed: Seed = 0
    # So that the answer to whoever asked for it gets out.
    after_s: Annotated[Seconds, Meta(description="seconds until it begins")] = 0.1
    for_s: Annotated[Seconds, Meta(description="seconds until the ports are open again")] = 5.0

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Take the device from the network; back come streams with other numbers."""
        async with rig.seams.power.off():
            ledger.count("device", "rebooted")
            for name, tapped in rig.seams.streams.items():
                chance = random.Random(f"{self.seed}/{name}/{tapped.ssrc}")
                tapped.stream.restart(
                    ssrc=chance.getrandbits(32), first_sequence=chance.getrandbits(16)
                )
            yield
