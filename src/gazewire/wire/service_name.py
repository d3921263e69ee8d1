"""``PI monitor:<name>:<id>._http._tcp.local.`` is how a device names itself on the network.

The part before the service type is one DNS label (RFC 6763 §4.1.1), of at most 63 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["SERVICE_TYPE", "ServiceName"]

SERVICE_TYPE = "_http._tcp.local."
"""The kind of service under which devices are announced: one among many web servers."""

_MARK = "PI monitor"

# RFC 1035 §2.3.4
_LABEL_BYTES = 63


@dataclass(frozen=True, slots=True)
class ServiceName:
    """The name of a device.

    Attributes:
        device_name: chosen by the user; may hold colons and any script.
        device_id: 16 hexadecimal digits.
    """

    device_name: str
    device_id: str

    @classmethod
    def parse(cls, name: str) -> ServiceName:
        """Read a full service name.

        Raises:
            RemoteProtocolError: this is some other web server.
        """
        label = name.removesuffix(f".{SERVICE_TYPE}")
        mark, colon, rest = label.partition(":")
        if label == name or mark != _MARK:
            raise RemoteProtocolError(f"not the name of a device: {name!r}")
        device_name, colon, device_id = rest.rpartition(":")
        if not colon:
            raise RemoteProtocolError(f"a device name without an id: {name!r}")
        return cls(device_name, device_id)

    def serialize(self) -> str:
        """Write the full service name, with the device name fitted into its label.

        Control characters are not allowed there (RFC 6763 §4.1.1) and become spaces; a full stop,
        which DNS libraries take for the end of the label, becomes a hyphen; what is too long is
        cut between two characters.

        Raises:
            LocalProtocolError: the id leaves no room, or is not ASCII, or has a colon or full stop.
        """
        if not self.device_id.isascii() or any(c in ":." or _is_control(c) for c in self.device_id):
            raise LocalProtocolError(f"not fit for a device id: {self.device_id!r}")
        room = _LABEL_BYTES - len(f"{_MARK}::{self.device_id}")
        if room < 0:
            raise LocalProtocolError(f"a device id of {len(self.device_id)} characters is too long")
        printable = "".join(" " if _is_control(c) else c for c in self.device_name)
        fitted = printable.replace(".", "-").encode(errors="replace")[:room].decode(errors="ignore")
        return f"{_MARK}:{fitted}:{self.device_id}.{SERVICE_TYPE}"


def _is_control(character: str) -> bool:
    return character < " " or character == "\x7f"
