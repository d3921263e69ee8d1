"""Both faces of the Core client, and the public network client's names, against a service."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness.core_client import ServiceProgram
from harness.peer import PEERS, PeerRunner
from harness.program import gazewire_command

from gazewire.client.core import BlockingCoreDevice, CoreDevice, HmdCamera
from gazewire.errors import ConnectionLostError, RecordingError
from gazewire.model import DispersionFixation, MappedGaze, Notification, PupilDatum

REPOSITORY = Path(__file__).parents[2]
LIMIT_S = 50
RAN_WITHIN_S = 60
SLOW = ("--eyes", "tasks", "--eye-rate", "20")


@pytest.fixture(scope="module")
def record_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, record_dir: Path) -> Iterator[ServiceProgram]:
    folder = tmp_path_factory.mktemp("service")
    with ServiceProgram(folder, *SLOW, "--record-dir", str(record_dir)) as service:
        yield service


@pytest.fixture(scope="module")
def incumbents() -> PeerRunner:
    """Runs the scripts of `peers/` with the incumbent's network client."""
    named = os.environ.get("GAZEWIRE_PEERS_CORE")
    python = Path(named) if named else REPOSITORY / ".venvs/peers-core/bin/python"
    if not python.exists():
        pytest.skip(f"no network client: {python} does not exist; `make peers` makes it")
    return PeerRunner(python)


def port_of(service: ServiceProgram) -> int:
    return int(service.ready["remote"].rpartition(":")[2])


async def test_typed_records_arrive_in_our_own_time(service: ServiceProgram) -> None:
    async with (
        CoreDevice(port=port_of(service)) as core,
        core.records("pupil.", "gaze.", "fixations") as records,
        asyncio.timeout(LIMIT_S),
    ):
        missing = {PupilDatum, MappedGaze, DispersionFixation}
        async for record in records:
            missing.discard(type(record))
            if isinstance(record, MappedGaze):
                age_ns = core.now_unix_ns() - record.timestamp_unix_ns
                assert -core.clock_offset.uncertainty_ns < age_ns < LIMIT_S * 10**9
                assert max(pupil.timestamp_unix_ns for pupil in record.base) >= (
                    record.timestamp_unix_ns - 1
                )
            if not missing:
                break
    assert records.malformed == 0


async def test_frames_arrive_as_arrays_whatever_the_format(service: ServiceProgram) -> None:
    means = {}
    async with CoreDevice(port=port_of(service)) as core, asyncio.timeout(LIMIT_S):
        for format in ("jpeg", "yuv", "bgr", "gray"):
            async with core.frames("frame.eye.0") as frames:
                await core.set_frame_format(format)
                async for frame in frames:
                    if frame.format == format:
                        break
            assert frame.gray.shape == frame.bgr.shape[:2] == (frame.height, frame.width)
            means[format] = float(frame.gray.mean())
    # The same eye, a moment later.
    assert max(means.values()) - min(means.values()) < 20


async def test_a_recording_says_where_it_is(service: ServiceProgram, record_dir: Path) -> None:
    async with CoreDevice(port=port_of(service)) as core:
        folder = await core.start_recording("pilot", timeout_s=LIMIT_S)
        await core.annotate("trial", fields={"number": 1})
        assert await core.stop_recording(timeout_s=LIMIT_S) == folder
    assert Path(folder).is_relative_to(record_dir)
    assert (Path(folder) / "annotation.pldata").stat().st_size > 0


async def test_a_recording_that_cannot_be_says_why(service: ServiceProgram) -> None:
    async with CoreDevice(port=port_of(service)) as core:
        with pytest.raises(RecordingError):
            await core.start_recording("../outside", timeout_s=LIMIT_S)


async def test_images_of_ours_are_seen_by_an_eye(tmp_path: Path) -> None:
    image = np.arange(48, dtype=np.uint8).reshape(6, 8)
    camera = HmdCamera(np.diag([500.0, 500.0, 1.0]), topic="hmd_streaming.ours")
    options = ("--eyes", "tasks", "--eye0", "none", "--eye1", "none")
    with ServiceProgram(tmp_path, *options) as service:
        async with (
            CoreDevice(port=port_of(service)) as core,
            core.frames("frame.eye.0") as frames,
            asyncio.timeout(LIMIT_S),
        ):
            await core.ask(
                "eye_process.should_start.0",
                {"eye_id": 0},
                answers=["eye_process.started"],
                timeout_s=LIMIT_S,
            )
            topics = {"topics": ["hmd_streaming.ours"]}
            await core.start_eye_plugin(0, "HMD_Streaming_Source", topics)
            await core.set_frame_format("gray")
            reading = asyncio.ensure_future(anext(frames))
            while not reading.done():
                # Until the source is there, and the format is known.
                await core.send_image(camera, image)
                await asyncio.wait([reading], timeout=0.1)
            while (frame := await reading).format != "gray":
                await core.send_image(camera, image)
                reading = asyncio.ensure_future(anext(frames))
    assert (frame.gray == image).all()


def test_programs_without_a_loop_have_the_same(service: ServiceProgram) -> None:
    with (
        BlockingCoreDevice(port=port_of(service)) as core,
        core.gaze("gaze.3d.") as gaze,
        core.notifications("pingback_test") as notifications,
    ):
        datum = gaze.receive(LIMIT_S)
        assert isinstance(datum, MappedGaze)
        assert datum.point_mm is not None
        core.notify("pingback_test", {"n": 1})
        assert notifications.receive(LIMIT_S) == Notification(
            subject="pingback_test", fields={"n": 1}
        )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


async def test_data_go_on_when_the_service_has_started_again(tmp_path: Path) -> None:
    options = (*SLOW, "--port", str(free_port()))
    with ServiceProgram(tmp_path, *options) as first:
        core = CoreDevice(port=port_of(first), check_interval_s=0.1, timeout_s=1)
        await core.__aenter__()
        gaze = await core.gaze().__aenter__()
        async with asyncio.timeout(LIMIT_S):
            before = await anext(gaze)
    with pytest.raises(ConnectionLostError):
        await core.version()
    with ServiceProgram(tmp_path, *options) as second:
        assert second.ready["sub"] != first.ready["sub"]
        async with asyncio.timeout(LIMIT_S):
            while gaze.reconnections == 0:  # noqa: ASYNC110  # nothing but time brings it
                await asyncio.sleep(0.05)
            after = await anext(gaze)
        assert after.timestamp_unix_ns > before.timestamp_unix_ns
        await gaze.__aexit__(None, None, None)
        await core.__aexit__(None, None, None)


def test_a_script_for_the_network_client_cannot_tell(
    service: ServiceProgram, incumbents: PeerRunner
) -> None:
    theirs = incumbents.run("core_network_client", port=port_of(service))
    assert theirs == run_by_us("core_network_client", port=port_of(service))
    assert theirs["notification"] == "Notification received"


def run_by_us(script: str, **arguments: Any) -> Any:
    """Run a script of `peers/` by `gazewire run`."""
    command = gazewire_command("run", str(PEERS / f"{script}.py"), json.dumps(arguments))
    ran = subprocess.run(command, capture_output=True, text=True, timeout=RAN_WITHIN_S, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])
