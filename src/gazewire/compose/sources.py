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
    spec: str, *, gaze: Path | None, product: Literal["neon", "invisible"], seed: int
) -> Timeline:
    """Open a source.

    Args:
        spec: ``synthetic``, or the path of a recording folder or video file.
        gaze: a gaze table for a video file, or None.
        product: which glasses the synthetic wearer wears.
        seed: who the synthetic wearer is.

    Raises:
        SourceError: there is no such source, or it cannot be read.
    """
    if spec == SYNTHETIC:
        if gaze is not None:
            raise UnreadableSourceError(
                spec, "a gaze table goes with a video file: name one by --source"
            )
        return Wearer(product=product, seed=seed)
    return open_source(Path(spec), gaze)
