"""Videos of the eyes with the pupils drawn into them, for people to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.compose.offline.footage import EyeFilm, EyeFootage, EyeView
from gazewire.compose.offline.pictures import open_pictures
from gazewire.compose.offline.report import Stage
from gazewire.errors import SourceError
from gazewire.media import FragmentedMp4Writer, H264Encoder
from gazewire.model import EyeId, Frame
from gazewire.recording import TimeSeries, open_recording

__all__ = ["draw_overlay", "overlay_paths"]

_NS_PER_S = 1_000_000_000
# Blue, green, red: what was seen in the picture, and the circle in space as it would be seen.
_FLAT, _SOLID = (255, 255, 0), (60, 60, 255)
# Less likely pupils are drawn in a darker shade.
_SURE = 0.6
# Ellipses are drawn at a fraction of a pixel: OpenCV takes whole numbers of so many bits less.
_SHIFT = 4

_ELLIPSE = ("center_x", "center_y", "axis_a", "axis_b", "angle")

_Drawn = tuple[NDArray[np.float64], tuple[int, ...]]


def overlay_paths(footage: EyeFootage, path: Path) -> dict[frozenset[EyeId], Path]:
    """Tell which video shows which eyes: one all of them, or one each where cameras are several."""
    cameras = list(dict.fromkeys(_eyes(film) for film in footage.films))
    if len(cameras) == 1:
        return {cameras[0]: path}
    return {eyes: path.with_name(f"{path.stem}-eye{min(eyes)}{path.suffix}") for eyes in cameras}


def draw_overlay(
    footage: EyeFootage, eyes: frozenset[EyeId], folder: Path, path: Path
) -> Iterator[Stage]:
    """Draw what was found of the eyes that one camera looked at.

    Args:
        footage: of the eyes.
        eyes: which; see `overlay_paths`.
        folder: with the data that were made of it.
        path: of the video.

    Raises:
        RecordingError: the video cannot be written.
    """
    with open_recording(folder) as recording:
        outlines = _outlines(recording.series("pupil"))
    films = [film for film in footage.films if _eyes(film) == eyes]
    total = sum(len(film) for film in films)
    for count in _draw(films, outlines, path):
        yield Stage("Drawing", count, total)


def _outlines(pupils: TimeSeries) -> dict[tuple[int, float], list[_Drawn]]:
    columns = [pupils[name].tolist() for name in ("eye_id", "timestamp_s", "method", "confidence")]
    ellipses = np.column_stack([pupils[f"ellipse_{name}"] for name in _ELLIPSE])
    found: dict[tuple[int, float], list[_Drawn]] = {}
    for eye_id, at, method, confidence, ellipse in zip(*columns, ellipses, strict=True):
        if ellipse[2] > 0:
            colour = np.array(_SOLID if "3d" in method else _FLAT)
            shade = colour if confidence >= _SURE else colour // 2
            found.setdefault((eye_id, at), []).append((ellipse, tuple(shade.tolist())))
    return found


def _draw(
    films: Sequence[EyeFilm], outlines: dict[tuple[int, float], list[_Drawn]], path: Path
) -> Iterator[int]:
    width = sum(view.camera.width for view in films[0].views)
    height = films[0].views[0].camera.height
    times = np.concatenate([film.times_unix_ns for film in films])
    steps = np.diff(times)
    rate_hz = _NS_PER_S / float(np.median(steps)) if len(steps) and np.median(steps) > 0 else 1.0
    encoder = H264Encoder(width=width, height=height, rate_hz=rate_hz)
    sets = encoder.parameter_sets
    with FragmentedMp4Writer(
        path, width=encoder.width, height=encoder.height, parameter_sets=sets
    ) as video:
        for count, (film, index) in enumerate(_numbered(films), 1):
            picture = _picture(film, index)
            if picture is not None and picture.shape[:2] == (height, width):
                for view in film.views:
                    at = float(film.times_core_s[index])
                    for ellipse, colour in outlines.get((view.eye_id, at), ()):
                        _add(picture, view, ellipse, colour)
                at_ns = int(film.times_unix_ns[index])
                video.write(encoder.encode(_frame(picture, count, at_ns)))
            yield count


def _numbered(films: Sequence[EyeFilm]) -> Iterator[tuple[EyeFilm, int]]:
    for film in films:
        for index in range(len(film)):
            yield film, index


def _picture(film: EyeFilm, index: int) -> NDArray[np.uint8] | None:
    try:
        gray = open_pictures(film.path).gray(index)
    except SourceError:
        return None
    return np.repeat(gray[:, :, None], 3, axis=2)


def _add(
    picture: NDArray[np.uint8],
    view: EyeView,
    ellipse: NDArray[np.float64],
    colour: tuple[int, ...],
) -> None:
    x, y, first, second, angle_deg = ellipse.tolist()
    scale = 1 << _SHIFT
    center = round((x + view.first_column) * scale), round(y * scale)
    radii = round(first / 2 * scale), round(second / 2 * scale)
    cv2.ellipse(picture, center, radii, angle_deg, 0, 360, colour, 1, cv2.LINE_AA, _SHIFT)


def _frame(picture: NDArray[np.uint8], index: int, timestamp_unix_ns: int) -> Frame:
    height, width = picture.shape[:2]
    return Frame(
        camera="eyes",
        index=index,
        timestamp_unix_ns=timestamp_unix_ns,
        width=width,
        height=height,
        pixel_format="bgr24",
        data=picture.reshape(-1).data,
    )


def _eyes(film: EyeFilm) -> frozenset[EyeId]:
    return frozenset(view.eye_id for view in film.views)
