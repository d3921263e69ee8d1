import math

import pytest

from gazewire.device.gaze_payload import gaze_serializer
from gazewire.model import GazeDatum
from gazewire.wire.payload import GazeFormat, parse_gaze

POINT = GazeDatum(timestamp_unix_ns=0, x_px=1.0, y_px=2.0, worn=True)


@pytest.mark.parametrize("gaze_format", GazeFormat)
def test_any_format_can_be_sent_whatever_the_source_has(gaze_format: GazeFormat) -> None:
    payload = gaze_serializer(gaze_format)(POINT)
    assert len(payload) == gaze_format
    datum = parse_gaze(payload, 0).datum
    assert datum.worn
    if gaze_format != GazeFormat.DUAL_MONOCULAR:
        assert (datum.x_px, datum.y_px) == (1.0, 2.0)


def test_what_the_source_lacks_is_not_a_number() -> None:
    payload = gaze_serializer(GazeFormat.EYE_STATE_EYELID)(POINT)
    datum = parse_gaze(payload, 0).datum
    assert datum.eye_state_left is not None
    assert datum.eyelid_right is not None
    assert math.isnan(datum.eye_state_left.pupil_diameter_mm)
    assert math.isnan(datum.eyelid_right.aperture_mm)


def test_without_a_choice_each_datum_gets_the_format_that_it_fills() -> None:
    assert len(gaze_serializer(None)(POINT)) == GazeFormat.POINT
