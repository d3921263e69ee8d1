"""Gaze as this device sends it: in the format that was chosen, or the richest that fits."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from gazewire.model import Eyelid, EyeState, GazeDatum
from gazewire.wire.payload.gaze import GazeFormat, format_for, serialize_gaze

__all__ = ["gaze_serializer"]

# What a source does not have is sent as "not a number", which clients pass on.
_NO_POINT = (math.nan, math.nan)
_NO_VECTOR = (math.nan, math.nan, math.nan)
_NO_EYE_STATE = EyeState(
    pupil_diameter_mm=math.nan, eyeball_center_mm=_NO_VECTOR, optical_axis=_NO_VECTOR
)
_NO_EYELID = Eyelid(angle_top_rad=math.nan, angle_bottom_rad=math.nan, aperture_mm=math.nan)


def gaze_serializer(gaze_format: GazeFormat | None) -> Callable[[GazeDatum], bytes]:
    """Make the function that writes a gaze payload.

    Args:
        gaze_format: what clients shall get, whatever the source has; None takes the richest
            format that each datum fills.
    """
    if gaze_format is None:
        return lambda datum: serialize_gaze(datum, format_for(datum))
    return lambda datum: serialize_gaze(_filled(datum), gaze_format)


def _filled(datum: GazeDatum) -> GazeDatum:
    return msgspec.structs.replace(
        datum,
        left_px=datum.left_px or _NO_POINT,
        right_px=datum.right_px or _NO_POINT,
        eye_state_left=datum.eye_state_left or _NO_EYE_STATE,
        eye_state_right=datum.eye_state_right or _NO_EYE_STATE,
        eyelid_left=datum.eyelid_left or _NO_EYELID,
        eyelid_right=datum.eyelid_right or _NO_EYELID,
    )
