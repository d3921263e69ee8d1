"""The sound of the scene, as the official client and ffmpeg hear it, against the pictures."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from harness.clapper import FIRST_FLASH, FLASH_EVERY, chirps_at_s, is_flash, write_clapper
from harness.peer import PeerRunner
from harness.program import DeviceProgram
from harness.rtsp import PlainRtsp
from harness.truth import read_truth

RATE_HZ = 8000
UNIT_S = 1024 / RATE_HZ
SAMPLE_S = 1 / RATE_HZ
# What no client may exceed who dates sound by its packets.
FLOAT_SECONDS_S = 1e-6
UNIT_COUNT = 30
FRAME_COUNT = 30
LIMIT_S = 40


@pytest.fixture(scope="module")
def device(
    start_device: Callable[..., DeviceProgram], tmp_path_factory: pytest.TempPathFactory
) -> DeviceProgram:
    footage = write_clapper(tmp_path_factory.mktemp("footage") / "clapper.mp4")
    return start_device("--source", str(footage))


@pytest.fixture(scope="module")
def invisible(
    start_device: Callable[..., DeviceProgram], tmp_path_factory: pytest.TempPathFactory
) -> DeviceProgram:
    footage = write_clapper(tmp_path_factory.mktemp("footage") / "clapper.mp4")
    return start_device("--source", str(footage), "--product", "invisible")


def with_audio(device: DeviceProgram, scheme: str = "rtsp") -> str:
    return f"{device.stream_url('world', scheme)}&audioenable=on"


def true_flashes_s(device: DeviceProgram, until_s: float) -> npt.NDArray[np.float64]:
    rows = read_truth(device.truth, "world", round(until_s * 1e9))
    flashes = [row for row in rows if row["index"] % FLASH_EVERY == FIRST_FLASH]
    return np.array([row["timestamp_unix_ns"] / 1e9 for row in flashes])


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_the_official_client_hears_each_chirp_when_it_sounded(
    device: DeviceProgram, peers: PeerRunner, tmp_path: Path, scheme: str
) -> None:
    path = tmp_path / "samples.f32"
    [received] = peers.run(
        "async_audio",
        urls=[with_audio(device, scheme)],
        count=UNIT_COUNT,
        samples_paths=[str(path)],
    )
    timestamps_s = np.array(received["timestamps_s"])
    assert len(timestamps_s) == UNIT_COUNT
    np.testing.assert_allclose(np.diff(timestamps_s), UNIT_S, atol=FLOAT_SECONDS_S)
    assert received["format"] == "fltp"
    assert (received["rate_hz"], received["layout"], received["samples"]) == (8000, "mono", 1024)
    assert received["resampled"] == [[1, 1024]]

    # This client gives each frame the time of the packet before.
    begin_s = timestamps_s[0] + UNIT_S
    samples = np.fromfile(path, "<f4").astype(float)
    heard_s = [begin_s + at_s for at_s in chirps_at_s(samples, RATE_HZ)]
    assert len(heard_s) >= 3
    flashes_s = true_flashes_s(device, heard_s[-1])
    for chirp_s in heard_s:
        assert np.abs(flashes_s - chirp_s).min() <= SAMPLE_S


def test_several_clients_hear_the_same(
    device: DeviceProgram, peers: PeerRunner, tmp_path: Path
) -> None:
    schemes = ("rtsp", "rtspt", "rtsp")
    paths = [tmp_path / f"{number}.f32" for number, _ in enumerate(schemes)]
    received = peers.run(
        "async_audio",
        urls=[with_audio(device, scheme) for scheme in schemes],
        count=UNIT_COUNT,
        samples_paths=[str(path) for path in paths],
    )
    heard = [
        {
            round(time_s, 3): samples
            # The first one of each is not clean: it lacks the one before.
            for time_s, samples in list(
                zip(client["timestamps_s"], np.fromfile(path, "<f4").reshape(-1, 1024), strict=True)
            )[1:]
        }
        for client, path in zip(received, paths, strict=True)
    ]
    common = set.intersection(*map(set, heard))
    assert len(common) > UNIT_COUNT / 2
    for other in heard[1:]:
        assert all((other[instant] == heard[0][instant]).all() for instant in common)


def test_a_reader_of_pictures_leaves_the_sound_aside(
    device: DeviceProgram, peers: PeerRunner
) -> None:
    [video] = peers.run("async_video", urls=[with_audio(device)], count=FRAME_COUNT)
    assert len(video["timestamps_s"]) == FRAME_COUNT


def test_the_simple_client_receives_sound_alone_and_with_frames(
    device: DeviceProgram, peers: PeerRunner
) -> None:
    received = peers.run(
        "simple_audio", port=device.http_port, count=5, matched_count=5, timeout_s=10
    )
    instants = [frame["timestamp_unix_ns"] for frame in received["audio"]]
    steps = np.diff(instants) / 1e9 / UNIT_S
    assert (steps.round() >= 1).all()
    np.testing.assert_allclose(steps, steps.round(), atol=1e-4)
    assert {(f["rate_hz"], f["samples"]) for f in received["audio"]} == {(8000, 1024)}
    for item in received["matched"]:
        assert item["audio"]
        for frame in item["audio"]:
            assert abs(frame["timestamp_unix_ns"] - item["frame_unix_ns"]) < 3e9


def test_truth_names_each_chunk(device: DeviceProgram) -> None:
    rows = read_truth(device.truth, "audio", 0)
    assert [row["index"] for row in rows] == list(range(len(rows)))
    steps = np.diff([row["timestamp_unix_ns"] for row in rows])
    assert steps.min() > 0
    assert steps.max() <= 20_000_001


def test_invisible_streams_no_sound(invisible: DeviceProgram, peers: PeerRunner) -> None:
    received = peers.run(
        "simple_audio", port=invisible.http_port, count=1, matched_count=0, timeout_s=1
    )
    assert received["audio"] == [None]
    with PlainRtsp(invisible.rtsp_port) as client:
        described = client.request("DESCRIBE", "?camera=world&audioenable=on").body
    assert b"m=video" in described
    assert b"m=audio" not in described


@pytest.mark.parametrize("query", ["?camera=world", "?camera=world&audioenable=off"])
def test_sound_is_described_to_nobody_who_does_not_ask(device: DeviceProgram, query: str) -> None:
    with PlainRtsp(device.rtsp_port) as client:
        assert b"m=audio" not in client.request("DESCRIBE", query).body


def test_a_client_that_names_no_track_gets_the_pictures(device: DeviceProgram) -> None:
    with PlainRtsp(device.rtsp_port) as client:
        client.request("DESCRIBE", "?camera=world&audioenable=on")
        transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
        unnamed = client.request("SETUP", "", Transport=transport)
        video = client.request("SETUP", "trackID=1", Transport=transport)
        audio = client.request("SETUP", "trackID=0", Transport=transport)
    ssrcs = [ssrc_of(answer.headers["transport"]) for answer in (unnamed, video, audio)]
    assert ssrcs[0] == ssrcs[1] != ssrcs[2]


def ssrc_of(transport: str) -> str:
    [ssrc] = [part for part in transport.split(";") if part.startswith("ssrc=")]
    return ssrc


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    return subprocess.run(
        [program, "-v", "warning", *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_ffprobe_finds_sound_and_pictures(device: DeviceProgram, transport: str) -> None:
    shown = ("-show_entries", "stream=codec_name,profile,sample_rate,channels", "-of", "json")
    probe = run("ffprobe", "-rtsp_transport", transport, *shown, with_audio(device))
    assert probe.returncode == 0, probe.stderr
    streams: list[dict[str, Any]] = json.loads(probe.stdout)["streams"]
    assert [stream["codec_name"] for stream in streams] == ["aac", "h264"]
    assert streams[0] == {
        "codec_name": "aac",
        "profile": "LC",
        "sample_rate": "8000",
        "channels": 1,
    }


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_ffmpeg_hears_each_chirp_with_its_flash(
    device: DeviceProgram, tmp_path: Path, transport: str
) -> None:
    path = tmp_path / "both.mkv"
    source = ("-rtsp_transport", transport, "-i", with_audio(device))
    copied = run("ffmpeg", *source, "-c", "copy", "-t", "5", str(path))
    assert copied.returncode == 0, copied.stderr
    flashes_s, begin_s, samples = decode(path)
    heard_s = np.array([begin_s + at_s for at_s in chirps_at_s(samples, RATE_HZ)])
    assert len(heard_s) >= 3
    assert len(flashes_s) >= 3
    for flash_s in flashes_s:
        if heard_s[0] - 0.5 < flash_s < heard_s[-1] + 0.5:
            # The file counts milliseconds, for either track.
            assert np.abs(heard_s - flash_s).min() <= 0.001 + SAMPLE_S


def decode(path: Path) -> tuple[list[float], float, npt.NDArray[np.float64]]:
    """Read the instants of flashes, that of the first sample, and the samples."""
    with av.open(str(path)) as container:
        flashes_s = [
            float(picture.pts * picture.time_base)
            for picture in container.decode(video=0)
            if is_flash(picture.to_ndarray(format="gray"))
        ]
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    assert frames[0].pts is not None
    begin_s = float(frames[0].pts * frames[0].time_base)
    return flashes_s, begin_s, np.concatenate([frame.to_ndarray()[0] for frame in frames])


@pytest.fixture(scope="module")
def wearer(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--seed", "5")


def test_in_the_synthetic_room_a_tone_begins_with_each_second(
    wearer: DeviceProgram, peers: PeerRunner, tmp_path: Path
) -> None:
    path = tmp_path / "samples.f32"
    [received] = peers.run(
        "async_audio", urls=[with_audio(wearer)], count=UNIT_COUNT, samples_paths=[str(path)]
    )
    begin_s = received["timestamps_s"][0] + UNIT_S
    loud = np.flatnonzero(np.abs(np.fromfile(path, "<f4")) > 0.25)
    onsets = [at for at, before in pairwise(loud[::-1].tolist()) if at - before > RATE_HZ / 2]
    assert len(onsets) >= 2
    first_s = read_truth(wearer.truth, "world", 0)[0]["timestamp_unix_ns"] / 1e9
    for onset in onsets:
        since_second_s = (begin_s + onset * SAMPLE_S - first_s + 0.5) % 1 - 0.5
        # A coder smears what begins at full strength.
        assert abs(since_second_s) <= 0.002
