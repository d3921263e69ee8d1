"""How far the offset of a device's clock is from the truth, ours and the official rule.

    python benchmarks/bench_clock_offset.py [--runs 100] [--seconds 60]

A simulation: clocks and delays are numbers, each run has a seed, and nothing is waited for. Ours is
fed a round eight times a second, after twenty quick ones, as `DeviceClock` does, and judged at the
instant of the last round. The official rule is 100 rounds without a pause, of which the mean
counts; it is judged when it has just been made, and a minute later, because nothing renews it. Its
single rounds are reckoned here by the documented formula, round((t1 + t2) / 2) - tH in whole
milliseconds; their mean is taken by the official class in the official client's environment, where
there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rivals import NO_RIVAL, describe_machine, official

from gazewire.time.offset import OffsetEstimator

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
BEGIN_NS = 1_744_294_828_357_600_123
SKEW_PPM = 50.0

QUICK_ROUNDS, QUICK_PAUSE_S = 20, 0.01
PAUSE_S, SPREAD = 0.125, 0.25
OFFICIAL_ROUNDS = 100
A_MINUTE_NS = 60 * NS_PER_S

Delay = Callable[[random.Random], float]


@dataclass(frozen=True)
class Link:
    """What lies between the clocks: the least delay of either way, and what comes on top, in ms."""

    name: str
    least_ms: float
    up_ms: Delay
    down_ms: Delay


def same(name: str, least_ms: float, delay: Delay) -> Link:
    return Link(name, least_ms, delay, delay)


LINKS = [
    same("2 ms + even 0-5 ms (the bar)", 2.0, lambda chance: chance.uniform(0, 5)),
    same("cable: 0.1 ms + even 0-0.05 ms", 0.1, lambda chance: chance.uniform(0, 0.05)),
    same("radio: 1.5 ms + exponential 5 ms", 1.5, lambda chance: chance.expovariate(0.2)),
    Link(
        "radio that sleeps: 0-100 ms up",
        1.5,
        lambda chance: chance.expovariate(0.5) + chance.choice((0, chance.uniform(0, 100))),
        lambda chance: chance.expovariate(0.5),
    ),
]


@dataclass
class Truth:
    """A device's clock."""

    ahead_ns: int

    def at(self, our_ns: int) -> int:
        return our_ns + self.ahead_ns + round((our_ns - BEGIN_NS) * SKEW_PPM / 1e6)


@dataclass
class Result:
    ours_ms: float
    is_inside: bool
    official_offsets_ms: list[int]
    official_true_ms: float


def make_round(
    link: Link, truth: Truth, sent_ns: int, chance: random.Random
) -> tuple[int, int, int]:
    read_ns = sent_ns + int((link.least_ms + link.up_ms(chance)) * NS_PER_MS)
    received_ns = read_ns + int((link.least_ms + link.down_ms(chance)) * NS_PER_MS)
    return sent_ns, truth.at(read_ns) // NS_PER_MS, received_ns


def run(link: Link, seed: int, seconds: float) -> Result:
    chance = random.Random(seed)
    truth = Truth(chance.randrange(-10 * NS_PER_S, 10 * NS_PER_S))
    estimator = OffsetEstimator()
    now_ns = BEGIN_NS + chance.randrange(NS_PER_MS)
    end_ns = now_ns + int(seconds * NS_PER_S)
    made = 0
    while now_ns < end_ns:
        sent_ns, device_ms, received_ns = make_round(link, truth, now_ns, chance)
        estimator.add(sent_unix_ns=sent_ns, device_unix_ms=device_ms, received_unix_ns=received_ns)
        made += 1
        pause_s = QUICK_PAUSE_S if made < QUICK_ROUNDS else PAUSE_S
        now_ns = received_ns + int(pause_s * chance.uniform(1 - SPREAD, 1 + SPREAD) * NS_PER_S)
    estimate = estimator.estimate
    assert estimate is not None
    error_ns = estimate.to_device_ns(received_ns) - truth.at(received_ns)

    offsets_ms = []
    for _ in range(OFFICIAL_ROUNDS):
        sent_ns, device_ms, received_ns = make_round(link, truth, received_ns, chance)
        middle_ms = round((sent_ns // NS_PER_MS + received_ns // NS_PER_MS) / 2)
        offsets_ms.append(middle_ms - device_ms)
    return Result(
        ours_ms=abs(error_ns) / NS_PER_MS,
        is_inside=abs(error_ns) <= estimate.uncertainty_ns_at(received_ns),
        official_offsets_ms=offsets_ms,
        official_true_ms=(received_ns - truth.at(received_ns)) / NS_PER_MS,
    )


def official_means_ms(results: list[Result]) -> tuple[list[float], bool]:
    """The means, and whether the official class took them."""
    offsets_ms = [result.official_offsets_ms for result in results]
    rival = official("offset_official.py")
    if rival is None:
        return [statistics.fmean(values) for values in offsets_ms], False
    done = subprocess.run(
        rival.command, input=json.dumps(offsets_ms), check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout), True


def row(name: str, errors_ms: Iterable[float], note: str = "") -> str:
    ordered = sorted(errors_ms)
    p95 = ordered[int(0.95 * len(ordered))]
    return (
        f"| {name:34} | {statistics.median(ordered):9.3f} | {p95:7.3f} | {ordered[-1]:7.3f} | "
        f"{note:>6} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    print(f"{describe_machine()}; simulated, {options.runs} seeded runs, skew {SKEW_PPM:g} ppm")
    drift_ms = SKEW_PPM / 1e6 * A_MINUTE_NS / NS_PER_MS
    is_official = True
    for link in LINKS:
        results = [run(link, seed, options.seconds) for seed in range(options.runs)]
        means_ms, is_official = official_means_ms(results)
        fresh_ms = [
            mean - result.official_true_ms for mean, result in zip(means_ms, results, strict=True)
        ]
        inside = sum(result.is_inside for result in results) / len(results)
        print(f"\n{link.name}\n")
        print(f"| {'error of the offset':34} | median ms |  p95 ms |  max ms | inside |")
        print(f"|{'-' * 36}|----------:|--------:|--------:|-------:|")
        ours_ms = (result.ours_ms for result in results)
        print(row(f"gazewire, after {options.seconds:g} s", ours_ms, f"{inside:.0%}"))
        print(row("official rule, just measured", map(abs, fresh_ms)))
        # The device gains, so that the true offset, ours minus the device's, falls.
        print(row("official rule, a minute later", (abs(ms + drift_ms) for ms in fresh_ms)))
    print("\ninside: within the uncertainty that is stated with it; the official rule states none")
    if not is_official:
        print(f"\n{NO_RIVAL}")


if __name__ == "__main__":
    main()
