from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gazewire.time import TimeBase

instants = st.integers(0, 2**62)
near = st.integers(-(2**52), 2**52)
seconds = st.floats(allow_nan=False, allow_infinity=False)


@given(instants, near)
def test_an_instant_near_zero_survives_the_way_through_core_seconds(zero_ns, distance_ns):
    timebase = TimeBase(zero_ns)
    assert timebase.unix_ns(timebase.core_s(zero_ns + distance_ns)) == zero_ns + distance_ns


@given(instants, instants, seconds)
def test_setting_the_time_leaves_the_distance_of_instants(first_ns, second_ns, core_s):
    timebase = TimeBase(0)
    timebase.set_now(core_s, first_ns)
    told = second_ns - timebase.zero_unix_ns, first_ns - timebase.zero_unix_ns
    assert told[0] - told[1] == second_ns - first_ns


@given(instants, instants)
def test_a_later_instant_is_never_told_earlier(first_ns, second_ns):
    timebase = TimeBase(2**61)
    first_ns, second_ns = sorted((first_ns, second_ns))
    assert timebase.core_s(first_ns) <= timebase.core_s(second_ns)
