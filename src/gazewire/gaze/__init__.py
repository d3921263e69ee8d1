"""From pupils to where the wearer looks: pairing, mapping, calibration, accuracy.

`calibrate` is for arrays of recordings. `fit_gazer` fits any of the gazers that Core programs know
by name, and `restore_gazer` makes a real-time mapper of the parameters of one. `evaluate_mapping`
tells how good it is.
"""

from gazewire.gaze.accuracy import (
    OUTLIER_DEG,
    GazeAccuracy,
    TargetAccuracy,
    evaluate_gaze,
    evaluate_mapping,
    nearest_in_time,
)
from gazewire.gaze.calibrate import Mapper, calibrate
from gazewire.gaze.diagnosis import Diagnosis, EyeDiagnosis, TargetDiagnosis, diagnose
from gazewire.gaze.failure import GazeFitError
from gazewire.gaze.fitting import (
    FittedGazer,
    Gazer,
    GazerMode,
    fit_gazer,
    map_pupils,
    restore_gazer,
)
from gazewire.gaze.incumbent_pairing import IncumbentPairing
from gazewire.gaze.matching import Match, Matches, PupilMode, match_references, select_pupils
from gazewire.gaze.pairing import Pairing, PunctualPairing
from gazewire.gaze.parameters import Matrix4, Polynomial2d, Polynomials, RayModels
from gazewire.gaze.real_time_mapper import GazeModel, RealTimeMapper
from gazewire.gaze.reference import GazeReference, Reference
from gazewire.gaze.targets import split_targets

__all__ = [
    "OUTLIER_DEG",
    "Diagnosis",
    "EyeDiagnosis",
    "FittedGazer",
    "GazeAccuracy",
    "GazeFitError",
    "GazeModel",
    "GazeReference",
    "Gazer",
    "GazerMode",
    "IncumbentPairing",
    "Mapper",
    "Match",
    "Matches",
    "Matrix4",
    "Pairing",
    "Polynomial2d",
    "Polynomials",
    "PunctualPairing",
    "PupilMode",
    "RayModels",
    "RealTimeMapper",
    "Reference",
    "TargetAccuracy",
    "TargetDiagnosis",
    "calibrate",
    "diagnose",
    "evaluate_gaze",
    "evaluate_mapping",
    "fit_gazer",
    "map_pupils",
    "match_references",
    "nearest_in_time",
    "restore_gazer",
    "select_pupils",
    "split_targets",
]
