"""How long the labelling of eye movements takes, and how much memory, by rate and length.

    python benchmarks/bench_movements.py [--samples 1000000]

A velocity threshold, the least that any classifier does, runs on the same samples in the same run.
All times are processor time.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc

import numpy as np
from rivals import describe_machine

from gazewire.motion import classify


def gaze(rate_hz: float, samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps every 0.3 s, with noise."""
    rng = np.random.default_rng(1)
    t_s = np.arange(samples) / rate_hz
    targets = rng.uniform(-15, 15, (2, int(t_s[-1] / 0.3) + 1))
    x, y = targets[:, (t_s / 0.3).astype(int)] + rng.normal(0, 0.02, (2, samples))
    return t_s, x, y


def by_threshold(t_s: np.ndarray, x_deg: np.ndarray, y_deg: np.ndarray) -> np.ndarray:
    slow = np.hypot(np.gradient(x_deg, t_s), np.gradient(y_deg, t_s)) < 30
    return np.where(slow, 1, 2)


def seconds(function, *arguments: np.ndarray) -> float:
    began = time.process_time()
    function(*arguments)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1_000_000)
    args = parser.parse_args()
    print(describe_machine())
    print(f"{'rate':>8s} {'samples':>9s} {'classify':>10s} {'threshold':>10s} {'memory':>9s}")
    for rate_hz in (60, 200, 500, 1000):
        for samples in (args.samples // 10, args.samples):
            recording = gaze(rate_hz, samples)
            spent_s = seconds(classify, *recording)
            least_s = seconds(by_threshold, *recording)
            tracemalloc.start()
            classify(*recording)
            peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            print(
                f"{rate_hz:5d} Hz {samples:9d} {spent_s:8.2f} s {least_s:8.2f} s {peak_mb:6.0f} MB"
            )


if __name__ == "__main__":
    main()
