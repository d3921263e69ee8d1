"""What the tests of the bus's clients share."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

import pytest
import zmq

from gazewire.net.bus import Bus
from gazewire.time import SystemClock


@pytest.fixture
async def bus() -> AsyncIterator[Bus]:
    async with Bus(SystemClock()) as bus:
        yield bus


class OtherBus(NamedTuple):
    """The bus of another program: a bare proxy, which answers no greeting."""

    pub_url: str
    sub_url: str


@pytest.fixture
def other_bus() -> Iterator[OtherBus]:
    context = zmq.Context()
    publishers, subscribers = context.socket(zmq.XSUB), context.socket(zmq.XPUB)
    pub_port = publishers.bind_to_random_port("tcp://127.0.0.1")
    sub_port = subscribers.bind_to_random_port("tcp://127.0.0.1")

    def pass_on() -> None:
        try:
            zmq.proxy(publishers, subscribers)
        except zmq.ContextTerminated:
            publishers.close()
            subscribers.close()

    thread = threading.Thread(target=pass_on)
    thread.start()
    # As the incumbent's own threads do, somebody always subscribes to something.
    with context.socket(zmq.SUB) as launcher:
        launcher.connect(f"tcp://127.0.0.1:{sub_port}")
        launcher.subscribe(b"notify.eye_process.")
        yield OtherBus(f"tcp://127.0.0.1:{pub_port}", f"tcp://127.0.0.1:{sub_port}")
    context.term()
    thread.join()
