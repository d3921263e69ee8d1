"""AAC-LC: sound to access units as they go over a network, and back."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.codec.context import Flags

from gazewire.media.gapless import GaplessSound, Samples
from gazewire.media.sound_decoder import SoundDecoder
from gazewire.model import AudioAccessUnit, AudioChunk

__all__ = ["AacDecoder", "AacEncoder"]

_NS_PER_S = 1_000_000_000
# Where that much is missing, or comes again, the clock of the source has jumped.
_LONGEST_GAP_NS = 1_000_000_000
_LAYOUTS = {1: "mono", 2: "stereo"}


class AacEncoder:
    """Encodes chunks of any sample rate, mono or stereo.

    An access unit codes 1024 samples and is given out when the 2048 samples after these have come,
    because neighbours overlap and the coder looks ahead. Instants are those of `AudioAccessUnit`:
    the first access unit after a beginning lies 1024 samples *before* the first sample and decodes
    to silence; the second one decodes to the first samples, and so on, each 1024 samples after the
    one before, exactly.

    Chunks are laid end to end; see `GaplessSound` for what happens to instants that do not fit.
    After more than a second without chunks the encoder begins anew.

    Attributes:
        sample_rate_hz: of what is coded.
        channels: of what is coded.
        config: what a decoder must know (AudioSpecificConfig, ISO/IEC 14496-3 §1.6.2.1); 1588 in
            hexadecimal for 8 kHz mono.
    """

    def __init__(
        self, *, sample_rate_hz: int = 8_000, channels: int = 1, bit_rate: int = 32_000
    ) -> None:
        """Open the encoder.

        Args:
            sample_rate_hz: of what is coded, one of those that AAC has a number for.
            channels: of what is coded; 1 or 2.
            bit_rate: bits a second, on average. Speech at 8 kHz is clear from 16 000 on, and no
                access unit of it exceeds a packet.
        """
        self.sample_rate_hz = sample_rate_hz
        self.channels = channels
        self._bit_rate = bit_rate
        self._codec = self._open()
        # The first 16 bits are the configuration; the library adds that there is no extension.
        self.config = bytes(self._codec.extradata or b"")[:2]
        self._input: _Input | None = None

    def encode(self, chunk: AudioChunk) -> list[AudioAccessUnit]:
        """Encode a chunk; it takes a fifth of a millisecond.

        Returns:
            The access units that are complete now; seldom more than one.

        Raises:
            ValueError: its rate or number of channels is not that of the chunks before, or there
                are more than two channels.
        """
        if self._input is None or self._input.has_jumped(chunk):
            if self._input is not None:
                self._codec = self._open()
            self._input = _Input(chunk)
        units = []
        for frame in self._input.frames(chunk):
            for packet in self._codec.encode(frame):
                assert packet.pts is not None, "each frame had a timestamp"
                elapsed_ns = packet.pts * _NS_PER_S // self.sample_rate_hz
                units.append(
                    AudioAccessUnit(
                        timestamp_unix_ns=self._input.first_unix_ns + elapsed_ns,
                        data=bytes(packet),
                    )
                )
        return units

    def reset(self) -> None:
        """Forget what was not given out yet; the next chunk is a beginning."""
        if self._input is not None:
            self._codec = self._open()
            self._input = None

    def _open(self) -> av.AudioCodecContext:
        codec = av.CodecContext.create("aac", "w")
        codec.sample_rate = self.sample_rate_hz
        codec.layout = _LAYOUTS[self.channels]
        codec.format = "fltp"
        codec.bit_rate = self._bit_rate
        codec.time_base = Fraction(1, self.sample_rate_hz)
        # The second one keeps the name of the library out of the stream.
        codec.flags |= Flags.global_header | Flags.bitexact
        codec.open()
        return codec


class _Input:
    """What an encoder is fed with, from one beginning on.

    Attributes:
        first_unix_ns: instant of the first sample.
    """

    def __init__(self, first: AudioChunk) -> None:
        if first.channels not in _LAYOUTS:
            raise ValueError(f"sound has one channel or two, not {first.channels}")
        self.first_unix_ns = first.timestamp_unix_ns
        self._shape = (first.sample_rate_hz, first.channels)
        self._sound = GaplessSound(*self._shape)
        self._count = 0

    def has_jumped(self, chunk: AudioChunk) -> bool:
        """Whether time has made a leap since the chunk before."""
        lag_ns = self._sound.lag_ns(chunk.timestamp_unix_ns - self.first_unix_ns)
        return abs(lag_ns) > _LONGEST_GAP_NS

    def frames(self, chunk: AudioChunk) -> list[av.AudioFrame]:
        """Make what the codec takes; it converts rate, channels and format by itself."""
        sample_rate_hz, channels = self._shape
        if (chunk.sample_rate_hz, chunk.channels) != self._shape:
            raise ValueError(
                f"this encoder takes {channels} channels at {sample_rate_hz} Hz, "
                f"not {chunk.channels} at {chunk.sample_rate_hz} Hz"
            )
        samples = np.frombuffer(chunk.samples, "<i2").astype(np.int16, copy=False)
        begin_ns = chunk.timestamp_unix_ns - self.first_unix_ns
        return [
            self._frame(stretch)
            for stretch in self._sound.join(samples.reshape(-1, channels), begin_ns)
        ]

    def _frame(self, stretch: Samples) -> av.AudioFrame:
        sample_rate_hz, channels = self._shape
        packed = np.ascontiguousarray(stretch).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=_LAYOUTS[channels])
        frame.sample_rate = sample_rate_hz
        frame.time_base = Fraction(1, sample_rate_hz)
        frame.pts = self._count
        self._count += len(stretch)
        return frame


class AacDecoder:
    """Decodes a live stream of access units to chunks: what `SoundDecoder` gives, in 16 bits.

    Joined in the middle, or after a loss, the first samples are not yet clean: each access unit
    needs the one before it.
    """

    def __init__(self, config: bytes) -> None:
        """Open the decoder.

        Args:
            config: AudioSpecificConfig, as the description of the stream has it.
        """
        self._index = 0
        self._decoder = SoundDecoder(config)

    @property
    def skipped(self) -> int:
        """Access units that gave no chunk so far because they are broken."""
        return self._decoder.undecodable

    def decode(self, unit: AudioAccessUnit) -> AudioChunk | None:
        """Decode one access unit; it takes a tenth of a millisecond.

        Returns:
            Its sound, with its timestamp; None where it is broken.
        """
        sounds = self._decoder.decode(unit)
        if not sounds:
            return None
        (sound,) = sounds
        chunk = AudioChunk(
            index=self._index,
            timestamp_unix_ns=sound.timestamp_unix_ns,
            sample_rate_hz=sound.audio_frame.sample_rate,
            channels=sound.audio_frame.layout.nb_channels,
            samples=sound.s16.astype("<i2", copy=False).tobytes(),
        )
        self._index += 1
        return chunk
