import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from gazewire.device.audio import send_audio
from gazewire.device.catalog import audio_offer
from gazewire.flow import Topic
from gazewire.media import AacDecoder, AacEncoder
from gazewire.model import AudioAccessUnit, AudioChunk
from gazewire.net import RtpStream
from gazewire.time import ManualClock
from gazewire.wire.payload import AacDepacketizer
from gazewire.wire.rtp import RtpPacket

START = 1_790_000_000_000_000_000
CHUNK_NS = 16_000_000


class Receiver:
    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []
        self.has_some = asyncio.Event()

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        self.packets += [RtpPacket.parse(packet) for packet in packets]
        self.has_some.set()
        return True

    def send_rtcp(self, packet: bytes) -> None:
        pass


class Studio:
    """A microphone, an encoder and their stream."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.chunks = Topic[AudioChunk]("chunks")
        self.encoder = AacEncoder()
        self.stream: RtpStream = audio_offer(self.encoder.config, self.clock).stream

    def run(self) -> asyncio.Task[None]:
        return asyncio.ensure_future(send_audio(self.chunks, self.encoder, self.stream))

    def join(self) -> Receiver:
        receiver = Receiver()
        self.stream.join(receiver)
        self.clock.advance(1_000_000_000)
        return receiver

    def speak(self, first: int, last: int, value: int = 0) -> None:
        for index in range(first, last):
            self.chunks.publish(
                AudioChunk(
                    index=index,
                    timestamp_unix_ns=START + index * CHUNK_NS,
                    sample_rate_hz=8000,
                    channels=1,
                    samples=np.full(128, value, "<i2").tobytes(),
                )
            )


@pytest.fixture
def studio() -> Studio:
    return Studio()


async def test_each_access_unit_is_a_packet_of_its_own_1024_ticks_after_the_one_before(
    studio: Studio,
) -> None:
    running = studio.run()
    await asyncio.sleep(0)
    receiver = studio.join()
    studio.speak(0, 80)
    studio.chunks.close()
    await running
    packets = receiver.packets
    assert len(packets) == 9, "of ten the coder keeps two, and it begins one early"
    assert {(packet.payload_type, packet.marker) for packet in packets} == {(97, True)}
    steps = np.diff([packet.timestamp for packet in packets])
    assert set(steps.tolist()) == {1024}


async def test_what_comes_out_is_what_went_in(studio: Studio) -> None:
    running = studio.run()
    await asyncio.sleep(0)
    receiver = studio.join()
    studio.speak(0, 40)
    studio.speak(40, 80, value=10_000)
    studio.chunks.close()
    await running
    depacketizer, decoder = AacDepacketizer(), AacDecoder(studio.encoder.config)
    units = [unit for packet in receiver.packets for unit in depacketizer.push(packet)]
    chunks = [
        decoder.decode(AudioAccessUnit(timestamp_unix_ns=0, data=unit.data)) for unit in units
    ]
    samples = np.concatenate([np.frombuffer(chunk.samples, "<i2") for chunk in chunks if chunk])
    step = int(np.argmax(samples > 5000)) - 1024
    assert abs(step - 40 * 128) <= 2, "where the silence ends, to the smear of the codec"


async def test_while_nobody_receives_nothing_is_sent(studio: Studio) -> None:
    sequence = studio.stream.next_sequence
    running = studio.run()
    await asyncio.sleep(0)
    studio.speak(0, 100)
    studio.chunks.close()
    await running
    assert studio.stream.next_sequence == sequence


async def test_who_comes_after_a_pause_hears_nothing_of_before(studio: Studio) -> None:
    running = studio.run()
    await asyncio.sleep(0)
    first = studio.join()
    studio.speak(0, 40, value=20_000)
    await first.has_some.wait()
    while len(first.packets) < 4:
        first.has_some.clear()
        await first.has_some.wait()
    studio.stream.leave(first)
    studio.speak(40, 42, value=20_000)
    for _ in range(20):
        await asyncio.sleep(0)
    second = studio.join()
    studio.speak(42, 80)
    studio.chunks.close()
    await running
    depacketizer, decoder = AacDepacketizer(), AacDecoder(studio.encoder.config)
    units = [unit for packet in second.packets for unit in depacketizer.push(packet)]
    for unit in units:
        chunk = decoder.decode(AudioAccessUnit(timestamp_unix_ns=0, data=unit.data))
        assert chunk is not None
        assert not any(np.frombuffer(chunk.samples, "<i2"))
