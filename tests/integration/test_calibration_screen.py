"""Whole calibrations with a scene camera, over the real bus; markers are really found."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from harness.calibrating_wearer import HEIGHT, WIDTH
from harness.calibration_desk import Desk, serve_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCREEN = "ScreenMarkerChoreographyPlugin"
SINGLE = "SingleMarkerChoreographyPlugin"
FEATURES = "NaturalFeatureChoreographyPlugin"
QUICK = {
    "selected_gazer_class_name": "Gazer2D",
    "sample_duration": 8,
    "settle_s": 0.3,
    "show_s": 0.5,
    "target_timeout_s": 2.0,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running_desk() -> AsyncIterator[Desk]:
    async with serve_desk() as desk:
        yield desk


@pytest.fixture
def desk(running_desk: Desk) -> Desk:
    running_desk.clear()
    return running_desk


async def test_a_screen_calibration_and_its_validation_run_by_themselves(desk: Desk) -> None:
    await desk.core.notify("start_plugin", {"name": SCREEN, "args": QUICK})
    await desk.core.notify("calibration.should_start")
    measured = await desk.until("accuracy.measured")
    assert [subject for subject in desk.subjects if subject != "accuracy.measured"] == [
        "calibration.started",
        "calibration.setup.v2",
        "calibration.successful",
        "calibration.stopped",
        "calibration.result.v2",
    ]
    setup = await desk.until("calibration.setup.v2")
    references = setup["calib_data"]["ref_list"]
    assert len(references) == 5 * QUICK["sample_duration"]
    assert set(references[0]) == {"norm_pos", "screen_pos", "timestamp"}
    assert references[0]["screen_pos"] == pytest.approx([320, 240], abs=1.0)
    assert references[0]["norm_pos"] == pytest.approx([0.5, 0.5], abs=0.002)
    assert {pupil["id"] for pupil in setup["calib_data"]["pupil_list"]} == {0, 1}
    assert setup["gazer_class_name"] == "Gazer2D"
    # Eyes that are not there yet would be seen in the accuracy.
    assert measured["accuracy_deg"] < 0.3
    assert [one["target"] for one in measured["targets"]] == [0, 1, 2, 3, 4]
    assert all(one["accuracy_deg"] < 0.5 for one in measured["targets"])
    assert np.abs([one["offset_deg"] for one in measured["targets"]]).max() < 0.3
    assert measured["targets"][1]["place"] == [0.0, 1.0]

    await desk.until_state("done")
    desk.forget()
    await desk.core.notify("validation.should_start")
    measured = await desk.until("accuracy.measured")
    await desk.until("validation.stopped")
    assert measured["source"] == "validation"
    places = [one["place"] for one in measured["targets"]]
    assert places == [[0.5, 1], [1, 0.5], [0.5, 0], [0, 0.5]]
    assert measured["accuracy_deg"] < 0.3
    assert (await desk.until_state("done"))["kind"] == "validation"


async def test_closed_eyes_are_the_reason_in_words_and_numbers(desk: Desk) -> None:
    desk.display.eyes_open = {0: False, 1: True}
    args = QUICK | {"calibration_targets": [[0.5, 0.5], [0, 1]], "sample_duration": 3}
    await desk.core.notify("start_plugin", {"name": SCREEN, "args": args})
    await desk.core.notify("calibration.should_start")
    failed = await desk.until("calibration.failed")
    assert failed["reason"] == "Not sufficient data available."
    right, left = failed["diagnosis"]["eyes"]
    assert right["confident"] == 0 < right["of_mode"]
    assert left["confident"] == left["of_mode"]
    assert [one["samples"] for one in failed["diagnosis"]["shown"]] == [3, 3]
    assert [one["references"] for one in failed["diagnosis"]["targets"]] == [3, 3]
    assert "of which 0 (0%) have a confidence" in " ".join(failed["diagnosis"]["sentences"])
    await desk.until_state("failed")


async def test_a_display_that_shows_nothing_ends_it_with_words_about_the_camera(
    desk: Desk,
) -> None:
    desk.obeys = False
    args = QUICK | {"show_s": 0.1, "target_timeout_s": 0.3}
    await desk.core.notify("start_plugin", {"name": SCREEN, "args": args})
    await desk.core.notify("calibration.should_start")
    state = await desk.until_state("collecting")
    assert state["has_scene"] is True
    failed = await desk.until("calibration.failed")
    assert failed["reason"] == "Not sufficient reference data available."
    assert "has to see the whole display" in " ".join(failed["diagnosis"]["sentences"])
    assert any("No marker is seen" in (state["note"] or "") for state in desk.states)
    await desk.until_state("failed")


async def test_a_single_marker_that_wanders_ends_by_the_stop_marker(desk: Desk) -> None:
    args = {"selected_gazer_class_name": "Gazer2D", "marker_mode": "Physical"}
    await desk.core.notify("start_plugin", {"name": SINGLE, "args": args | {"max_speed": 100}})
    await desk.core.notify("calibration.should_start")
    await desk.until("calibration.started")
    for place in [(0.1, 0.1), (0.5, 0.5), (0.9, 0.9), (0.1, 0.9)]:
        desk.display.show(place, desk.now_ns())
        before = desk.samples
        await desk.until_samples(before + 12)
    desk.display.kind = "stop"
    measured = await desk.until("accuracy.measured")
    # Of nine zones, those of the bottom left, the middle, the top right and the top left.
    assert {0, 2, 4, 6} <= {one["target"] for one in measured["targets"]}
    await desk.until_state("done")
    references = (await desk.until("calibration.setup.v2"))["calib_data"]["ref_list"]
    assert len({tuple(one["screen_pos"]) for one in references}) >= 4


async def test_a_thing_in_the_scene_is_followed_once_it_is_clicked_on(desk: Desk) -> None:
    args = {"selected_gazer_class_name": "Gazer2D", "samples_per_feature": 6}
    await desk.core.notify("start_plugin", {"name": FEATURES, "args": args})
    await desk.core.notify("calibration.should_start")
    await desk.until("calibration.started")
    # Corners of the bright display on the wall.
    corners = [(45, 25), (595, 25), (595, 455), (45, 455)]
    for count, (x, y) in enumerate(corners, start=1):
        norm_pos = (x / WIDTH, 1 - y / HEIGHT)
        desk.display.look_at(norm_pos)
        await desk.core.notify("calibration.add_feature", {"norm_pos": norm_pos})
        await desk.until_samples(6 * count)
    await desk.core.notify("calibration.add_feature", {"norm_pos": (0.5, 0.5)})
    await desk.until_note("Nothing can be followed there")
    await desk.core.notify("calibration.should_stop")
    measured = await desk.until("accuracy.measured")
    assert [one["target"] for one in measured["targets"]] == [0, 1, 2, 3]
    references = (await desk.until("calibration.setup.v2"))["calib_data"]["ref_list"]
    assert references[0]["screen_pos"] == pytest.approx(corners[0], abs=1.0)
    await desk.until_state("done")


async def test_a_calibration_that_is_cancelled_leaves_no_trace(desk: Desk) -> None:
    await desk.core.notify("start_plugin", {"name": SCREEN, "args": QUICK})
    await desk.core.notify("calibration.should_start")
    await desk.until("calibration.started")
    await desk.core.notify("calibration.should_cancel")
    await desk.until("calibration.stopped")
    state = await desk.core.ask("calibration.should_tell_state", answers=["calibration.state"])
    assert state.fields["state"] == "idle"
    assert "calibration.setup.v2" not in desk.subjects
