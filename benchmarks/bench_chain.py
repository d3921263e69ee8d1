"""From the arrival of an eye frame to gaze on the bus: two eyes at 200 Hz, really measured.

    python benchmarks/bench_chain.py [--seconds 60] [--seed 0]

Frames are drawn before, and played from memory at their instants into a service whose eyes are
processes of their own: 2-D and 3-D detectors, pairing, mapping, fixations and blinks. The mapping
is fitted at start, to 25 targets that the wearer looks at. A subscriber in another process takes
the time when gaze is in its hands; the clock is that of the machine.

Latency is from the instant at which a frame is due to the arrival of the gaze that is made of it
and of the other eye's frame of the same instant. A frame is skipped that no 2-D pupil came of. The
error is the angle between gaze and where the wearer really looked, seen from the scene camera,
saccades and all; gaze of confidence below 0.6 is left out, and how much that is, told.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rivals import WORKERS, describe_machine

from gazewire.compose.scene_optics import scene_optics
from gazewire.compose.spec import SYNTHETIC
from gazewire.compose.synthetic_eye import LIFE_NS, life_from, side_of, synthetic_wearer
from gazewire.net.bus_client import BlockingBusSubscriber
from gazewire.sim import EyeRenderer
from gazewire.time import TimeBase

INTERVAL_NS = 5_000_000
SETTLE_S = 3.0
CALIBRATED_WITHIN_S = 120.0
BARS_MS = {"median": 5.0, "p99": 15.0}
BAR_ERROR_DEG = 1.0
PEERS_EYE = Path(__file__).parents[1] / ".venvs" / "peers-eye" / "bin" / "python"
PEER_PYTHON = Path(os.environ.get("GAZEWIRE_PEERS_EYE", PEERS_EYE))


def draw(folder: Path, seed: int, seconds: float) -> list[tuple[float, float]]:
    """Draw what both eyes look like every 5 ms, and tell where they look."""
    wearer = synthetic_wearer(seed)
    count = round(seconds * 1e9 / INTERVAL_NS)
    truths = list(itertools.islice(life_from(wearer, LIFE_NS), count))
    for eye_id in (0, 1):
        renderer = EyeRenderer(wearer.person, side_of(1 if eye_id else 0))
        poses = [(truth.left if eye_id else truth.right).pose for truth in truths]
        frames = np.stack([renderer.render(pose, index) for index, pose in enumerate(poses)])
        np.save(folder / f"eye{eye_id}.npy", frames)
    return [truth.gaze_px for truth in truths]


def measure(folder: Path, seed: int, seconds: float) -> dict[str, Any]:
    """Run the service, and take down what comes of it."""
    worker = [sys.executable, str(WORKERS / "chain_service.py"), str(folder), str(seed), "service"]
    with subprocess.Popen(
        worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        assert service.stdin is not None
        ready = json.loads(service.stdout.readline())
        try:
            return listen(ready["sub"], TimeBase(ready["zero_ns"]), ready["pid"], seconds)
        finally:
            service.stdin.close()
            service.wait()


def cpu_s(pid: int) -> float:
    """Processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def eyes_of(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return [int(word) for word in listed.stdout.split()]


def listen(url: str, timebase: TimeBase, pid: int, seconds: float) -> dict[str, Any]:
    prefixes = ["gaze.", "pupil.0.2d", "pupil.1.2d", "notify.accuracy."]
    gaze: list[tuple[int, int, float, tuple[float, float] | None, int]] = []
    pupils: dict[str, set[int]] = {"pupil.0.2d": set(), "pupil.1.2d": set()}
    accuracy: float | None = None
    before_s: list[float] = []
    begin_ns = end_ns = 0
    limit_s = time.monotonic() + CALIBRATED_WITHIN_S
    with BlockingBusSubscriber(url, prefixes, capacity=100_000) as messages:
        for message in messages:
            now_ns = time.time_ns()
            if message.topic.startswith("notify."):
                accuracy = msgspec.msgpack.decode(message.payload)["accuracy_deg"]
                begin_ns = now_ns + round(SETTLE_S * 1e9)
                end_ns = begin_ns + round(seconds * 1e9)
                continue
            if not begin_ns:
                if time.monotonic() > limit_s:
                    raise SystemExit("the service has not calibrated")
                continue
            fields = msgspec.msgpack.decode(message.payload)
            instant_ns = timebase.unix_ns(fields["timestamp"])
            if instant_ns >= end_ns:
                break
            if instant_ns < begin_ns:
                continue
            if not before_s:
                processes = [pid, *eyes_of(pid)]
                before_s = [cpu_s(one) for one in processes]
            if message.topic in pupils:
                pupils[message.topic].add(instant_ns)
            else:
                place = tuple(fields["norm_pos"]) if "norm_pos" in fields else None
                eyes = len(fields["base_data"])
                gaze.append((instant_ns, now_ns, fields["confidence"], place, eyes))
    shares = [
        (cpu_s(one) - before) / seconds for one, before in zip(processes, before_s, strict=True)
    ]
    first = -(-begin_ns // INTERVAL_NS)
    last = (end_ns - 1) // INTERVAL_NS
    expected = last - first + 1
    return {
        "gaze": gaze,
        "skipped": {topic: expected - len(seen) for topic, seen in pupils.items()},
        "frames": expected,
        "accuracy_deg": accuracy,
        "shares": shares,
    }


def errors_deg(gaze: list, truth: list[tuple[float, float]]) -> np.ndarray:
    optics = scene_optics(SYNTHETIC, {})
    assert optics is not None
    known = [
        (place, truth[round(instant_ns / INTERVAL_NS) % len(truth)])
        for instant_ns, _, confidence, place, _ in gaze
        if confidence >= 0.6 and place is not None
    ]
    found = np.array([(x * optics.width, (1 - y) * optics.height) for (x, y), _ in known])
    a, b = optics.unproject(found), optics.unproject(np.array([place for _, place in known]))
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(a - b, axis=1) / 2, 0, 1)))


