"""Every example runs and shows what it says.

A test of ``examples/name.py`` is called ``test_name_...``; an example without one fails here.
"""

from __future__ import annotations

import ast
import itertools
import json
import math
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import cv2
import numpy as np
import pytest
from harness.peer import PeerRunner
from harness.program import DeviceProgram, gazewire_command
from harness.up_program import UpProgram

from gazewire.wire.payload import parse_gaze
from gazewire.wire.rtp import RtpPacket
from gazewire.wire.rtsp import InterleavedFrame, MessageReader, Response

EXAMPLES = Path(__file__).parents[2] / "examples"
LIMIT_S = 20
RUNS_LIMIT = 10
LONGEST_LINES = 60

Run = Callable[..., list[str]]


@contextmanager
def started(name: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run an example and give its first line; it must have ended well when the block has."""
    command = [sys.executable, EXAMPLES / name, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            yield program, program.stdout.readline()
            assert program.wait(LIMIT_S) == 0
        finally:
            program.kill()


def url_in(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found is not None, line
    return found[0]


def answer(url: str, method: str = "GET") -> Any:
    request = urllib.request.Request(url, method=method)
    with urllib.request.urlopen(request, timeout=LIMIT_S) as response:
        return json.load(response)["result"]


def components(base_url: str, model: str) -> list[dict[str, Any]]:
    status = answer(f"{base_url}/api/status")
    return [component["data"] for component in status if component["model"] == model]


def connected_sensors(base_url: str) -> dict[str, int]:
    """The port of each sensor that can be streamed."""
    sensors = components(base_url, "Sensor")
    return {sensor["sensor"]: sensor["port"] for sensor in sensors if sensor["connected"]}


def rtp_packets(port: int, sensor: str, count: int) -> Iterator[RtpPacket]:
    """Play a stream inside its RTSP connection."""
    base = f"rtsp://127.0.0.1:{port}/"
    reader = MessageReader()
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as connection:

        def elements() -> Iterator[object]:
            while data := connection.recv(65_536):
                reader.receive_data(data)
                while (element := reader.next_element()) is not None:
                    yield element

        coming = elements()

        def ask(method: str, path: str, *lines: str) -> Response:
            request = "\r\n".join([f"{method} {base}{path} RTSP/1.0", "CSeq: 1", *lines, "", ""])
            connection.sendall(request.encode())
            answered = next(element for element in coming if isinstance(element, Response))
            assert answered.status == 200
            return answered

        ask("DESCRIBE", f"?camera={sensor}")
        transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
        session = ask("SETUP", "trackID=1", transport).headers.get("Session")
        ask("PLAY", "", f"Session: {session}")
        frames = (element for element in coming if isinstance(element, InterleavedFrame))
        packets = (RtpPacket.parse(frame.payload) for frame in frames if frame.channel == 0)
        yield from itertools.islice(packets, count)


def recorded_events(device: DeviceProgram, recording_id: str) -> list[str]:
    """Names of the events in a recording, those of the device itself left out."""
    (folder,) = device.record_dir.glob(f"*-{recording_id[:8]}")
    names = (folder / "event.txt").read_text().splitlines()
    assert (names[0], names[-1]) == ("recording.begin", "recording.end")
    return names[1:-1]


def true_gaze(
    device: DeviceProgram | UpProgram, begin_ns: int, end_ns: int
) -> list[dict[str, Any]]:
    """What the synthetic wearer knows of its own gaze between two instants."""
    with device.truth.open() as lines:
        gaze = [json.loads(line) for line in lines if line.startswith('{"stream":"gaze",')]
    return [datum for datum in gaze if begin_ns <= datum["timestamp_unix_ns"] <= end_ns]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_each_example_is_tested_short_and_says_what_it_shows(path: Path) -> None:
    assert any(name.startswith(f"test_{path.stem}_") for name in globals()), "it has no test"
    text = path.read_text()
    assert len(text.splitlines()) < LONGEST_LINES
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring is not None
    assert f"Usage: ``python {path.name}" in docstring
    assert f"({path.name})" in (EXAMPLES / "README.md").read_text(), "the README leaves it out"


def test_receive_gaze_prints_ten_data(run_client_example: Run) -> None:
    lines = run_client_example("receive_gaze.py")
    assert len(lines) == 10
    for line in lines:
        assert re.fullmatch(r"\d+\.\d{6}  x +\d+\.\d  y +\d+\.\d  (not )?worn", line), line


def test_receive_frames_keeps_the_last_picture(run_client_example: Run, tmp_path: Path) -> None:
    file = tmp_path / "scene.ppm"
    lines = run_client_example("receive_frames.py", str(file))
    assert len(lines) == 11
    assert all(line.endswith("320 x 240") for line in lines[:10])
    header, pixels = file.read_bytes().split(b"\n", 1)
    assert header == b"P6 320 240 255"
    assert len(pixels) == 320 * 240 * 3
    assert len(set(pixels)) > 50, "a picture of waves has many shades"


def test_matched_pairs_belong_together(run_client_example: Run) -> None:
    lines = run_client_example("matched_pairs.py")
    assert len(lines) == 10
    for line in lines:
        # The official client takes the nearest of what has come, which may be late.
        later_ms = float(line.split()[-2])
        assert abs(later_ms) < 500, line


def test_mark_events_leaves_both_in_the_recording(
    run_client_example: Run, device: DeviceProgram
) -> None:
    begun, shown, hidden, saved = run_client_example("mark_events.py")
    events = recorded_events(device, begun.removeprefix("recording "))
    assert events == ["picture shown", "picture hidden"]
    assert shown.endswith("  picture shown")
    assert hidden.endswith("  picture hidden")
    assert saved == "saved"


def test_stream_over_tcp_gets_every_datum(run_client_example: Run) -> None:
    (line,) = run_client_example("stream_over_tcp.py")
    assert line.startswith("200 gaze data from rtspt://127.0.0.1:")
    rate_hz = float(line.split()[-3])
    assert rate_hz == pytest.approx(200, rel=0.02)


def test_serve_device_ends_with_the_video(footage: tuple[Path, Path]) -> None:
    video, gaze = map(str, footage)
    with started("serve_device.py", video, gaze, "0") as (program, line):
        url = url_in(line)
        (phone,) = components(url, "Phone")
        assert phone["device_name"] == "In my program"
        assert set(connected_sensors(url)) == {"world", "gaze"}
        assert program.stdout is not None
        assert program.stdout.readline() == "the video has ended\n"


def test_circling_gaze_is_on_the_circle() -> None:
    with started("circling_gaze.py", "0") as (program, line):
        sensors = connected_sensors(url_in(line))
        assert set(sensors) == {"gaze"}
        for packet in rtp_packets(sensors["gaze"], "gaze", count=20):
            datum = parse_gaze(packet.payload, timestamp_unix_ns=0).datum
            radius_px = math.hypot(datum.x_px - 800, datum.y_px - 600)
            assert radius_px == pytest.approx(300, abs=0.001)
        program.send_signal(signal.SIGINT)


def test_read_recording_tells_what_the_device_recorded(
    device: DeviceProgram, run_example: Run
) -> None:
    recording_id = answer(f"{device.http}/api/recording:start", "POST")["id"]
    half_a_second = rtp_packets(device.rtsp_port, "gaze", count=100)
    assert len(list(half_a_second)) == 100
    answer(f"{device.http}/api/recording:stop_and_save", "POST")
    (folder,) = device.record_dir.glob(f"*-{recording_id[:8]}")
    first, *lines = run_example("read_recording.py", str(folder))
    assert recording_id in first
    counts = dict(re.findall(r"^(.+): (\d+) in \d", "\n".join(lines), re.MULTILINE))
    assert int(counts["gaze"]) >= 90
    assert int(counts["scene"]) >= 10
    assert lines[-1].endswith("  recording.end")


def test_parse_gaze_tells_every_length_apart(run_example: Run) -> None:
    assert run_example("parse_gaze.py") == [
        "POINT: (784.1, 537.5) px, worn True",
        "POINT_DUAL_MONOCULAR: (848.9, 474.5) px, worn False",
        "  left (895.1, 477.2) px",
        "  right (800.8, 469.3) px",
        "POINT: (784.1, 537.5) px, worn True",
        "  and 2 bytes that this version does not know",
        "refused: a gaze payload has at least 9 bytes, but 4 came",
    ]


def test_packetize_h264_gives_the_picture_back(run_example: Run) -> None:
    coded, sent, received = run_example("packetize_h264.py")
    assert coded.endswith("key frame True")
    assert re.fullmatch(r"sent: \d+ packets, the longest of 1272 bytes", sent)
    assert received == "received: the same bytes True"


def test_every_gaze_is_every_one(run_with_wearer: Run) -> None:
    apart, counts = run_with_wearer("every_gaze.py")
    assert apart == "400 data, 5.000 to 5.000 ms apart"
    assert counts.endswith("by udp: 0 lost, 0 late")


def test_nearest_gaze_is_nearest_or_of_the_very_instant(run_with_wearer: Run) -> None:
    later_ms: dict[str, list[float]] = {"nearest": [], "interpolated": [], "official": []}
    for line in run_with_wearer("nearest_gaze.py"):
        matching, *_, later, unit = line.split()
        assert unit == "ms"
        later_ms[matching].append(float(later))
    assert all(len(times) == 5 for times in later_ms.values())
    # Pictures and data share a grid, on which no instant is half an interval from both neighbours.
    assert max(map(abs, later_ms["nearest"])) < 2.5
    assert later_ms["interpolated"] == 5 * [0.0]


def test_merged_streams_are_in_order(run_with_wearer: Run) -> None:
    *_, counts, disorder = run_with_wearer("merged_streams.py")
    count_of = {stream: int(count) for count, stream in re.findall(r"(\d+) of (\w+)", counts)}
    assert set(count_of) == {"gaze", "imu", "eye_events"}
    assert sum(count_of.values()) == 600
    # Of a stream that is opened late, the first data may be older than what was waited with.
    assert int(disorder.removesuffix(" out of order")) < 30


def test_gaze_batches_hold_what_came_meanwhile(run_with_wearer: Run) -> None:
    lines = run_with_wearer("gaze_batches.py")
    counts = [int(line.split()[0]) for line in lines]
    assert len(counts) >= 4
    assert all(count > 20 for count in counts[1:]), "40 data come in 0.2 s"


def test_gaze_overlay_draws_the_gaze_into_each_picture(
    run_with_wearer: Run, tmp_path: Path
) -> None:
    file = tmp_path / "overlay.mp4"
    assert run_with_wearer("gaze_overlay.py", str(file)) == [
        f"wrote 60 pictures of 1600 x 1200 to {file}"
    ]
    video = cv2.VideoCapture(str(file))
    red_pixels = []
    while (read := video.read())[0]:
        blue, green, red = np.moveaxis(np.asarray(read[1]).astype(int), 2, 0)
        red_pixels.append(np.count_nonzero((red > 200) & (green < 60) & (blue < 60)))
    assert len(red_pixels) == 60
    # A ring has a thousand; it is not seen where the wearer looks past the picture.
    assert sum(count > 500 for count in red_pixels) > 30


# To measure takes a while to begin, and longer where the machine is busy.
measured = pytest.mark.timeout(300)


@pytest.fixture(params=["known", pytest.param("measured", marks=measured)])
def run_with_either(request: pytest.FixtureRequest) -> Run:
    """Run an example where gaze is the wearer's own, and where it is computed from its eyes."""
    name = "run_with_wearer" if request.param == "known" else "run_with_chain"
    run: Run = request.getfixturevalue(name)
    return run


def test_marked_screen_is_seen_where_the_wearer_faces_it(run_with_either: Run) -> None:
    # At any one moment the wearer may have turned away.
    for _ in range(RUNS_LIMIT):
        lines = run_with_either("marked_screen.py")
        assert len(lines) == 10
        places = [re.fullmatch(r"screen x +(-?\d\.\d{3})  y +(-?\d\.\d{3})", it) for it in lines]
        if sum(place is not None for place in places) >= 5:
            return
    pytest.fail("the screen is not seen")


def test_gaze_on_surface_has_a_place_for_most_gaze(run_with_either: Run) -> None:
    for _ in range(RUNS_LIMIT):
        placed, left, right, hottest = run_with_either("gaze_on_surface.py")
        found, all_of_them = map(int, re.findall(r"\d+", placed))
        # 40 pictures take 1.3 s, in which there are 200 gaze data a second, or 25 measured ones.
        assert all_of_them > 10
        assert left.startswith("left half: ")
        assert right.startswith("right half: ")
        assert hottest.startswith("hottest: column ")
        if found > 0.6 * all_of_them:
            return
    pytest.fail("most gaze has no place")


def test_gaze_button_is_pressed_by_looking_at_the_game(
    run_with_wearer: Run, wearer: DeviceProgram
) -> None:
    (line,) = run_with_wearer("gaze_button.py")
    pressed_ns = int(line.removeprefix("pressed at "))
    looked = true_gaze(wearer, pressed_ns - 400_000_000, pressed_ns)
    assert len(looked) >= 80
    at_it = [gaze for gaze in looked if gaze["landmark"] == "ball game"]
    assert len(at_it) >= 0.8 * len(looked)


def looks_at_game(chain: UpProgram, pressed_ns: int) -> bool:
    """Whether the wearer did, for most of the time that it takes to press the button."""
    looked = true_gaze(chain, pressed_ns - 400_000_000, pressed_ns)
    at_it = sum(gaze["landmark"] == "ball game" for gaze in looked)
    return len(looked) > 1 and at_it >= 0.8 * len(looked)


@measured
def test_gaze_button_is_pressed_by_gaze_that_is_measured(
    run_with_chain: Run, chain: UpProgram
) -> None:
    (line,) = run_with_chain("gaze_button.py")
    assert looks_at_game(chain, int(line.removeprefix("pressed at ")))


@measured
def test_core_button_is_pressed_by_looking_at_the_game(run_example: Run, chain: UpProgram) -> None:
    port = chain.ready["remote"].rpartition(":")[2]
    (line,) = run_example("core_button.py", "127.0.0.1", port)
    # The client knows the program's clock to a part of a millisecond.
    assert looks_at_game(chain, int(line.removeprefix("pressed at ")))


def test_experiment_progress_is_in_the_recording(
    run_with_wearer: Run, wearer: DeviceProgram
) -> None:
    begun, *parts, saved = run_with_wearer("experiment_progress.py")
    names = ["instructions", *(f"trial {number} of 3" for number in (1, 2, 3))]
    events = recorded_events(wearer, begun.removeprefix("recording "))
    assert events == [f"{name}.{edge}" for name in names for edge in ("begin", "end")]
    assert [line.split(":")[0] for line in parts] == names
    assert saved == "saved"


def test_device_clock_puts_events_where_they_were(run_with_wearer: Run) -> None:
    ahead, stimulus, age = run_with_wearer("device_clock.py")
    offset_ms, uncertainty_ms = map(float, re.findall(r"(-?\d+\.\d+) ms", ahead))
    # Both clocks are this machine's.
    assert abs(offset_ms) <= uncertainty_ms
    assert float(stimulus.split()[3]) < 1
    assert 0 < float(age.split()[3]) < 2000


def test_several_devices_mark_one_instant(
    run_example: Run, device: DeviceProgram, wearer: DeviceProgram
) -> None:
    places = [f"127.0.0.1:{program.http_port}" for program in (device, wearer)]
    *marked, saved = run_example("several_devices.py", *places)
    instants_ns = [int(line.split()[-1]) for line in marked]
    assert len(instants_ns) == 2
    # The clocks of both are this machine's; what is left is how well each is known.
    assert abs(instants_ns[0] - instants_ns[1]) < 5_000_000
    assert saved == "2 recordings saved"


def test_async_streams_come_side_by_side(run_with_wearer: Run) -> None:
    *others, gaze = run_with_wearer("async_streams.py")
    assert "status: Phone" in others
    assert any(line.startswith("eye event: Fixation") for line in others)
    assert gaze.startswith("gaze: 400, ")


def test_find_device_needs_no_multicast(run_example: Run, device: DeviceProgram) -> None:
    place = f"127.0.0.1:{device.http_port}"
    assert run_example("find_device.py", place) == [f"Neon Companion at {place}"]


def test_find_device_says_that_nobody_is_there() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{nobody.getsockname()[1]}"
        command = [sys.executable, EXAMPLES / "find_device.py", place]
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    assert ended.returncode == 1
    assert place in ended.stderr
    assert "Traceback" not in ended.stderr


def test_answer_template_gives_each_question_an_answer(run_with_wearer: Run) -> None:
    answered = dict(line.split(": ") for line in run_with_wearer("answer_template.py"))
    assert answered["Trial"] == "1"
    assert answered["Light"] == "['dark']"


def test_camera_exposure_is_set_and_set_back(run_with_wearer: Run) -> None:
    before, allowed, by_hand, after = run_with_wearer("camera_exposure.py")
    assert before.startswith("exposure auto, ")
    assert allowed == "by hand: 1 to 1000"
    assert by_hand == "exposure manual, 1"
    assert after == "exposure auto"


def test_sound_level_hears_the_knocks(run_with_wearer: Run) -> None:
    lines = run_with_wearer("sound_level.py")
    assert len(lines) == 16
    levels_db = [float(line.split()[1]) for line in lines]
    assert max(levels_db) > min(levels_db) + 10, "it knocks once a second"


def test_look_around_is_a_notebook_that_runs(
    wearer: DeviceProgram, home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, path in home.items():
        monkeypatch.setenv(variable, path)
    notebook = json.loads((EXAMPLES / "look_around.ipynb").read_text())
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] for cell in cells), "saved with what it showed to somebody"
    code = ["".join(cell["source"]).replace("8080", str(wearer.http_port)) for cell in cells]
    outputs = PeerRunner(Path(sys.executable)).run("execute_notebook", cells=code)
    assert outputs[0][0]["text"].startswith("('Neon Companion', ")
    kinds = [[kind for output in cell for kind in output["kinds"]] for cell in outputs]
    assert ["image/png" in cell_kinds for cell_kinds in kinds] == [False, True, True, False, False]
    assert re.match(r"\w+Data\(", outputs[3][0]["text"])
    assert "(look_around.ipynb)" in (EXAMPLES / "README.md").read_text()


