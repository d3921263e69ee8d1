from __future__ import annotations

import logging

import pytest
from camera.feature_sheet import FeatureSheet, old_gige_camera

from gazewire.camera import CameraSettings, NumberControl
from gazewire.camera.exposure_clock import ExposureClock
from gazewire.camera.standard_features import StandardFeatures
from gazewire.time import ManualClock

FORMATS = ("Mono8", "BayerRG8")


@pytest.fixture
def sheet() -> FeatureSheet:
    return old_gige_camera()


@pytest.fixture
def features(sheet: FeatureSheet) -> StandardFeatures:
    return StandardFeatures("a", sheet)


def test_settings_reach_features_by_whatever_name_they_have(
    features: StandardFeatures, sheet: FeatureSheet
) -> None:
    settings = CameraSettings(width=330, exposure_us=1001.0, rate_hz=30.0)
    assert features.apply(settings, FORMATS) == "Mono8"
    assert sheet.entries["PixelFormat"] == "Mono8"
    assert sheet.numbers["ExposureTimeAbs"] == 1000.0
    assert sheet.numbers["AcquisitionFrameRateAbs"] == 30.0
    assert sheet.flags["AcquisitionFrameRateEnable"] is True
    assert sheet.entries["ExposureAuto"] == "Off"
    assert (sheet.numbers["Width"], sheet.numbers["OffsetX"]) == (336, 0)
    assert features.size == (336, 480)


def test_a_camera_that_a_program_has_left_running_is_stopped_first(
    features: StandardFeatures, sheet: FeatureSheet
) -> None:
    sheet.commands.add("AcquisitionStop")
    features.apply(CameraSettings(), FORMATS)
    assert sheet.executed == ["AcquisitionStop"]


def test_the_best_format_that_there_is_is_taken(features: StandardFeatures) -> None:
    assert features.apply(CameraSettings(), ("BGR8", "BayerRG8", "Mono8")) == "BayerRG8"
    with pytest.raises(ValueError, match="Mono12, BayerRG8, Mono8, none can be read"):
        features.apply(CameraSettings(), ("BGR8",))


def test_what_a_camera_does_not_have_is_told_and_left(
    features: StandardFeatures, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        features.apply(CameraSettings(gain_db=3.0), FORMATS)
    assert caplog.messages == ["a has no gain_db; it stays as it is"]


def test_controls_have_our_names_and_its_ranges(features: StandardFeatures) -> None:
    controls = features.controls()
    assert set(controls) == {
        "exposure_us",
        "gain_raw",
        "rate_hz",
        "width",
        "height",
        "left_px",
        "top_px",
        "exposure_auto",
        "trigger",
    }
    assert controls["exposure_us"] == NumberControl(value=5000, minimum=20, maximum=1e6, step=5)
    assert controls["width"] == NumberControl(
        value=640, minimum=16, maximum=640, step=16, is_live=False
    )


@pytest.mark.parametrize(
    ("wanted", "source"), [("software", "Software"), ("external", "Line1"), ("Line2", "Line2")]
)
def test_a_trigger_is_of_each_image_and_no_rate_holds_it_up(
    features: StandardFeatures, sheet: FeatureSheet, wanted: str, source: str
) -> None:
    features.apply(CameraSettings(rate_hz=30.0, trigger=wanted), FORMATS)
    assert sheet.entries["TriggerSelector"] == "FrameStart"
    assert sheet.entries["TriggerSource"] == source
    assert sheet.entries["TriggerMode"] == "On"
    assert sheet.entries["TriggerActivation"] == "RisingEdge"
    assert sheet.flags["AcquisitionFrameRateEnable"] is False
    assert not features.is_free
    features.set_control("trigger", "free")
    assert sheet.flags["AcquisitionFrameRateEnable"] is True
    assert features.is_free
    assert features.controls()["trigger"].value == "free"


def test_firing_is_a_command(features: StandardFeatures, sheet: FeatureSheet) -> None:
    features.fire()
    assert sheet.executed == ["TriggerSoftware"]


def test_a_camera_without_a_trigger_runs_free_and_nothing_else() -> None:
    plain = StandardFeatures("a", FeatureSheet(words_of={"PixelFormat": ("Mono8",)}))
    plain.apply(CameraSettings(trigger="free"), FORMATS)
    assert plain.is_free
    with pytest.raises(ValueError, match="it has no trigger"):
        plain.apply(CameraSettings(trigger="software"), FORMATS)


def test_words_and_numbers_are_not_taken_for_each_other(features: StandardFeatures) -> None:
    with pytest.raises(ValueError, match="exposure_us takes a number, not long"):
        features.set_control("exposure_us", "long")
    with pytest.raises(ValueError, match="exposure_auto takes Continuous or Off, not 3"):
        features.set_control("exposure_auto", 3.0)


def test_lines_are_bits_in_the_order_of_their_names(features: StandardFeatures) -> None:
    names = features.line_names()
    assert names == ("Line1", "Line2")
    assert features.lines(names) == {"Line1": False, "Line2": True}
    assert features.lines(()) == {}


def test_the_rate_is_the_one_that_the_camera_reaches(features: StandardFeatures) -> None:
    assert features.rate_hz == 50.0
    assert features.exposure_ns == 5_000_000


def test_the_camera_is_asked_for_its_time_in_ticks(features: StandardFeatures) -> None:
    clock = ManualClock(unix_ns=1_000_000)
    exposures = ExposureClock(10_000)
    assert features.latch(exposures, clock)
    # 250 ticks of 8 ns are 2000 ns, at 1000000.
    assert exposures.instant(3000, 1_002_000) == (1_001_000, 0)


def test_a_camera_that_cannot_be_asked_says_so() -> None:
    assert not StandardFeatures("a", FeatureSheet()).latch(ExposureClock(1), ManualClock())


def test_long_ids_do_not_come_round(features: StandardFeatures, sheet: FeatureSheet) -> None:
    assert features.gige_ids() == 65_535
    sheet.words_of["GevGVSPExtendedIDMode"] = ("On",)
    sheet.entries["GevGVSPExtendedIDMode"] = "On"
    assert features.gige_ids() is None
