from __future__ import annotations

import pytest

from gazewire.compose.movement import blink_detector, fixation_detector
from gazewire.motion.blink_filter import BlinkFilter
from gazewire.motion.dispersion import DispersionFixations
from gazewire.motion.fixation import MovementFixations
from gazewire.motion.pupil_blinks import PupilBlinks
from gazewire.optics import Camera, nominal_camera
from gazewire.service import BlinkArgs, FixationArgs


def camera() -> Camera:
    return nominal_camera(1280, 720)


def test_without_arguments_detectors_are_those_of_the_incumbent() -> None:
    assert isinstance(fixation_detector(FixationArgs(), camera), DispersionFixations)
    assert isinstance(blink_detector(BlinkArgs()), BlinkFilter)


def test_a_method_chooses_the_detector() -> None:
    assert isinstance(fixation_detector(FixationArgs(method="velocity"), camera), MovementFixations)
    assert isinstance(blink_detector(BlinkArgs(method="events")), PupilBlinks)


def test_arguments_that_cannot_be_are_the_callers_fault() -> None:
    with pytest.raises(ValueError, match="max_dispersion_deg"):
        fixation_detector(FixationArgs(max_dispersion=-1.0), camera)
    with pytest.raises(ValueError, match="history_length_s"):
        blink_detector(BlinkArgs(history_length=0.0))
