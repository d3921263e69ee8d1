"""A peer of the incumbent library: it tells what it has seen of another, until that one is gone.

When the other joins `group` it shouts and whispers. It answers every `batch` whispers with as many.
"""

import uuid

import zmq
from pyre import Pyre
from reporting import report, say_receiving

LIMIT_MS = 40_000


def main(group: str, batch: int) -> list[list[str]]:
    node = Pyre("incumbent")
    node.set_header("app_type", "capture")
    node.join(group)
    node.start()
    say_receiving()
    seen = []
    counted = 0
    poller = zmq.Poller()
    poller.register(node.socket(), zmq.POLLIN)
    while poller.poll(LIMIT_MS):
        kind, peer, name, *rest = node.recv()
        other = uuid.UUID(bytes=peer)
        if kind == b"WHISPER" and rest == [b"one of many"]:
            counted += 1
            if counted % batch == 0:
                for _ in range(batch):
                    node.whisper(other, b"one of many")
            continue
        seen.append([part.decode() for part in (kind, name, *rest)])
        if kind == b"JOIN" and rest == [group.encode()]:
            node.shout(group, b"shout")
            node.whisper(other, [b"whisper", b""])
        if kind == b"WHISPER" and rest == [b"leave"]:
            node.leave(group)
            node.join("x")
        if kind == b"EXIT":
            break
    node.stop()
    seen.append(["counted", str(counted)])
    return seen


report(main)