@contextmanager
def camera(folder: Path, config: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """One camera of `gazewire cameras`: its page, and the addresses of images and boxes."""
    path = folder / "cameras.toml"
    path.write_text(config)
    options = ("--json", "--port", "0", "--http-port", "0")
    command = gazewire_command("cameras", str(path), *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as cameras:
        try:
            assert cameras.stdout is not None
            ready = json.loads(cameras.stdout.readline())
            (one,) = ready["cameras"]
            yield ready["http"], (one["images"], one["boxes"])
        finally:
            cameras.terminate()
            assert cameras.wait(LIMIT_S) == 0


@contextmanager
def running(example: str, *arguments: str) -> Iterator[TextIO]:
    command = [sys.executable, str(EXAMPLES / example), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            yield program.stdout
        finally:
            program.kill()


def shown(page: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{page}/api/cameras") as told:
        (status,) = json.load(told)["cameras"]
    return dict(status)


def test_camera_boxes_are_shown_on_the_camera(tmp_path: Path) -> None:
    with (
        camera(tmp_path, "[[cameras]]\nwidth = 96\nheight = 64\nfps = 30\n") as (page, addresses),
        running("camera_boxes.py", *addresses) as said,
    ):
        assert "of 0-synthetic" in said.readline()
        assert "of 0-synthetic" in said.readline()
        assert [client["name"] for client in shown(page)["clients"]] == ["camera_boxes"]


def test_cameras_face_tracking_finds_a_face_and_draws_a_box(tmp_path: Path) -> None:
    data = pytest.importorskip("skimage.data", reason="needs the extra [faces]")
    portrait = data.astronaut()[:320, :320, ::-1]
    images = tmp_path / "images"
    images.mkdir()
    for number in range(2):
        cv2.imwrite(str(images / f"{number}.png"), portrait)
    config = (
        f"box_ttl_s = 30\n[[cameras]]\nsource = '{images}'\nfps = 10\npixel_format = 'Colour'\n"
    )
    with (
        camera(tmp_path, config) as (page, addresses),
        running("cameras_face_tracking.py", *addresses) as said,
    ):
        assert re.match(r"image \d+: 1, the largest at ", said.readline())
        said.readline()  # the box of the one before has been drawn
        (box,) = shown(page)["boxes"]
    (left, top), (right, bottom) = box["TOP_LEFT"], box["BOTTOM_RIGHT"]
    assert left < 222 < right, "the middle of the face"
    assert top < 120 < bottom
    assert 60 < right - left < 200


def test_cameras_closed_loop_switches_an_output(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for number in range(20):
        picture = np.zeros((48, 64), np.uint8)
        picture[:, :32] = 220 if number < 10 else 20
        cv2.imwrite(str(images / f"{number:02}.png"), picture)
    output = tmp_path / "output"
    with (
        camera(tmp_path, f"[[cameras]]\nsource = '{images}'\nfps = 40\n") as (page, addresses),
        running("cameras_closed_loop.py", str(output), *addresses) as said,
    ):
        told = [said.readline().split()[-1] for _ in range(4)]
        assert told == ["on", "off", "on", "off"]
        assert output.read_bytes().startswith(b"1010"[: len(told)])
        (client,) = shown(page)["clients"]
        assert client["name"] == "closed loop"
