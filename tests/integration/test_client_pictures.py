"""No picture is spoiled, however bad the network is; and the client knows what it has missed."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
from harness.footage import Luma, decode_luma, write_video
from harness.live_client import Truth
from harness.program import DeviceProgram
from harness.receiver import Steering, steering

from gazewire.client import Device, Transport, VideoFrame

LIMIT_S = 60.0

# As in `test_pictures`: coding costs up to 1.7 levels of 255 in the mean of a picture and up to 3.5
# in its worst block; another picture in its place, whole or in slices, over 10.
MEAN_LIMIT = 3.0
BLOCK_LIMIT = 8.0
BLOCK_PX = 40

# Footage has times of its own, which are rounded to a tick, as that of the report is.
TOLERANCE_NS = 12_000

LOST = 30
REORDERED = 60


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Large enough that a picture takes several packets.
    return write_video(
        tmp_path_factory.mktemp("footage") / "waves.mp4", frames=74, width=640, height=480
    )


@pytest.fixture(scope="module")
def filmed(footage: Path) -> Luma:
    return decode_luma(footage)


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram], footage: Path) -> DeviceProgram:
    return start_device("--source", str(footage), "--product", "invisible")


@pytest.fixture
async def faults(device: DeviceProgram) -> AsyncIterator[Steering]:
    async with steering(device.http) as faults:
        await faults.clear()
        yield faults


def worst_differences(received: VideoFrame, source: np.ndarray) -> tuple[float, float]:
    """The mean absolute difference from what was filmed, and that of the worst block."""
    luma = received.to_ndarray(format="gray")
    difference = np.abs(luma.astype(np.int16) - source.astype(np.int16))
    height, width = (size // BLOCK_PX * BLOCK_PX for size in difference.shape)
    blocks = difference[:height, :width].reshape(
        height // BLOCK_PX, BLOCK_PX, width // BLOCK_PX, BLOCK_PX
    )
    return float(difference.mean()), float(blocks.mean(axis=(1, 3)).max())


class Judge:
    """Holds each picture against what was filmed at its instant."""

    def __init__(self, device: DeviceProgram, filmed: Luma) -> None:
        # Places in the truth, which has a row for each picture that was sent.
        self.judged: list[int] = []
        self._truth = Truth(device.truth)
        self._filmed = filmed

    async def look_at(self, frame: VideoFrame) -> None:
        rows = await self._truth.until("world", frame.timestamp_unix_ns)
        place = next(
            place
            for place in reversed(range(len(rows)))
            if abs(rows[place]["timestamp_unix_ns"] - frame.timestamp_unix_ns) <= TOLERANCE_NS
        )
        assert not self.judged or place > self.judged[-1], "in order, and none twice"
        self.judged.append(place)
        index = rows[place]["index"]
        source = self._filmed[index % len(self._filmed)]
        mean, block = await asyncio.to_thread(worst_differences, frame, source)
        assert mean < MEAN_LIMIT, f"picture {index} is off by {mean:.1f} in the mean"
        assert block < BLOCK_LIMIT, f"picture {index} is off by {block:.1f} in a block"

    @property
    def missing(self) -> int:
        """How many were sent between the first and the last that came, and did not come."""
        return self.judged[-1] - self.judged[0] + 1 - len(self.judged)


def counts(told: list[dict[str, object]], deed: str) -> int:
    return sum(fault["injected"].get("world", {}).get(deed, 0) for fault in told)  # type: ignore[attr-defined]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
async def test_with_loss_and_another_order_no_picture_is_spoiled_and_the_counts_are_true(
    device: DeviceProgram, filmed: Luma, faults: Steering, transport: Transport
) -> None:
    judge = Judge(device, filmed)
    async with Device("127.0.0.1", device.http_port) as client:
        await client.set_transport(transport)
        async with aclosing(client.scene_video()) as pictures, asyncio.timeout(LIMIT_S):
            await judge.look_at(await anext(pictures))
            await faults.start("loss:percent=2,sensor=world")
            await faults.start("reorder:percent=5,depth=3,sensor=world")
            told = await faults.faults()
            while counts(told, "lost") < LOST or counts(told, "reordered") < REORDERED:
                await judge.look_at(await anext(pictures))
                told = await faults.faults()
            last = await faults.clear()
            # Until all that was held back has come, and a whole second of pictures after that.
            clean_from = len(judge.judged) + 40
            while len(judge.judged) < clean_from:
                await judge.look_at(await anext(pictures))
        seen = client.statistics()["world"]
    # On a busy machine a packet that is held back may come too late; it counts as lost until then.
    assert seen.lost - seen.late == counts(last, "lost") >= LOST
    assert seen.reordered + seen.late == counts(last, "reordered") >= REORDERED
    assert seen.duplicates == seen.malformed == 0
    assert seen.sessions == 1
    # What could not be shown is counted, but for pictures of which nothing came at all.
    assert judge.missing - seen.lost <= seen.incomplete <= judge.missing
    # After the last key frame nothing is missing.
    assert judge.judged[-10:] == list(range(judge.judged[-10], judge.judged[-10] + 10))


@pytest.mark.timeout(120)
async def test_with_another_order_alone_no_picture_is_missing(
    device: DeviceProgram, filmed: Luma, faults: Steering
) -> None:
    judge = Judge(device, filmed)
    async with Device("127.0.0.1", device.http_port) as client:
        await client.set_transport(Transport.UDP)
        async with aclosing(client.scene_video()) as pictures, asyncio.timeout(LIMIT_S):
            await judge.look_at(await anext(pictures))
            await faults.start("reorder:percent=20,depth=3,sensor=world")
            told = await faults.faults()
            while counts(told, "reordered") < REORDERED:
                await judge.look_at(await anext(pictures))
                told = await faults.faults()
            last = await faults.clear()
            for _ in range(10):
                await judge.look_at(await anext(pictures))
        seen = client.statistics()["world"]
    assert seen.reordered + seen.late == counts(last, "reordered")
    assert seen.lost == seen.late
    # On a busy machine a packet that is held back may come too late.
    assert (judge.missing == seen.incomplete == 0) or seen.late > 0


def test_the_limits_tell_a_spoiled_picture(filmed: Luma) -> None:
    """A picture whose lower half is that of the one before."""
    for before, source in itertools.pairwise(filmed):
        spoiled = source.copy()
        spoiled[240:] = before[240:]
        difference = np.abs(spoiled.astype(np.int16) - source.astype(np.int16))
        assert difference[240:].mean() > BLOCK_LIMIT
