from __future__ import annotations

import pytest

from gazewire.camera import ChoiceControl, NumberControl
from gazewire.camera.control import live_control

WIDTH = NumberControl(value=16, minimum=16, maximum=2040, step=16, is_live=False)


@pytest.mark.parametrize(("asked", "got"), [(16, 16), (1001, 1008), (2039, 2032), (2040, 2032)])
def test_a_number_goes_to_the_nearest_step_that_there_is(asked: float, got: float) -> None:
    assert WIDTH.nearest("width", asked) == got


def test_a_number_without_steps_stays_as_it_is() -> None:
    assert NumberControl(value=1, minimum=0, maximum=9).nearest("gain_db", 0.3) == 0.3


@pytest.mark.parametrize("value", [15.9, 4000, float("nan")])
def test_a_number_out_of_range_is_told_with_the_range(value: float) -> None:
    with pytest.raises(ValueError, match="width takes 16 to 2040 in steps of 16, not"):
        WIDTH.nearest("width", value)


def test_a_word_is_one_of_those_there_are() -> None:
    control = ChoiceControl(value="free", choices=("free", "software"))
    assert control.checked("trigger", "software") == "software"
    with pytest.raises(ValueError, match="trigger takes free or software, not now"):
        control.checked("trigger", "now")


def test_only_live_controls_are_found() -> None:
    live = NumberControl(value=1, minimum=0, maximum=9)
    assert live_control({"gain_db": live}, "gain_db") is live
    with pytest.raises(ValueError, match="set it before it is opened"):
        live_control({"width": WIDTH}, "width")
    with pytest.raises(ValueError, match="no control gain; there are: width"):
        live_control({"width": WIDTH}, "gain")
