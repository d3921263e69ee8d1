"""What ``info.json`` says of a recording."""

from __future__ import annotations

import re

import msgspec

__all__ = ["RecordedInfo", "means_lack_offset"]

# From this version of the app on, the mean gaze of movements has the wearer's offset in it.
_MEANS_WITH_OFFSET = (2, 9, 31)


class RecordedInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What we use of ``info.json``; each field is named as there and may be missing.

    Attributes:
        recording_id: UUID.
        start_time: nanoseconds of Unix time; sensors start a second or two later.
        duration: nanoseconds; 0 in a recording that was cut off.
        data_format_version: ``2.5``; begins with ``1.`` for Pupil Invisible.
        app_version: of the recording app.
        module_serial_number: of a Neon module.
        glasses_serial_number: of Pupil Invisible.
        gaze_offset: pixels that were added to gaze.
    """

    recording_id: str | None = None
    start_time: int | None = None
    duration: int | None = None
    data_format_version: str | None = None
    app_version: str | None = None
    module_serial_number: str | None = None
    glasses_serial_number: str | None = None
    gaze_offset: tuple[float, float] = (0.0, 0.0)


def means_lack_offset(app_version: str | None) -> bool:
    """Tell whether an app wrote the mean gaze of movements without the wearer's offset."""
    # Seen in recordings of 2.9.18 and 2.9.19: the mean of the samples is the stored mean plus the
    # offset, in x and in y.
    match = re.match(r"(\d+)\.(\d+)\.(\d+)", app_version or "")
    return match is not None and tuple(map(int, match.groups())) < _MEANS_WITH_OFFSET
