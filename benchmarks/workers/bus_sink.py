"""A plain subscriber: counts what comes until it is told that there is no more.

Tells when it is connected, and then how many have come, in a line of JSON each.

Usage: bus_sink.py URL TOPIC
"""

from __future__ import annotations

import json
import sys

import zmq


def main(url: str, topic: bytes) -> None:
    with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
        subscriber.connect(url)
        subscriber.subscribe(topic)
        subscriber.recv_multipart()
        print(json.dumps({"ready": True}), flush=True)
        count = 0
        while (frames := subscriber.recv_multipart())[1] != b"end":
            count += frames[1] != b"hello"
        print(json.dumps({"count": count}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].encode())
