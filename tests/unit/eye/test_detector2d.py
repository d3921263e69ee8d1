from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from gazewire.eye import Detector2d, DetectorSettings2d, detect

CONFIDENT = 0.6


def missed_px(pupil, center):
    return np.hypot(pupil.center_px[0] - center[0], pupil.center_px[1] - center[1])


# -- where the pupil is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("center", "axes", "angle_deg"),
    [
        ((90.3, 101.6), (40.0, 40.0), 0.0),
        ((70.0, 120.75), (34.0, 44.0), 30.0),
        ((120.5, 80.25), (24.0, 40.0), 110.0),
        ((60.1, 60.9), (16.0, 18.0), 0.0),
        ((96.0, 96.0), (66.0, 76.0), 160.0),
    ],
)
def test_a_drawn_pupil_is_found_to_a_tenth_of_a_pixel(draw, center, axes, angle_deg):
    pupil = detect(draw(center, axes, angle_deg))
    assert missed_px(pupil, center) < 0.1
    assert pupil.axes_px == pytest.approx(axes, rel=0.03)
    assert pupil.confidence > 0.9


def test_the_angle_is_that_of_the_smaller_axis_from_x_towards_y(draw):
    pupil = detect(draw(axes=(26.0, 44.0), angle_deg=30.0))
    assert pupil.axes_px[0] < pupil.axes_px[1]
    assert pupil.angle_deg == pytest.approx(30.0, abs=1.0)


