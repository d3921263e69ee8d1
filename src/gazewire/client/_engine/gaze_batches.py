"""The receiving half of a gaze stream for throughput: datagrams in, arrays out.

It does what `gazewire.wire.payload.GazeReceiver` does, with the same counts and the same numbers,
but reads runs of plain packets together, without making a record of each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gazewire.client._engine.arrays import GAZE_DTYPE, RecordArray, gaze_array
from gazewire.model import GazeDatum
from gazewire.wire.payload import GazeFormat, GazeReceiver
from gazewire.wire.rtcp import StreamReceiver, WallClock
from gazewire.wire.rtp import HEADER_BYTES, ReorderWindow, TickClock

__all__ = ["GazeBatchReceiver"]

_VERSION_2 = 0x8000
_WORN = 255
_HALF_RANGE = 1 << 31
_MASK = (1 << 32) - 1
# No packet has this number, so that the window lets none pass by it.
_NOT_IN_TURN = -1
# For fewer packets than this, arrays cost more than records; and to count the time from one of
# them costs more than to ask the clock for each.
_WORTH_AN_ARRAY = 12
_WORTH_COUNTING = 48
# Clocks whose grid meets that of the nanoseconds more rarely are read tick by tick.
_MAX_STEP_TICKS = 64

# `GAZE_DTYPE` with its numbers as one block.
_NAMES = [name for name in GAZE_DTYPE.names or () if name not in {"timestamp_unix_ns", "worn"}]
_BLOCK = np.dtype(
    {
        "names": ["numbers"],
        "formats": [(np.float64, (len(_NAMES),))],
        "offsets": [np.dtype(np.int64).itemsize],
        "itemsize": GAZE_DTYPE.itemsize,
    }
)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the numbers of a packet go.

    Attributes:
        packet: a row is a packet, header included.
        first: column of `GAZE_DTYPE`'s numbers that gets the two before the worn flag.
        rest: column that gets the first of those after it.
    """

    packet: np.dtype[np.void]
    first: int
    rest: int


