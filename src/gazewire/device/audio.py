"""Sound of the scene: coded once, for everybody who wants it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from gazewire.flow import Topic
from gazewire.media import AacEncoder
from gazewire.model import AudioChunk
from gazewire.net import RtpStream
from gazewire.wire.payload import AacPacketizer

__all__ = ["send_audio"]

# Chunks are 10 to 30 ms long, so that these are some seconds: longer than the machine ever
# hiccups. Coding them takes a hundredth of that time.
_CHUNKS_WAITING = 200


async def send_audio(chunks: Topic[AudioChunk], encoder: AacEncoder, stream: RtpStream) -> None:
    """Encode sound in a thread of its own and send it, one access unit a packet.

    Runs until the topic ends. While nobody receives, nothing is encoded; who comes then waits for
    the encoder to fill, a quarter of a second at 8 kHz.
    """
    loop = asyncio.get_running_loop()
    packetizer = AacPacketizer()
    with (
        chunks.subscribe(capacity=_CHUNKS_WAITING) as waiting,
        ThreadPoolExecutor(1, thread_name_prefix="audio encoder") as thread,
    ):
        async for chunk in waiting:
            if not stream.has_receivers:
                encoder.reset()
                continue
            for unit in await loop.run_in_executor(thread, encoder.encode, chunk):
                payloads = packetizer.packetize([unit.data])
                stream.send(payloads, unit.timestamp_unix_ns, marker_on_last=True)
