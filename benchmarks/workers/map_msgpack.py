"""Writes and reads the map of binocular 3-D gaze with msgpack: dict, bytes, dict.

Usage: map_msgpack.py INPUT
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

import msgpack

ITEMS, BATCHES = 1000, 30


def main(payload: bytes) -> None:
    gaze = msgpack.unpackb(payload)
    batch_ns = []
    for _ in range(BATCHES):
        begin_ns = time.process_time_ns()
        for _ in range(ITEMS):
            packed = msgpack.packb(gaze)
            gaze = msgpack.unpackb(packed)
        batch_ns.append(time.process_time_ns() - begin_ns)
    digest = hashlib.sha256(packed).hexdigest()
    print(json.dumps({"batch_ns": batch_ns, "items": ITEMS, "digest": digest}))


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_bytes())
