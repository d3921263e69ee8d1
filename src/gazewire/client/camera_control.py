"""Exposure and the like of the scene camera, as a device tells and takes them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, NotRequired, TypedDict

__all__ = [
    "CameraState",
    "ChangeRequestParameters",
    "Control",
    "ControlStateEnum",
    "ControlStateEnumResponse",
    "ControlStateInteger",
    "ControlStateIntegerResponse",
    "ControlStateResponseEnvelope",
]


class Control(enum.Enum):
    """What can be set, by the name that it has in queries."""

    AUTOEXPOSURE_MODE = "ae_mode"
    MANUAL_EXPOSURE_TIME = "man_exp"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    GAMMA = "gamma"
    GAIN = "gain"


class ChangeRequestParameters(TypedDict):
    """The query of a request that sets controls."""

    ae_mode: NotRequired[Literal["auto", "manual"]]
    man_exp: NotRequired[int]
    gain: NotRequired[int]
    brightness: NotRequired[int]
    contrast: NotRequired[int]
    gamma: NotRequired[int]
    camera: Literal["world"]


@dataclass(frozen=True)
class ControlStateEnum:
    """A control that is set to one of a few words.

    Attributes:
        current_value: what it is set to.
        allowed_values: what it can be set to.
    """

    current_value: str
    allowed_values: Sequence[str]

    def validate(self, value: str) -> None:
        """Do nothing if it can be set to a value.

        Raises:
            ValueError: it cannot.
        """
        if value not in self.allowed_values:
            raise ValueError(f"`{value}` not in allowed_values={self.allowed_values}")


class ControlStateEnumResponse(TypedDict):
    """What a device answers about a `ControlStateEnum`."""

    control_name: str
    current_value: str
    allowed_values: Sequence[str]
    value_type: str


@dataclass(frozen=True)
class ControlStateInteger:
    """A control that is set to an integer in a range.

    Attributes:
        current_value: what it is set to; the exposure time counts microseconds.
        value_min: the least it can be set to.
        value_max: the most it can be set to.
    """

    current_value: int
    value_min: int
    value_max: int

    def validate(self, value: int) -> None:
        """Do nothing if it can be set to a value.

        Raises:
            ValueError: it cannot.
        """
        if not self.value_min <= value <= self.value_max:
            raise ValueError(f"`{value!r}` not in range [{self.value_min!r}, {self.value_max!r}]")


class ControlStateIntegerResponse(TypedDict):
    """What a device answers about a `ControlStateInteger`."""

    control_name: str
    current_value: int
    value_min: int
    value_max: int
    value_type: str


class ControlStateResponseEnvelope(TypedDict):
    """The whole answer about a control."""

    message: str
    result: ControlStateIntegerResponse | ControlStateEnumResponse


@dataclass(frozen=True)
class CameraState:
    """All controls of a camera.

    Attributes:
        ae_mode: ``auto`` or ``manual`` exposure.
        man_exp: exposure time in microseconds, where that is manual.
        gain: of the sensor.
        brightness: of the picture.
        contrast: of the picture.
        gamma: of the picture.
    """

    ae_mode: ControlStateEnum
    man_exp: ControlStateInteger
    gain: ControlStateInteger
    brightness: ControlStateInteger
    contrast: ControlStateInteger
    gamma: ControlStateInteger

    @classmethod
    def state_class_by_attr(cls, name: str) -> type[ControlStateEnum] | type[ControlStateInteger]:
        """Tell what kind of control an attribute is.

        Raises:
            KeyError: there is no such attribute.
        """
        return {field.name: _STATE_CLASSES[str(field.type)] for field in fields(cls)}[name]


_STATE_CLASSES: dict[str, type[ControlStateEnum] | type[ControlStateInteger]] = {
    state.__name__: state for state in (ControlStateEnum, ControlStateInteger)
}
