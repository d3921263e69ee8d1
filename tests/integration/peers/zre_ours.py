"""Our own node, which talks to one other and tells what it has seen of it."""

import asyncio
import uuid

from reporting import report

from gazewire.net.groups import Groups
from gazewire.time import SystemClock
from gazewire.wire.zre import GroupEvent, GroupLeft, WhisperReceived

LIMIT_S = 40


def spell(event: GroupEvent) -> list[str]:
    content = [frame.decode() for frame in getattr(event, "content", ())]
    group = [event.group] if hasattr(event, "group") else []
    return [type(event).__name__, event.peer.name, *group, *content]


async def exchange(groups: Groups, other: uuid.UUID, count: int, batch: int) -> list[list[str]]:
    """Send and receive that many whispers, a batch at a time."""
    seen = []
    for _ in range(0, count, batch):
        for _ in range(batch):
            groups.whisper(other, b"one of many")
        for _ in range(batch):
            event = await anext(groups)
            if not isinstance(event, WhisperReceived):
                seen.append(spell(event))
    return seen


async def talk(group: str, address: str, count: int, batch: int) -> dict:
    member = Groups(
        SystemClock(),
        name="ours",
        headers={"sub_address": "tcp://10.99.0.1:1111"},
        groups=[group],
        interfaces=[address],
    )
    seen = []
    async with asyncio.timeout(LIMIT_S), member as groups:
        async for event in groups:
            seen.append(spell(event))
            if not isinstance(event, WhisperReceived):
                continue
            # The other has said all it has to say by itself.
            groups.shout(group, b"one", b"two")
            groups.join("more")
            groups.leave("more")
            if count:
                seen += await exchange(groups, event.peer.uuid, count, batch)
            groups.whisper(event.peer.uuid, b"leave")
            break
        async for event in groups:
            seen.append(spell(event))
            if isinstance(event, GroupLeft):
                seen.append(spell(await anext(groups)))
                break
        headers = [dict(card.headers) for card in groups.peers.values()]
    return {"seen": seen, "headers": headers}


def main(group: str, address: str, count: int = 0, batch: int = 1) -> dict:
    return asyncio.run(talk(group, address, count, batch))


report(main)
