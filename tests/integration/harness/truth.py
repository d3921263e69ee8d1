"""The device's truth file, and what a client received held against it."""

from __future__ import annotations

import bisect
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["RTP_TICK_NS", "indices_of", "read_truth"]

RTP_TICK_NS = 1_000_000_000 / 90_000

WRITTEN_WITHIN_S = 5.0
READ_AGAIN_AFTER_S = 0.02


def read_truth(path: Path, stream: str, until_unix_ns: int) -> list[dict[str, Any]]:
    """Read the rows of one stream, once the file has got as far as an instant.

    The device flushes the file several times a second, so a client can know of a sample earlier
    than a reader of the file.
    """
    deadline_s = time.monotonic() + WRITTEN_WITHIN_S
    while True:
        rows = _rows(path, stream)
        if rows and rows[-1]["timestamp_unix_ns"] >= until_unix_ns:
            return rows
        assert time.monotonic() < deadline_s, f"no truth of {stream} up to {until_unix_ns}"
        time.sleep(READ_AGAIN_AFTER_S)


def _rows(path: Path, stream: str) -> list[dict[str, Any]]:
    lines = path.read_text().split("\n")[:-1]  # what follows the last line break is unfinished
    # Most lines are of other streams, and some are long.
    of_stream = f'{{"stream":"{stream}",'
    return [json.loads(line) for line in lines if line.startswith(of_stream)]


def indices_of(
    received_unix_ns: Sequence[int], true_unix_ns: Sequence[int], tolerance_ns: float
) -> list[int]:
    """For each received instant, which of the true instants it is.

    Raises:
        AssertionError: one lies further than `tolerance_ns` from every true instant.
    """
    indices = []
    for instant in received_unix_ns:
        after = bisect.bisect_left(true_unix_ns, instant)
        near = [index for index in (after - 1, after) if 0 <= index < len(true_unix_ns)]
        nearest = min(near, key=lambda index: abs(true_unix_ns[index] - instant))
        error_ns = instant - true_unix_ns[nearest]
        assert abs(error_ns) <= tolerance_ns, f"{instant} is {error_ns} ns from the truth"
        indices.append(nearest)
    return indices
