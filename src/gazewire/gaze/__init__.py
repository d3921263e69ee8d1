"""From pupils to where the wearer looks: pairing, mapping, calibration, accuracy."""

from gazewire.gaze.calibrate import Mapper, calibrate

__all__ = ["Mapper", "calibrate"]
