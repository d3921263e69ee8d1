import pytest

from gazewire.client.camera_control import CameraState, ControlStateEnum, ControlStateInteger


def test_a_word_is_one_of_those_allowed() -> None:
    mode = ControlStateEnum("auto", ["auto", "manual"])
    mode.validate("manual")
    with pytest.raises(ValueError, match="`off` not in allowed_values"):
        mode.validate("off")


@pytest.mark.parametrize(("value", "is_allowed"), [(0, False), (1, True), (9, True), (10, False)])
def test_an_integer_is_in_its_range(value: int, is_allowed: bool) -> None:
    exposure = ControlStateInteger(5, 1, 9)
    if is_allowed:
        exposure.validate(value)
    else:
        with pytest.raises(ValueError, match="not in range"):
            exposure.validate(value)


def test_the_kind_of_each_control_is_known() -> None:
    assert CameraState.state_class_by_attr("ae_mode") is ControlStateEnum
    assert CameraState.state_class_by_attr("gamma") is ControlStateInteger
    with pytest.raises(KeyError):
        CameraState.state_class_by_attr("zoom")
