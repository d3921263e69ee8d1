"""Makes an MP4 file whole again that a kill, or a flat battery, has left."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from gazewire.errors import GazewireError
from gazewire.media import FragmentedMp4Writer, IndexedVideo, PictureDecoder
from gazewire.model import AccessUnit
from gazewire.recording.finding import Findings
from gazewire.recording.fragments import is_torn, movie_kind, whole_fragments
from gazewire.recording.salvage import parameter_sets_of, salvaged_units

__all__ = ["repair_video"]

_UNFINISHED = ".unfinished"
# Half a second of pictures would do for any frame rate: the first is a key frame, if it is whole.
_TRIES = 200


def repair_video(
    path: Path, times_unix_ns: Sequence[int], like: Iterable[Path], done: Findings
) -> int:
    """Repair a container in place, without coding anything anew.

    Args:
        path: the container.
        times_unix_ns: the instants of its pictures.
        like: files of the same camera, which may know its parameter sets.
        done: what was done is told here.

    Returns:
        How many pictures can be reached now; 0 where the file is of no use.

    Raises:
        OSError: it cannot be read or written.
    """
    kind = movie_kind(path)
    if kind == "fragmented":
        _cut(path, done)
    elif kind == "unfinished":
        _rebuild(path, times_unix_ns, like, done)
    try:
        video = IndexedVideo(path)
    except GazewireError:
        return 0
    count = len(video)
    video.close()
    return count


def _cut(path: Path, done: Findings) -> None:
    size_bytes = path.stat().st_size
    whole = whole_fragments(path)
    if whole is not None and is_torn(path):
        rest = size_bytes - whole.size_bytes
        done.add(path.name, whole.size_bytes, f"cut off {rest} bytes of a fragment that broke off")
        os.truncate(path, whole.size_bytes)


def _rebuild(
    path: Path, times_unix_ns: Sequence[int], like: Iterable[Path], done: Findings
) -> None:
    for other in like:
        if other == path or not other.exists():
            continue
        parameter_sets = parameter_sets_of(other)
        if parameter_sets is None:
            continue
        count = _written(path, times_unix_ns, parameter_sets)
        if count:
            said = f"{count} pictures found without an index; one was made, as {other.name} has it"
            done.add(path.name, None, said)
            return
    said = "it has no index, and no other file tells how its pictures are coded (see --like)"
    done.add(path.name, None, said)


def _written(path: Path, times_unix_ns: Sequence[int], parameter_sets: tuple[bytes, bytes]) -> int:
    units = salvaged_units(path, times_unix_ns)
    decoder = PictureDecoder(parameter_sets=parameter_sets)
    tried: list[AccessUnit] = []
    size: tuple[int, int] | None = None
    for unit in units:
        tried.append(unit)
        pictures = decoder.decode(unit)
        if pictures:
            size = (pictures[0].video_frame.width, pictures[0].video_frame.height)
        if size is not None or len(tried) == _TRIES:
            break
    if size is None:
        return 0
    unfinished = path.with_name(path.name + _UNFINISHED)
    writer = FragmentedMp4Writer(
        unfinished, width=size[0], height=size[1], parameter_sets=parameter_sets
    )
    count = 0
    with writer:
        for unit in chain(tried, units):
            writer.write(unit)
            count += 1
    unfinished.replace(path)
    return count
