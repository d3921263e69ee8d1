"""The one error of talking to a device."""

from __future__ import annotations

from gazewire.errors import GazewireError

__all__ = ["DeviceError"]


class DeviceError(GazewireError):
    """A device refused what was asked of it, answered what nobody can read, or did not answer.

    What went wrong underneath, if anything, is its ``__cause__``. The two arguments are in `args`
    too, where programs have always found them.

    Attributes:
        status: HTTP status of the answer; None where there was no answer.
        message: why, in the device's own words where it gave a reason.
    """

    def __init__(self, status: int | None, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return self.message if self.status is None else f"{self.message} (status {self.status})"
