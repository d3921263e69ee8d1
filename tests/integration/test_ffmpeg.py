"""ffmpeg, which has an RTSP client of its own, plays the scene."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable

import pytest
from harness.program import DeviceProgram

LIMIT_S = 40
FRAME_COUNT = 60

# What ffmpeg says of packets lost and pictures that it had to guess.
SIGNS_OF_DAMAGE = re.compile(
    r"error|missed|conceal|corrupt|non-existing|invalid|bad cseq|decode_slice", re.IGNORECASE
)


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device()


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    command = [program, "-hide_banner", "-nostdin", *arguments]
    if program == "ffprobe":
        command.remove("-nostdin")
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_ffprobe_finds_the_scene_video(device: DeviceProgram, transport: str) -> None:
    url = device.stream_url("world")
    shown = ("-show_entries", "stream=codec_name,width,height,profile", "-of", "json")
    probe = run("ffprobe", "-v", "error", "-rtsp_transport", transport, *shown, url)
    assert probe.returncode == 0, probe.stderr
    [stream] = json.loads(probe.stdout)["streams"]
    assert stream["codec_name"] == "h264"
    assert (stream["width"], stream["height"]) == (1600, 1200)
    assert stream["profile"] in {"Constrained Baseline", "Baseline", "Main"}
    assert probe.stderr == ""


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_ffmpeg_plays_without_a_word_of_damage(device: DeviceProgram, transport: str) -> None:
    source = ("-rtsp_transport", transport, "-i", device.stream_url("world"))
    sink = ("-frames:v", str(FRAME_COUNT), "-f", "null", "-")
    played = run("ffmpeg", "-v", "warning", *source, *sink)
    assert played.returncode == 0, played.stderr
    damage = [line for line in played.stderr.splitlines() if SIGNS_OF_DAMAGE.search(line)]
    assert damage == []
