"""Inertial samples of a recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gazewire.errors import RemoteProtocolError
from gazewire.model import ImuDatum
from gazewire.recording.neon import layout
from gazewire.recording.neon.samples import (
    Samples,
    find_parts,
    read_array,
    read_parts,
    read_row_type,
)
from gazewire.wire.payload.imu import parse_imu

__all__ = ["RecordedImu"]

_COLUMNS = tuple(name for name in layout.IMU.row.names or () if name != "timestamp_ns")
_CHUNK = 1000


class RecordedImu:
    """The inertial samples of a recording, in order of time, one at an instant.

    Rows (``imu``) are preferred to the messages of the same samples (``extimu``). Pupil Invisible
    measures no orientation; its quaternion is NaN.

    Attributes:
        times_unix_ns: (N,) int64, rising.
    """

    def __init__(self, folder: Path, *, is_invisible: bool = False) -> None:
        """Read all samples.

        Args:
            folder: the recording.
            is_invisible: it comes from Pupil Invisible, which writes plain rows into ``extimu``.

        Raises:
            SourceError: a file cannot be read, or its columns are not those of inertial samples.
        """
        if find_parts(folder, layout.IMU.base, ".raw"):
            row = read_row_type(folder, layout.IMU, _COLUMNS)
            samples = read_parts(folder, layout.IMU, row)
        elif is_invisible:
            samples = read_parts(folder, layout.EXTIMU, layout.INVISIBLE_EXTIMU_ROW)
        else:
            samples = _read_messages(folder)
        samples = samples.rising()
        self.times_unix_ns = samples.times_unix_ns
        # (N, 10): gyro x y z, acceleration x y z, quaternion w x y z.
        self._values = np.full((len(samples), len(_COLUMNS)), np.nan)
        for index, name in enumerate(_COLUMNS):
            if name in (samples.rows.dtype.names or ()):
                self._values[:, index] = samples.rows[name]

    def data(self, shift_ns: int = 0) -> Iterator[ImuDatum]:
        """Give the samples.

        Args:
            shift_ns: added to each instant.
        """
        for start in range(0, len(self.times_unix_ns), _CHUNK):
            part = slice(start, start + _CHUNK)
            times = self.times_unix_ns[part].tolist()
            for time_ns, v in zip(times, self._values[part].tolist(), strict=True):
                yield ImuDatum(
                    timestamp_unix_ns=time_ns + shift_ns,
                    gyro_deg_s=(v[0], v[1], v[2]),
                    accel_g=(v[3], v[4], v[5]),
                    quaternion_wxyz=(v[6], v[7], v[8], v[9]),
                )


def _read_messages(folder: Path) -> Samples:
    times = []
    values = []
    for part in find_parts(folder, layout.EXTIMU.base, ".raw"):
        for message in _messages(folder / layout.EXTIMU.raw_file(part)):
            try:
                datum = parse_imu(message)
            except RemoteProtocolError:
                continue
            times.append(datum.timestamp_unix_ns)
            values.append(
                (
                    datum.timestamp_unix_ns,
                    *datum.gyro_deg_s,
                    *datum.accel_g,
                    *datum.quaternion_wxyz,
                )
            )
    return Samples(np.array(times, np.int64), np.array(values, layout.IMU.row))


def _messages(path: Path) -> Iterator[bytes]:
    # Each after its length; one that is cut off is not given.
    content = read_array(path, layout.OCTET).tobytes()
    offset = 0
    while True:
        start = offset + layout.EXTIMU_LENGTH.itemsize
        offset = start + int.from_bytes(content[offset:start], "little")
        if offset > len(content) or start > len(content):
            return
        yield content[start:offset]
