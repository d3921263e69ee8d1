"""Whether the clock of a device can be known, and is near ours."""

from __future__ import annotations

from gazewire.client.models import Phone
from gazewire.client.tools.diagnosis.finding import Finding
from gazewire.client.tools.diagnosis.problem import CLOCK_OFF, NO_TIME_ECHO, OLD_APP
from gazewire.time.offset import ClockOffset

__all__ = ["check_clock"]

_NS_PER_MS = 1_000_000
_NS_PER_S = 1_000_000_000

# Clocks that are set over the network differ by some hundredths of a second.
_FAR_OFF_NS = _NS_PER_S


def check_clock(
    phone: Phone, offset: ClockOffset | None, trouble: str | None, device: str
) -> Finding:
    """Judge a clock.

    Args:
        phone: whose clock.
        offset: what was measured of it; None where that was not possible.
        trouble: why not, in words.
        device: for the finding.
    """
    if phone.time_echo_port is None:
        return Finding.of("clock", OLD_APP, device=device)
    if offset is None:
        return Finding.of(
            "clock",
            NO_TIME_ECHO,
            device=device,
            reason=trouble or "it takes too long",
            port=phone.time_echo_port,
        )
    if abs(offset.offset_ns) > _FAR_OFF_NS:
        return Finding.of(
            "clock",
            CLOCK_OFF,
            device=device,
            seconds=abs(offset.offset_ns) / _NS_PER_S,
            # An offset is ours minus the device's.
            direction="behind" if offset.offset_ns > 0 else "ahead of",
        )
    offset_ms = offset.offset_ns / _NS_PER_MS
    uncertainty_ms = offset.uncertainty_ns / _NS_PER_MS
    says = f"ours is {offset_ms:+.1f} ± {uncertainty_ms:.1f} ms from the phone's"
    return Finding.well("clock", says, device=device)
