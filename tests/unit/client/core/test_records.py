from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.client.core.frame import CoreFrame
from gazewire.client.core.records import decode_records
from gazewire.client.core.subscription import Message as CoreMap
from gazewire.errors import RemoteProtocolError
from gazewire.model import (
    Annotation,
    BlinkResponse,
    DispersionFixation,
    MappedGaze,
    Notification,
    PupilDatum,
    SurfaceDatum,
)
from gazewire.testing.vectors import load_vector
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message, WireLogRecord

VECTORS = Path(__file__).parents[3] / "vectors" / "core"
TIMEBASE = TimeBase(0)


def vector(name: str) -> bytes:
    return load_vector(VECTORS / f"{name}.hex")


@pytest.mark.parametrize(
    ("topic", "name", "kind"),
    [
        ("pupil.0.2d", "pupil_2d", PupilDatum),
        ("pupil.0.3d", "pupil_3d", PupilDatum),
        ("gaze.2d.01.", "gaze_2d_binocular", MappedGaze),
        ("gaze.3d.01.", "gaze_3d_binocular", MappedGaze),
        ("fixations", "fixation", DispersionFixation),
        ("fixations", "fixation_incumbent", DispersionFixation),
        ("blinks", "blink", BlinkResponse),
        ("surfaces.screen", "surface", SurfaceDatum),
        ("annotation", "annotation", Annotation),
        ("logging.warning", "log_record", WireLogRecord),
        ("notify.eye_process.should_start.0", "notify_eye_should_start", Notification),
        ("anything.else", "notify_eye_should_start", CoreMap),
        ("pupils", "notify_eye_should_start", CoreMap),
    ],
)
def test_a_topic_tells_what_it_carries(topic: str, name: str, kind: type) -> None:
    assert isinstance(decode_records(Message(topic, vector(name)), TIMEBASE), kind)


def test_an_image_is_a_frame() -> None:
    fields = {"topic": "frame.world", "width": 2, "height": 1, "index": 0, "timestamp": 0.0}
    message = Message.from_map(
        "frame.world", {**fields, "format": "gray", "__raw_data__": [b"\0\1"]}
    )
    assert isinstance(decode_records(message, TIMEBASE), CoreFrame)


@pytest.mark.parametrize("topic", ["pupil.0.2d", "gaze.3d.0.", "fixations", "notify.x", "other"])
def test_what_cannot_be_read_is_the_peers_fault(topic: str) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_records(Message(topic, b"\xc1"), TIMEBASE)


def test_data_that_refer_to_each_other_keep_equal_instants() -> None:
    record = decode_records(Message("gaze.2d.01.", vector("gaze_2d_binocular")), TimeBase(12345))
    assert isinstance(record, MappedGaze)
    assert record == decode_records(
        Message("gaze.2d.01.", vector("gaze_2d_binocular")), TimeBase(12345)
    )
