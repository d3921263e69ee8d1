"""What a Linux video device says of itself, asked before anybody tries to take pictures from it.

The driver tells more than a library that fails to open it: a name for people, and whether it gives
pictures at all. A USB camera has two devices of which only the first does.

Source: the kernel's ``Documentation/userspace-api/media/v4l/vidioc-querycap.rst`` and
``include/uapi/linux/videodev2.h``.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from pathlib import Path

from gazewire.errors import UnreadableSourceError

__all__ = ["camera_name", "parse_capability"]

# struct v4l2_capability: driver, card, bus_info, version, capabilities, device_caps, reserved.
_CAPABILITY = struct.Struct("16s 32s 32s I I I 12x")
# _IOR('V', 0, struct v4l2_capability), as most machines number it.
_VIDIOC_QUERYCAP = 2 << 30 | _CAPABILITY.size << 16 | ord("V") << 8

_VIDEO_CAPTURE = 0x0000_0001
_VIDEO_CAPTURE_MPLANE = 0x0000_1000
_DEVICE_CAPS = 0x8000_0000

_REASONS = {
    errno.ENOENT: "there is no camera {path}; plug it in, and list what there is: ls /dev/video*",
    errno.EACCES: "{path} belongs to others; join its group (often video), and log in again",
    errno.EPERM: "{path} belongs to others; join its group (often video), and log in again",
    errno.EBUSY: "{path} is used by another program; close that",
    errno.ENODEV: "nothing is plugged in at {path} any more; list what there is: ls /dev/video*",
    errno.ENXIO: "nothing is plugged in at {path} any more; list what there is: ls /dev/video*",
}
_NOT_A_CAMERA = "{path} is not a camera; list what there is: ls /dev/video*"


def camera_name(path: Path) -> str:
    """Ask a video device what it is called.

    Raises:
        UnreadableSourceError: it is not there, is not ours to open, is in use, or gives no
            pictures.
    """
    if sys.platform != "linux":
        raise UnreadableSourceError(
            str(path), "cameras are read by Video4Linux, which is on Linux alone; name a video file"
        )
    # Not on other systems, therefore not at the top.
    import fcntl

    answer = bytearray(_CAPABILITY.size)
    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        try:
            fcntl.ioctl(device, _VIDIOC_QUERYCAP, answer)
        finally:
            os.close(device)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, _NOT_A_CAMERA)
        raise UnreadableSourceError(str(path), reason.format(path=path)) from error
    name, gives_pictures = parse_capability(bytes(answer))
    if not gives_pictures:
        raise UnreadableSourceError(
            str(path),
            f"{path} ({name}) gives no pictures; try the other devices of the same camera: "
            "ls /dev/video*",
        )
    return name


def parse_capability(answer: bytes) -> tuple[str, bool]:
    """Read a ``struct v4l2_capability``, 104 bytes.

    Returns:
        The name of the camera, and whether this device of it gives pictures.
    """
    _, card, _, _, capabilities, device_capabilities = _CAPABILITY.unpack(answer)
    # `capabilities` is of all devices of the camera together.
    if capabilities & _DEVICE_CAPS:
        capabilities = device_capabilities
    name = card.split(b"\0", 1)[0].decode(errors="replace").strip()
    return name, bool(capabilities & (_VIDEO_CAPTURE | _VIDEO_CAPTURE_MPLANE))
