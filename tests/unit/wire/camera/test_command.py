"""Each row of the table of bad input, and what else a client can say."""

from __future__ import annotations

import json

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.camera import Box, Command, Point

WIDTH, HEIGHT = 640, 480


def parse(message: object) -> Command:
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    return Command.parse(data, width=WIDTH, height=HEIGHT)


def box(*corners: object) -> dict[str, object]:
    return dict(zip(("TOP_LEFT", "BOTTOM_RIGHT"), corners, strict=True))


def test_a_command_of_the_document_is_a_box() -> None:
    said = {"DRAW_BOX": {"TOP_LEFT": [10, 20], "BOTTOM_RIGHT": [110, 220]}}
    assert parse(said) == Command(shapes=(Box(10, 20, 110, 220),))


def test_coordinates_may_be_fractions() -> None:
    assert parse({"DRAW_BOX": box([0.5, 1.5], [2.5, 3.5])}).shapes == (Box(0.5, 1.5, 2.5, 3.5),)


def test_a_box_may_touch_the_far_edge() -> None:
    assert parse({"DRAW_BOX": box([0, 0], [WIDTH, HEIGHT])}).shapes == (Box(0, 0, WIDTH, HEIGHT),)


@pytest.mark.parametrize("corner", [[-1, 0], [0, -0.5], [WIDTH + 1, 0], [0, HEIGHT + 0.5]])
def test_a_box_outside_leaves_what_is_shown(corner: list[float]) -> None:
    assert parse({"DRAW_BOX": box(corner, [10, 10])}) == Command(outside=1)


def test_swapped_corners_are_the_same_rectangle() -> None:
    assert parse({"DRAW_BOX": box([9, 8], [1, 2])}).shapes == (Box(1, 2, 9, 8),)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not JSON", id="not JSON"),
        pytest.param(b'{"DRAW_BOX": "\xff"}', id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"5", id="number"),
        pytest.param(b'"DRAW_BOX"', id="string"),
        pytest.param(b'"a DRAW_BOX b"', id="string with the word"),
        pytest.param(b'["DRAW_BOX"]', id="array with the word"),
        pytest.param(b'{"DRAW_BOX": null}', id="no box"),
        pytest.param(b'{"DRAW_BOX": []}', id="list of boxes"),
        pytest.param(b'{"DRAW_BOX": {"TOP_LEFT": [1, 2]}}', id="one corner"),
        pytest.param(b'{"DRAW_BOX": {"TOP_LEFT": [1], "BOTTOM_RIGHT": [1, 2]}}', id="one number"),
        pytest.param(
            b'{"DRAW_BOX": {"TOP_LEFT": [1, 2, 3], "BOTTOM_RIGHT": [1, 2]}}', id="three numbers"
        ),
        pytest.param(
            b'{"DRAW_BOX": {"TOP_LEFT": ["1", "2"], "BOTTOM_RIGHT": [1, 2]}}', id="strings"
        ),
        pytest.param(b'{"BOXES": {}}', id="boxes are no list"),
        pytest.param(b'{"FRAME_INDEX": -1}', id="negative index"),
        pytest.param(b'{"CLIENT": []}', id="client is no text"),
        pytest.param(b'{"BOXES": [%s]}' % b",".join([b"{}"] * 300), id="too many"),
    ],
)
def test_bad_input_is_malformed(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse(data)


@pytest.mark.parametrize("said", ["a string", ["an array"], {}, {"DRAW_RECT": 1}])
def test_what_does_not_mention_a_box_is_ignored(said: object) -> None:
    assert parse(said) == Command()


def test_null_removes_what_is_shown() -> None:
    assert parse(None).shapes == ()


def test_many_boxes_and_points_have_names_and_a_time_to_live() -> None:
    command = parse(
        {
            "BOXES": [{**box([0, 0], [5, 5]), "ID": 7, "LABEL": "mouse", "TTL": 2}],
            "POINTS": [{"AT": [3, 4], "LABEL": "nose"}],
        }
    )
    assert command.shapes == (
        Box(0, 0, 5, 5, id="7", label="mouse", ttl_s=2.0),
        Point(3, 4, label="nose"),
    )


def test_no_boxes_remove_what_is_shown() -> None:
    assert parse({"BOXES": []}).shapes == ()


def test_an_answer_names_its_image_and_who_answers() -> None:
    command = parse({"FRAME_INDEX": 12, "CLIENT": "faces"})
    assert (command.frame_index, command.client, command.shapes) == (12, "faces", None)


def test_a_box_outside_does_not_take_the_others_with_it() -> None:
    command = parse({"BOXES": [box([0, 0], [5, 5]), box([0, 0], [5, 5000])]})
    assert (len(command.shapes or ()), command.outside) == (1, 1)
