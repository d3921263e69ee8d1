"""From what a user types after ``--source`` to a source."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from gazewire.camera import Timeline
from gazewire.errors import UnreadableSourceError
from gazewire.recording import open_source
from gazewire.sim import Wearer

__all__ = ["SYNTHETIC", "find_source"]

SYNTHETIC = "synthetic"
"""The source that needs no hardware and no file."""


def find_source(
    spec: str,
    *,
    gaze: Path | None,
    product: Literal["neon", "invisible"],
    seed: int,
    eye_rate_hz: int,
) -> Timeline:
    """Open a source.

    Args:
        spec: ``synthetic``, or the path of a recording folder or video file.
        gaze: a gaze table for a video file, or None.
        product: which glasses the synthetic wearer wears.
        seed: who the synthetic wearer is.
        eye_rate_hz: frames a second of the synthetic wearer's eye cameras, a divisor of 200.

    Raises:
        SourceError: there is no such source, or it cannot be read, or not at this rate.
    """
    if spec == SYNTHETIC:
        if gaze is not None:
            raise UnreadableSourceError(
                spec, "a gaze table goes with a video file: name one by --source"
            )
        try:
            return Wearer(product=product, seed=seed, eye_rate_hz=eye_rate_hz)
        except ValueError as error:
            raise UnreadableSourceError(spec, str(error)) from error
    return open_source(Path(spec), gaze)
