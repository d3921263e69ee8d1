"""A bus and a Remote, ours or bare ones, for as long as standard input is open.

Tells where they are in one line of JSON, and for every line that comes, how much processor time has
been used.

Usage: bus_server.py gazewire|bare
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time

import zmq

from gazewire.net.bus import Bus
from gazewire.net.bus_client import BusPusher
from gazewire.net.remote import RemoteServer
from gazewire.time import SystemClock, TimeBase

HOST = "tcp://127.0.0.1"


def report() -> None:
    print(json.dumps({"cpu_s": time.process_time()}), flush=True)


async def serve_gazewire() -> None:
    clock = SystemClock()
    async with (
        Bus(clock) as bus,
        BusPusher(bus.push_url) as pusher,
        RemoteServer(
            clock,
            TimeBase.from_boot(clock),
            pub_port=bus.pub_port,
            sub_port=bus.sub_port,
            forward=pusher.push_frames,
            port=0,
        ) as remote,
    ):
        urls = {"pub": bus.pub_url, "sub": bus.sub_url, "remote": remote.url}
        print(json.dumps({**urls, "push": bus.push_url}), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            report()


def serve_bare() -> None:
    context = zmq.Context()
    publishers, subscribers = context.socket(zmq.XSUB), context.socket(zmq.XPUB)
    remote = context.socket(zmq.REP)
    urls = {
        "pub": f"{HOST}:{publishers.bind_to_random_port(HOST)}",
        "sub": f"{HOST}:{subscribers.bind_to_random_port(HOST)}",
        "remote": f"{HOST}:{remote.bind_to_random_port(HOST)}",
    }

    def echo() -> None:
        while True:
            remote.send(remote.recv())

    threading.Thread(target=zmq.proxy, args=(publishers, subscribers), daemon=True).start()
    threading.Thread(target=echo, daemon=True).start()
    print(json.dumps(urls), flush=True)
    while sys.stdin.readline():
        report()


if __name__ == "__main__":
    if sys.argv[1] == "gazewire":
        asyncio.run(serve_gazewire())
    else:
        serve_bare()