@pytest.mark.parametrize("width", [100, 144, 320, 400, 640])
def test_images_of_all_widths_are_measured(draw, width):
    scale = width / 192
    center = (90.3 * scale, 101.6 * scale)
    image = draw(center, (34 * scale, 40 * scale), 30.0, size=(width, width * 3 // 4), noise=2.0)
    pupil = detect(image)
    assert missed_px(pupil, center) < 0.15 * max(scale, 1)
    assert pupil.confidence > CONFIDENT


def test_a_rendered_eye_is_found(renderer, pose):
    looking = pose(5.0)
    pupil, truth = detect(renderer.render(looking, 1)), renderer.truth(looking)
    assert missed_px(pupil, truth.center_px) < 0.3
    assert pupil.axes_px == pytest.approx(sorted(truth.axes_px), rel=0.03)
    assert pupil.confidence > CONFIDENT


# -- in spite of -----------------------------------------------------------------------------------


def test_glints_on_the_edge_do_not_move_it(draw):
    center = (90.3, 101.6)
    image = draw(center, (40.0, 40.0), glints=[(90.3, 121.0), (106.0, 115.0)])
    assert missed_px(detect(image), center) < 0.4


def test_contrast_of_six_levels_is_enough(draw):
    center = (90.3, 101.6)
    pupil = detect(draw(center, levels=(8, 14, 40), blur_px=1.5))
    assert missed_px(pupil, center) < 0.6
    assert pupil.confidence > CONFIDENT


def test_motion_blur_does_not_move_it(draw):
    center = (90.3, 101.6)
    blurred = cv2.blur(draw(center, (38.0, 40.0)), (9, 1))
    assert missed_px(detect(blurred), center) < 0.4


def test_a_pupil_cut_by_the_lid_is_found_by_what_is_seen_of_it(draw):
    center = (90.3, 101.6)
    pupil = detect(draw(center, (40.0, 44.0), 0.0, lid_row=90))
    assert missed_px(pupil, center) < 4


def test_a_black_border_is_no_pupil(draw):
    image = draw(center := (90.3, 101.6))
    image[:60] = 0
    assert missed_px(detect(image), center) < 0.3


def test_the_brightness_of_the_image_does_not_matter(draw):
    centers = [detect(draw(levels=levels)).center_px for levels in [(5, 30, 70), (120, 160, 240)]]
    assert centers[0] == pytest.approx(centers[1], abs=0.15)


# -- where there is none ---------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(0, 0), (0, 7), (1, 1), (3, 500), (192, 192), (480, 640)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_nothing_is_found_in_an_even_image(shape, level):
    assert detect(np.full(shape, level, np.uint8)) is None


@pytest.mark.parametrize("brightest", [2, 30, 256])
def test_noise_is_no_pupil_to_be_confident_of(brightest):
    noise = np.random.default_rng(0).integers(0, brightest, (200, 200), dtype=np.uint8)
    pupil = detect(noise)
    assert pupil is None or pupil.confidence < 0.2


def test_giant_images_take_no_longer_than_to_shrink_them():
    noise = np.random.default_rng(0).integers(0, 256, (3000, 4000), dtype=np.uint8)
    start = time.monotonic()
    detect(noise)
    # Fifty times what it takes.
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("azimuth_deg", [-15.0, 0.0, 15.0])
def test_a_closed_lid_is_no_pupil(renderer, pose, azimuth_deg):
    pupil = detect(renderer.render(pose(azimuth_deg, lid_opening=0.0), 3))
    assert pupil is None or pupil.confidence < CONFIDENT


# -- bad use ---------------------------------------------------------------------------------------


def test_a_colour_image_is_refused_with_its_shape():
    with pytest.raises(ValueError, match=r"\(192, 192, 3\)"):
        detect(np.zeros((192, 192, 3), np.uint8))


def test_other_numbers_are_refused_with_shape_and_type():
    with pytest.raises(TypeError, match=r"float64 of shape \(20, 30\)"):
        detect(np.zeros((20, 30)))


def test_what_is_no_array_is_refused():
    with pytest.raises(TypeError, match="list"):
        detect([[1, 2], [3, 4]])


def test_the_image_stays_as_it_is(draw):
    image = draw()
    before = image.copy()
    Detector2d().detect(image, (10, 10, 150, 150))
    assert (image == before).all()


def test_a_view_of_every_other_pixel_is_an_image(draw):
    image = draw(center := (90.0, 102.0))
    pupil = detect(image[::2, ::2])
    assert missed_px(pupil, (center[0] / 2, center[1] / 2)) < 0.3


# -- regions ---------------------------------------------------------------------------------------


@pytest.fixture
def two_eyes(draw):
    left, right = draw((60.0, 70.0), (30.0, 34.0)), draw((120.0, 110.0), (30.0, 34.0))
    return np.hstack([left, right])


def test_the_pupil_is_looked_for_in_the_region(two_eyes):
    detector = Detector2d()
    left = detector.detect(two_eyes, (0, 0, 191, 191))
    right = detector.detect(two_eyes, (192, 0, 383, 191))
    assert missed_px(left, (60.0, 70.0)) < 0.2
    assert missed_px(right, (312.0, 110.0)) < 0.2


def test_a_region_may_reach_beyond_the_image(draw):
    pupil = Detector2d().detect(draw(center := (90.3, 101.6)), (-20, 30, 900, 900))
    assert missed_px(pupil, center) < 0.2


@pytest.mark.parametrize("roi", [(50, 50, 40, 40), (300, 300, 400, 400), (-9, -9, -5, -5)])
def test_nothing_is_in_an_empty_region(draw, roi):
    assert Detector2d().detect(draw(), roi) is None


# -- one image after the other ---------------------------------------------------------------------


def test_the_first_answer_is_that_without_memory(draw):
    assert Detector2d().detect(draw()) == detect(draw())


def test_a_jump_of_the_eye_is_followed_at_once(draw):
    detector = Detector2d()
    detector.detect(draw((60.0, 60.0)))
    pupil = detector.detect(draw(center := (130.0, 120.0)))
    assert missed_px(pupil, center) < 0.1


def test_what_was_found_before_is_no_proof(renderer, pose):
    detector = Detector2d()
    assert detector.detect(renderer.render(pose(), 0)).confidence > CONFIDENT
    closed = detector.detect(renderer.render(pose(lid_opening=0.0), 1))
    assert closed is None or closed.confidence < CONFIDENT


def test_images_may_change_their_size(draw):
    detector = Detector2d()
    detector.detect(draw(size=(640, 480)))
    assert detector.detect(np.zeros((20, 20), np.uint8)) is None
    assert detector.detect(draw(center := (90.3, 101.6))).center_px == pytest.approx(
        center, abs=0.1
    )


# -- settings --------------------------------------------------------------------------------------


def found(image, **settings):
    return Detector2d(DetectorSettings2d(**settings)).detect(image)


def test_pupils_larger_than_the_largest_are_none(draw):
    image = draw(axes=(40.0, 44.0))
    assert found(image, pupil_size_max=60) is not None
    pupil = found(image, pupil_size_max=30)
    assert pupil is None or pupil.axes_px[1] <= 30


def test_the_largest_pupil_grows_with_the_width_of_the_image(draw):
    image = draw((300.0, 240.0), (140.0, 150.0), size=(640, 480), iris=1.8)
    assert found(image).axes_px == pytest.approx((140.0, 150.0), rel=0.03)


def test_pupils_smaller_than_the_smallest_are_none(draw):
    image = draw(axes=(20.0, 22.0))
    assert found(image, pupil_size_min=15) is not None
    pupil = found(image, pupil_size_min=30)
    assert pupil is None or pupil.axes_px[1] >= 30


def test_flatter_ellipses_than_the_flattest_are_none(draw):
    image = draw(axes=(22.0, 44.0))
    assert found(image, ellipse_roundness_ratio=0.4) is not None
    pupil = found(image, ellipse_roundness_ratio=0.8)
    assert pupil is None or pupil.axes_px[0] >= 0.8 * pupil.axes_px[1]


def test_the_whole_image_is_searched_for_specks_without_the_coarse_one(draw):
    image = draw(center := (90.3, 101.6), (9.0, 9.0), iris=4, levels=(20, 90, 170))
    pupil = found(image, coarse_detection=False, pupil_size_min=6)
    assert missed_px(pupil, center) < 0.3


def test_pupils_brighter_than_the_range_are_none(draw):
    image = draw()
    # A fifth of the pixels are darker than the pupil.
    image[140:] = 10
    assert found(image).center_px == pytest.approx((90.3, 101.6), abs=0.2)
    pupil = found(image, intensity_range=3)
    assert pupil is None or missed_px(pupil, (90.3, 101.6)) > 20


def test_outlines_shorter_than_the_shortest_are_no_candidates(draw):
    assert found(draw(), contour_size_min=2000) is None


def test_bright_spots_are_taken_out_up_to_their_size(draw):
    image = draw(center := (90.3, 101.6), glints=[(95.0, 100.0)])
    for blur_size in (0, 3, 7):
        assert missed_px(found(image, blur_size=blur_size), center) < 0.3


def test_edges_count_only_where_they_are_near_enough(draw):
    image = draw(noise=4.0, levels=(20, 40, 100))
    strict = found(image, ellipse_true_support_min_dist=0.05)
    assert strict.confidence < found(image).confidence


def test_settings_may_be_replaced_while_detecting(draw):
    detector = Detector2d()
    assert detector.detect(draw()) is not None
    detector.settings = DetectorSettings2d(contour_size_min=2000, pupil_size_max=12)
    assert detector.detect(draw()) is None
