from __future__ import annotations

import json

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.service.calibration_page.messages import PageRequest, preview_bytes
from gazewire.wire.ipc import Message

SCREEN = "ScreenMarkerChoreographyPlugin"
SINGLE = "SingleMarkerChoreographyPlugin"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"start": "validation"}, [("validation.should_start", {"record": True})]),
        ({"stop": True}, [("calibration.should_stop", {"record": True})]),
        ({"cancel": True}, [("calibration.should_cancel", {"record": True})]),
        (
            {"shown": {"run": 2, "target": 4}},
            [("calibration.target_shown", {"run": 2, "target": 4})],
        ),
        (
            {"point": {"norm_pos": [0.25, 0.5], "timestamp": 3.5}},
            [("calibration.add_feature", {"norm_pos": (0.25, 0.5), "timestamp": 3.5})],
        ),
        (
            {"point": {"norm_pos": [0.25, 0.5], "timestamp_unix_ns": "1700000000000000001"}},
            [
                (
                    "calibration.add_feature",
                    {
                        "norm_pos": (0.25, 0.5),
                        "timestamp": None,
                        "timestamp_unix_ns": 1_700_000_000_000_000_001,
                    },
                )
            ],
        ),
        (
            {"choose": {"choreography": SINGLE, "marker_mode": "Physical"}, "start": "calibration"},
            [
                (
                    "start_plugin",
                    {
                        "name": SINGLE,
                        "args": {
                            "selected_gazer_class_name": "Gazer3D",
                            "marker_mode": "Physical",
                        },
                    },
                ),
                ("calibration.should_start", {"record": True}),
            ],
        ),
        ({"want": "preview"}, []),
    ],
)
def test_what_the_page_says_becomes_notifications(
    said: dict[str, object], told: list[tuple[str, dict[str, object]]]
) -> None:
    assert PageRequest.parse(json.dumps(said)).notifications() == told


@pytest.mark.parametrize(
    "said",
    [
        "x",
        b"\xff",
        "[]",
        '{"start": "recording"}',
        '{"choose": {"choreography": "Recorder"}}',
        '{"shown": {"run": 1}}',
        '{"point": {"norm_pos": [1]}}',
    ],
)
def test_what_no_page_says_is_refused(said: str | bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        PageRequest.parse(said)


def test_a_preview_is_a_length_then_json_then_a_jpeg() -> None:
    message = Message.from_map("calibration_preview", {"width": 4, "__raw_data__": [b"jpeg"]})
    told = preview_bytes(message)
    length = int.from_bytes(told[:4], "big")
    assert json.loads(told[4 : 4 + length]) == {"width": 4}
    assert told[4 + length :] == b"jpeg"


def test_a_preview_without_its_picture_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        preview_bytes(Message.from_map("calibration_preview", {"width": 4}))
