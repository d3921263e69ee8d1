"""Detectors of fixations and blinks, by the arguments of the plugins that want them."""

from __future__ import annotations

from collections.abc import Callable

from gazewire.motion.blink_filter import BlinkFilter, BlinkFilterSettings
from gazewire.motion.dispersion import DispersionFixations, DispersionSettings
from gazewire.motion.fixation import MovementFixations
from gazewire.motion.pupil_blinks import PupilBlinks
from gazewire.optics import Camera
from gazewire.service import BlinkArgs, BlinkDetector, FixationArgs, FixationDetector

__all__ = ["blink_detector", "fixation_detector"]


def fixation_detector(args: FixationArgs, camera: Callable[[], Camera]) -> FixationDetector:
    """Make what finds fixations in measured gaze.

    Args:
        args: by which method, and what a fixation is.
        camera: tells the scene camera, each time it is needed.

    Raises:
        ValueError: arguments that cannot be.
    """
    if args.method == "velocity":
        return MovementFixations(camera, min_duration_ms=args.min_duration)
    settings = DispersionSettings(
        max_dispersion_deg=args.max_dispersion, min_duration_ms=args.min_duration
    )
    return DispersionFixations(camera, settings)


def blink_detector(args: BlinkArgs) -> BlinkDetector:
    """Make what finds blinks in measured pupils.

    Args:
        args: by which method, and what a blink is.

    Raises:
        ValueError: arguments that cannot be.
    """
    if args.method == "events":
        return PupilBlinks()
    return BlinkFilter(
        BlinkFilterSettings(
            history_length_s=args.history_length,
            onset_threshold=args.onset_confidence_threshold,
            offset_threshold=args.offset_confidence_threshold,
        )
    )
