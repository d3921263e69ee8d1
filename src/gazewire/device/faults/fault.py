"""What every fault has: a name, a time to begin and to end, and a way to be put in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.rig import FaultRig
from gazewire.device.product import StreamName

__all__ = ["Chance", "Fault", "Milliseconds", "OneStream", "Seconds", "Seed"]

Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Milliseconds = Annotated[float, Meta(gt=0, le=10_000)]
Chance = Annotated[float, Meta(gt=0, le=100, description="how many of them, in percent")]
Seed = Annotated[int, Meta(ge=0, le=2**32 - 1, description="another one is another pattern")]
OneStream = Annotated[StreamName, Meta(description="one stream alone; else all of them")] | None


class Fault(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"after_s": "after", "for_s": "for"},
):
    """Something that goes wrong on demand: a plain value, of no effect until it is put in.

    The first line of a kind's docstring is what users read of it. Its fields are the keys that
    users can write, each with a description.

    Attributes:
        NAME: as users write it.
        after_s: how long it waits.
        for_s: how long it then lasts; None is until it is cleared.
    """

    NAME: ClassVar[str]

    after_s: Annotated[Seconds, Meta(description="seconds until it begins")] = 0.0
    for_s: Annotated[Seconds, Meta(description="seconds until it ends by itself")] | None = None

    def check(self, rig: FaultRig) -> None:
        """See that the device has what the fault needs.

        Raises:
            DeviceRefusedError: it has not.
        """

    def put_in(self, rig: FaultRig, ledger: Ledger) -> AbstractAsyncContextManager[None]:
        """Make the context inside of which the device has the fault.

        Args:
            rig: the places where something can be put in.
            ledger: where the fault counts what it does.
        """
        raise NotImplementedError
