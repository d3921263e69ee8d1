from __future__ import annotations

import numpy as np
import pytest

from gazewire.motion.blink_table import find_blinks

T_S = np.arange(2000) / 200


def trace(*dips: tuple[int, int]) -> np.ndarray:
    openness = np.ones(len(T_S))
    for first, end in dips:
        openness[first:end] = 0.0
    return openness


def test_each_blink_is_one_event() -> None:
    found = find_blinks(T_S, trace((200, 230), (400, 440), (1000, 1002), (1200, 1500)))
    starts_s = [blink.start_unix_ns / 1e9 for blink in found]
    assert starts_s == pytest.approx([1.0, 2.0], abs=0.005)
    assert [blink.duration_s for blink in found] == pytest.approx([0.15, 0.2], abs=0.006)


def test_instants_count_from_where_zero_is() -> None:
    (blink,) = find_blinks(T_S, trace((200, 230)), zero_unix_ns=10**18)
    assert blink.start_unix_ns == pytest.approx(10**18 + 10**9, abs=5_000_000)


def test_missing_rows_are_a_blink() -> None:
    is_there = trace((200, 230)) > 0
    (blink,) = find_blinks(T_S[is_there], np.ones(is_there.sum()))
    assert blink.duration_s == pytest.approx(0.15, abs=0.006)


def test_a_gap_in_the_diameter_reaches_as_far_as_the_diameter_changes() -> None:
    diameter = 4.0 + 0.01 * np.sin(T_S)
    diameter[190:200] = np.linspace(4.0, 2.5, 10)
    diameter[200:230] = np.nan
    diameter[230:246] = np.linspace(2.0, 4.0, 16)
    (short,) = find_blinks(T_S, np.where(np.isfinite(diameter), 1.0, 0.0))
    (blink,) = find_blinks(T_S, pupil_diameter=diameter)
    assert short.duration_s == pytest.approx(0.15, abs=0.006)
    assert blink.start_unix_ns / 1e9 == pytest.approx(190 / 200, abs=0.011)
    assert blink.end_unix_ns / 1e9 == pytest.approx(246 / 200, abs=0.011)


def test_both_eyes_have_to_close() -> None:
    both = np.column_stack([trace((200, 230), (400, 430)), trace((200, 230))])
    assert len(find_blinks(T_S, both)) == 1


def test_what_is_cut_off_by_the_recording_is_no_blink() -> None:
    assert find_blinks(T_S, trace((0, 30), (1980, 2000))) == []


@pytest.mark.parametrize("count", [0, 1, 2])
def test_next_to_nothing_has_no_blinks(count: int) -> None:
    assert find_blinks(np.arange(count), np.ones(count)) == []
    assert find_blinks(np.arange(count), np.full(count, np.nan)) == []


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3,\)"):
        find_blinks([0, 1], [1, 1, 1])
    with pytest.raises(ValueError, match="rising"):
        find_blinks([1, 0], [1, 1])
    with pytest.raises(ValueError, match="neither"):
        find_blinks([0, 1])
