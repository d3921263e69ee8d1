"""What a device says of itself, a component at a time, as named tuples.

The order of the fields and their defaults are part of the interface. What is read from a device is
checked in so far as programs rely on it: the keys without a default are there, and every value has
the type that its field says. Words that may grow in number, such as the states of a battery, are
taken as they come, and keys that are not known are ignored.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, get_origin, get_type_hints

import msgspec

from gazewire.model import ResourceState
from gazewire.net.address import spell_address

__all__ = [
    "Component",
    "ComponentRaw",
    "ConnectionType",
    "DiscoveredDeviceInfo",
    "Event",
    "Hardware",
    "NetworkDevice",
    "Phone",
    "Recording",
    "Sensor",
    "SensorName",
    "UnknownComponentError",
    "parse_component",
]

_NS_PER_S = 1_000_000_000


class DiscoveredDeviceInfo(NamedTuple):
    """A device that was found on the network.

    Attributes:
        name: of the service, ``PI monitor:<phone name>:<device id>._http._tcp.local.``.
        server: host name, such as ``neon.local.``.
        port: of the REST interface.
        addresses: every IP address under which it was announced.
    """

    name: str
    server: str
    port: int
    addresses: list[str]


class Event(NamedTuple):
    """A labelled instant.

    Attributes:
        name: the label.
        recording_id: the recording that holds it; None where nothing was recording.
        timestamp: nanoseconds of the device's Unix time.
    """

    name: str | None
    recording_id: str | None
    timestamp: int

    @classmethod
    def from_dict(cls, event_dict: dict[str, Any]) -> Event:
        """Read the data of an event as it was decoded from JSON.

        Raises:
            KeyError: it has no timestamp.
        """
        return cls(
            name=event_dict.get("name"),
            recording_id=event_dict.get("recording_id"),
            timestamp=event_dict["timestamp"],
        )

    @property
    def datetime(self) -> dt.datetime:
        """The instant in local time, without a time zone, down to the microsecond."""
        seconds, nanoseconds = divmod(self.timestamp, _NS_PER_S)
        return dt.datetime.fromtimestamp(seconds).replace(microsecond=nanoseconds // 1000)

    def __repr__(self) -> str:
        return (
            f"Event(name={self.name} recording_id={self.recording_id} "
            f"timestamp_unix_ns={self.timestamp} datetime={self.datetime})"
        )


class Phone(NamedTuple):
    """The companion device.

    Attributes:
        battery_level: percent, 0 to 100.
        battery_state: what the level means for recording.
        device_id: 16 hexadecimal digits.
        device_name: chosen by the user.
        ip: where the time echo is to be had.
        memory: free bytes.
        memory_state: what the free space means for recording.
        time_echo_port: TCP port of the time echo; None on devices that have none.
    """

    battery_level: int
    battery_state: ResourceState
    device_id: str
    device_name: str
    ip: str
    memory: int
    memory_state: ResourceState
    time_echo_port: int | None = None


class Hardware(NamedTuple):
    """The glasses.

    Attributes:
        version: begins with 1 for Pupil Invisible, with 2 for Neon.
        glasses_serial: of Pupil Invisible; ``-1`` on Neon.
        world_camera_serial: of the scene camera of Pupil Invisible; ``-1`` on Neon.
        module_serial: of Neon.
    """

    version: str | None = "unknown"
    glasses_serial: str | None = "unknown"
    world_camera_serial: str | None = "unknown"
    module_serial: str | None = "unknown"


class NetworkDevice(NamedTuple):
    """Another companion device, which this one sees on the network.

    Attributes:
        ip: its address.
        device_id: 16 hexadecimal digits.
        device_name: chosen by its user.
        connected: it is there.
    """

    ip: str
    device_id: str
    device_name: str
    connected: bool


class SensorName(enum.Enum):
    """What a sensor gives."""

    ANY = None
    GAZE = "gaze"
    WORLD = "world"
    IMU = "imu"
    EYES = "eyes"
    EYE_EVENTS = "eye_events"
    AUDIO = "audio"


class ConnectionType(enum.Enum):
    """How a stream is had: RTSP over TCP, or RTSP inside a websocket, which is for browsers."""

    ANY = None
    WEBSOCKET = "WEBSOCKET"
    DIRECT = "DIRECT"


class Sensor(NamedTuple):
    """One way to receive one stream.

    Attributes:
        sensor: value of a `SensorName`.
        conn_type: value of a `ConnectionType`.
        connected: the stream can be opened.
        ip: address of the server, or None.
        params: URL query without its question mark.
        port: port of the server, or None.
        protocol: URL scheme.
        stream_error: the stream is open but broken. Older apps do not say, and then it is True, so
            that True alone is no proof of an error.
    """

    sensor: str
    conn_type: str
    connected: bool = False
    ip: str | None = None
    params: str | None = None
    port: int | None = None
    protocol: str = "rtsp"
    stream_error: bool = True

    @property
    def url(self) -> str | None:
        """Where to open the stream; None while it is not connected, or nobody knows where."""
        if not self.connected or self.ip is None or self.port is None:
            return None
        return f"{self.protocol}://{spell_address((self.ip, self.port))}/?{self.params or ''}"


class Recording(NamedTuple):
    """A recording, as it goes on.

    Attributes:
        action: the last thing that happened to it: ``START``, ``STOP``, ``SAVE``, ``DISCARD`` or
            ``ERROR``.
        id: UUID.
        message: for humans; the reason, where `action` is ``ERROR``.
        rec_duration_ns: its length when this was said.
    """

    action: str
    id: str
    message: str
    rec_duration_ns: int

    @property
    def rec_duration_seconds(self) -> float:
        """Its length in seconds."""
        return self.rec_duration_ns / _NS_PER_S


Component = Phone | Hardware | Sensor | Recording | NetworkDevice | Event
"""What a status is made of, and what an update of it brings."""

ComponentRaw = dict[str, Any]
"""A component as it was decoded from JSON: ``{"model": …, "data": …}``."""


class UnknownComponentError(ValueError):
    """A component is of a model that this version does not know, or is none at all."""


def parse_component(raw: ComponentRaw) -> Component:
    """Read a component.

    Args:
        raw: as it was decoded from JSON.

    Raises:
        UnknownComponentError: its model is not known, or this is no component.
        ValueError: it lacks what its model requires, or has a value of another type there.
    """
    given: object = raw  # for a peer may have sent anything
    if not isinstance(given, dict) or not {"model", "data"} <= given.keys():
        raise UnknownComponentError(f"a component has a model and data, this has not: {raw!r:.200}")
    model, data = raw["model"], raw["data"]
    read = _READERS.get(model) if isinstance(model, str) else None
    if read is None:
        raise UnknownComponentError(f"no model {model!r:.40} is known; its data are {data!r:.200}")
    try:
        return read(data)
    except msgspec.ValidationError as error:
        raise ValueError(f"malformed {model}: {error}, in {data!r:.200}") from error


def _reader(make: Callable[..., Component], **defaults: object) -> Callable[[object], Component]:
    """Make what reads the data of one model.

    Args:
        make: its named tuple.
        defaults: of keys that may be missing though the named tuple has no default for them.
    """
    defaults = {**getattr(make, "_field_defaults", {}), **defaults}
    fields: list[tuple[str, type] | tuple[str, type, object]] = []
    for name, hint in get_type_hints(make).items():
        accepted = str if get_origin(hint) is Literal else hint
        fields.append((name, accepted, defaults[name]) if name in defaults else (name, accepted))
    # The decoder wants optional keys last; the named tuple has its own order.
    struct = msgspec.defstruct(getattr(make, "__name__", ""), fields, kw_only=True)
    return lambda data: make(**msgspec.structs.asdict(msgspec.convert(data, struct)))


_READERS: Mapping[str, Callable[[object], Component]] = {
    "Phone": _reader(Phone),
    "Hardware": _reader(Hardware),
    "Sensor": _reader(Sensor),
    "Recording": _reader(Recording),
    "Event": _reader(Event, name=None, recording_id=None),
    "NetworkDevice": _reader(NetworkDevice),
}
