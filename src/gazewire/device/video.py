"""Scene video: each picture is coded once, for everybody who wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from gazewire.device.punctuality import Punctuality
from gazewire.flow import Topic
from gazewire.media import H264Encoder
from gazewire.model import AccessUnit, Frame
from gazewire.net import RtpStream
from gazewire.wire.payload.h264 import Packetizer

__all__ = ["CodedVideoSink", "VideoTrack", "encode_video"]

# A key frame is a hundred packets, and clients' sockets hold about as many: packets leave in
# bursts, and from one to the next each client has so long to read. With many clients, the others'
# turns are pause enough. Two bursts fit where a client has missed a chance to read, and a picture
# between key frames is usually one.
_BURST_PACKETS = 40
_BURST_INTERVAL_S = 0.001


class CodedVideoSink(Protocol):
    """Somebody who takes coded pictures."""

    @property
    def is_wanted(self) -> bool:
        """There is a use for pictures now; while no sink has one, nothing is encoded."""

    @property
    def wants_keyframe(self) -> bool:
        """The next picture should be one where decoding can begin."""

    async def take(self, unit: AccessUnit) -> None:
        """Use one picture; whoever needs longer than a frame interval hands it on and returns."""


class VideoTrack:
    """Coded pictures into one RTP stream."""

    def __init__(self, stream: RtpStream) -> None:
        self.stream = stream
        self._packetizer = Packetizer()

    @property
    def is_wanted(self) -> bool:
        """A client receives."""
        return self.stream.has_receivers

    @property
    def wants_keyframe(self) -> bool:
        """A client waits to begin."""
        return self.stream.wants_keyframe

    async def take(self, unit: AccessUnit) -> None:
        """Send one picture, in bursts."""
        payloads = self._packetizer.packetize(unit.nal_units)
        bursts = -(-len(payloads) // _BURST_PACKETS)
        loop = asyncio.get_running_loop()
        burst_began_s = 0.0
        for number in range(bursts):
            if number:
                await asyncio.sleep(burst_began_s + _BURST_INTERVAL_S - loop.time())
            burst_began_s = loop.time()
            # Of one length: what comes last waits for no pause that it is hardly worth.
            start, end = (len(payloads) * n // bursts for n in (number, number + 1))
            await self.stream.send_in_turns(
                payloads[start:end],
                unit.timestamp_unix_ns,
                is_keyframe=unit.is_keyframe,
                is_continued=number > 0,
                marker_on_last=number == bursts - 1,
            )


async def encode_video(
    frames: Topic[Frame],
    encoder: H264Encoder,
    sinks: Sequence[CodedVideoSink],
    punctuality: Punctuality,
    *,
    frames_waiting: int = 8,
) -> None:
    """Encode frames in a thread of their own and give each coded picture to all sinks.

    Runs until the topic ends. It takes the frames that are made, and asks for none: whether the
    sinks want any, they know. A picture that a late sink asked to begin with may come one frame
    later than asked, never not at all. Frames that come too late
    are left out.

    Args:
        frames: to be encoded.
        encoder: for them alone.
        sinks: who takes what is coded.
        punctuality: tells which come too late, and counts them.
        frames_waiting: how many may wait to be encoded; of more, the oldest are left out.
    """
    loop = asyncio.get_running_loop()
    with (
        frames.subscribe(capacity=frames_waiting, passive=True) as waiting,
        ThreadPoolExecutor(1, thread_name_prefix="encoder") as thread,
    ):
        was_wanted = False
        async for frame in waiting:
            is_wanted = any(sink.is_wanted for sink in sinks)
            if is_wanted:
                punctuality.note_lost(waiting.dropped)
                if not punctuality.admits(frame):
                    continue
                # After a pause the pictures that the coded one would refer to were never sent.
                begin = not was_wanted or any(sink.wants_keyframe for sink in sinks)
                unit = await loop.run_in_executor(thread, _encode, encoder, frame, begin)
                for sink in sinks:
                    await sink.take(unit)
            was_wanted = is_wanted


def _encode(encoder: H264Encoder, frame: Frame, force_keyframe: bool) -> AccessUnit:
    return encoder.encode(frame, force_keyframe=force_keyframe)
