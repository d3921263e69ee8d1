import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gazewire.camera import GlassesInfo, Record, StreamTruth, Truthful, Wants
from gazewire.device.truth import records_and_truths, write_truth
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
    topic = Topic[Record | StreamTruth]("all")
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


async def lines_of(path: Path, *items: Record | StreamTruth) -> list[dict[str, Any]]:
    topic = Topic[Record | StreamTruth]("all")
    written = topic.subscribe(capacity=10)
    for item in items:
        topic.publish(item)
    topic.close()
    await write_truth(path, written)
    return read(path)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_what_is_known_of_a_record_stands_in_its_line(tmp_path: Path) -> None:
    known = StreamTruth(stream="gaze", timestamp_unix_ns=2, values={"movement": "pursuit"})
    [line] = await lines_of(tmp_path / "truth.jsonl", known, RECORDS[1])
    assert (line["stream"], line["timestamp_unix_ns"]) == ("gaze", 2)
    assert (line["x_px"], line["movement"]) == (3.5, "pursuit")


async def test_what_is_known_of_a_record_that_did_not_come_is_not_told_of_another(
    tmp_path: Path,
) -> None:
    known = StreamTruth(stream="gaze", timestamp_unix_ns=1, values={"movement": "pursuit"})
    [line] = await lines_of(tmp_path / "truth.jsonl", known, RECORDS[1])
    assert "movement" not in line


async def test_pupils_have_lines_of_their_own(tmp_path: Path) -> None:
    pupils = [
        StreamTruth(stream=stream, timestamp_unix_ns=9, values={"diameter_mm": mm})
        for stream, mm in (("pupil.0", 3.5), ("pupil.1", 4.5))
    ]
    assert await lines_of(tmp_path / "truth.jsonl", *pupils) == [
        {"stream": "pupil.0", "timestamp_unix_ns": 9, "diameter_mm": 3.5},
        {"stream": "pupil.1", "timestamp_unix_ns": 9, "diameter_mm": 4.5},
    ]


async def test_a_line_is_on_disk_before_the_next_record_comes(tmp_path: Path) -> None:
    topic, path = Topic[Record | StreamTruth]("all"), tmp_path / "truth.jsonl"
    written = topic.subscribe(capacity=10)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(write_truth(path, written))
        topic.publish(RECORDS[0])
        while not (path.exists() and path.read_text()):  # noqa: ASYNC110 - on disk
            await asyncio.sleep(0.01)
        topic.close()


def is_there(path: Path) -> bool:
    return path.exists() and bool(read(path))


class Plain:
    """A source that knows no more than it publishes."""

    info = GlassesInfo(description="gaze")

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        for number in range(2):
            yield GazeDatum(timestamp_unix_ns=start_unix_ns + number, x_px=0.0, y_px=0.0)


class Knowing(Plain):
    def stream_truths(self, start_unix_ns: int) -> Iterator[StreamTruth]:
        for number in range(2):
            instant_ns = start_unix_ns + number
            yield StreamTruth(stream="gaze", timestamp_unix_ns=instant_ns, values={})


def test_what_is_known_of_a_record_comes_before_it() -> None:
    assert isinstance(Knowing(), Truthful)
    told = [(type(item), item.timestamp_unix_ns) for item in records_and_truths(Knowing(), 5)]
    assert told == [(StreamTruth, 5), (GazeDatum, 5), (StreamTruth, 6), (GazeDatum, 6)]


def test_a_source_that_knows_no_more_is_taken_as_it_is() -> None:
    assert not isinstance(Plain(), Truthful)
    assert list(records_and_truths(Plain(), 5)) == list(Plain().records(5))


async def test_a_file_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    topic = Topic[Record | StreamTruth]("all")
    with pytest.raises(RecordingError, match="choose another file"):
        await write_truth(tmp_path / "missing" / "truth.jsonl", topic.subscribe(capacity=1))
