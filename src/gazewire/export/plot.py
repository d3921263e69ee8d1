"""A recording at a glance: gaze and pupils over time, where was looked, rates and gaps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gazewire.errors import MissingExtraError, RecordingError, SourceError
from gazewire.recording import Recording, RecordingSummary, VideoSeries

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_recording"]

_NS_PER_S = 1_000_000_000
_SUFFIXES = {".png", ".svg"}
_FIGURE_INCHES = (11.0, 9.0)
_HEAT_BINS = 160
_HEAT_SIGMA = 2
_DOT = 1.5
# So that a single blink is seen, too: a part of all the time.
_LEAST_WIDTH = 0.002
_MOST_POINTS = 20_000
# Pictures of the scene camera, by layout, where no picture tells.
_SCENE_SIZE_PX = {"neon": (1600, 1200), "invisible": (1088, 1080), "core": (1280, 720)}
_PUPILS = ("pupil_diameter_left_mm", "pupil_diameter_right_mm")


def plot_recording(recording: Recording, summary: RecordingSummary, path: Path) -> None:
    """Draw a recording into a file.

    Args:
        recording: what to draw.
        summary: of the same recording.
        path: a new ``.png`` or ``.svg``; one that is there is replaced.

    Raises:
        MissingExtraError: Matplotlib is not installed.
        RecordingError: the file cannot be written, or is of another kind.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("plot") from error
    if path.suffix.lower() not in _SUFFIXES:
        raise RecordingError(f"a plot is a .png or a .svg file, not {path.name}")
    figure = Figure(figsize=_FIGURE_INCHES, layout="constrained")
    figure.suptitle(f"{summary.facts.name or recording.folder.name}, {summary.duration_s:.1f} s")
    gaze_over_time, pupils, heat, streams = figure.subplots(4, 1, height_ratios=(2, 2, 4, 3))
    start_ns = summary.start_unix_ns or 0
    _draw_gaze(gaze_over_time, recording, start_ns)
    _draw_pupils(pupils, recording, start_ns)
    _draw_heat(heat, recording)
    _draw_streams(streams, summary, start_ns)
    try:
        figure.savefig(path)
    except OSError as error:
        raise RecordingError(f"cannot write {path}: {error.strerror or error}") from error


def _draw_gaze(axes: Axes, recording: Recording, start_ns: int) -> None:
    axes.set_ylabel("gaze [px]")
    if "gaze" not in recording.series_names:
        return
    gaze = recording.series("gaze")
    thin = _thin(len(gaze))
    at = _seconds(gaze.times_unix_ns[thin], start_ns)
    axes.plot(at, gaze["x_px"][thin], ".", markersize=_DOT, label="x")
    axes.plot(at, gaze["y_px"][thin], ".", markersize=_DOT, label="y")
    axes.legend(loc="upper right", markerscale=8)


def _draw_pupils(axes: Axes, recording: Recording, start_ns: int) -> None:
    axes.set_ylabel("pupil [mm]")
    if "eye_state" in recording.series_names:
        state = recording.series("eye_state")
        thin = _thin(len(state))
        for column in _PUPILS:
            at = _seconds(state.times_unix_ns[thin], start_ns)
            axes.plot(at, state[column][thin], ".", markersize=_DOT, label=column.split("_")[2])
        axes.legend(loc="upper right", markerscale=8)
    elif "pupil" in recording.series_names:
        pupil = recording.series("pupil")
        for eye, name in enumerate(("right", "left")):
            is_known = (pupil["eye_id"] == eye) & ~np.isnan(pupil["diameter_3d"].astype(float))
            at = _seconds(pupil.times_unix_ns[is_known], start_ns)
            thin = _thin(len(at))
            millimetres = pupil["diameter_3d"][is_known][thin]
            axes.plot(at[thin], millimetres, ".", markersize=_DOT, label=name)
        axes.legend(loc="upper right", markerscale=8)


def _draw_heat(axes: Axes, recording: Recording) -> None:
    width, height = _SCENE_SIZE_PX[recording.facts.layout]
    world = recording.videos.get("world")
    if world is not None and world.size_px is not None:
        width, height = world.size_px
    axes.set_title("where was looked")
    axes.set_axis_off()
    extent = (0, width, height, 0)
    picture = None if world is None else _picture(world)
    if picture is None:
        axes.imshow(np.zeros((1, 1)), extent=extent, cmap="gray")
    else:
        axes.imshow(picture, extent=extent, cmap="gray")
    if "gaze" in recording.series_names:
        gaze = recording.series("gaze")
        bins = (_HEAT_BINS, max(1, round(_HEAT_BINS * height / width)))
        x, y = gaze["x_px"].astype(float), gaze["y_px"].astype(float)
        is_known = np.isfinite(x) & np.isfinite(y)
        counts, _, _ = np.histogram2d(
            x[is_known], y[is_known], bins=bins, range=((0, width), (0, height))
        )
        heat = np.sqrt(_smooth(_smooth(counts.T).T))
        strength = heat / heat.max() if heat.any() else heat
        axes.imshow(strength, extent=extent, cmap="inferno", alpha=0.85 * np.sqrt(strength))


def _picture(world: VideoSeries) -> NDArray[np.uint8] | None:
    """The picture in the middle, as brightness; None where it is damaged."""
    try:
        frame = world.frame(len(world) // 2)
    except (SourceError, IndexError):
        return None
    luma = np.frombuffer(frame.data, np.uint8)[: frame.width * frame.height]
    return luma.reshape(frame.height, frame.width)


def _smooth(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    # A bell along each row, as wide as gaze is uncertain.
    reach = np.arange(-3 * _HEAT_SIGMA, 3 * _HEAT_SIGMA + 1)
    bell = np.exp(-(reach**2) / (2 * _HEAT_SIGMA**2))
    rows = [np.convolve(row, bell / bell.sum(), mode="full") for row in counts]
    cut = 3 * _HEAT_SIGMA
    return np.array([row[cut:-cut] for row in rows])


def _draw_streams(axes: Axes, summary: RecordingSummary, start_ns: int) -> None:
    axes.set_xlabel("time [s]")
    drawn = [stream for stream in summary.streams if stream.first_unix_ns is not None]
    labels = []
    least_s = _LEAST_WIDTH * summary.duration_s
    for row, stream in enumerate(drawn):
        first, last = stream.first_unix_ns or 0, stream.last_unix_ns or 0
        axes.broken_barh(
            [((first - start_ns) / _NS_PER_S, max((last - first) / _NS_PER_S, least_s))],
            (row - 0.3, 0.6),
        )
        holes = [
            ((gap.start_unix_ns - start_ns) / _NS_PER_S, gap.duration_ns / _NS_PER_S)
            for gap in stream.gaps
        ]
        axes.broken_barh(holes, (row - 0.4, 0.8), color="crimson")
        rate = "" if stream.rate_hz is None else f" {stream.rate_hz:.0f} Hz"
        labels.append(f"{stream.name}{rate}")
    axes.set_yticks(range(len(drawn)), labels)
    axes.invert_yaxis()


def _seconds(times_unix_ns: NDArray[np.int64], start_ns: int) -> NDArray[np.float64]:
    return (times_unix_ns - start_ns) / _NS_PER_S


def _thin(count: int) -> slice:
    return slice(None, None, max(1, count // _MOST_POINTS))
