"""A camera of GigE Vision over loopback: Aravis's own fake one, which loses packets when told to.

Needs Aravis, its bindings and its tools, which pip does not bring: on Debian ``apt install
gir1.2-aravis-0.8 python3-gi aravis-tools``; ``docs/how-to/many-cameras.md`` tells the rest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from operator import attrgetter

import pytest

with warnings.catch_warnings():
    # The bindings' importer is of an older kind, of which Python warns.
    warnings.simplefilter("ignore")
    pytest.importorskip(
        "gazewire.camera.aravis",
        reason="needs Aravis's bindings, which pip does not bring",
        exc_type=ImportError,
    )

from gazewire.camera import CameraSettings, DropCause, Shot, SoftwareTriggered
from gazewire.camera.aravis import AravisCamera, open_aravis
from gazewire.errors import SourceError, UnreadableSourceError
from gazewire.testing.camera_source import CAMERA_CHECKS, CameraBench, CameraCheck
from gazewire.time import SystemClock

FAKE_CAMERA = "arv-fake-gv-camera-0.8"
ADDRESS = "127.0.0.1"
SETTINGS = CameraSettings(width=64, height=48, rate_hz=200.0, exposure_us=1000.0)
# Before its first frame id of 65401, this many are left until ids come round.
IDS_LEFT = 135
# Control Channel Privilege, by which a camera knows its master (GigE Vision 2.0, 28.36).
CONTROL_REGISTER = 0x0A00


@contextmanager
def fake_camera(lost_per_thousand: int = 0) -> Iterator[None]:
    """Run a camera on loopback. GigE Vision has one port, so there is one at a time."""
    program = shutil.which(FAKE_CAMERA)
    if program is None:
        pytest.skip(f"needs {FAKE_CAMERA}, on Debian in the package aravis-tools")
    serial = f"GW{os.getpid()}-{lost_per_thousand}"
    running = subprocess.Popen(
        [program, "-i", ADDRESS, "-s", serial, "-r", str(lost_per_thousand)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(serial)
        yield
    finally:
        running.kill()
        running.wait()


def _wait_for(serial: str) -> None:
    for _ in range(20):
        try:
            camera = open_aravis("a", ADDRESS, SETTINGS, SystemClock())
        except UnreadableSourceError:
            continue
        with closing(camera):
            if camera._own_features.device.get_device_serial_number() != serial:
                pytest.skip("another program has the one port of GigE Vision, UDP 3956")
            return
    raise AssertionError("the fake camera does not answer")


def shots(camera: AravisCamera, count: int) -> list[Shot]:
    taken = list[Shot]()
    for _ in range(4 * count + 40):
        shot = camera.take()
        if shot is not None:
            taken.append(shot)
        if len(taken) == count:
            return taken
    raise AssertionError(f"only {len(taken)} images have come")


def test_lost_packets_are_images_lost_in_transport_and_each_is_accounted_for() -> None:
    with (
        fake_camera(lost_per_thousand=50),
        closing(open_aravis("a", ADDRESS, SETTINGS, SystemClock())) as camera,
    ):
        taken = shots(camera, 40)
    lost = sum((Counter(shot.drops) for shot in taken), Counter[DropCause]())
    assert set(lost) == {"transport"}
    assert taken[-1].frame.index + 1 == len(taken) + lost.total()


@pytest.fixture(scope="module")
def good_camera() -> Iterator[None]:
    with fake_camera():
        yield


def take_control_away(camera: AravisCamera) -> None:
    """As another program would. A camera that is switched off takes the library ten seconds."""
    camera._own_features.device.get_device().write_register(CONTROL_REGISTER, 0)


@pytest.mark.usefixtures("good_camera")
@pytest.mark.parametrize("check", CAMERA_CHECKS, ids=attrgetter("__name__"))
def test_a_camera_of_the_network_keeps_the_contract(check: CameraCheck) -> None:
    clock = SystemClock()

    # Each image is asked for, so that none is lost because the machine is busy.
    settings = replace(SETTINGS, trigger="software")

    def steal(camera: AravisCamera) -> dict[str, int]:
        for _ in range(2):
            camera.fire()
            buffer = camera._stream.timeout_pop_buffer(10_000_000)
            camera._stream.push_buffer(buffer)
        return {"transport": 2}

    check(
        CameraBench(
            open=lambda: open_aravis("a", ADDRESS, settings, clock),
            clock=clock,
            step=AravisCamera.fire,
            lose=steal,
            starve=lambda camera: None,
            unplug=take_control_away,
            plug=lambda: None,
        )
    )


@pytest.mark.usefixtures("good_camera")
def test_ids_of_16_bits_come_round_and_nothing_is_lost_by_that() -> None:
    with closing(open_aravis("a", ADDRESS, SETTINGS, SystemClock())) as camera:
        taken = shots(camera, IDS_LEFT + 20)
    # A busy machine may lose some, and would have lost 65 thousand in one place.
    lost = sum(sum(shot.drops.values()) for shot in taken)
    assert taken[-1].frame.index + 1 == len(taken) + lost
    assert lost < 1000


@pytest.mark.usefixtures("good_camera")
def test_instants_are_the_cameras_to_within_what_is_told() -> None:
    settings = replace(SETTINGS, rate_hz=25.0)
    with closing(open_aravis("a", ADDRESS, settings, SystemClock())) as camera:
        taken = shots(camera, 12)
        # This camera's clock is the machine's, so that the truth is known.
        buffer = camera._stream.timeout_pop_buffer(10_000_000)
        true_ns = buffer.get_timestamp()
        camera._stream.push_buffer(buffer)
    last = taken[-1]
    intervals = round((true_ns - last.frame.timestamp_unix_ns) * 25.0 / 1e9)
    expected_ns = true_ns - intervals * 1e9 / 25.0
    assert abs(last.frame.timestamp_unix_ns - expected_ns) <= last.uncertainty_ns


@pytest.mark.usefixtures("good_camera")
def test_colour_comes_from_a_mosaic_and_triggers_are_obeyed() -> None:
    settings = CameraSettings(width=64, height=48, pixel_format="bgr24", trigger="software")
    with closing(open_aravis("a", ADDRESS, settings, SystemClock())) as camera:
        assert isinstance(camera, SoftwareTriggered)
        camera.fire()
        (shot,) = shots(camera, 1)
        assert len(shot.frame.data) == 64 * 48 * 3
        assert camera.take() is None


@pytest.mark.usefixtures("good_camera")
def test_what_a_camera_cannot_be_set_to_is_told_and_it_is_let_go_of() -> None:
    settings = CameraSettings(width=64_000, height=48)
    for _ in range(2):
        with pytest.raises(UnreadableSourceError, match="width takes 1 to 2048 in steps of 1, not"):
            open_aravis("a", ADDRESS, settings, SystemClock())
    camera = open_aravis("a", ADDRESS, SETTINGS, SystemClock())
    camera.close()
    with pytest.raises(SourceError, match="closed"):
        camera.take()
    with pytest.raises(SourceError, match="closed"):
        _ = camera.controls
