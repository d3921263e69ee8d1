import json
from pathlib import Path

import pytest

from gazewire.camera import Record
from gazewire.device.truth import write_truth
from gazewire.errors import RecordingError
from gazewire.flow import Topic
from gazewire.model import AudioChunk, Blink, Frame, GazeDatum, ImuDatum, Onset

RECORDS: list[Record] = [
    Frame(
        camera="world",
        index=4,
        timestamp_unix_ns=1,
        width=1,
        height=1,
        pixel_format="gray",
        data=b".",
    ),
    GazeDatum(timestamp_unix_ns=2, x_px=3.5, y_px=-1.0, worn=False),
    ImuDatum(
        timestamp_unix_ns=3,
        accel_g=(0.0, 0.0, 1.0),
        gyro_deg_s=(0.0, 0.0, 0.0),
        quaternion_wxyz=(1.0, 0.0, 0.0, 0.0),
    ),
    Onset(kind="saccade", start_unix_ns=4),
    Blink(start_unix_ns=5, end_unix_ns=6),
    AudioChunk(index=8, timestamp_unix_ns=7, sample_rate_hz=8000, channels=1, samples=b".."),
]


async def test_each_record_is_one_line_with_its_stream_and_instant(tmp_path: Path) -> None:
    topic = Topic[Record]("all")
    written = topic.subscribe(capacity=10)
    for record in RECORDS:
        topic.publish(record)
    topic.close()
    await write_truth(tmp_path / "truth.jsonl", written)
    lines = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    assert [(line["stream"], line["timestamp_unix_ns"]) for line in lines] == [
        ("world", 1),
        ("gaze", 2),
        ("imu", 3),
        ("eye_events", 4),
        ("eye_events", 6),
        ("audio", 7),
    ]
    assert lines[0]["index"] == 4
    assert (lines[1]["x_px"], lines[1]["y_px"], lines[1]["worn"]) == (3.5, -1.0, False)
    assert lines[2]["accel_g"] == [0.0, 0.0, 1.0]
    assert (lines[3]["event"], lines[3]["kind"]) == ("onset", "saccade")
    assert lines[5] == {"stream": "audio", "timestamp_unix_ns": 7, "index": 8}
    assert (lines[4]["event"], lines[4]["start_unix_ns"]) == ("blink", 5)


async def test_a_file_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    topic = Topic[Record]("all")
    with pytest.raises(RecordingError, match="choose another file"):
        await write_truth(tmp_path / "missing" / "truth.jsonl", topic.subscribe(capacity=1))
