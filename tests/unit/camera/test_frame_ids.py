from __future__ import annotations

import pytest

from gazewire.camera.frame_ids import GIGE_VISION_IDS, FrameIds


def steps(count: int | None, *ids: int) -> list[int]:
    frame_ids = FrameIds(count)
    return [frame_ids.steps_to(id) for id in ids]


def test_the_first_id_is_a_step_whatever_it_is() -> None:
    assert steps(GIGE_VISION_IDS, 65_401, 65_402) == [1, 1]
    assert steps(None, 7, 8) == [1, 1]


def test_ids_of_gige_vision_come_round_to_1_because_0_is_no_id() -> None:
    assert steps(GIGE_VISION_IDS, 65_534, 65_535, 1, 2) == [1, 1, 1, 1]


def test_images_lost_where_ids_come_round_are_counted() -> None:
    assert steps(GIGE_VISION_IDS, 65_534, 3) == [1, 4]


def test_other_ids_do_not_come_round() -> None:
    assert steps(None, 65_535, 65_536, 70_000) == [1, 1, 4464]


@pytest.mark.parametrize("count", [None, GIGE_VISION_IDS])
def test_a_camera_that_counts_anew_has_lost_what_nobody_knows(count: int | None) -> None:
    assert steps(count, 500, 1, 2) == [1, 1, 1]


@pytest.mark.parametrize("count", [None, GIGE_VISION_IDS])
def test_an_id_that_comes_twice_is_a_step(count: int | None) -> None:
    assert steps(count, 5, 5, 6) == [1, 1, 1]
