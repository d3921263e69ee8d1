"""The ``.intrinsics`` file beside a video: which camera took it.

A MessagePack map with ``version``, and for each size of image, named ``(width, height)``, the
matrix and the distortion of the camera at that size.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from gazewire.optics import Camera
from gazewire.recording.finding import Findings
from gazewire.recording.rows import read_file

__all__ = ["intrinsics_bytes", "read_intrinsics"]

_VERSION = 1
_VERSION_KEY = "version"


def read_intrinsics(path: Path, findings: Findings) -> tuple[Camera, ...]:
    """Read the cameras of a file, one for each size of image, in its order.

    What is no camera is left out and told as a finding; a file that is not there has none.
    """
    content = read_file(path, findings)
    if not content:
        return ()
    try:
        told = msgspec.msgpack.decode(content, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        told = None
    if not isinstance(told, Mapping):
        findings.add(path.name, None, "it does not describe a camera")
        return ()
    cameras = []
    for size, intrinsics in told.items():
        if size == _VERSION_KEY:
            continue
        try:
            cameras.append(_camera(intrinsics))
        except ValueError as error:
            findings.add(path.name, None, f"{size!r:.40} does not describe a camera: {error}")
    return tuple(cameras)


def intrinsics_bytes(camera: Camera) -> bytes:
    """Make the content of the file of a video that this camera took."""
    size = f"({camera.width}, {camera.height})"
    return msgspec.msgpack.encode({_VERSION_KEY: _VERSION, size: camera.to_core()})


def _camera(intrinsics: object) -> Camera:
    if not isinstance(intrinsics, Mapping):
        raise ValueError("it is no map")
    return Camera.from_core(intrinsics)
