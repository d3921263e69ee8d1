"""From what a user names to the pictures of eyes in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.offline.footage import EyeFilm, EyeFootage, EyeView
from gazewire.compose.offline.pictures import FolderPictures, image_names
from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.media import IndexedVideo
from gazewire.model import EyeId
from gazewire.optics import Camera, known_camera, nominal_camera
from gazewire.recording import Recording, VideoSeries, open_recording
from gazewire.recording.core import is_core, read_timestamps
from gazewire.recording.finding import Findings
from gazewire.recording.neon.archive import is_neon

__all__ = ["EyeOptions", "find_eyes"]

_NS_PER_S = 1_000_000_000
_EYE_VIDEOS: dict[str, EyeId] = {"eye0": 0, "eye1": 1}
# What the names of videos say of the eye; 0 is the right one.
_NAMED: dict[str, EyeId] = {"eye0": 0, "eye1": 1, "right": 0, "left": 1}
_NAME_OF_EYE = re.compile(r"eye[ _-]?([01])(?!\d)|(?<![a-z])(right|left)(?![a-z])", re.IGNORECASE)
# By the size of their images, what Core has sold most of; and the eye cameras of the others.
_CORE_CAMERAS = ("Pupil Cam2 ID0", "Pupil Cam1 ID0")
_NEON_CAMERA = "Pupil Cam3 ID0"
_SCENE_CAMERA = "Pupil Cam1 ID2"


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeOptions:
    """What only the user can know.

    Attributes:
        focal_px: focal length of the eye cameras; None: as the recording tells, or as those of the
            headset that takes images of this size.
        image_rate_hz: at which the images in folders were taken.
    """

    focal_px: float | None = None
    image_rate_hz: float = 120.0


def find_eyes(paths: Sequence[Path], options: EyeOptions | None = None) -> list[EyeFootage]:
    """Find out what there is to look at.

    A folder is a recording of Core, of Neon or of Invisible, or holds images of one eye. A file is
    a video of one eye. Two videos in one folder whose names differ in the eye alone (``eye0`` and
    ``eye1``, ``left`` and ``right``) belong together.

    Args:
        paths: what was named.
        options: what only the user can know.

    Raises:
        SourceError: one is not there, or there are no eyes in it.
    """
    chosen = options or EyeOptions()
    found: list[EyeFootage] = []
    videos: dict[tuple[Path, str], dict[EyeId, Path]] = {}
    for path in paths:
        if not path.exists():
            raise UnreadableSourceError(str(path), f"there is no file or folder {path}")
        if not path.is_dir():
            _add_video(videos, path)
        elif is_core(path) or is_neon(path):
            found.append(_of_recording(path, chosen))
        else:
            found.append(_of_images(path, chosen))
    found += [_of_videos(eyes, chosen) for eyes in videos.values()]
    return found


def _add_video(videos: dict[tuple[Path, str], dict[EyeId, Path]], path: Path) -> None:
    named = _NAME_OF_EYE.search(path.stem)
    eye_id, rest = _NAMED["right"], path.name
    if named is not None:
        number, side = named.groups()
        eye_id = _NAMED[f"eye{number}" if number else side.lower()]
        rest = _without_eye(path.stem)
    key = path.parent.resolve(), rest
    if eye_id in videos.setdefault(key, {}):
        raise UndecodableSourceError(str(path), f"{path} is named twice, or its eye is")
    videos[key][eye_id] = path


def _of_videos(paths: dict[EyeId, Path], options: EyeOptions) -> EyeFootage:
    films = tuple(_film_of_video(path, eye_id, options) for eye_id, path in sorted(paths.items()))
    first = paths[min(paths)]
    name = first.stem
    if len(paths) > 1:
        name = _without_eye(name).strip(" _-") or first.resolve().parent.name
    return EyeFootage(source=first, name=name, films=films, start_unix_ns=0, start_core_s=0.0)


def _without_eye(stem: str) -> str:
    return _NAME_OF_EYE.sub("", stem, count=1)


def _film_of_video(path: Path, eye_id: EyeId, options: EyeOptions) -> EyeFilm:
    video = IndexedVideo(path, camera="eye")
    try:
        times_ns, camera = video.times_ns, _camera(video.width, video.height, options)
    finally:
        video.close()
    beside = path.with_name(f"{path.stem}_timestamps.npy")
    times_s = times_ns / _NS_PER_S
    if beside.exists():
        times_s = read_timestamps(beside, Findings())[: len(times_ns)]
        times_ns = np.rint(times_s * _NS_PER_S).astype(np.int64)
    return EyeFilm(path, times_ns, times_s, (EyeView(eye_id, camera),))


def _of_images(folder: Path, options: EyeOptions) -> EyeFootage:
    names = image_names(folder)
    if not names:
        raise UndecodableSourceError(
            str(folder), f"{folder} is neither a recording nor a folder with images of an eye"
        )
    height, width = FolderPictures(folder).gray(0).shape
    steps = np.arange(len(names)) * (_NS_PER_S / options.image_rate_hz)
    times_ns = np.rint(steps).astype(np.int64)
    view = EyeView(0, _camera(width, height, options))
    film = EyeFilm(folder, times_ns, times_ns / _NS_PER_S, (view,))
    return EyeFootage(
        source=folder,
        name=folder.resolve().name,
        films=(film,),
        start_unix_ns=0,
        start_core_s=0.0,
        images=names,
    )


def _of_recording(folder: Path, options: EyeOptions) -> EyeFootage:
    with open_recording(folder) as recording:
        is_from_core = recording.facts.layout == "core"
        start_ns = recording.facts.start_unix_ns or 0
        start_s = recording.facts.start_core_s or 0.0
        films: list[EyeFilm] = []
        for name, video in recording.videos.items():
            if name in _EYE_VIDEOS:
                films += _films_of_eye(recording, name, video, start_ns, options)
            elif name == "eyes":
                films += _films_of_both(recording, video, start_ns, options)
        films = [film for film in films if len(film)]
        if not films:
            raise UndecodableSourceError(
                str(folder),
                f"{folder} has no video of an eye with pictures and their instants",
            )
        return EyeFootage(
            source=folder,
            name=folder.resolve().name,
            films=tuple(films),
            start_unix_ns=start_ns,
            start_core_s=start_s,
            is_core=is_from_core,
            scene_camera=_scene_camera(recording),
        )


def _films_of_eye(
    recording: Recording, name: str, video: VideoSeries, start_ns: int, options: EyeOptions
) -> Iterator[EyeFilm]:
    size = video.size_px
    if size is None:
        return
    is_from_core = recording.facts.layout == "core"
    camera = _camera(*size, options, recording.cameras.get(name), is_core=is_from_core)
    view = EyeView(_EYE_VIDEOS[name], camera)
    for part in video.parts:
        times_s = (part.times_unix_ns - start_ns) / _NS_PER_S
        if is_from_core:
            beside = part.path.with_name(f"{name}_timestamps.npy")
            times_s = read_timestamps(beside, Findings())[: len(part.times_unix_ns)]
        yield EyeFilm(part.path, part.times_unix_ns, times_s, (view,))


def _films_of_both(
    recording: Recording, video: VideoSeries, start_ns: int, options: EyeOptions
) -> Iterator[EyeFilm]:
    size = video.size_px
    if size is None:
        return
    # Both eyes side by side, that of the left one on the left.
    half, height = size[0] // 2, size[1]
    views = tuple(
        EyeView(
            eye_id,
            _camera(half, height, options, recording.cameras.get(f"eye{eye_id}"), is_core=False),
            first_column,
        )
        for eye_id, first_column in ((_NAMED["left"], 0), (_NAMED["right"], half))
    )
    for part in video.parts:
        times_s: NDArray[np.float64] = (part.times_unix_ns - start_ns) / _NS_PER_S
        yield EyeFilm(part.path, part.times_unix_ns, times_s, views)


def _camera(
    width: int,
    height: int,
    options: EyeOptions,
    told: Camera | None = None,
    *,
    is_core: bool = True,
) -> Camera:
    if options.focal_px is not None:
        focal_px = (options.focal_px, options.focal_px)
        return Camera(width, height, focal_px, ((width - 1) / 2, (height - 1) / 2))
    if told is not None and (told.width, told.height) == (width, height):
        return told
    names = _CORE_CAMERAS if is_core else (_NEON_CAMERA,)
    known = (known_camera(name, width, height) for name in names)
    return next((camera for camera in known if camera), None) or nominal_camera(width, height)


def _scene_camera(recording: Recording) -> Camera | None:
    told = recording.cameras.get("world")
    video = recording.videos.get("world")
    if told is not None or video is None or recording.facts.layout != "core":
        return told
    size = video.size_px
    return None if size is None else known_camera(_SCENE_CAMERA, *size)
