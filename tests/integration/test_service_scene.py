"""The scene camera of `gazewire service`: its frames, its surfaces, and sources in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from harness.core_client import CoreClient, ServiceProgram
from harness.footage import write_video

HMD_TOPIC = "hmd_streaming.world"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProgram]:
    options = ["--eyes", "tasks", "--eye-rate", "25", "--scene", "synthetic"]
    with ServiceProgram(tmp_path_factory.mktemp("scene"), *options) as service:
        yield service


@pytest.fixture
def client(service: ServiceProgram) -> Iterator[CoreClient]:
    with CoreClient(service.ready["remote"]) as client:
        yield client


@pytest.mark.parametrize(
    ("wanted", "bytes_per_pixel"), [("gray", 1), ("bgr", 3), ("yuv", 2), ("jpeg", None)]
)
def test_the_scene_comes_in_every_format(
    client: CoreClient, wanted: str, bytes_per_pixel: int | None
) -> None:
    with client.subscribed("frame.world") as listener:
        client.notify("frame_publishing.set_format", format=wanted)
        while True:
            topic, payload, pixels = listener.frames()
            told = msgspec.msgpack.decode(payload)
            if told["format"] == wanted:
                break
    assert topic == b"frame.world"
    assert set(told) == {"topic", "width", "height", "index", "timestamp", "format"}
    assert (told["width"], told["height"]) == (1600, 1200)
    assert type(told["timestamp"]) is float
    if bytes_per_pixel is None:
        assert pixels.startswith(b"\xff\xd8")
    else:
        assert len(pixels) == 1600 * 1200 * bytes_per_pixel


def test_gaze_comes_before_the_surface_that_names_it_and_with_the_same_double(
    client: CoreClient,
) -> None:
    published: set[tuple[str, float]] = set()
    joined: list[dict[str, Any]] = []
    with client.subscribed("gaze.", "fixations", "surfaces.screen") as listener:
        # The first surfaces name what was published before we listened.
        first = listener.topic("gaze.3d.01.")
        published.add(("gaze.3d.01.", first["timestamp"]))
        # At any one moment the wearer may look elsewhere.
        while len(joined) < 40 or not any(on["on_surf"] for on in joined):
            topic, fields = listener.next()
            if topic != "surfaces.screen":
                published.add((topic, fields["timestamp"]))
                continue
            surface = fields
            named = [
                on
                for on in surface["gaze_on_surfaces"] + surface["fixations_on_surfaces"]
                if on["timestamp"] >= first["timestamp"]
            ]
            assert {tuple(on["base_data"]) for on in named} <= published
            joined += named
    assert set(surface) == {
        "topic",
        "name",
        "surf_to_img_trans",
        "img_to_surf_trans",
        "surf_to_dist_img_trans",
        "dist_img_to_surf_trans",
        "gaze_on_surfaces",
        "fixations_on_surfaces",
        "timestamp",
    }
    assert surface["name"] == "screen"
    there_and_back = np.array(surface["surf_to_img_trans"]) @ surface["img_to_surf_trans"]
    assert np.allclose(there_and_back / there_and_back[2, 2], np.eye(3), atol=1e-9)
    for on in joined:
        assert on["topic"] == f"{on['base_data'][0]}_on_surface"
        x, y = on["norm_pos"]
        assert on["on_surf"] is (0 <= x <= 1 and 0 <= y <= 1)
        assert on["timestamp"] == on["base_data"][1]


def test_the_tracker_can_be_stopped_and_started(client: CoreClient) -> None:
    with client.subscribed("surfaces.", "gaze.") as listener:
        client.notify("stop_plugin", name="Surface_Tracker_Online")
        while listener.poll(300)[:1] != [b"gaze.3d.01."]:
            pass
        quiet = 0
        while quiet < 60:
            quiet = 0 if listener.next()[0].startswith("surfaces.") else quiet + 1
        client.notify("start_plugin", name="Surface_Tracker_Online", args={})
        listener.topic("surfaces.screen")


def test_a_calibration_on_a_screen_says_why_there_is_none(client: CoreClient) -> None:
    # This wearer's monitor shows no markers.
    args = {"show_s": 0.1, "target_timeout_s": 0.2}
    with client.subscribed("notify.calibration.") as listener:
        client.notify("start_plugin", name="ScreenMarkerChoreographyPlugin", args=args)
        assert client.ask("C") == "OK"
        listener.topic("notify.calibration.started")
        failed = listener.topic("notify.calibration.failed")
        assert failed["reason"].startswith("Not sufficient")
        assert "whole display" in " ".join(failed["diagnosis"]["sentences"])
        client.notify("start_plugin", name="HMD3DChoreographyPlugin")


def test_images_from_the_bus_take_the_place_of_the_scene(client: CoreClient) -> None:
    fields = {
        "topic": HMD_TOPIC,
        "width": 4,
        "height": 2,
        "index": 77,
        "timestamp": np.float32(3.25).item(),
        "format": "rgb",
        "projection_matrix": [1.0, 0.0, 2.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0],
    }
    client.notify("frame_publishing.set_format", format="bgr")
    with client.subscribed("frame.world") as listener:
        client.notify("start_plugin", name="HMD_Streaming_Source", args={"topics": [HMD_TOPIC]})
        told: dict[str, Any] = {}
        while told.get("index") != 77 or told["format"] != "bgr":
            client.ask(HMD_TOPIC, msgspec.msgpack.encode(fields), bytes(range(24)))
            if frames := listener.poll(200):
                told = msgspec.msgpack.decode(frames[1])
        assert told["width"] == 4
        # The bottom row of a game engine's image comes first, and red before blue.
        assert list(frames[2][:6]) == [14, 13, 12, 17, 16, 15]
        client.notify("stop_plugin", name="HMD_Streaming_Source")
        listener.until(lambda _, told: told["width"] == 1600)


def test_videos_are_cameras_too(tmp_path: Path) -> None:
    eye, scene = tmp_path / "eye.mp4", tmp_path / "scene.mp4"
    write_video(eye, frames=20, width=64, height=48)
    write_video(scene, frames=20, width=80, height=60)
    sources = ["--eye0", str(eye), "--eye1", "none", "--scene", str(scene), "--eyes", "tasks"]
    with (
        ServiceProgram(tmp_path, *sources) as service,
        CoreClient(service.ready["remote"]) as client,
        client.subscribed("frame.", "pupil.0") as listener,
    ):
        client.notify("frame_publishing.set_format", format="gray")
        seen: dict[str, dict[str, Any]] = {}
        while len(seen) < 3:
            topic, fields = listener.next()
            if fields.get("format", "gray") == "gray":
                seen[topic] = fields
    assert (seen["frame.world"]["width"], seen["frame.world"]["height"]) == (80, 60)
    assert (seen["frame.eye.0"]["width"], seen["frame.eye.0"]["height"]) == (64, 48)
    # Nobody looks for pupils in pictures yet.
    assert seen["pupil.0.2d"]["confidence"] == 0.0
