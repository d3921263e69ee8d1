from __future__ import annotations

import pytest

from gazewire.model import Notification
from gazewire.service.detector_settings import DETECTOR_2D, DETECTOR_3D, DetectorControl, Roi

SIZE = (192, 192)


class Control:
    """A control of eye 0, and what it logs."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.control = DetectorControl(0, self.errors.append)

    def tell(self, action: str, **fields: object) -> list[Notification]:
        subject = f"pupil_detector.{action}"
        return self.control.handle(Notification(subject=subject, fields=fields), SIZE)


@pytest.fixture
def eye() -> Control:
    return Control()


def test_a_bare_notification_is_for_both_detectors(eye: Control) -> None:
    eye.tell("set_enabled", value=False)
    assert eye.control.settings.enabled == frozenset()
    eye.tell("set_enabled", value=True, detector_plugin_class_name=DETECTOR_3D)
    assert eye.control.settings.enabled == {DETECTOR_3D}


def test_the_other_eyes_notifications_change_nothing(eye: Control) -> None:
    assert eye.tell("set_enabled", value=False, eye_id=1) == []
    assert eye.control.settings.enabled == {DETECTOR_2D, DETECTOR_3D}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, ["Malformed notification: missing 'value' key"]),
        ({"value": 1}, ["Enabled value must be a bool", "Invalid value: 1"]),
    ],
)
def test_what_is_wrong_with_set_enabled_is_said_in_the_programs_words(
    eye: Control, fields: dict[str, object], errors: list[str]
) -> None:
    eye.tell("set_enabled", **fields)
    assert eye.errors == errors


@pytest.mark.parametrize(
    ("value", "roi"),
    [
        ([10, 20, 100, 120], Roi(10, 20, 100, 120)),
        (["10", 20.7, 100, 120], Roi(10, 20, 100, 120)),
        # One too far, as the program lets it be, and then moved in.
        ([0, 0, 191, 192], Roi(0, 0, 191, 191)),
    ],
)
def test_a_region_is_taken(eye: Control, value: object, roi: Roi) -> None:
    eye.tell("set_roi", value=value)
    assert eye.control.settings.roi == roi
    assert not eye.errors


@pytest.mark.parametrize(
    "value", [[1, 2, 3], "full", None, [1, 2, 3, "x"], [0, 0, 1, float("nan")]]
)
def test_a_region_of_anything_else_is_an_error(eye: Control, value: object) -> None:
    eye.tell("set_roi", value=value)
    assert eye.errors == [
        "ROI needs to be 4 integers: (minX, minY, maxX, maxY)",
        f"Invalid value: {value}",
    ]


def test_a_region_outside_of_the_image_is_an_error(eye: Control) -> None:
    eye.tell("set_roi", value=[0, 0, 192, 100])
    assert eye.errors == [
        "Received ROI with invalid dimensions! (minX=0, minY=0, maxX=192, maxY=100) "
        "for frame size (192 x 192)",
        "Invalid value: [0, 0, 192, 100]",
    ]
    assert eye.control.settings.roi is None


def test_a_region_grows_with_the_image(eye: Control) -> None:
    eye.tell("set_roi", value=[10, 20, 100, 120])
    scaled = eye.control.settings.scaled((192, 192), (384, 384))
    assert scaled.roi == Roi(20, 40, 200, 240)


def test_properties_are_cast_to_what_they_are_and_unknown_ones_passed_over(eye: Control) -> None:
    values = {"canny_treshold": "150", "coarse_detection": "no", "nonsense": 1}
    eye.tell("set_properties", detector_plugin_class_name=DETECTOR_2D, values=values)
    assert eye.control.settings.detector_2d.canny_treshold == 150
    assert eye.control.settings.detector_2d.coarse_detection is True
    assert not eye.errors


def test_values_before_a_bad_one_stay(eye: Control) -> None:
    values = {"blur_size": 7, "canny_treshold": "x", "canny_aperture": 7}
    eye.tell("set_properties", detector_plugin_class_name=DETECTOR_2D, values=values)
    settings = eye.control.settings.detector_2d
    assert (settings.blur_size, settings.canny_treshold, settings.canny_aperture) == (7, 160, 5)
    assert eye.errors == ["Invalid value: x"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"values": {}}, "Malformed notification: missing 'detector_plugin_class_name' key"),
        (
            {"detector_plugin_class_name": DETECTOR_2D},
            "Malformed notification: missing 'values' key",
        ),
        (
            {"detector_plugin_class_name": 5, "values": {}},
            "Detector plugin class name must be a string",
        ),
    ],
)
def test_what_is_wrong_with_set_properties_is_said_in_the_programs_words(
    eye: Control, fields: dict[str, object], error: str
) -> None:
    eye.tell("set_properties", **fields)
    assert eye.errors == [error]


def test_each_detector_that_is_asked_tells_its_properties(eye: Control) -> None:
    both = eye.tell("broadcast_properties")
    assert [told.subject for told in both] == [
        "pupil_detector.properties.0.Detector2DPlugin",
        "pupil_detector.properties.0.Pye3DPlugin",
    ]
    values = both[0].fields["values"]
    assert isinstance(values, dict)
    assert {"canny_treshold", "canny_ration", "initial_ellipse_fit_treshhold"} <= set(values)
    assert both[1].fields["values"] == {"is_long_term_model_frozen": False}


@pytest.mark.parametrize("action", ["3d.reset_model", "properties.0.Detector2DPlugin", "Set_roi"])
def test_subjects_of_another_form_are_no_actions(eye: Control, action: str) -> None:
    assert eye.tell(action) == []
    assert not eye.errors
