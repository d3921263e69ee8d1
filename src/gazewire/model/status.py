"""What a device says of itself, a component at a time.

The fields carry the names of the published API, because users of the clients read them by these
names.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from gazewire.model.mark import Event

__all__ = [
    "Component",
    "Hardware",
    "NetworkDevice",
    "Phone",
    "Recording",
    "RecordingAction",
    "ResourceState",
    "Sensor",
]

ResourceState = Literal["OK", "LOW", "CRITICAL"]
RecordingAction = Literal["START", "STOP", "SAVE", "DISCARD", "ERROR"]


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """The companion device.

    Attributes:
        battery_level: percent, 0 to 100.
        battery_state: what the level means for recording.
        device_id: 16 hexadecimal digits; also the last part of the announced service name.
        device_name: chosen by the user.
        ip: where clients reach the time echo; dotted IPv4.
        memory: free bytes.
        memory_state: what the free space means for recording.
        time_echo_port: TCP port of the time echo; None on devices that have none.
        port: HTTP port.
    """

    battery_level: int
    battery_state: ResourceState
    device_id: str
    device_name: str
    ip: str
    memory: int
    memory_state: ResourceState
    time_echo_port: int | None = None
    port: int | None = None


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """The glasses.

    Attributes:
        version: begins with 1 for Pupil Invisible, with 2 for Neon.
        glasses_serial: ``-1`` on Neon.
        world_camera_serial: ``-1`` on Neon.
        module_serial: Neon only.
        frame_name: Neon only.
    """

    version: str = "unknown"
    glasses_serial: str | None = "unknown"
    world_camera_serial: str | None = "unknown"
    module_serial: str | None = None
    frame_name: str | None = None


class Sensor(msgspec.Struct, frozen=True, kw_only=True):
    """One way to receive one stream.

    Attributes:
        sensor: ``world``, ``gaze``, ``eyes``, ``imu`` or ``eye_events``.
        conn_type: ``DIRECT`` is RTSP over TCP, ``WEBSOCKET`` is RTSP inside a websocket.
        connected: the stream can be opened.
        ip: address of the server, or None.
        port: port of the server, or None.
        protocol: URL scheme.
        params: URL query without its question mark.
        stream_error: the stream is open but broken; None where an older app does not say. Clients
            read True where nothing is said.
    """

    sensor: str
    conn_type: str
    connected: bool = False
    ip: str | None = None
    port: int | None = None
    protocol: str = "rtsp"
    params: str | None = None
    stream_error: bool | None = True

    @property
    def url(self) -> str | None:
        """Where to open the stream; None while it is not connected."""
        if not self.connected or self.ip is None or self.port is None:
            return None
        return f"{self.protocol}://{self.ip}:{self.port}/?{self.params or ''}"


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording, as it goes on.

    Attributes:
        id: UUID.
        action: the last thing that happened to it.
        message: for humans; the reason, where `action` is ``ERROR``.
        rec_duration_ns: its length when this was said.
    """

    id: str
    action: RecordingAction
    message: str = ""
    rec_duration_ns: int = 0


class NetworkDevice(msgspec.Struct, frozen=True, kw_only=True):
    """Another companion device that this one sees on the network."""

    ip: str
    device_id: str
    device_name: str
    connected: bool
    port: int | None = None


Component = Phone | Hardware | Sensor | Recording | NetworkDevice | Event
