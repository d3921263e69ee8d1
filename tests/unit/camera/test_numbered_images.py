from __future__ import annotations

import pytest
from camera.feature_sheet import FeatureSheet, old_gige_camera

from gazewire.camera import Shot, VideoShape
from gazewire.camera.frame_ids import GIGE_VISION_IDS
from gazewire.camera.numbered_images import NumberedImages
from gazewire.camera.standard_features import StandardFeatures
from gazewire.time import ManualClock

SHAPE = VideoShape(width=2, height=1, rate_hz=50.0)
PIXELS = memoryview(b"ab")
MS = 1_000_000
INTERVAL_NS = 20 * MS
EXPOSURE_NS = 5 * MS


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def account(
    clock: ManualClock, sheet: FeatureSheet | None = None, *, gaps_are_told: bool = True
) -> NumberedImages:
    features = StandardFeatures("a", sheet or old_gige_camera())
    return NumberedImages(
        "a", SHAPE, "gray", features, clock, ids=GIGE_VISION_IDS, gaps_are_told=gaps_are_told
    )


def shot(images: NumberedImages, clock: ManualClock, stamp_ns: int | None = None) -> Shot:
    return images.shot(PIXELS, clock.unix_ns(), stamp_ns, {})


def test_every_number_is_a_shot_or_lost_by_one_cause(clock: ManualClock) -> None:
    images = account(clock)
    assert images.number(65_534) == 0
    assert shot(images, clock).frame.index == 0
    assert images.number(2) == 2
    images.lose({"buffer": 1, "transport": 1})
    images.damaged("transport")
    assert images.number(3) == 0
    clock.advance(INTERVAL_NS)
    third = shot(images, clock)
    assert (third.frame.index, third.drops) == (4, {"buffer": 1, "transport": 2})
    images.number(4)
    clock.advance(INTERVAL_NS)
    assert shot(images, clock).drops == {}


def test_without_stamps_an_image_was_exposed_before_it_came(clock: ManualClock) -> None:
    images = account(clock)
    images.number(1)
    taken = shot(images, clock)
    assert taken.frame.timestamp_unix_ns == clock.unix_ns() - EXPOSURE_NS
    assert taken.uncertainty_ns == INTERVAL_NS


def test_instants_rise_though_two_images_come_at_once(clock: ManualClock) -> None:
    images = account(clock)
    instants = []
    for number in (1, 2):
        images.number(number)
        instants.append(shot(images, clock).frame.timestamp_unix_ns)
    assert instants[0] < instants[1]


def test_an_exposure_that_is_set_later_counts_from_then_on(clock: ManualClock) -> None:
    sheet = old_gige_camera()
    images = account(clock, sheet)
    sheet.numbers["ExposureTimeAbs"] = 1000.0
    images.settings_changed()
    images.number(1)
    assert shot(images, clock).frame.timestamp_unix_ns == clock.unix_ns() - 1 * MS


def test_with_stamps_the_camera_is_asked_for_its_time_once_a_second(clock: ManualClock) -> None:
    sheet = old_gige_camera()
    images = account(clock, sheet)
    sheet.numbers["GevTimestampValue"] = 0
    for number in range(1, 102):
        images.number(number)
        taken = shot(images, clock, stamp_ns=number * INTERVAL_NS)
        clock.advance(INTERVAL_NS)
    assert len(sheet.executed) == 2
    # The clock stood still while it was asked, and then two crystals ran for a second at most.
    assert taken.uncertainty_ns is not None
    assert taken.uncertainty_ns <= 0.1 * MS


def lost_in_camera(clock: ManualClock, sheet: FeatureSheet, *, gaps_are_told: bool) -> Shot:
    """Take two images in a row by their numbers, and three intervals apart by their stamps."""
    images = account(clock, sheet, gaps_are_told=gaps_are_told)
    images.number(1)
    shot(images, clock, stamp_ns=1000 * MS)
    clock.advance(3 * INTERVAL_NS)
    images.number(2)
    return shot(images, clock, stamp_ns=1000 * MS + 3 * INTERVAL_NS)


def test_a_camera_whose_numbers_hide_what_it_lost_is_found_out_by_its_stamps(
    clock: ManualClock,
) -> None:
    second = lost_in_camera(clock, old_gige_camera(), gaps_are_told=False)
    assert (second.frame.index, second.drops) == (3, {"camera": 2})


def test_stamps_say_nothing_where_numbers_do_or_a_trigger_decides(clock: ManualClock) -> None:
    assert lost_in_camera(clock, old_gige_camera(), gaps_are_told=True).drops == {}
    triggered = old_gige_camera()
    triggered.entries["TriggerMode"] = "On"
    assert lost_in_camera(clock, triggered, gaps_are_told=False).drops == {}
