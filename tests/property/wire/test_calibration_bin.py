from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.calibration_bin import Calibration, CameraCalibration

numbers = st.floats(allow_nan=False)


def tuples(values, size):
    return st.tuples(*[values] * size)


cameras = st.builds(
    CameraCalibration,
    tuples(tuples(numbers, 3), 3),
    tuples(numbers, 8),
    tuples(tuples(numbers, 4), 4),
)
serials = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=6)
calibrations = st.builds(Calibration, st.integers(0, 255), serials, cameras, cameras, cameras)


@given(calibrations)
def test_calibrations_go_there_and_back(calibration):
    data = calibration.serialize()
    read = Calibration.parse(data)
    assert read == calibration
    assert read.serialize() == data


@given(st.binary(max_size=900) | st.binary(min_size=803, max_size=803))
def test_garbage_gives_a_value_or_our_error(data):
    try:
        read = Calibration.parse(data)
    except RemoteProtocolError:
        return
    assert math.isfinite(read.crc or 0)
    assert len(read.serialize()) == 803
