"""The client's verbs against `gazewire device`, both as programs, as users have them."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from harness.footage import write_gaze, write_video
from harness.namespace import NetworkNamespace
from harness.program import SIGNS_OF_TROUBLE, DeviceProgram, gazewire_command
from harness.relay import SplitNetwork

from gazewire.recording.neon import NeonRecording

# Each verb begins with a second of imports, on a machine that has other work.
LIMIT_S = 60
NS_PER_S = 1_000_000_000

pytestmark = pytest.mark.timeout(3 * LIMIT_S)


class Ended:
    """A verb that has ended as a program should: nothing unhandled on standard error."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err
        assert not any(sign in err for sign in SIGNS_OF_TROUBLE), err

    @property
    def json(self) -> Any:
        """Standard output, which is one line of JSON."""
        [line] = self.out.splitlines()
        return json.loads(line)

    @property
    def sentence(self) -> str:
        """Standard error, which is one line."""
        [line] = self.err.splitlines()
        return line


def run(*arguments: str) -> Ended:
    ended = subprocess.run(
        gazewire_command(*arguments),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env=os.environ | {"GAZEWIRE_INTERFACE": "127.0.0.1"},
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def at(device: DeviceProgram) -> tuple[str, str]:
    return "--device", f"127.0.0.1:{device.http_port}"


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--name", "Lab: 1", "--eye-rate", "50")


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The options of a device with gaze and a scene that cost next to nothing."""
    folder = tmp_path_factory.mktemp("footage")
    video = write_video(folder / "waves.mp4", frames=150)
    gaze = write_gaze(folder / "gaze.csv", seconds=5, width=320, height=240)
    return "--source", str(video), "--gaze", str(gaze)


@pytest.fixture(scope="module")
def invisible(
    start_device: Callable[..., DeviceProgram], footage: tuple[str, ...]
) -> DeviceProgram:
    return start_device("--product", "invisible", "--older-app", *footage)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as owner:
        port: int = owner.getsockname()[1]
    return port


# --- discover ---------------------------------------------------------------------------------


def test_discover_asks_a_subnet(device: DeviceProgram) -> None:
    asked = run("discover", "--subnet", "127.0.0.1/32", "--port", str(device.http_port), "--json")
    assert asked.status == 0
    [found] = asked.json
    assert found["name"] == "Lab: 1"
    assert (found["addresses"], found["port"]) == (["127.0.0.1"], device.http_port)
    assert found["service"] == f"PI monitor:Lab: 1:{found['id']}._http._tcp.local."


def test_discover_writes_a_table(device: DeviceProgram) -> None:
    asked = run("discover", "--subnet", "127.0.0.1/32", "--port", str(device.http_port))
    heading, row = asked.out.splitlines()
    assert heading.split() == ["NAME", "ADDRESS", "HOST", "ID"]
    assert row.startswith(f"Lab: 1  127.0.0.1:{device.http_port}  ")


def test_discover_says_that_there_is_none(closed_port: int) -> None:
    asked = run("discover", "--subnet", "127.0.0.1/32", "--port", str(closed_port), "--json")
    assert (asked.status, asked.json) == (1, [])
    assert "doctor" in asked.sentence


def test_a_subnet_that_is_none_is_told_in_a_sentence() -> None:
    for subnet in ("10.0.0.0/8", "here"):
        asked = run("discover", "--subnet", subnet)
        assert (asked.status, asked.out) == (2, "")
        assert subnet in asked.sentence


def inside(namespace: NetworkNamespace, *arguments: str) -> Ended:
    command = [*namespace.inside, *gazewire_command(*arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@contextmanager
def announced(namespace: NetworkNamespace, folder: Path, *options: str) -> Iterator[DeviceProgram]:
    folder.mkdir()
    with DeviceProgram(folder, "--mdns", *options, inside=namespace.inside) as device:
        if "cannot be discovered" in device.stderr:
            pytest.skip("this machine permits no multicast in a namespace")
        yield device


def test_discover_hears_announcements_and_the_only_device_needs_no_name(
    namespace: NetworkNamespace, tmp_path: Path, footage: tuple[str, ...]
) -> None:
    with announced(namespace, tmp_path / "one", "--name", "Only one", *footage) as device:
        [found] = inside(namespace, "discover", "--seconds", "4", "--json").json
        assert (found["name"], found["port"]) == ("Only one", device.http_port)
        assert inside(namespace, "event", "hello", "--json").json["name"] == "hello"


def test_of_several_devices_one_has_to_be_named(
    namespace: NetworkNamespace, tmp_path: Path, footage: tuple[str, ...]
) -> None:
    with (
        announced(namespace, tmp_path / "one", "--name", "First", *footage),
        announced(namespace, tmp_path / "two", "--name", "Second", *footage),
    ):
        several = inside(namespace, "status")
    assert (several.status, several.out) == (2, "")
    assert "First" in several.sentence
    assert "Second" in several.sentence


def test_without_a_device_one_has_to_be_named_or_started(namespace: NetworkNamespace) -> None:
    nobody = inside(namespace, "status")
    assert (nobody.status, nobody.out) == (2, "")
    assert "--device" in nobody.sentence


# --- status and event -------------------------------------------------------------------------


def test_status_tells_of_phone_glasses_and_sensors(device: DeviceProgram) -> None:
    told = run("status", *at(device), "--json").json
    assert told["phone"]["device_name"] == "Lab: 1"
    assert told["hardware"]["version"] == "2.0"
    assert told["recording"] is None
    urls = {sensor["sensor"]: sensor["url"] for sensor in told["sensors"][:6]}
    assert set(urls) == {"world", "gaze", "eyes", "imu", "eye_events", "audio"}
    assert f":{device.rtsp_port}/?camera=gaze" in urls["gaze"]


def test_status_in_words(device: DeviceProgram) -> None:
    words = run("status", *at(device)).out
    assert words.startswith(f"Lab: 1 at 127.0.0.1:{device.http_port}")
    assert "100 %" in words
    assert "Neon" in words


def test_an_event_is_marked_at_its_instant(device: DeviceProgram) -> None:
    marked = run("event", "trial 1: begin", "--at", "1744294828362928801", *at(device), "--json")
    assert marked.status == 0
    assert marked.json == {
        "name": "trial 1: begin",
        "recording_id": None,
        "timestamp": 1744294828362928801,
    }


def test_an_event_without_an_instant_is_marked_now(device: DeviceProgram) -> None:
    before_ns = time.time_ns()
    marked = run("event", "now", *at(device))
    assert marked.status == 0
    name, instant = re.fullmatch(r"(\w+) at (\d+) in no recording\n", marked.out).groups()
    assert name == "now"
    assert before_ns < int(instant) < time.time_ns()


# --- what all have in common ------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb", [["status"], ["event", "x"], ["stream"], ["record"]], ids=lambda verb: verb[0]
)
def test_a_device_that_is_not_there_is_told_in_a_sentence(
    verb: list[str], closed_port: int
) -> None:
    absent = run(*verb, "--device", f"127.0.0.1:{closed_port}")
    assert (absent.status, absent.out) == (2, "")
    assert str(closed_port) in absent.sentence


@pytest.mark.parametrize(
    "verb", [["status"], ["event", "x"], ["stream"], ["record"]], ids=lambda verb: verb[0]
)
def test_what_is_no_address_is_told_in_a_sentence(verb: list[str]) -> None:
    wrong = run(*verb, "--device", "http://:x")
    assert (wrong.status, wrong.out) == (2, "")
    assert "http://:x" in wrong.sentence


@pytest.mark.parametrize(
    "options", [["--sensor", "nose"], ["--format", "xml"], ["--count", "0"], ["--seconds", "-1"]]
)
def test_wrong_use_is_status_2(options: list[str]) -> None:
    wrong = run("stream", *options)
    assert (wrong.status, wrong.out) == (2, "")


# --- stream -----------------------------------------------------------------------------------


def test_gaze_as_a_table_is_the_truth_to_the_bit(device: DeviceProgram) -> None:
    written = run("stream", "--count", "100", *at(device))
    assert written.status == 0
    assert written.sentence == "gaze: 100 samples, no packet lost"
    rows = list(csv.DictReader(written.out.splitlines()))
    assert len(rows) == 100
    instants = [int(row["timestamp_unix_ns"]) for row in rows]
    assert instants == sorted(set(instants))
    assert instants[-1] - instants[0] == pytest.approx(99 * NS_PER_S / 200, rel=0.05)
    truth = truth_of(device, "gaze")
    for row, instant in zip(rows, instants, strict=True):
        # RTP time has 90,000 ticks a second.
        true = truth[min(truth, key=lambda true_ns: abs(true_ns - instant))]
        assert float(row["x_px"]) == pytest.approx(true["x_px"], rel=1e-6)
        assert float(row["y_px"]) == pytest.approx(true["y_px"], rel=1e-6)
        assert row["worn"] == "true"


def truth_of(device: DeviceProgram, stream: str) -> dict[int, dict[str, Any]]:
    records = map(json.loads, device.truth.read_text().splitlines())
    return {r["timestamp_unix_ns"]: r for r in records if r["stream"] == stream}


@pytest.mark.parametrize(
    ("sensor", "keys"),
    [
        ("gaze", {"x_px", "y_px", "worn"}),
        ("imu", {"accel_g", "gyro_deg_s", "quaternion_wxyz"}),
        ("eye_events", {"event"}),
        ("world", {"width", "height", "keyframe"}),
        ("eyes", {"width", "height", "keyframe"}),
        ("audio", {"sample_rate_hz", "channels"}),
    ],
)
def test_every_sensor_is_written_as_json(
    device: DeviceProgram, sensor: str, keys: set[str]
) -> None:
    written = run("stream", "--sensor", sensor, "--format", "json", "--count", "3", *at(device))
    assert written.status == 0, written.err
    lines = [json.loads(line) for line in written.out.splitlines()]
    assert len(lines) == 3
    for line in lines:
        assert next(iter(line)) == "timestamp_unix_ns"
        assert keys <= line.keys()
        assert abs(line["timestamp_unix_ns"] - time.time_ns()) < LIMIT_S * NS_PER_S


def test_pictures_have_their_size_and_begin_with_a_key_frame(device: DeviceProgram) -> None:
    written = run("stream", "--sensor", "world", "--count", "3", *at(device))
    first, *_ = csv.DictReader(written.out.splitlines())
    assert (first["width"], first["height"], first["keyframe"]) == ("1600", "1200", "true")


def test_time_that_is_up_ends_it(device: DeviceProgram) -> None:
    written = run("stream", "--seconds", "1", *at(device))
    assert written.status == 0
    assert 50 < len(written.out.splitlines()) < 250


def test_losses_are_told_at_the_end(tmp_path: Path, footage: tuple[str, ...]) -> None:
    with DeviceProgram(tmp_path, "--fault", "loss:percent=20,seed=1", *footage) as lossy:
        written = run("stream", "--count", "200", *at(lossy))
    assert written.status == 0
    lost, expected = map(int, re.search(r"(\d+) of (\d+) packets lost", written.err).groups())
    assert 0.1 < lost / expected < 0.3


def test_a_sensor_that_is_not_there_is_waited_for(invisible: DeviceProgram) -> None:
    written = run("stream", "--sensor", "imu", "--seconds", "0.5", *at(invisible))
    assert written.status == 0
    assert "imu is not connected" in written.err
    assert written.out.splitlines()[1:] == []


class Running:
    """A verb that runs, its standard output in our hands."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            gazewire_command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.stdout = self._process.stdout
        self._killer = threading.Timer(LIMIT_S, self._process.kill)
        self._killer.start()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> Ended:
        """Wait for its end; a closed standard output stays closed."""
        assert self._process.stderr is not None
        err = self._process.stderr.read()
        out = "" if self.stdout.closed else self.stdout.read()
        status = self._process.wait()
        self._killer.cancel()
        self._process.stderr.close()
        self.stdout.close()
        return Ended(status, out, err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_stream_with_status_0(device: DeviceProgram, number: int) -> None:
    stream = Running("stream", *at(device))
    for _ in range(3):
        stream.stdout.readline()
    stream.signal(number)
    ended = stream.end()
    assert ended.status == 0
    assert "samples" in ended.sentence


def test_a_reader_that_goes_away_ends_a_stream_with_status_0(device: DeviceProgram) -> None:
    stream = Running("stream", *at(device))
    stream.stdout.readline()
    stream.stdout.close()
    ended = stream.end()
    assert ended.status == 0
    assert "samples" in ended.sentence


def test_a_reader_that_pauses_for_ever_does_not_keep_a_signal_from_ending_it(
    device: DeviceProgram,
) -> None:
    stream = Running("stream", *at(device))
    stream.stdout.readline()
    # A pipe holds 64 KiB, which are 0.7 seconds of gaze.
    assert not select.select([], [], [], 2)[0]
    stream.signal(signal.SIGTERM)
    # Nobody has read since; its standard error ends when it does.
    assert stream.end().status == 0


# --- record -----------------------------------------------------------------------------------


def test_what_is_received_is_recorded_with_the_device_s_own_instants(
    device: DeviceProgram, tmp_path: Path
) -> None:
    recording = Running("record", "--out", str(tmp_path), "--json", *at(device))
    ready = json.loads(recording.stdout.readline())
    assert ready["ready"] is True
    assert ready["device"] == "Lab: 1"
    assert run("event", "within", *at(device)).status == 0
    assert not select.select([], [], [], 2)[0]
    recording.signal(signal.SIGINT)
    ended = recording.end()
    assert (ended.status, ended.err) == (0, "")
    counts = ended.json
    assert counts["done"] is True
    assert (counts["events"], counts["lost_packets"], counts["unfit_pictures"]) == (1, 0, 0)
    assert counts["gaze"] > 300
    assert counts["imu"] > 150
    assert counts["scene"] > 10
    assert counts["eye_events"] > 0

    folder = Path(ready["folder"])
    assert folder.parent == tmp_path
    info = json.loads((folder / "info.json").read_text())
    assert info["android_device_name"] == "Lab: 1"
    assert (folder / "calibration.bin").stat().st_size == 803
    assert (folder / "event.txt").read_text().splitlines() == [
        "recording.begin",
        "within",
        "recording.end",
    ]
    assert (folder / "manifest.json").exists()
    gaze = instants(folder / "gaze ps1.time")
    assert len(gaze) == counts["gaze"]
    begin, *_, end = instants(folder / "event.time")
    assert begin <= gaze[0] <= gaze[-1] <= end
    assert info["start_time"] == begin
    truth = sorted(truth_of(device, "gaze"))
    assert min(abs(true_ns - gaze[0]) for true_ns in truth) < 12_000
    scene = instants(folder / "Neon Scene Camera v1 ps1.time")
    assert len(scene) == counts["scene"]


def instants(path: Path) -> list[int]:
    raw = path.read_bytes()
    return list(struct.unpack(f"<{len(raw) // 8}q", raw))


def test_a_recording_of_an_older_device_can_be_played(
    invisible: DeviceProgram, tmp_path: Path
) -> None:
    recorded = run("record", "--out", str(tmp_path), "--seconds", "2", *at(invisible))
    assert recorded.status == 0, recorded.err
    assert "recorded" in recorded.out
    [folder] = tmp_path.iterdir()
    timeline = NeonRecording(folder)
    assert timeline is not None
    begin, end = instants(folder / "event.time")
    # Without a time echo its clock is known by what it sends.
    assert abs(begin - time.time_ns()) < LIMIT_S * NS_PER_S
    assert 1 < (end - begin) / NS_PER_S < 10


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(
    device: DeviceProgram, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = run("record", "--out", str(tmp_path / "file"), *at(device))
    assert (refused.status, refused.out) == (2, "")
    assert str(tmp_path) in refused.sentence


# --- watch ------------------------------------------------------------------------------------


def test_watch_needs_a_terminal(device: DeviceProgram) -> None:
    refused = run("watch", *at(device))
    assert refused.status == 2
    assert "terminal" in refused.sentence


class Terminal:
    """A terminal with a program on it, which draws and gets keys."""

    def __init__(self, *arguments: str) -> None:
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
        self._process = subprocess.Popen(
            gazewire_command(*arguments),
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
            env=os.environ | {"TERM": "xterm-256color"},
        )
        os.close(far)
        self.drawn = ""

    def press(self, keys: str) -> None:
        os.write(self._near, keys.encode())

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def until(self, pattern: str) -> None:
        """Read what is drawn until it shows something."""
        deadline = time.monotonic() + LIMIT_S
        while not re.search(pattern, self.drawn):
            assert time.monotonic() < deadline, self.drawn[-3000:]
            if select.select([self._near], [], [], 0.2)[0]:
                self._read()

    def end(self) -> int:
        """Read on until it ends, and close the terminal."""
        deadline = time.monotonic() + LIMIT_S
        while self._process.poll() is None:
            assert time.monotonic() < deadline, self.drawn[-3000:]
            if select.select([self._near], [], [], 0.2)[0]:
                self._read()
        os.close(self._near)
        assert not any(sign in self.drawn for sign in SIGNS_OF_TROUBLE), self.drawn[-3000:]
        return self._process.wait()

    def _read(self) -> None:
        try:
            raw = os.read(self._near, 65_536).decode(errors="replace")
        except OSError:
            return  # the far end is closed, as the program has ended
        # Colours and places left out, words remain.
        self.drawn += re.sub(r"\x1b\[[0-9;?<>=]*[A-Za-z]", "", raw)


@pytest.fixture
def watching(device: DeviceProgram, invisible: DeviceProgram) -> Terminal:
    terminal = Terminal("watch", *at(device), *at(invisible))
    terminal.until(r"gaze\s+receiving")
    return terminal


def test_watch_shows_devices_and_takes_orders(
    watching: Terminal, device: DeviceProgram, invisible: DeviceProgram
) -> None:
    watching.until(f"Lab: 1  127.0.0.1:{device.http_port}")
    watching.until("Pupil Invisible Companion")
    watching.until("its app is too old")
    watching.until(r"clock [+-]\d+\.\d+ ± \d+\.\d+ ms")
    watching.until(r"\d+\.\d Hz\s+0 \(0\.00%\)\s+\d+\.\d ms\s+udp")
    watching.press("\t")
    watching.press("r")
    watching.until("Lab: 1: recording [0-9a-f-]{36}")
    watching.until(r"● recording 0:00:0\d")
    watching.press("e")
    watching.until("Name of the event for Lab: 1")
    watching.press("first\r")
    watching.until("'first' marked at")
    watching.press("c")
    watching.until("Throw away what Lab: 1 records")
    watching.press("yes\r")
    watching.until("recording thrown away")
    assert "Invisible Companion: recording" not in watching.drawn
    watching.press("q")
    assert watching.end() == 0


def test_a_signal_ends_watch_and_gives_the_terminal_back(watching: Terminal) -> None:
    watching.signal(signal.SIGTERM)
    assert watching.end() == 0


# --- doctor -----------------------------------------------------------------------------------


def problems(ended: Ended) -> list[str]:
    return [found["problem"] for found in ended.json["findings"] if found["verdict"] == "wrong"]


def test_a_device_that_is_well_is_status_0(device: DeviceProgram) -> None:
    ended = run("doctor", *at(device), "--json")
    assert problems(ended) == []
    assert ended.status == 0
    assert ended.json["well"] is True
    checks = [found["check"] for found in ended.json["findings"]]
    assert checks == [
        "multicast",
        "reach",
        "updates",
        "battery",
        "memory",
        "clock",
        "sensors",
        "streams",
    ]


def test_doctor_in_words_says_what_to_do(invisible: DeviceProgram) -> None:
    ended = run("doctor", *at(invisible))
    assert ended.status == 1
    assert "WRONG  clock" in ended.out
    assert "-> update the Companion app" in ended.out
    assert "One thing is wrong" in ended.out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--older-app"], ["old-app"]),
        (["--refuse", "battery"], ["battery-critical"]),
        (["--refuse", "storage"], ["memory-critical"]),
        (["--fault", "echo-wrong-offset:ms=5000"], ["clock-off"]),
        (["--fault", "unplug:sensor=world"], ["sensor-absent"]),
        (["--fault", "stall:sensor=gaze"], ["no-data"]),
        (["--fault", "no-sr:sensor=gaze"], ["no-time"]),
        (["--fault", "loss:percent=20,sensor=gaze,seed=3"], ["loss"]),
        (["--fault", "play-500"], ["stream-refused"] * 2),
        (["--fault", "http-500:path=/api/status"], ["stranger"]),
        (["--fault", "non-json"], ["stranger"]),
    ],
    ids=lambda value: value[-1],
)
def test_doctor_finds_what_is_wrong(
    tmp_path: Path, footage: tuple[str, ...], options: list[str], expected: list[str]
) -> None:
    with DeviceProgram(tmp_path, "--product", "invisible", *footage, *options) as faulty:
        ended = run("doctor", *at(faulty), "--json")
    assert ended.status == 1
    assert problems(ended) == expected
    assert all(
        found["says"] and found["cure"]
        for found in ended.json["findings"]
        if found["verdict"] == "wrong"
    )


def test_doctor_finds_sensors_that_are_not_there_and_goes_on_with_the_others(
    tmp_path: Path, footage: tuple[str, ...]
) -> None:
    with DeviceProgram(tmp_path, *footage) as device:
        ended = run("doctor", *at(device), "--json")
    assert ended.status == 1
    assert sorted(problems(ended)) == ["eyes-off", "sensor-absent", "sensor-absent"]
    assert ended.json["findings"][-1]["says"] == "data come by UDP: gaze, world"


def test_doctor_finds_that_udp_does_not_come_through(
    tmp_path: Path, footage: tuple[str, ...]
) -> None:
    with (
        DeviceProgram(tmp_path, "--product", "invisible", *footage) as device,
        SplitNetwork(device) as network,
    ):
        ended = run("doctor", "--device", f"127.0.0.1:{network.http_port}", "--json")
    assert ended.status == 1
    assert problems(ended) == ["no-udp"] * 2


def test_doctor_finds_that_nobody_is_there(closed_port: int) -> None:
    ended = run("doctor", "--device", f"127.0.0.1:{closed_port}", "--json")
    assert (ended.status, problems(ended)) == (1, ["port-closed"])


def test_doctor_finds_a_name_that_nobody_knows() -> None:
    ended = run("doctor", "--device", "nobody.invalid", "--json")
    assert (ended.status, problems(ended)) == (1, ["unknown-name"])


def test_doctor_without_a_device_on_the_network(namespace: NetworkNamespace) -> None:
    found = inside(namespace, "doctor", "--json")
    assert found.status == 1
    assert problems(found)[-1] == "no-device"


def test_doctor_used_wrongly_is_status_2() -> None:
    assert run("doctor", "--device", "http://:x", "--json").status == 2
