"""What a device tells of the movements of eyes and lids.

Neon's detector knows fixations, saccades and blinks. It makes up for what moves in the picture, so
that following something with the eyes, or with the head turning, counts as a fixation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gazewire.model import Blink, Fixation, Onset, Saccade
from gazewire.sim.blinks import Blinks
from gazewire.sim.gaze_path import Jump, Movement
from gazewire.sim.head import HeadMotion
from gazewire.sim.pinhole import Pinhole
from gazewire.sim.ticks import TICKS_PER_S, unix_ns_of_tick

__all__ = ["blink_events", "completed", "onset"]

# How finely a movement is sampled to find its velocities, mean and path: 1 kHz.
_TICKS_PER_STEP = TICKS_PER_S // 1000


def onset(movement: Movement, zero: int) -> Onset:
    """That a movement has begun.

    Args:
        movement: of the eyes.
        zero: the tick at which the wearer's time begins.
    """
    return Onset(
        kind="saccade" if isinstance(movement, Jump) else "fixation",
        start_unix_ns=unix_ns_of_tick(zero + movement.start_tick),
    )


def completed(
    movement: Movement, zero: int, camera: Pinhole, head: HeadMotion
) -> Fixation | Saccade:
    """What is told of a movement at its end: all of it of the gaze point in the picture.

    Amplitude is between start and end, so that of a fixation is how far it was carried by the head,
    by drift or by what was followed. Velocities are along the path: its length by its duration, and
    the greatest over one millisecond.

    Args:
        movement: of the eyes.
        zero: the tick at which the wearer's time begins.
        camera: in whose pixels it is told.
        head: that carries the camera.
    """
    steps = np.arange(movement.start_tick, movement.end_tick, _TICKS_PER_STEP)
    ticks = np.append(steps, movement.end_tick)
    gaze_px = camera.project(movement.tangents(ticks / TICKS_PER_S, head))
    lengths_px = np.hypot(*np.diff(gaze_px, axis=0).T)
    times_s = np.diff(ticks) / TICKS_PER_S
    start_px, end_px = gaze_px[0], gaze_px[-1]
    kind = Saccade if isinstance(movement, Jump) else Fixation
    return kind(
        start_unix_ns=unix_ns_of_tick(zero + movement.start_tick),
        end_unix_ns=unix_ns_of_tick(zero + movement.end_tick),
        start_gaze_px=(float(start_px[0]), float(start_px[1])),
        end_gaze_px=(float(end_px[0]), float(end_px[1])),
        mean_gaze_px=(float(gaze_px[:, 0].mean()), float(gaze_px[:, 1].mean())),
        amplitude_px=float(np.hypot(*(end_px - start_px))),
        amplitude_deg=camera.angle_deg(start_px, end_px),
        mean_velocity_px_s=float(lengths_px.sum() / times_s.sum()),
        max_velocity_px_s=float((lengths_px / times_s).max()),
    )


def blink_events(blinks: Blinks, zero: int) -> Iterator[Blink]:
    """All blinks, each known at its end; lids that do not meet make none.

    Args:
        blinks: of the wearer.
        zero: the tick at which the wearer's time begins.
    """
    for blink in blinks.courses():
        if blink.is_complete:
            yield Blink(
                start_unix_ns=unix_ns_of_tick(zero + blink.start_tick),
                end_unix_ns=unix_ns_of_tick(zero + blink.end_tick),
            )
