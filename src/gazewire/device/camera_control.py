"""Exposure and the like of the scene camera: values that clients set and read back.

They are kept, and nothing more: the pictures of a source are what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gazewire.device.envelope import answer, refusing
from gazewire.errors import DeviceRefusedError, RemoteProtocolError
from gazewire.net import HttpRequest, HttpResponse, HttpRoute
from gazewire.wire.camera_control import (
    CameraControlQuery,
    Control,
    ControlName,
    EnumControl,
    IntegerControl,
)
from gazewire.wire.rest import RestPath, serialize_answer

__all__ = ["CameraControls", "camera_control_routes"]

_CAMERA = "world"


def _integer(name: ControlName, value: int, value_min: int, value_max: int) -> IntegerControl:
    return IntegerControl(
        control_name=name, current_value=value, value_min=value_min, value_max=value_max
    )


# The ranges of the phone are not published; the vendor's examples lie within these.
_CONTROLS: Mapping[ControlName, Control] = {
    "ae_mode": EnumControl(
        control_name="ae_mode", current_value="auto", allowed_values=("auto", "manual")
    ),
    "man_exp": _integer("man_exp", 50, 1, 1000),
    "gain": _integer("gain", 50, 0, 100),
    "brightness": _integer("brightness", 0, -64, 64),
    "contrast": _integer("contrast", 50, 0, 100),
    "gamma": _integer("gamma", 200, 100, 500),
}


class CameraControls:
    """The controls of the scene camera, which answer while it is in use.

    Args:
        is_in_use: tells whether anybody has use for its pictures now.
    """

    def __init__(self, is_in_use: Callable[[], bool]) -> None:
        self._is_in_use = is_in_use
        self._controls: dict[ControlName, Control] = dict(_CONTROLS)

    @property
    def values(self) -> tuple[Control, ...]:
        """Every control, in use or not."""
        return tuple(self._controls.values())

    def get(self, query: CameraControlQuery) -> Control:
        """Return the one control that a query names.

        Raises:
            DeviceRefusedError: the camera is not in use, or is none.
            RemoteProtocolError: the query names no control, or several, or gives it a value.
        """
        self._check(query.camera)
        if len(query.values) != 1:
            raise RemoteProtocolError(f"name one control, not {len(query.values)}")
        ((name, value),) = query.values.items()
        if value:
            raise RemoteProtocolError(f"GET asks for a control: write {name}=, or set it by POST")
        return self._controls[name]

    def set(self, query: CameraControlQuery) -> None:
        """Set all the controls that a query names, or none of them.

        Raises:
            DeviceRefusedError: the camera is not in use, or is none.
            RemoteProtocolError: a control does not take its value.
        """
        self._check(query.camera)
        self._controls |= {
            name: self._controls[name].with_text(text) for name, text in query.values.items()
        }

    def _check(self, camera: str) -> None:
        if camera != _CAMERA:
            raise DeviceRefusedError(404, f"No controls of camera {camera[:40]!r}; try {_CAMERA!r}")
        if not self._is_in_use():
            raise DeviceRefusedError(404, "The scene camera is not in use: open its stream first")


def camera_control_routes(controls: CameraControls) -> list[HttpRoute]:
    """Make the routes of the controls."""

    async def get(request: HttpRequest) -> HttpResponse:
        return answer(serialize_answer(controls.get(CameraControlQuery.parse(request.query))))

    async def set_all(request: HttpRequest) -> HttpResponse:
        controls.set(CameraControlQuery.parse(request.query))
        return answer(serialize_answer())

    return [
        HttpRoute("GET", RestPath.CAMERA_CONTROL, refusing(get)),
        HttpRoute("POST", RestPath.CAMERA_CONTROL, refusing(set_all)),
    ]
