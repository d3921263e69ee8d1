from __future__ import annotations

import copy
import pickle
import sys
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazewire.client.streaming.base import RTSPData
from gazewire.client.streaming.gaze import GazeData, gaze_data
from gazewire.client.streaming.timestamped import NS_PER_S, unix_ns_from_seconds
from gazewire.model import GazeDatum

EXACT_NS = 1744294828362928800
GAZE = gaze_data(GazeDatum(timestamp_unix_ns=EXACT_NS, x_px=1.5, y_px=2.5))

instants = st.integers(0, 4_000_000_000 * NS_PER_S)


def test_an_instant_is_exact_where_float_seconds_are_not() -> None:
    assert GAZE.timestamp_unix_ns == EXACT_NS
    assert int(GAZE.timestamp_unix_seconds * 1e9) != EXACT_NS


def test_the_tuple_is_the_official_one() -> None:
    assert tuple(GAZE) == (1.5, 2.5, True, EXACT_NS / NS_PER_S)
    assert GAZE._asdict() == dict(zip(GazeData._fields, GAZE, strict=True))
    assert isinstance(GAZE, tuple)


def test_the_instant_takes_no_part_in_comparison() -> None:
    other = gaze_data(GazeDatum(timestamp_unix_ns=EXACT_NS + 1, x_px=1.5, y_px=2.5))
    assert other == GAZE == tuple(GAZE)
    assert hash(other) == hash(GAZE)
    assert other.timestamp_unix_ns == EXACT_NS + 1


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_keeps_the_instant(protocol: int) -> None:
    again = pickle.loads(pickle.dumps(GAZE, protocol))
    assert type(again) is GazeData
    assert again == GAZE
    assert again.timestamp_unix_ns == EXACT_NS


@pytest.mark.parametrize("copied", [copy.copy(GAZE), copy.deepcopy(GAZE)])
def test_copies_keep_the_instant(copied: GazeData) -> None:
    assert copied == GAZE
    assert copied.timestamp_unix_ns == EXACT_NS


def test_replacing_another_field_keeps_the_instant() -> None:
    replaced = GAZE._replace(x=9.0)
    assert type(replaced) is GazeData
    assert (replaced.x, replaced.timestamp_unix_ns) == (9.0, EXACT_NS)


def test_replacing_the_seconds_replaces_the_instant() -> None:
    assert GAZE._replace(timestamp_unix_seconds=2.5).timestamp_unix_ns == 2_500_000_000


def test_replacing_an_unknown_field_is_refused_as_by_any_named_tuple() -> None:
    with pytest.raises(ValueError, match="colour"):
        GAZE._replace(colour=1)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace came with Python 3.13")
def test_copy_replace_does_as_replace() -> None:
    assert copy.replace(GAZE, x=9.0).timestamp_unix_ns == EXACT_NS


def test_an_item_made_of_seconds_has_the_nearest_nanosecond() -> None:
    data = RTSPData(b"", 1744294828.3629289)
    assert abs(data.timestamp_unix_ns - EXACT_NS) < 240
    assert data.timestamp_unix_ns == 1744294828362928867  # int(seconds * 1e9) ends in 896
    assert RTSPData(b"", -0.25).timestamp_unix_ns == -250_000_000


@given(instants)
def test_an_instant_comes_back_unchanged(timestamp_unix_ns: int) -> None:
    data = RTSPData.at_unix_ns(b"", timestamp_unix_ns)
    assert data.timestamp_unix_ns == timestamp_unix_ns


@given(instants)
def test_seconds_are_the_double_nearest_to_the_instant(timestamp_unix_ns: int) -> None:
    seconds = RTSPData.at_unix_ns(b"", timestamp_unix_ns).timestamp_unix_seconds
    whole, rest = divmod(timestamp_unix_ns, NS_PER_S)
    assert seconds == float(f"{whole}.{rest:09}")


@given(st.floats(-4e9, 4e9))
def test_seconds_are_read_to_the_nearest_nanosecond(seconds: float) -> None:
    numerator, denominator = seconds.as_integer_ratio()
    error = abs(unix_ns_from_seconds(seconds) * denominator - numerator * NS_PER_S)
    # A hair more than half a nanosecond, because the fraction's product is rounded too.
    assert 1000 * error <= 501 * denominator


def test_a_datetime_is_local_and_to_the_nearest_microsecond() -> None:
    moment = datetime(2025, 4, 10, 16, 20, 28)
    at = round(moment.timestamp()) * NS_PER_S
    assert RTSPData.at_unix_ns(b"", at + 362_928_800).datetime == moment + timedelta(
        microseconds=362_929
    )
    assert RTSPData.at_unix_ns(b"", at + 999_999_500).datetime == moment + timedelta(seconds=1)
