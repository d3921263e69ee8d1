"""The sound of a video file, on the time of its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np

from gazewire.media.gapless import GaplessSound, Samples
from gazewire.media.opening import open_media

__all__ = ["SoundTrack"]

_NS_PER_S = 1_000_000_000
# Silence after the end is given in blocks of that length.
_SILENCE_S = Fraction(1, 50)


class SoundTrack:
    """The first sound track of a file, in any codec that libav reads.

    Nothing is kept in memory but what is being decoded; each iteration opens the file anew, so that
    several may run at once.

    Attributes:
        path: the file.
        sample_rate_hz: samples a second in each channel.
        channels: 1, or 2 where there are two or more; further ones are mixed into these.
        skipped: packets left out so far because they could not be decoded.
    """

    def __init__(
        self, path: Path, *, sample_rate_hz: int, channels: int, first_picture_s: Fraction
    ) -> None:
        """Take a track as `look_into` has found it."""
        self.path = path
        self.sample_rate_hz = sample_rate_hz
        self.channels = channels
        self.skipped = 0
        self._first_picture_s = first_picture_s

    @classmethod
    def look_into(cls, path: Path, *, first_picture_s: Fraction) -> Self | None:
        """Decode the beginning of the track; None where there is none, or none that can be decoded.

        Args:
            path: the file.
            first_picture_s: time of the first picture in the file.

        Raises:
            SourceError: the file cannot be opened.
        """
        track = cls(path, sample_rate_hz=0, channels=0, first_picture_s=first_picture_s)
        first = next(track._decoded(), None)
        if first is None:
            return None
        track.sample_rate_hz = first.sample_rate
        track.channels = min(first.layout.nb_channels, 2)
        track.skipped = 0
        return track

    def blocks(self) -> Iterator[bytes]:
        """Decode the track from the instant of the first picture on, without a gap or an end.

        Where the file has no sound, before, between or after what it has, there is silence. Its
        timestamps are followed as `gazewire.media.gapless` tells.

        Yields:
            Any number of samples: signed 16-bit integers, little-endian, the channels of one
            instant side by side.

        Raises:
            SourceError: the file is gone, or holds something else by now.
        """
        gapless = GaplessSound(self.sample_rate_hz, self.channels)
        converter = _Converter(self.sample_rate_hz, self.channels)
        end_ns = 0
        for frame in self._decoded():
            begin_ns = end_ns if frame.pts is None else self._since_first_picture_ns(frame)
            samples = converter.convert(frame)
            end_ns = begin_ns + len(samples) * _NS_PER_S // self.sample_rate_hz
            for piece in gapless.join(samples, begin_ns):
                yield piece.astype("<i2", copy=False).tobytes()
        silence = bytes(2 * self.channels * int(self.sample_rate_hz * _SILENCE_S))
        while True:
            yield silence

    def _decoded(self) -> Iterator[av.AudioFrame]:
        with open_media(self.path) as container:
            if not container.streams.audio:
                return
            packets = container.demux(container.streams.audio[0])
            while True:
                try:
                    packet = next(packets, None)
                    if packet is None:
                        return
                except av.FFmpegError:
                    # The container itself is torn off here.
                    self.skipped += 1
                    return
                try:
                    yield from packet.decode()
                except av.FFmpegError:
                    self.skipped += 1

    def _since_first_picture_ns(self, frame: av.AudioFrame) -> int:
        assert frame.pts is not None
        time_base = frame.time_base or Fraction(1, self.sample_rate_hz)
        return round((frame.pts * time_base - self._first_picture_s) * _NS_PER_S)


class _Converter:
    """Frames of any format to samples; formats may change on the way."""

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._channels = channels
        self._resampler = self._open()

    def convert(self, frame: av.AudioFrame) -> Samples:
        try:
            packed = self._resampler.resample(frame)
        except ValueError:  # which it says of a format other than before
            self._resampler = self._open()
            packed = self._resampler.resample(frame)
        samples = [part.to_ndarray()[0] for part in packed]
        joined = np.concatenate(samples) if samples else np.zeros(0, np.int16)
        return joined.reshape(-1, self._channels)

    def _open(self) -> av.AudioResampler:
        layout = "mono" if self._channels == 1 else "stereo"
        return av.AudioResampler(format="s16", layout=layout, rate=self._sample_rate_hz)
