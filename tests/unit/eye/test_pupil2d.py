from __future__ import annotations

import dataclasses

import pytest

from gazewire.eye import Pupil2d


def test_a_pupil_stays_as_it_was_found():
    pupil = Pupil2d(center_px=(1.0, 2.0), axes_px=(3.0, 4.0), angle_deg=5.0, confidence=0.5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        pupil.confidence = 1.0
