"""Where results appear: whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gazewire.errors import RecordingError

__all__ = ["add_recorded", "put_in_place", "require_unused", "workplace"]

# What a detection makes anew, and what was computed from the old pupils.
_REPLACED = ("pupil", "gaze", "fixations", "blinks", "surfaces")
_LEFT_OUT = frozenset(
    {"info.player.json", "offline_data", "exports", "movements.csv"}
    | {f"{kind}{ending}" for kind in _REPLACED for ending in (".pldata", "_timestamps.npy")}
)
_VIDEO_SUFFIXES = frozenset({".mp4", ".mjpeg", ".avi", ".h264", ".wav"})


def require_unused(path: Path) -> None:
    """See that nothing would be replaced.

    Raises:
        RecordingError: there is something of this name.
    """
    if path.exists():
        raise RecordingError(f"{path} exists already; remove it, or choose another name")


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` to make it in; whatever is left there at the end is removed.

    Raises:
        RecordingError: it cannot be made.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent)
    except OSError as error:
        raise _failed(out, error) from error
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(made: Path, out: Path) -> None:
    """Let what was made in a workplace appear under its name.

    Raises:
        RecordingError: it cannot, or something is there by now.
    """
    require_unused(out)
    try:
        if made.is_dir():
            # Temporary folders are for their user alone.
            mask = os.umask(0)
            os.umask(mask)
            made.chmod(0o777 & ~mask)
        made.rename(out)
    except OSError as error:
        raise _failed(out, error) from error


def add_recorded(source: Path, folder: Path) -> None:
    """Add what else a recording of Core has: scene, notifications, annotations, intrinsics.

    Videos are linked where the file system can, for they may be large, and nobody writes into them.

    Raises:
        RecordingError: something cannot be read or written.
    """
    try:
        for path in sorted(source.iterdir()):
            if path.name in _LEFT_OUT or path.name.endswith("_lookup.npy"):
                continue
            _add(path, folder / path.name)
    except OSError as error:
        raise _failed(folder, error) from error


def _add(path: Path, target: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, target)
        return
    if path.suffix in _VIDEO_SUFFIXES:
        with contextlib.suppress(OSError):
            os.link(path, target)
            return
    shutil.copyfile(path, target)


def _failed(path: Path, error: OSError) -> RecordingError:
    return RecordingError(f"cannot write {path}: {error.strerror or error}")
