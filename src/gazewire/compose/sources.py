"""From what a user types after ``--source`` to a source."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from gazewire.camera import LiveCamera, Source, Timeline
from gazewire.camera.uvc import open_uvc
from gazewire.compose.spec import SYNTHETIC, VIDEO4LINUX
from gazewire.device import Playback
from gazewire.errors import UnreadableSourceError
from gazewire.recording import open_source
from gazewire.sim import Product, Wearer, scene_camera

__all__ = ["find_source"]


@asynccontextmanager
async def find_source(
    spec: str,
    *,
    gaze: Path | None,
    product: Literal["neon", "invisible"],
    seed: int,
    eye_rate_hz: int,
) -> AsyncIterator[Source]:
    """Open a source while the context lasts.

    Args:
        spec: ``synthetic``, the path of a recording folder or video file, or the path of a camera
            after ``v4l2:``.
        gaze: a gaze table for a video file, or None.
        product: which glasses the synthetic wearer wears; a camera is asked for pictures of the
            size of theirs.
        seed: who the synthetic wearer is.
        eye_rate_hz: frames a second of the synthetic wearer's eye cameras, a divisor of 200.

    Raises:
        SourceError: there is no such source, or it cannot be read, or not at this rate.
    """
    if spec.startswith(VIDEO4LINUX):
        _refuse_gaze(spec, gaze)
        async with _camera(Path(spec.removeprefix(VIDEO4LINUX)), product) as camera:
            yield camera
    else:
        yield Playback(_find_timeline(spec, gaze, product, seed, eye_rate_hz))


def _find_timeline(
    spec: str, gaze: Path | None, product: Product, seed: int, eye_rate_hz: int
) -> Timeline:
    if spec == SYNTHETIC:
        _refuse_gaze(spec, gaze)
        try:
            return Wearer(product=product, seed=seed, eye_rate_hz=eye_rate_hz)
        except ValueError as error:
            raise UnreadableSourceError(spec, str(error)) from error
    return open_source(Path(spec), gaze)


def _camera(path: Path, product: Product) -> LiveCamera:
    scene = scene_camera(product)
    return LiveCamera(
        lambda: open_uvc(path, width=scene.width, height=scene.height), name=f"the camera {path}"
    )


def _refuse_gaze(spec: str, gaze: Path | None) -> None:
    if gaze is not None:
        raise UnreadableSourceError(
            spec, "a gaze table goes with a video file: name one by --source"
        )
