"""Runs ours and a rival on the same input, in turns, and compares.

A worker is a script that takes the path of its input, does its work in batches and prints one JSON
object: ``batch_ns`` (processor time of each batch), ``items`` (how many are in a batch) and
``digest`` (of what came out). Nothing here waits, so processor time is how long it takes on a
machine that has nothing else to do; the time of the day would count against who works longest at a
stretch whatever else the machine is busy with. Each run is a process of its own; the runs of all
workers are interleaved. Digests must agree: who does less work has not won.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

WORKERS = Path(__file__).parent / "workers"
NO_RIVAL = (
    "The rival was not measured: no Python with the official client was found. Make one with\n"
    "  python3.11 -m venv .venvs/peers-realtime\n"
    "  .venvs/peers-realtime/bin/pip install 'pupil-labs-realtime-api==1.9.0' 'pydantic<2.12'\n"
    "or name its interpreter in GAZEWIRE_PEERS_REALTIME."
)


@dataclass
class Contender:
    """Somebody who does the work.

    Attributes:
        name: what the table calls it.
        command: interpreter, worker and its options; the path of the input is added.
        batch_ns: of all batches of all runs.
    """

    name: str
    command: list[str]
    items: int = 0
    digest: str = ""
    batch_ns: list[int] = field(default_factory=list)

    @property
    def median_ns(self) -> float:
        return statistics.median(self.batch_ns)

    def quantile_ns(self, share: float) -> int:
        return sorted(self.batch_ns)[min(int(share * len(self.batch_ns)), len(self.batch_ns) - 1)]


def ours(worker: str, *options: str, name: str = "gazewire") -> Contender:
    return Contender(name, [sys.executable, str(WORKERS / worker), *options])


def official(worker: str, *options: str) -> Contender | None:
    """The official client in its own environment, or None where there is none."""
    default = Path(__file__).parents[1] / ".venvs" / "peers-realtime" / "bin" / "python"
    interpreter = Path(os.environ.get("GAZEWIRE_PEERS_REALTIME", default))
    if not interpreter.exists():
        return None
    name = "official client 1.9.0"
    return Contender(name, [str(interpreter), str(WORKERS / worker), *options])


def compare(
    title: str,
    unit: str,
    source: Path,
    contenders: Sequence[Contender],
    rival: Contender | None,
    *,
    runs: int,
) -> None:
    """Measure all and print a table; each contender is compared with the rival."""
    present = [*contenders, rival] if rival is not None else list(contenders)
    for _ in range(runs):
        for contender in present:
            _run(contender, source)
    print(f"\n{title}  ({runs} runs in turns)\n")
    width = max(len(contender.name) for contender in present)
    print(f"| {'':{width}} | {unit + '/s':>12} | batch p50 ms | p99 ms | max ms |")
    print(f"|{'-' * (width + 2)}|{'-' * 13}:|-------------:|-------:|-------:|")
    for contender in present:
        rate = contender.items / contender.median_ns * 1e9
        print(
            f"| {contender.name:{width}} | {rate:12,.0f} | {contender.median_ns / 1e6:12.3f} | "
            f"{contender.quantile_ns(0.99) / 1e6:6.2f} | {max(contender.batch_ns) / 1e6:6.2f} |"
        )
    if rival is None:
        print(f"\n{NO_RIVAL}")
        return
    for contender in contenders:
        if contender.digest != rival.digest:
            raise SystemExit(f"{contender.name} and {rival.name} did not make the same of it")
        p99 = rival.quantile_ns(0.99) / contender.quantile_ns(0.99)
        print(
            f"\n{contender.name}: {rival.median_ns / contender.median_ns:.1f} times the rival at "
            f"the median, {p99:.1f} times at p99; same product"
        )


def describe_machine() -> str:
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}"
    )


def _run(contender: Contender, source: Path) -> None:
    done = subprocess.run(
        [*contender.command, str(source)], check=True, capture_output=True, text=True
    )
    result = json.loads(done.stdout)
    contender.items = result["items"]
    if contender.digest not in ("", result["digest"]):
        raise SystemExit(f"{contender.name} did not make the same of it twice")
    contender.digest = result["digest"]
    contender.batch_ns += result["batch_ns"]
