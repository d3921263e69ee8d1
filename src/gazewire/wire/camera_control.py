"""Camera control: exposure and the like of the scene camera, one query parameter each.

A client asks for one control at a time, by its name with an empty value, and sets any number::

    GET  /api/camera_control?camera=world&gain=
    POST /api/camera_control?camera=world&ae_mode=manual&man_exp=100&gain=50

The answer to a question is the control, with what it may be set to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rest import Envelope

__all__ = [
    "CONTROL_NAMES",
    "CameraControlQuery",
    "Control",
    "ControlName",
    "EnumControl",
    "IntegerControl",
    "parse_control",
]

ControlName = Literal["ae_mode", "man_exp", "gain", "brightness", "contrast", "gamma"]

CONTROL_NAMES: tuple[ControlName, ...] = (
    "ae_mode",
    "man_exp",
    "gain",
    "brightness",
    "contrast",
    "gamma",
)
"""Every control, in the order in which the official client sets them."""

_CAMERA = "camera"
_INTEGER = re.compile(r"-?[0-9]{1,9}")


class EnumControl(msgspec.Struct, frozen=True, kw_only=True):
    """A control that is set to one of a few words.

    Attributes:
        control_name: as in the query.
        current_value: what it is set to.
        allowed_values: what it can be set to.
        value_type: clients do not look at it.
    """

    control_name: str
    current_value: str
    allowed_values: tuple[str, ...]
    value_type: str = "enum"

    def with_text(self, text: str) -> EnumControl:
        """Set it as a query says.

        Raises:
            RemoteProtocolError: it does not take this value.
        """
        if text not in self.allowed_values:
            words = " or ".join(self.allowed_values)
            raise RemoteProtocolError(f"{self.control_name} takes {words}, not {text[:40]!r}")
        return msgspec.structs.replace(self, current_value=text)


class IntegerControl(msgspec.Struct, frozen=True, kw_only=True):
    """A control that is set to an integer in a range.

    Attributes:
        control_name: as in the query.
        current_value: what it is set to; ``man_exp`` counts microseconds.
        value_min: the least it can be set to.
        value_max: the most it can be set to.
        value_type: clients do not look at it.
    """

    control_name: str
    current_value: int
    value_min: int
    value_max: int
    value_type: str = "int"

    def with_text(self, text: str) -> IntegerControl:
        """Set it as a query says.

        Raises:
            RemoteProtocolError: it does not take this value.
        """
        value = int(text) if _INTEGER.fullmatch(text) else None
        if value is None or not self.value_min <= value <= self.value_max:
            raise RemoteProtocolError(
                f"{self.control_name} takes an integer from {self.value_min} to {self.value_max}, "
                f"not {text[:40]!r}"
            )
        return msgspec.structs.replace(self, current_value=value)


Control = EnumControl | IntegerControl


def parse_control(body: bytes) -> Control:
    """Read a device's answer.

    Which kind of control it is shows in what it has; the values of ``value_type`` are not
    published.

    Raises:
        RemoteProtocolError: this is not an envelope around a control.
    """
    result = Envelope.parse(body).result
    try:
        if isinstance(result, dict) and "allowed_values" in result:
            return msgspec.convert(result, EnumControl)
        return msgspec.convert(result, IntegerControl)
    except msgspec.ValidationError as error:
        raise RemoteProtocolError(f"malformed camera control: {error}") from error


@dataclass(frozen=True, slots=True)
class CameraControlQuery:
    """What a client asks for or sets.

    Attributes:
        camera: ``world``.
        values: by the name of the control; ``""`` asks for it.
    """

    camera: str
    values: Mapping[ControlName, str]

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> CameraControlQuery:
        """Read the query of a request.

        Args:
            query: decoded.

        Raises:
            RemoteProtocolError: it names no camera, or something that is no control.
        """
        if _CAMERA not in query:
            raise RemoteProtocolError("the query names no camera: add camera=world")
        values = {name: query[name] for name in CONTROL_NAMES if name in query}
        unknown = [name for name in query if name != _CAMERA and name not in values]
        if unknown:
            names = ", ".join(CONTROL_NAMES)
            raise RemoteProtocolError(f"no control {unknown[0][:40]!r}; there are: {names}")
        return cls(query[_CAMERA], values)

    def serialize(self) -> str:
        """Write the query, without ``?``."""
        return urlencode([(_CAMERA, self.camera), *self.values.items()])
