"""What a Core program publishes, as typed records; whatever has no type of ours, as a raw map.

Instants are told on our clock, by the offset that was measured.
"""

from __future__ import annotations

from collections.abc import Callable

from gazewire.client.core.frame import CoreFrame
from gazewire.client.core.subscription import Message as CoreMap
from gazewire.model import (
    Annotation,
    BlinkResponse,
    DispersionFixation,
    MappedGaze,
    Notification,
    PupilDatum,
    SurfaceDatum,
)
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    MAX_MAP_BYTES,
    Family,
    Message,
    WireLogRecord,
    decode_blink,
    decode_fixation,
    decode_gaze,
    decode_log_record,
    decode_pupil,
    decode_surface,
    family_of,
    parse_annotation,
    parse_notification,
)

__all__ = [
    "CoreRecord",
    "decode_blinks",
    "decode_fixations",
    "decode_frames",
    "decode_gazes",
    "decode_logs",
    "decode_maps",
    "decode_notifications",
    "decode_pupils",
    "decode_records",
    "decode_surfaces",
]

CoreRecord = (
    PupilDatum
    | MappedGaze
    | DispersionFixation
    | BlinkResponse
    | SurfaceDatum
    | Annotation
    | CoreFrame
    | Notification
    | WireLogRecord
    | CoreMap
)
"""One thing that was published; a raw map where the topic is of no kind that we know."""


# Each of these reads one message, and raises `RemoteProtocolError` where it cannot be read.


def decode_maps(message: Message, _: TimeBase) -> CoreMap:
    """The raw map."""
    return CoreMap(message.topic, message.map())


def decode_pupils(message: Message, timebase: TimeBase) -> PupilDatum:
    """A pupil."""
    return decode_pupil(message).datum(timebase)


def decode_gazes(message: Message, timebase: TimeBase) -> MappedGaze:
    """A gaze datum."""
    return decode_gaze(message).gaze(timebase)


def decode_fixations(message: Message, timebase: TimeBase) -> DispersionFixation:
    """A fixation, so far."""
    return decode_fixation(message.payload).fixation(timebase)


def decode_blinks(message: Message, timebase: TimeBase) -> BlinkResponse:
    """A response of the filter for blinks."""
    return decode_blink(message.payload).response(timebase)


def decode_surfaces(message: Message, timebase: TimeBase) -> SurfaceDatum:
    """A surface in one image."""
    return decode_surface(message.payload).datum(timebase)


def decode_frames(message: Message, timebase: TimeBase) -> CoreFrame:
    """An image."""
    return CoreFrame.parse(message, timebase)


def decode_notifications(message: Message, _: TimeBase) -> Notification:
    """A notification, also one that has all the data of a calibration."""
    return parse_notification(message, max_bytes=MAX_MAP_BYTES)


def decode_logs(message: Message, _: TimeBase) -> WireLogRecord:
    """A line of the log."""
    return decode_log_record(message.payload)


def _decode_annotation(message: Message, timebase: TimeBase) -> Annotation:
    return parse_annotation(message.map(), timebase)


_BY_FAMILY: dict[Family, Callable[[Message, TimeBase], CoreRecord]] = {
    Family.PUPIL: decode_pupils,
    Family.GAZE: decode_gazes,
    Family.FIXATIONS: decode_fixations,
    Family.BLINKS: decode_blinks,
    Family.SURFACE: decode_surfaces,
    Family.ANNOTATION: _decode_annotation,
    Family.FRAME: decode_frames,
    Family.NOTIFY: decode_notifications,
    Family.DELAYED_NOTIFY: decode_notifications,
    Family.REMOTE_NOTIFY: decode_notifications,
    Family.LOGGING: decode_logs,
}


def decode_records(message: Message, timebase: TimeBase) -> CoreRecord:
    """The record that the topic tells of; the raw map of any other topic."""
    return _BY_FAMILY.get(family_of(message.topic), decode_maps)(message, timebase)
