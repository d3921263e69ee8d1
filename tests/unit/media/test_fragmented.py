from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from itertools import islice

import numpy as np
import pytest

from gazewire.errors import RecordingError
from gazewire.model import AccessUnit, AudioAccessUnit, AudioChunk

av = pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import AacEncoder, FragmentedMp4Writer, H264Encoder, VideoFile  # noqa: E402

START = 1_790_000_000_123_456_789
FRAME_NS = 33_333_333


@pytest.fixture
def encoder() -> H264Encoder:
    return H264Encoder(width=64, height=48, rate_hz=30)


def writer_to(path, encoder) -> FragmentedMp4Writer:
    return FragmentedMp4Writer(path, width=64, height=48, parameter_sets=encoder.parameter_sets)


def packet_ticks(path) -> list[int]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base.denominator == 90_000
        return [packet.pts for packet in container.demux(stream) if packet.pts is not None]


def write(path, encoder, numbered, instants) -> None:
    with writer_to(path, encoder) as writer:
        for index, instant in enumerate(instants):
            writer.write(encoder.encode(numbered(index, instant)))


def test_every_picture_comes_back(tmp_path, encoder, numbered, number_of):
    path = tmp_path / "a.mp4"
    write(path, encoder, numbered, [START + index * FRAME_NS for index in range(50)])
    video = VideoFile(path)
    assert (video.width, video.height) == (64, 48)
    assert [number_of(frame) for frame in video.frames()] == list(range(50))
    assert video.skipped == 0


def test_uneven_timestamps_come_back_to_the_tick(tmp_path, encoder, numbered):
    # Steps of 1 ms, a gap of 7 s, and fragments that end anywhere between.
    steps = [1_000_000, 33_342_000, 7_000_000_001, 20_000_017, 900_000_000, 33_000_000] * 5
    instants = [START]
    for step in steps:
        instants.append(instants[-1] + step)
    path = tmp_path / "a.mp4"
    write(path, encoder, numbered, instants)
    expected = [round((instant - START) * 90_000 / 1e9) for instant in instants]
    assert packet_ticks(path) == expected


def test_instants_on_one_tick_are_put_one_apart(tmp_path, encoder, numbered):
    path = tmp_path / "a.mp4"
    write(path, encoder, numbered, [START, START + 1, START + 2, START + FRAME_NS])
    assert packet_ticks(path) == [0, 1, 2, 3000]


def test_keyframes_are_marked(tmp_path, encoder, numbered):
    path = tmp_path / "a.mp4"
    write(path, encoder, numbered, [START + index * FRAME_NS for index in range(65)])
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.pts is not None]
    assert [i for i, packet in enumerate(packets) if packet.is_keyframe] == [0, 30, 60]


def test_file_can_be_read_while_it_is_written(tmp_path, encoder, numbered, number_of):
    path = tmp_path / "a.mp4"
    with writer_to(path, encoder) as writer:
        for index in range(40):
            writer.write(encoder.encode(numbered(index, START + index * FRAME_NS)))
        numbers = [number_of(frame) for frame in VideoFile(path).frames()]
    assert numbers == list(range(len(numbers)))
    assert 40 - len(numbers) <= 17, "not more than the half second that fills the next fragment"


def test_killed_program_leaves_all_but_the_last_half_second(tmp_path):
    path = tmp_path / "a.mp4"
    script = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from gazewire.media import FragmentedMp4Writer, H264Encoder
        from gazewire.model import Frame

        encoder = H264Encoder(width=64, height=48, rate_hz=30)
        writer = FragmentedMp4Writer(
            Path(sys.argv[1]), width=64, height=48, parameter_sets=encoder.parameter_sets
        )
        for index in range(100):
            frame = Frame(
                camera="world", index=index, timestamp_unix_ns=index * 33_333_333, width=64,
                height=48, pixel_format="gray", data=bytes(64 * 48),
            )
            writer.write(encoder.encode(frame))
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("needs signals as POSIX has them")
    program = subprocess.run([sys.executable, "-c", script, str(path)], env=os.environ, check=False)
    assert program.returncode == -signal.SIGKILL
    assert len(list(VideoFile(path).frames())) >= 100 - 17


def test_close_may_be_repeated(tmp_path, encoder, numbered):
    writer = writer_to(tmp_path / "a.mp4", encoder)
    writer.write(encoder.encode(numbered(0)))
    writer.close()
    writer.close()


def test_file_without_a_picture_closes(tmp_path, encoder):
    writer_to(tmp_path / "a.mp4", encoder).close()
    assert (tmp_path / "a.mp4").stat().st_size > 0


def test_place_that_cannot_be_written_is_told(tmp_path, encoder):
    with pytest.raises(RecordingError, match="cannot be written"):
        writer_to(tmp_path / "missing" / "a.mp4", encoder)


def test_writing_costs_no_start_codes_in_the_file(tmp_path, encoder, numbered):
    path = tmp_path / "a.mp4"
    unit: AccessUnit = encoder.encode(numbered(3, START))
    with writer_to(path, encoder) as writer:
        writer.write(unit)
    (nal_unit,) = unit.nal_units
    assert len(nal_unit).to_bytes(4, "big") + nal_unit in path.read_bytes()


def test_sound_lies_beside_the_pictures_to_the_sample(tmp_path, encoder, numbered):
    path = tmp_path / "a.mp4"
    rate_hz = 16_000
    aac = AacEncoder(sample_rate_hz=rate_hz, channels=1)
    # Silence for half a second, then a tone.
    at = np.arange(3 * rate_hz)
    tone = np.where(at < rate_hz // 2, 0, 9000 * np.sin(2 * np.pi * 440 * at / rate_hz))
    with FragmentedMp4Writer(
        path, width=64, height=48, parameter_sets=encoder.parameter_sets, sound=(rate_hz, 1)
    ) as writer:
        for index in range(60):
            writer.write(encoder.encode(numbered(index % 200, START + index * FRAME_NS)))
            part = slice(index * 600, (index + 1) * 600)
            chunk = AudioChunk(
                index=index,
                timestamp_unix_ns=START + int(at[0] + 600 * index) * 1_000_000_000 // rate_hz,
                sample_rate_hz=rate_hz,
                channels=1,
                samples=tone[part].astype("<i2").tobytes(),
            )
            for unit in aac.encode(chunk):
                writer.write_sound(unit)
    # In ticks, the pictures are where they are without sound.
    assert packet_ticks(path) == [round(index * FRAME_NS * 9 / 100_000) for index in range(60)]
    sound = VideoFile(path).sound
    assert (sound.sample_rate_hz, sound.channels) == (rate_hz, 1)
    samples = np.frombuffer(b"".join(islice(sound.blocks(), 30)), "<i2")
    # Coding smears the onset a little, and keeps the phase of what follows.
    truth = tone[: len(samples)]
    steady = slice(rate_hz * 3 // 4, rate_hz)
    lags = range(-15, 16)
    likeness = [np.dot(truth[steady], np.roll(samples, lag)[steady]) for lag in lags]
    assert lags[int(np.argmax(likeness))] == 0
    assert np.flatnonzero(np.abs(samples) > 4500)[0] == pytest.approx(rate_hz // 2, abs=36)


def test_sound_without_a_track_for_it_is_left_out(tmp_path, encoder, numbered):
    path = tmp_path / "a.mp4"
    with writer_to(path, encoder) as writer:
        writer.write(encoder.encode(numbered(0, START)))
        writer.write_sound(AudioAccessUnit(timestamp_unix_ns=START, data=b"any"))
    assert VideoFile(path).sound is None
