"""What a Linux video device can be set to, with the ranges that its driver tells.

Source: the kernel's ``Documentation/userspace-api/media/v4l/vidioc-queryctrl.rst``,
``ext-ctrls-camera.rst`` and ``include/uapi/linux/{videodev2,v4l2-controls}.h``.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gazewire.camera.control import Control, NumberControl, live_control
from gazewire.errors import UnreadableSourceError

__all__ = ["Ioctl", "V4l2Controls", "open_v4l2_controls"]

Ioctl = Callable[[int, bytearray], None]
"""Asks a device by a request number, changing the bytes in place; raises `OSError`."""

# struct v4l2_queryctrl: id, type, name, minimum, maximum, step, default_value, flags, reserved.
_QUERY = struct.Struct("II32siiiiI8x")
# struct v4l2_control: id, value.
_VALUE = struct.Struct("Ii")
_READ_WRITE = 3 << 30
_VIDIOC_QUERYCTRL = _READ_WRITE | _QUERY.size << 16 | ord("V") << 8 | 36
_VIDIOC_G_CTRL = _READ_WRITE | _VALUE.size << 16 | ord("V") << 8 | 27
_VIDIOC_S_CTRL = _READ_WRITE | _VALUE.size << 16 | ord("V") << 8 | 28
_DISABLED, _READ_ONLY = 0x0001, 0x0004

_USER, _CAMERA = 0x0098_0900, 0x009A_0900
_EXPOSURE_AUTO, _EXPOSURE_MANUAL = _CAMERA + 1, 1
_AUTOGAIN = _USER + 18


@dataclass(frozen=True, slots=True)
class _Kind:
    """A control of ours: the driver's id, how much of ours one of its units is, what is off."""

    id: int
    scale: float = 1.0
    automatic: tuple[int, int] | None = None


_KINDS = {
    # In units of 100 microseconds.
    "exposure_us": _Kind(_CAMERA + 2, 100.0, (_EXPOSURE_AUTO, _EXPOSURE_MANUAL)),
    # In no unit that anybody tells.
    "gain": _Kind(_USER + 19, automatic=(_AUTOGAIN, 0)),
    "brightness": _Kind(_USER),
    "contrast": _Kind(_USER + 1),
    "saturation": _Kind(_USER + 2),
    "gamma": _Kind(_USER + 16),
    "exposure_auto": _Kind(_EXPOSURE_AUTO),
}


class V4l2Controls:
    """The controls of one device; see `CaptureControls`.

    Args:
        device: its path, for errors.
        ioctl: asks it.
        close: lets go of it.
    """

    def __init__(self, device: str, ioctl: Ioctl, close: Callable[[], None]) -> None:
        self._device = device
        self._ioctl = ioctl
        self._close: Callable[[], None] | None = close

    def read(self) -> Mapping[str, Control]:
        """Ask for all that it has; those that it has not, or cannot set, are left out."""
        controls = {name: self._asked(kind) for name, kind in _KINDS.items()}
        return {name: control for name, control in controls.items() if control is not None}

    def set(self, name: str, value: float | str) -> None:
        """Set one; an automatic that would set it again is switched off."""
        control = live_control(self.read(), name)
        if isinstance(value, str) or not isinstance(control, NumberControl):
            raise ValueError(f"{name} takes a number, not {value}")
        kind = _KINDS[name]
        raw = round(control.nearest(name, value) / kind.scale)
        if kind.automatic is not None:
            id, off = kind.automatic
            if self._query(id) is not None:
                self._told(_VIDIOC_S_CTRL, bytearray(_VALUE.pack(id, off)))
        self._told(_VIDIOC_S_CTRL, bytearray(_VALUE.pack(kind.id, raw)))

    def close(self) -> None:
        """Let go of the device. Harmless when repeated."""
        close, self._close = self._close, None
        if close is not None:
            close()

    def _asked(self, kind: _Kind) -> NumberControl | None:
        query = self._query(kind.id)
        if query is None:
            return None
        minimum, maximum, step = query
        answer = bytearray(_VALUE.pack(kind.id, 0))
        self._told(_VIDIOC_G_CTRL, answer)
        value = _VALUE.unpack(answer)[1]
        return NumberControl(
            value=value * kind.scale,
            # Some drivers start outside of their own range.
            minimum=min(minimum, value) * kind.scale,
            maximum=max(maximum, value) * kind.scale,
            step=step * kind.scale,
        )

    def _query(self, id: int) -> tuple[int, int, int] | None:
        answer = bytearray(_QUERY.size)
        struct.pack_into("I", answer, 0, id)
        try:
            self._ioctl(_VIDIOC_QUERYCTRL, answer)
        except OSError as error:
            if error.errno == errno.EINVAL:
                return None
            raise self._gone(error) from error
        _, _, _, minimum, maximum, step, _, flags = _QUERY.unpack(answer)
        return None if flags & (_DISABLED | _READ_ONLY) else (minimum, maximum, step)

    def _told(self, request: int, data: bytearray) -> None:
        try:
            self._ioctl(request, data)
        except OSError as error:
            raise self._gone(error) from error

    def _gone(self, error: OSError) -> UnreadableSourceError:
        return UnreadableSourceError(
            self._device, f"{self._device} does not do it: {error.strerror or error}"
        )


def open_v4l2_controls(path: Path) -> V4l2Controls:
    """Open a device for its controls, beside whoever takes images from it.

    Raises:
        UnreadableSourceError: it cannot be opened.
    """
    # Not on other systems, therefore not at the top.
    import fcntl

    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        raise UnreadableSourceError(str(path), f"cannot open {path}: {error.strerror}") from error

    def ioctl(request: int, data: bytearray) -> None:
        fcntl.ioctl(device, request, data)

    return V4l2Controls(str(path), ioctl, lambda: os.close(device))
