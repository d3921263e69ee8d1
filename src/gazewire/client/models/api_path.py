"""Where things are on the HTTP port of a device, as users of the client name them."""

from __future__ import annotations

import enum

from gazewire.net.address import spell_address

__all__ = ["APIPath"]


class APIPath(enum.Enum):
    """The endpoints of the REST interface."""

    STATUS = "/status"
    RECORDING_START = "/recording:start"
    RECORDING_STOP_AND_SAVE = "/recording:stop_and_save"
    RECORDING_CANCEL = "/recording:cancel"
    EVENT = "/event"
    CALIBRATION = "/../calibration.bin"
    TEMPLATE_DEFINITION = "/template_def"
    TEMPLATE_DATA = "/template_data"
    CAMERA_CONTROL = "/camera_control"

    def full_address(
        self, address: str, port: int, protocol: str = "http", prefix: str = "/api"
    ) -> str:
        """Write the URL of this endpoint.

        Args:
            address: IP address or host name; an IPv6 address without brackets.
            port: of the REST interface.
            protocol: the scheme, ``http`` or ``ws``.
            prefix: the path under which the interface lies. The calibration file, which lies
                beside it, leads out of it again.
        """
        return f"{protocol}://{spell_address((address, port))}{prefix}{self.value}"
