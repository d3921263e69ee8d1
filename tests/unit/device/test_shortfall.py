import logging

import pytest

from gazewire.device.shortfall import Shortfall


@pytest.fixture
def shortfall() -> Shortfall:
    return Shortfall()


def test_nothing_is_said_of_a_machine_that_keeps_up(
    shortfall: Shortfall, caplog: pytest.LogCaptureFixture
) -> None:
    shortfall.leave_out("world", 0)
    shortfall.tally("eyes")(0)
    shortfall.sum_up()
    assert (shortfall.left_out, shortfall.lowered_hz) == ({}, {})
    assert caplog.messages == []


def test_the_first_picture_that_is_left_out_is_said_and_in_the_end_how_many_there_were(
    shortfall: Shortfall, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            shortfall.leave_out("world", 2)
        shortfall.leave_out("eyes", 1)
        shortfall.sum_up()
    assert caplog.messages == [
        "this machine does not keep up: scene pictures that are late are left out from now on",
        "this machine does not keep up: eye pictures that are late are left out from now on",
        "scene pictures left out in all: 6",
        "eye pictures left out in all: 1",
    ]


def test_what_is_lost_in_several_places_adds_up(shortfall: Shortfall) -> None:
    here, there = shortfall.tally("world"), shortfall.tally("world")
    for lost in (1, 1, 3):
        here(lost)
        there(10 * lost)
    assert shortfall.left_out == {"world": 33}


def test_a_lower_rate_is_said_and_kept(
    shortfall: Shortfall, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        shortfall.lower("eyes", 100, 200)
        shortfall.lower("eyes", 50, 100)
    assert shortfall.lowered_hz == {"eyes": 50}
    assert caplog.messages[-1] == (
        "this machine does not keep up: eye pictures come at 50 Hz from now on, not at 100 Hz"
    )
