from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from gazewire.recording.neon import layout

av = pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.recording import RecordingTimeline  # noqa: E402
from gazewire.recording.neon.recorded_sound import RecordedSound  # noqa: E402

START = 1_790_000_000_000_000_000
T0 = 1_760_000_000_000_000_003
MS = 1_000_000
RATE_HZ = 8000
VIDEO = layout.SCENE_VIDEO


@pytest.fixture
def add_part(phone, render_video):
    """Put a second of scene video at 10 pictures a second into the recording, with sound."""

    def add_part(part: int, first_ms: float, value: int, rate_hz: int = RATE_HZ) -> None:
        silent = render_video([index * 9000 for index in range(10)], name=f"{part}.mp4")
        add_sound(silent, phone.folder / VIDEO.video_file(part), value, rate_hz)
        phone.times(VIDEO.base, [first_ms + 100 * index for index in range(10)], part)

    return add_part


def add_sound(silent: Path, path: Path, value: int, rate_hz: int) -> None:
    """Copy a video and put a second of one value beside its pictures, lossless."""
    pcm = np.full((1, rate_hz), value, np.int16)
    with av.open(str(silent)) as source, av.open(str(path), "w", format="matroska") as target:
        video = target.add_stream_from_template(source.streams.video[0])
        audio = target.add_stream("pcm_s16le", rate=rate_hz, layout="mono")
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate_hz, 0
        target.mux(audio.encode(frame))
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                target.mux(packet)


def levels(blocks: Iterator[bytes], count: int) -> list[tuple[int, int]]:
    """Read so many samples: each value, and how often it follows itself."""
    data = b""
    while len(data) < 2 * count:
        data += next(blocks)
    samples = np.frombuffer(data, "<i2")[:count]
    bounds = [0, *(np.flatnonzero(np.diff(samples)) + 1).tolist(), count]
    return [(int(samples[a]), b - a) for a, b in pairwise(bounds)]


def look_into(phone) -> RecordedSound | None:
    return RecordedSound.look_into(phone.folder, VIDEO, T0)


def test_sound_begins_with_the_first_picture_of_its_part(phone, add_part):
    add_part(1, 250, value=5)
    sound = look_into(phone)
    assert (sound.sample_rate_hz, sound.channels) == (RATE_HZ, 1)
    assert levels(sound.blocks(), 16_000) == [(0, 2000), (5, 8000), (0, 6000)]


def test_parts_lie_where_their_pictures_are(phone, add_part):
    add_part(1, 0, value=5)
    add_part(2, 3500, value=7)
    assert levels(look_into(phone).blocks(), 40_000) == [
        (5, 8000),
        (0, 20_000),
        (7, 8000),
        (0, 4000),
    ]


def test_a_part_ends_where_the_next_one_begins(phone, add_part):
    add_part(1, 0, value=5)
    add_part(2, 750, value=7)
    assert levels(look_into(phone).blocks(), 16_000) == [(5, 6000), (7, 8000), (0, 2000)]


def test_a_part_of_another_rate_is_silent(phone, add_part):
    add_part(1, 0, value=5)
    add_part(2, 1000, value=7, rate_hz=16_000)
    assert levels(look_into(phone).blocks(), 16_000) == [(5, 8000), (0, 8000)]


def test_a_recording_without_a_microphone_has_none(phone, render_video):
    render_video([0, 9000]).rename(phone.folder / VIDEO.video_file(1))
    phone.times(VIDEO.base, [0, 100])
    assert look_into(phone) is None
    assert RecordingTimeline(phone.folder).info.audio is None


def test_a_replay_has_sound_without_a_gap_over_all_passes(phone, add_part):
    phone.gaze([(1, 2)] * 3, [0, 5, 1500])
    add_part(1, 250, value=5)
    timeline = RecordingTimeline(phone.folder)
    assert (timeline.info.audio.sample_rate_hz, timeline.info.audio.channels) == (RATE_HZ, 1)
    records = list(islice(timeline.records(START), 400))
    instants = [record.timestamp_unix_ns for record in records]
    assert instants == sorted(instants)
    chunks = [record for record in records if hasattr(record, "samples")]
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    count = 0
    for chunk in chunks:
        assert chunk.timestamp_unix_ns == START + count * 125_000
        count += len(chunk.samples) // 2
    # A pass lasts 1500 ms and one typical distance of gaze, 750 ms.
    heard = levels(iter([b"".join(chunk.samples for chunk in chunks)]), 36_000)
    assert heard == [(0, 2000), (5, 8000), (0, 8000 + 2000), (5, 8000), (0, 8000)]
