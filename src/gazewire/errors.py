"""Every exception that gazewire raises on purpose.

::

    GazewireError
    ├── ProtocolError            bytes or calls that break a protocol's rules
    │   ├── LocalProtocolError       by us: the caller used the protocol wrongly
    │   └── RemoteProtocolError      by the peer: what came cannot be right
    ├── NetworkError             a socket could not be opened, or broke
    │   ├── AddressInUseError        the port asked for is taken
    │   └── ConnectionLostError      the peer went away
    ├── DeviceRefusedError       a device understood the request and said no
    ├── SourceError              a file, recording or camera that cannot be used
    │   ├── UnreadableSourceError    it does not exist or cannot be opened
    │   └── UndecodableSourceError   it opens, but its content cannot be read
    ├── RecordingError           a recording that cannot be written
    ├── gaze.GazeFitError        no gaze can be mapped from these data, and why
    ├── MissingExtraError        an optional dependency is not installed (also an ImportError)
    └── MissingLibraryError      a library that pip does not bring is not installed (the same)

Facts are attributes; the sentence is built from them.
"""

from __future__ import annotations

__all__ = [
    "AddressInUseError",
    "ConnectionLostError",
    "DeviceRefusedError",
    "GazewireError",
    "LocalProtocolError",
    "MissingExtraError",
    "MissingLibraryError",
    "NetworkError",
    "ProtocolError",
    "RecordingError",
    "RemoteProtocolError",
    "SourceError",
    "UndecodableSourceError",
    "UnreadableSourceError",
]


class GazewireError(Exception):
    """Root of every error raised on purpose by gazewire."""


class ProtocolError(GazewireError):
    """Bytes or calls that break the rules of a protocol."""


class LocalProtocolError(ProtocolError):
    """Our side used a protocol wrongly; nothing was sent."""


class RemoteProtocolError(ProtocolError):
    """What the peer sent cannot be right.

    Attributes:
        status: the status code that a server of this protocol might answer with, as RTSP and HTTP
            number them.
    """

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class NetworkError(GazewireError):
    """A socket could not be opened, or broke while in use."""


class AddressInUseError(NetworkError):
    """The address asked for belongs to another program.

    Attributes:
        host: the interface that was asked for.
        port: the port that was asked for.
        purpose: what we wanted it for, as a user calls it: ``HTTP``, ``RTSP``, ``time echo``.
    """

    def __init__(self, host: str, port: int, purpose: str) -> None:
        super().__init__(
            f"{purpose} port {port} on {host} is taken by another program; "
            f"choose another one, or 0 for any free port"
        )
        self.host = host
        self.port = port
        self.purpose = purpose


class ConnectionLostError(NetworkError):
    """The peer closed the connection, or stopped answering."""


class DeviceRefusedError(GazewireError):
    """A device understood the request and refused it.

    Attributes:
        status: HTTP status of the answer.
        reason: the device's own words.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class SourceError(GazewireError):
    """A source of samples that cannot be used.

    Attributes:
        source: the path or address, as the user gave it.
    """

    def __init__(self, source: str, message: str) -> None:
        super().__init__(message)
        self.source = source


class UnreadableSourceError(SourceError):
    """The source does not exist, or cannot be opened."""


class UndecodableSourceError(SourceError):
    """The source opens, but its content is not what it should be."""


class RecordingError(GazewireError):
    """A recording could not be written."""


class MissingExtraError(GazewireError, ImportError):
    """An optional dependency is not installed.

    Attributes:
        extra: the extra of this distribution that brings it.
    """

    def __init__(self, extra: str) -> None:
        super().__init__(f"this needs more than the base: pip install 'gazewire[{extra}]'")
        self.extra = extra


class MissingLibraryError(GazewireError, ImportError):
    """A library of the system, which no extra of this distribution brings, is not installed.

    Attributes:
        library: its name.
    """

    def __init__(self, library: str, remedy: str) -> None:
        super().__init__(f"this needs {library}, which pip does not bring: {remedy}")
        self.library = library
