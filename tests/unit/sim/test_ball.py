from __future__ import annotations

import cv2
import numpy as np
import pytest

from gazewire.sim import BALL_RADIUS, Wearer

S = 1_000_000_000
_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))


@pytest.mark.parametrize("product", ["neon", "invisible"])
def test_the_ball_is_where_the_scene_draws_it(product: str, request: pytest.FixtureRequest) -> None:
    wearer: Wearer = request.getfixturevalue(product)
    scene = wearer.scene
    reach = round(2.2 * BALL_RADIUS * scene.camera.focal_px)
    for t_s in np.arange(0.0, 12.0, 0.7):
        picture = scene.render(round(t_s * S))[: scene.camera.width * scene.camera.height]
        middle = scene.project(scene.ball.places(np.array([t_s])), t_s)[0]
        x, y = np.rint(middle).astype(int)
        luma = picture.reshape(scene.camera.height, scene.camera.width)
        around = luma[y - reach : y + reach + 1, x - reach : x + reach + 1].astype(float)
        # What has the colour of the ball just beside its middle, where its shine is not.
        beside = reach + round(0.4 * BALL_RADIUS * scene.camera.focal_px)
        is_ball = (np.abs(around - around[beside, beside]) < 6).astype(np.uint8)
        is_ball = cv2.morphologyEx(is_ball, cv2.MORPH_CLOSE, _DISC)
        is_ball = cv2.morphologyEx(is_ball, cv2.MORPH_OPEN, _DISC)
        rows, columns = np.nonzero(is_ball)
        radius_px = BALL_RADIUS * scene.camera.focal_px
        assert len(rows) == pytest.approx(np.pi * radius_px**2, rel=0.2)
        off = np.array([columns.mean() - reach + x, rows.mean() - reach + y]) - middle
        assert np.hypot(*off) < 1.0


def test_the_ball_never_leaves_its_panel(neon: Wearer) -> None:
    ball = neon.scene.ball
    off = np.abs(ball.places(np.arange(0.0, 60.0, 0.01)) - ball.panel.middle)
    assert np.all(off <= ball.panel.extent)
    assert np.all(off.max(axis=0) > 0.7 * np.array(ball.panel.extent))
