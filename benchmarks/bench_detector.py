"""The pupil detector on rendered eyes, beside Detector2D: how near, how sure, how quick.

    python benchmarks/bench_detector.py [--persons 40] [--images 20] [--runs 3]

Eyes of `gazewire.sim` look about with pupils of 2 to 7 mm: some closed, some with lids half down,
most open. Where a pupil is known by its formula, so are the errors. The Detector2D is measured in
the same run, in its own environment (`.venvs/peers-eye`), by turns. The time of an image is the
least of three looks, in processor time of one thread, so that other programs count for little.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rivals import WORKERS, describe_machine

from gazewire.sim import EyePose, EyeRenderer, Person, PupilTruth

PEER = Path(__file__).parents[1] / ".venvs" / "peers-eye" / "bin" / "python"
REPEATS = 3
CONFIDENT = 0.6
# Of each ten images: closed, lids half down, open.
LIDS = [(0.0, 0.0)] * 2 + [(0.15, 0.5)] * 2 + [(0.6, 1.0)] * 6


@dataclass(frozen=True)
class Eyes:
    """Images and what is true of them.

    Attributes:
        images: (N, 192, 192) uint8.
        truth: of each.
    """

    images: NDArray[np.uint8]
    truth: list[PupilTruth]


def rendered(persons: int, images: int) -> Eyes:
    rng = np.random.default_rng(0)
    pictures, truth = [], []
    for seed in range(persons):
        renderer = EyeRenderer(Person.from_seed(5000 + seed), "right" if seed % 2 else "left")
        for number in range(images):
            azimuth, elevation = np.radians(rng.normal(0, [14, 10]))
            axis = (
                float(np.sin(azimuth) * np.cos(elevation)),
                float(-np.sin(elevation)),
                float(np.cos(azimuth) * np.cos(elevation)),
            )
            lids = float(rng.uniform(*LIDS[number % len(LIDS)]))
            pose = EyePose(axis, float(rng.uniform(2, 7)), lids)
            pictures.append(renderer.render(pose, number))
            truth.append(renderer.truth(pose))
    return Eyes(np.array(pictures), truth)


def report(name: str, eyes: Eyes, told: NDArray[np.float64], took_ns: NDArray[np.int64]) -> None:
    center = np.array([truth.center_px for truth in eyes.truth])
    axes = np.array([sorted(truth.axes_px) for truth in eyes.truth])
    seen = np.array([truth.visible_fraction for truth in eyes.truth])
    missed = np.hypot(*(told[:, :2] - center).T)
    missed[np.isnan(missed)] = np.inf
    confidence = np.nan_to_num(told[:, 4])
    sure, whole, half = confidence >= CONFIDENT, seen >= 0.99, (seen > 0.4) & (seen < 0.9)
    none = np.array([truth.lid_opening == 0 for truth in eyes.truth])
    near = whole & (missed < 5)
    off = np.abs(told[near, 2:4] / axes[near] - 1)
    print(
        f"| {name} | {np.median(missed[near]):.3f} px | {100 * np.median(off[:, 0]):.2f}, "
        f"{100 * np.median(off[:, 1]):.2f} % | {(missed[whole] <= 2).mean():.3f}, "
        f"{sure[whole].mean():.3f}, {(missed[whole & sure] <= 5).mean():.3f} | "
        f"{(missed[half] <= 5).mean():.3f}, {sure[half].mean():.3f}, "
        f"{(missed[half & sure] <= 5).mean():.3f} | {sure[none].mean():.3f} | "
        f"{np.median(took_ns) / 1e6:.2f}, {np.quantile(took_ns, 0.95) / 1e6:.2f} ms |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=40)
    parser.add_argument("--images", type=int, default=20, help="of each person")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    eyes = rendered(options.persons, options.images)
    workers = {"gazewire": (sys.executable, "pupil_gazewire.py")}
    if PEER.exists():
        workers["Detector2D 2.0.2"] = (str(PEER), "pupil_detectors2d.py")
    results: dict[str, list[tuple[NDArray[np.float64], NDArray[np.int64]]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "eyes.npy"), Path(folder, "told.npz")
        np.save(source, eyes.images)
        for _ in range(options.runs):
            for name, (interpreter, worker) in workers.items():
                command = [interpreter, str(WORKERS / worker), str(source), str(target)]
                subprocess.run([*command, str(REPEATS)], check=True)
                with np.load(target) as told:
                    results.setdefault(name, []).append((told["told"], told["took_ns"]))
    print(f"{describe_machine()}; {len(eyes.images)} images of 192 x 192\n")
    print(
        "| | centre off | axes off, smaller and larger | whole pupils: <= 2 px, confident, "
        "right of these | half covered: <= 5 px, confident, right of these | closed, confident | "
        "time, median and 95 % |"
    )
    print("|---|---|---|---|---|---|---|")
    medians = {}
    for name, runs in results.items():
        took_ns = np.min([took for _, took in runs], axis=0)
        medians[name] = np.median(took_ns)
        report(name, eyes, runs[0][0], took_ns)
    if len(medians) == 2:
        first, second = medians.values()
        print(f"\ngazewire takes {first / second:.2f} times as long")


if __name__ == "__main__":
    main()
