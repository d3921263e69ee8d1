"""What is left of this machine's battery and disk, as the phone of the device tells it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gazewire.device.refusals import Refusal
from gazewire.device.state import DeviceState
from gazewire.model import Phone, ResourceState

__all__ = ["POWER_SUPPLIES", "Resources", "read_battery_level", "watch_resources"]

POWER_SUPPLIES = Path("/sys/class/power_supply")
"""Where Linux tells of batteries; there is no such folder elsewhere."""

_INTERVAL_S = 60.0

# Where Android begins to warn, and where it goes without what is not urgent.
_LOW_BATTERY = 15
_CRITICAL_BATTERY = 5
_MAINS_LEVEL = 100
# A recording takes some 2 GB an hour.
_LOW_BYTES = 5 * 10**9
_CRITICAL_BYTES = 500 * 10**6

_REFUSED_LEVEL = 3
_REFUSED_BYTES = 100 * 10**6


@dataclass(frozen=True, slots=True)
class Resources:
    """Battery and storage at one instant.

    Attributes:
        battery_level: percent.
        memory: free bytes.
    """

    battery_level: int
    memory: int

    @classmethod
    def measure(cls, directory: Path, refused: Set[Refusal] = frozenset()) -> Resources:
        """Ask the machine.

        Args:
            directory: where recordings go; it need not exist.
            refused: what is to be told as critical whatever the machine says.
        """
        level = read_battery_level()
        return cls(
            battery_level=_REFUSED_LEVEL if Refusal.BATTERY in refused else level,
            memory=_REFUSED_BYTES if Refusal.STORAGE in refused else _free_bytes(directory),
        )

    @property
    def battery_state(self) -> ResourceState:
        """LOW up to 15 %, CRITICAL up to 5 %."""
        return _state(self.battery_level, low=_LOW_BATTERY, critical=_CRITICAL_BATTERY)

    @property
    def memory_state(self) -> ResourceState:
        """LOW up to 5 GB, CRITICAL up to 500 MB."""
        return _state(self.memory, low=_LOW_BYTES, critical=_CRITICAL_BYTES)

    def told_by(self, phone: Phone) -> Phone:
        """Put them into the component that tells them."""
        return msgspec.structs.replace(
            phone,
            battery_level=self.battery_level,
            battery_state=self.battery_state,
            memory=self.memory,
            memory_state=self.memory_state,
        )


async def watch_resources(state: DeviceState, directory: Path, refused: Set[Refusal]) -> None:
    """Keep the phone's battery and free space up to date, once a minute. Runs for ever."""
    while True:
        await asyncio.sleep(_INTERVAL_S)
        state.update(Resources.measure(directory, refused).told_by(state.phone))


def read_battery_level(supplies: Path = POWER_SUPPLIES) -> int:
    """Read how full this machine's batteries are, in percent: 100 where it has none.

    Args:
        supplies: a folder for each power supply, laid out as the Linux kernel does.
    """
    levels = []
    for supply in sorted(supplies.glob("*")):
        try:
            # A mouse or a pen has the scope Device.
            is_ours = _read(supply / "type") == "Battery" and _read(supply / "scope") != "Device"
            level = int(_read(supply / "capacity")) if is_ours else None
        except (OSError, ValueError):
            continue  # pulled out at this moment, or of a driver that does not know
        if level is not None:
            levels.append(min(max(level, 0), 100))
    return round(sum(levels) / len(levels)) if levels else _MAINS_LEVEL


def _read(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _free_bytes(directory: Path) -> int:
    existing = directory.absolute()
    while not existing.exists():
        existing = existing.parent
    return shutil.disk_usage(existing).free


def _state(left: int, *, low: int, critical: int) -> ResourceState:
    if left <= critical:
        return "CRITICAL"
    return "LOW" if left <= low else "OK"
