"""Pictures are held against their truth as a detector would: by their grey levels alone."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gazewire.sim.eye_camera import Side
from gazewire.sim.eye_image import EyeRenderer
from gazewire.sim.eye_pose import EyePose
from gazewire.sim.eye_truth import PupilTruth, pupil_outline_px
from gazewire.sim.person import Person

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module", params=[(4, "right"), (21, "left")], ids=["right", "left"])
def renderer(request: pytest.FixtureRequest) -> EyeRenderer:
    seed, side = request.param
    return EyeRenderer(Person.from_seed(seed), side)


def pose(
    yaw_deg: float = 0.0, pitch_deg: float = 0.0, *, pupil_mm: float = 4.0, opening: float = 1.0
) -> EyePose:
    """An eye that looks to the right by `yaw_deg` and up by `pitch_deg`."""
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    x, y, z = np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)
    return EyePose(
        optical_axis=(float(x), float(y), float(z)),
        pupil_diameter_mm=pupil_mm,
        lid_opening=opening,
    )


class EdgeError(NamedTuple):
    """How the outline in a picture departs from the true one, pixels."""

    shift: float
    growth: float


def edge_error(renderer: EyeRenderer, pose: EyePose) -> EdgeError:
    """Find the steepest rise of grey across each piece of the true outline.

    No level is chosen: the edge is where brightness changes most. Pieces near a glint are left
    out, and those that a lash crosses are outvoted.
    """
    picture = mean_picture(renderer, pose).astype(np.float32)
    outline = pupil_outline_px(renderer.eye, pose)
    ways = np.roll(outline, -1, axis=0) - np.roll(outline, 1, axis=0)
    normals = np.stack([ways[:, 1], -ways[:, 0]], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    normals *= np.sign(((outline - outline.mean(axis=0)) * normals).sum())
    reach = np.arange(-2.5, 2.51, 0.125)
    places = (outline[:, None] + reach[:, None] * normals[:, None]).astype(np.float32)
    levels = cv2.remap(picture, places[..., 0], places[..., 1], cv2.INTER_CUBIC)
    rise = np.diff(cv2.GaussianBlur(levels, (9, 1), 2.0), axis=1)
    # The middle of the rise, around its peak.
    middle = (reach[1:] + reach[:-1]) / 2
    near = np.abs(middle - middle[rise.argmax(axis=1)][:, None]) < 0.8
    weight = np.maximum(rise, 0) * near
    found = (weight * middle).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-6)
    keep = np.ones(len(found), bool)
    for glint in renderer.truth(pose).glints:
        keep &= np.hypot(*(outline - [glint.x_px, glint.y_px]).T) > 5.5
    design = np.column_stack([normals, np.ones(len(found))])
    for limit_px in (1.0, 0.5, 0.5):
        solved, *_ = np.linalg.lstsq(design[keep], found[keep], rcond=None)
        keep &= np.abs(found - design @ solved) < limit_px
    if keep.mean() < 0.4:
        pytest.skip("glints and lashes leave too little of this outline")
    return EdgeError(float(np.hypot(*solved[:2])), float(solved[2]))


def mean_picture(renderer: EyeRenderer, pose: EyePose) -> NDArray[np.float64]:
    pictures = [renderer.render(pose, seed).astype(np.float64) for seed in range(3)]
    mean: NDArray[np.float64] = np.mean(pictures, axis=0)
    return mean


@pytest.mark.parametrize("pupil_mm", [2.0, 3.5, 5.0])
@pytest.mark.parametrize("pitch_deg", [-12.0, 0.0, 15.0])
@pytest.mark.parametrize("yaw_deg", [-25.0, -12.0, 0.0, 12.0, 25.0])
def test_edges_in_the_picture_are_where_the_truth_has_them(
    renderer: EyeRenderer, yaw_deg: float, pitch_deg: float, pupil_mm: float
) -> None:
    seen = pose(yaw_deg, pitch_deg, pupil_mm=pupil_mm)
    if renderer.truth(seen).visible_fraction < 1.0:
        pytest.skip("a lid covers part of this pupil")
    error = edge_error(renderer, seen)
    assert error.shift < 0.2
    assert abs(error.growth) < 0.2


@pytest.mark.parametrize("yaw_deg", [-10.0, 0.0, 10.0])
def test_edges_of_a_wide_pupil_are_where_the_truth_has_them(
    renderer: EyeRenderer, yaw_deg: float
) -> None:
    seen = pose(yaw_deg, 0.0, pupil_mm=8.0)
    error = edge_error(renderer, seen)
    # Its edge comes near to that of the iris, and lids and lashes to it.
    assert error.shift < 0.5
    assert abs(error.growth) < 0.5


def pupil_mask(truth: PupilTruth, scale: float) -> NDArray[np.bool_]:
    mask = np.zeros((192, 192), np.uint8)
    axes = (truth.axes_px[0] * scale, truth.axes_px[1] * scale)
    cv2.ellipse(mask, (truth.center_px, axes, truth.angle_deg), 255, -1)
    return mask > 0


@pytest.mark.parametrize("yaw_deg", [-12.0, 0.0, 12.0])
@pytest.mark.parametrize("pupil_mm", [2.5, 4.0])
def test_the_middle_of_the_darkness_is_the_middle_of_the_pupil(
    renderer: EyeRenderer, yaw_deg: float, pupil_mm: float
) -> None:
    seen = pose(yaw_deg, 5.0, pupil_mm=pupil_mm)
    truth = renderer.truth(seen)
    picture = mean_picture(renderer, seen)
    outer = pupil_mask(truth, 1.25)
    darkness = np.clip(np.median(picture[outer & ~pupil_mask(truth, 1.15)]) - picture, 0, None)
    moments = cv2.moments(pupil_outline_px(renderer.eye, seen).astype(np.float32))
    expected = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
    # A glint is replaced by what lies opposite to it.
    y, x = np.mgrid[:192, :192]
    whole = darkness.copy()
    for glint in truth.glints:
        row, column = np.nonzero(np.hypot(x - glint.x_px, y - glint.y_px) < 6)
        opposite = np.rint(2 * expected - np.stack([column, row], axis=1)).astype(int)
        across, down = np.clip(opposite, 0, 191).T
        darkness[row, column] = whole[down, across]
    darkness[~outer] = 0
    middle = np.array([(x * darkness).sum(), (y * darkness).sum()]) / darkness.sum()
    # Brightness around the pupil is uneven, so this is cruder than finding edges.
    assert np.hypot(*(middle - expected)) < 0.7


def test_pupil_iris_and_sclera_grow_brighter_in_this_order(renderer: EyeRenderer) -> None:
    seen = pose(5.0 if renderer.eye.side == "right" else -5.0, 0.0)
    truth = renderer.truth(seen)
    picture = mean_picture(renderer, seen)
    pupil = np.median(picture[pupil_mask(truth, 0.8)])
    iris = np.median(picture[pupil_mask(truth, 1.8) & ~pupil_mask(truth, 1.3)])
    assert pupil < 0.6 * iris
    assert iris < np.percentile(picture, 90)


def test_a_closed_eye_shows_no_pupil(renderer: EyeRenderer) -> None:
    closed = pose(opening=0.0)
    truth = renderer.truth(closed)
    assert truth.visible_fraction == 0.0
    assert not any(glint.visible for glint in truth.glints)
    # What the eye does behind its lids cannot be seen.
    other = pose(8.0, 0.0, pupil_mm=7.0, opening=0.0)
    difference = renderer.render(closed, 1).astype(int) - renderer.render(other, 1)
    assert np.abs(difference).max() <= 1


def test_the_lids_sweep_over_the_pupil_without_a_jump(renderer: EyeRenderer) -> None:
    openings = np.linspace(0.0, 1.0, 101)
    fractions = [renderer.truth(pose(opening=float(o))).visible_fraction for o in openings]
    assert np.all(np.diff(fractions) >= 0)
    assert np.diff(fractions).max() < 0.15
    assert fractions[-1] == 1.0
    before = renderer.render(pose(opening=0.0), 1).astype(float)
    for opening in openings[1:]:
        after = renderer.render(pose(opening=float(opening)), 1).astype(float)
        assert np.abs(after - before).mean() < 2.5
        before = after


def test_glints_are_bright_where_the_truth_has_them(renderer: EyeRenderer) -> None:
    seen = pose(-8.0 if renderer.eye.side == "right" else 8.0, 2.0)
    picture = renderer.render(seen, 3)
    glints = renderer.truth(seen).glints
    assert all(glint.visible for glint in glints)
    y, x = np.mgrid[:192, :192]
    for glint in glints:
        near = np.hypot(x - glint.x_px, y - glint.y_px) < 3.0
        light = np.where(near, np.maximum(picture.astype(float) - 120, 0), 0)
        middle = np.array([(x * light).sum(), (y * light).sum()]) / light.sum()
        assert picture[near].max() > 220
        assert np.hypot(*(middle - [glint.x_px, glint.y_px])) < 0.3


def test_glints_move_less_than_the_pupil(renderer: EyeRenderer) -> None:
    # The centre of the cornea's sphere is nearer to the centre of rotation than the pupil is.
    first, second = renderer.truth(pose(-4.0)), renderer.truth(pose(4.0))
    pupil = np.hypot(*np.subtract(second.center_px, first.center_px))
    for before, after in zip(first.glints, second.glints, strict=True):
        glint = np.hypot(after.x_px - before.x_px, after.y_px - before.y_px)
        assert 0.2 * pupil < glint < 0.7 * pupil


def test_a_picture_is_decided_by_person_pose_and_noise_seed() -> None:
    seen = pose(3.0, -2.0, opening=0.7)
    first = EyeRenderer(Person.from_seed(9), "left")
    second = EyeRenderer(Person.from_seed(9), "left")
    second.render(pose(12.0), 5)  # what was drawn before does not matter
    assert np.array_equal(first.render(seen, 77), second.render(seen, 77))
    assert first.truth(seen) == second.truth(seen)
    assert not np.array_equal(first.render(seen, 77), first.render(seen, 78))


def test_pictures_belong_to_the_caller(renderer: EyeRenderer) -> None:
    first = renderer.render(pose(), 1)
    kept = first.copy()
    second = renderer.render(pose(10.0), 2)
    assert np.array_equal(first, kept)
    second[:] = 0
    assert np.array_equal(renderer.render(pose(), 1), kept)
    assert first.shape == (192, 192)
    assert first.dtype == np.uint8
    assert first.flags.c_contiguous


def test_persons_and_sides_look_different() -> None:
    eyes: list[tuple[int, Side]] = [(1, "left"), (1, "right"), (2, "right")]
    pictures = [EyeRenderer(Person.from_seed(seed), side).render(pose(), 0) for seed, side in eyes]
    for i, first in enumerate(pictures):
        for second in pictures[:i]:
            assert np.abs(first.astype(int) - second).mean() > 5


def test_noise_grows_with_light_and_has_no_bias(renderer: EyeRenderer) -> None:
    pictures = np.array([renderer.render(pose(), seed) for seed in range(40)]).astype(float)
    deviation, mean = pictures.std(axis=0), pictures.mean(axis=0)
    dark, bright = deviation[mean < 50].mean(), deviation[(mean > 130) & (mean < 200)].mean()
    assert 0.4 < dark < bright < 2.5
    # Two pictures do not share their noise.
    first, second = pictures[0] - mean, pictures[1] - mean
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.1


@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(60.0, 0.0), (-60.0, 40.0), (0.0, -60.0)])
def test_an_eye_may_look_anywhere(renderer: EyeRenderer, yaw_deg: float, pitch_deg: float) -> None:
    for pupil_mm in (1.5, 9.5):
        seen = pose(yaw_deg, pitch_deg, pupil_mm=pupil_mm)
        assert renderer.render(seen, 0).shape == (192, 192)
        truth = renderer.truth(seen)
        assert np.isfinite([*truth.center_px, *truth.axes_px, truth.angle_deg]).all()
        assert 0.0 <= truth.visible_fraction <= 1.0
