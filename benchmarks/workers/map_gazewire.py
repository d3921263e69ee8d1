"""Writes and reads the map of binocular 3-D gaze with gazewire: record, bytes, record.

Usage: map_gazewire.py INPUT
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

from gazewire.wire.ipc import Message, decode_gaze

ITEMS, BATCHES = 1000, 30


def main(payload: bytes) -> None:
    topic = "gaze.3d.01."
    gaze = decode_gaze(Message(topic, payload))
    batch_ns = []
    for _ in range(BATCHES):
        begin_ns = time.process_time_ns()
        for _ in range(ITEMS):
            message = Message.from_struct(topic, gaze)
            gaze = decode_gaze(message)
        batch_ns.append(time.process_time_ns() - begin_ns)
    digest = hashlib.sha256(message.payload).hexdigest()
    print(json.dumps({"batch_ns": batch_ns, "items": ITEMS, "digest": digest}))


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_bytes())