def peer_ms(folder: Path, seed: int) -> dict[str, float] | None:
    """Processor time that the incumbent's detectors take for a frame of one eye."""
    if not PEER_PYTHON.exists():
        return None
    focal_px = synthetic_wearer(seed).person.eye("right").camera.focal_px
    worker = [str(PEER_PYTHON), str(WORKERS / "chain_peer.py")]
    done = subprocess.run(
        [*worker, str(folder / "eye0.npy"), str(focal_px)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    return json.loads(done.stdout) if done.returncode == 0 else None


def row(name: str, value: str, bar: str, is_met: bool | None) -> None:
    met = "" if is_met is None else "yes" if is_met else "NO"
    print(f"| {name:44} | {value:>16} | {bar:>8} | {met:3} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--drawn", type=float, default=15.0, help="seconds of frames, over again")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = draw(folder, options.seed, options.drawn)
        found = measure(folder, options.seed, options.seconds)
        peer = peer_ms(folder, options.seed)
    gaze = found["gaze"]
    if not gaze:
        raise SystemExit("no gaze came")
    late_ms = np.array([(now - instant) / 1e6 for instant, now, *_ in gaze])
    median, p99 = np.percentile(late_ms, [50, 99]).tolist()
    skipped = sum(found["skipped"].values())
    errors = errors_deg(gaze, truth)
    print(f"\nFrom eye frame to gaze on the bus, two eyes at 200 Hz, {options.seconds:g} s\n")
    print(f"| {'':44} | {'':>16} | {'bar':>8} | met |")
    print(f"|{'-' * 46}|{'-' * 17}:|{'-' * 9}:|-----|")
    row("latency, median", f"{median:.2f} ms", "<= 5 ms", median <= BARS_MS["median"])
    row("latency, 99 %", f"{p99:.2f} ms", "<= 15 ms", p99 <= BARS_MS["p99"])
    row("latency, worst", f"{late_ms.max():.1f} ms", "", None)
    row(f"frames skipped, of {2 * found['frames']}", str(skipped), "0", skipped == 0)
    both = sum(eyes == 2 for *_, eyes in gaze)
    row("gaze data a second", f"{len(gaze) / options.seconds:.0f}", "", None)
    row("  of both eyes", f"{both / len(gaze):.1%}", "", None)
    mean = float(errors.mean())
    row("gaze error, mean", f"{mean:.2f} deg", "<= 1.0", mean <= BAR_ERROR_DEG)
    row("gaze error, median", f"{float(np.median(errors)):.2f} deg", "", None)
    row("gaze error, 95 %", f"{float(np.percentile(errors, 95)):.2f} deg", "", None)
    row("  confident gaze", f"{len(errors) / len(gaze):.1%}", "", None)
    row("accuracy told after calibration", f"{found['accuracy_deg']:.2f} deg", "", None)
    service, *eyes = found["shares"]
    row("processor: service, with the bus", f"{service:.0%}", "", None)
    row("processor: each eye", ", ".join(f"{share:.0%}" for share in eyes), "", None)
    if peer is None:
        print("\nThe incumbent's detectors were not measured: GAZEWIRE_PEERS_EYE names no Python.")
    else:
        text = f"{peer['median']:.2f} / {peer['p99']:.2f} ms"
        row("incumbent's detectors, a frame, median / 99 %", text, "", None)


if __name__ == "__main__":
    main()