def _layout(format: GazeFormat) -> _Layout:
    left, right = _NAMES.index("left_x_px"), _NAMES.index("right_x_px")
    first, rest = {
        GazeFormat.DUAL_MONOCULAR: (left, right),
        GazeFormat.POINT_DUAL_MONOCULAR: (0, left),
    }.get(format, (0, 2))
    packet = np.dtype(
        [
            ("start", ">u2"),
            ("sequence", ">u2"),
            ("timestamp", ">u4"),
            ("ssrc", ">u4"),
            ("first", ">f4", (2,)),
            ("worn", "u1"),
            ("rest", ">f4", ((format - GazeFormat.POINT) // 4,)),
        ]
    )
    return _Layout(packet, first, rest)


_LAYOUTS = {HEADER_BYTES + format: _layout(format) for format in GazeFormat}


class GazeBatchReceiver:
    """Reads the packets of one gaze stream, within one session, into arrays.

    What a peer sends never raises here: what cannot be read is counted and thrown away, and the
    stream goes on.

    Args:
        payload_type: seven bits; what the SDP calls gaze.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        self._records = GazeReceiver(payload_type=payload_type, clock_hz=clock_hz, window=window)
        self._ticks = TickClock(clock_hz)
        # How a packet of these devices begins: nothing optional in its header, and no marker.
        self._plain = _VERSION_2 | payload_type

    @property
    def stream(self) -> StreamReceiver:
        """Counts, orders and dates the packets; takes the stream's RTCP.

        RTP goes through this receiver, not directly to it.
        """
        return self._records.stream

    @property
    def malformed(self) -> int:
        """Payloads too short for gaze."""
        return self._records.malformed

    @property
    def untimed(self) -> int:
        """Packets thrown away because no sender report had come yet."""
        return self._records.untimed

    @property
    def unexplained(self) -> int:
        """Payloads of a length we do not know; they are read as far as we do."""
        return self._records.unexplained

    @property
    def last_unexplained(self) -> bytes | None:
        """The last of them, or None."""
        return self._records.last_unexplained

    def receive(self, datagrams: Iterable[bytes], now_ns: int) -> list[RecordArray]:
        """Take what the socket holds.

        Args:
            datagrams: RTP packets in the order of their arrival; the more at once, the cheaper.
            now_ns: when they came, on any clock of the caller that does not run backwards.

        Returns:
            The data whose turn has come, in order: one array of `GAZE_DTYPE`, or none where there
            are no data.
        """
        batch = _Batch()
        for size, run in itertools.groupby(datagrams, len):
            together = list(run)
            layout = _LAYOUTS.get(size)
            if layout is None or len(together) < _WORTH_AN_ARRAY:
                batch.add_records(self._records.receive(together, now_ns))
            else:
                self._receive_run(together, layout, now_ns, batch)
        return batch.as_list()

    def release(self, now_ns: int) -> list[RecordArray]:
        """Give up on what was waited for too long; returns what waited behind it, as `receive`.

        Call it when `stream.window.next_release_ns` is reached.
        """
        batch = _Batch()
        batch.add_records(self._records.release(now_ns))
        return batch.as_list()

    def flush(self) -> list[RecordArray]:
        """Give up on all that is missing, at the end of the stream; returns all that was held."""
        batch = _Batch()
        batch.add_records(self._records.flush())
        return batch.as_list()

    def _receive_run(
        self, datagrams: list[bytes], layout: _Layout, now_ns: int, batch: _Batch
    ) -> None:
        """Take packets of one known length: those in their turn together, the others singly."""
        packets = np.frombuffer(b"".join(datagrams), layout.packet)
        stream = self.stream
        ssrc, sequences = None, [_NOT_IN_TURN] * len(datagrams)
        begin = 0
        while begin < len(datagrams):
            if stream.ssrc is not None and stream.ssrc != ssrc:
                ssrc, sequences = stream.ssrc, self._sequences(packets, stream.ssrc)
            end = begin
            for sequence in itertools.islice(sequences, begin, None):
                if not stream.window.passes(sequence):
                    break
                end += 1
            if end > begin:
                self._read_passed(packets[begin:end], layout, now_ns, batch)
            # What stands in the way of one that may not pass is for the other receiver to know.
            batch.add_records(self._records.receive(datagrams[end : end + 1], now_ns))
            begin = end + 1

    def _sequences(self, packets: RecordArray, ssrc: int) -> list[int]:
        """The number of each packet, where it is a plain one of a source."""
        sequences: list[int] = packets["sequence"].tolist()
        is_odd = (packets["start"] != self._plain) | (packets["ssrc"] != ssrc)
        for index in np.flatnonzero(is_odd).tolist():
            sequences[index] = _NOT_IN_TURN
        return sequences

    def _read_passed(
        self, packets: RecordArray, layout: _Layout, now_ns: int, batch: _Batch
    ) -> None:
        ssrc = int(packets["ssrc"][0])
        received = self.stream.statistics.received
        for sequence, timestamp in zip(
            packets["sequence"].tolist(), packets["timestamp"].tolist(), strict=True
        ):
            received(ssrc, sequence, timestamp, now_ns)
        instants = _instants(self.stream.clock, self._ticks, packets["timestamp"])
        if instants is None:
            self._records.untimed += len(packets)
        else:
            batch.add_array(_gaze_of(packets, layout, instants))


class _Batch:
    """Data in order, some as records and some in arrays."""

    def __init__(self) -> None:
        self._arrays: list[RecordArray] = []
        self._records: list[GazeDatum] = []

    def add_records(self, records: list[GazeDatum]) -> None:
        self._records += records

    def add_array(self, array: RecordArray) -> None:
        self._lay_out()
        self._arrays.append(array)

    def as_list(self) -> list[RecordArray]:
        """All as one array, or nothing."""
        self._lay_out()
        return self._arrays if len(self._arrays) < 2 else [np.concatenate(self._arrays)]

    def _lay_out(self) -> None:
        if self._records:
            self._arrays.append(gaze_array(self._records))
            self._records = []


def _gaze_of(packets: RecordArray, layout: _Layout, instants: npt.NDArray[np.int64]) -> RecordArray:
    gaze = np.zeros(len(packets), GAZE_DTYPE)
    gaze["timestamp_unix_ns"] = instants
    gaze["worn"] = packets["worn"] == _WORN
    numbers = gaze.view(_BLOCK)["numbers"]
    first, rest = packets["first"], packets["rest"]
    numbers[:] = np.nan
    # A NaN on the wire may be of the signalling kind, of which the conversion would complain.
    with np.errstate(invalid="ignore"):
        numbers[:, layout.first : layout.first + first.shape[1]] = first
        numbers[:, layout.rest : layout.rest + rest.shape[1]] = rest
    return gaze


def _instants(
    clock: WallClock, grid: TickClock, timestamps: npt.NDArray[np.uint32]
) -> npt.NDArray[np.int64] | None:
    """The instants of timestamps, each what `clock` says of it; None where it knows no time.

    Between two timestamps that are a whole number of grid steps apart (nine ticks at 90 kHz) lies
    a whole number of nanoseconds. So it is enough to ask the clock for one step of the grid, and to
    count from there. That holds where the clock runs evenly all the way, which shows at the ends:
    where it is being corrected, jumps or wraps between them, it is asked for each.
    """
    origin = int(timestamps[0])
    if clock.unix_ns(origin) is None:
        return None

    def by_clock(ticks: int) -> int:
        unix_ns = clock.unix_ns((origin + ticks) & _MASK)
        assert unix_ns is not None
        return unix_ns

    if len(timestamps) >= _WORTH_COUNTING and grid.step_ticks <= _MAX_STEP_TICKS:
        step = [by_clock(ticks) for ticks in range(grid.step_ticks)]

        def by_counting(ticks: int) -> int:
            steps, rest = divmod(ticks, grid.step_ticks)
            return step[rest] + steps * grid.step_ns

        # The short way round the circle.
        since = (timestamps.astype(np.uint32) - np.uint32(origin)).view(np.int32)
        first, last = int(since.min()), int(since.max())
        if last - first < _HALF_RANGE and all(
            by_counting(ticks) == by_clock(ticks) for ticks in (first, last)
        ):
            steps, rests = np.divmod(since.astype(np.int64), grid.step_ticks)
            counted: npt.NDArray[np.int64] = np.array(step, np.int64)[rests] + steps * grid.step_ns
            return counted
    return np.array([clock.unix_ns(timestamp) for timestamp in timestamps.tolist()], np.int64)
