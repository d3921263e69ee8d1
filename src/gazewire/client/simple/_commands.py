"""What a device can be told, and asked for beyond its status."""

from __future__ import annotations

from typing import Any, Literal

from gazewire.client.calibration import Calibration
from gazewire.client.camera_control import CameraState
from gazewire.client.models import Event, Template, TemplateDataFormat
from gazewire.client.simple._connection import Connection

__all__ = ["Commands"]


class Commands:
    """Asks the device and waits for the answer, ten seconds at most for each request."""

    _connection: Connection

    def get_calibration(self) -> Calibration:
        """Fetch intrinsics and extrinsics of the cameras.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        return self._connection.ask(self._connection.control.get_calibration)

    def recording_start(self) -> str:
        """Begin a recording.

        Returns:
            Its id.

        Raises:
            DeviceError: the device refused, with the reason, or did not answer.
        """
        return self._connection.ask(self._connection.control.recording_start)

    def recording_stop_and_save(self) -> None:
        """End the recording and keep it.

        Raises:
            DeviceError: the device refused, with the reason, or did not answer.
        """
        self._connection.ask(self._connection.control.recording_stop_and_save)

    def recording_cancel(self) -> None:
        """End the recording and throw it away.

        Raises:
            DeviceError: the device refused, with the reason, or did not answer.
        """
        self._connection.ask(self._connection.control.recording_cancel)

    def send_event(self, event_name: str, event_timestamp_unix_ns: int | None = None) -> Event:
        """Mark an instant.

        Args:
            event_name: the label.
            event_timestamp_unix_ns: the instant, by the device's clock; that of its arrival at the
                device where None. For an instant of this machine's clock, ``time.time_ns()``, give
                what `to_device_ns` makes of it.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        return self._connection.ask(
            self._connection.control.send_event, event_name, event_timestamp_unix_ns
        )

    def get_template(self) -> Template:
        """Fetch the questions of the template that is selected.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        return self._connection.ask(self._connection.control.get_template)

    # Any: answers are what the template makes them.
    def get_template_data(self, template_format: TemplateDataFormat = "simple") -> Any:
        """Fetch the answers given so far.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        return self._connection.ask(self._connection.control.get_template_data, template_format)

    def post_template_data(
        self, template_data: dict[str, list[str]], template_format: TemplateDataFormat = "simple"
    ) -> Any:
        """Give answers, checked before they are sent.

        Raises:
            InvalidTemplateAnswersError: they do not fit the questions.
            DeviceError: the device refused, or did not answer.
        """
        return self._connection.ask(
            self._connection.control.post_template_data, template_data, template_format
        )

    def get_camera_state(self) -> CameraState:
        """Fetch how the scene camera is set, and what it could be set to.

        Raises:
            DeviceError: the camera does not stream, or the device did not answer.
        """
        return self._connection.ask(self._connection.control.get_camera_state)

    def set_camera_state(
        self,
        ae_mode: Literal["auto", "manual"] | None = None,
        man_exp: int | None = None,
        gain: int | None = None,
        brightness: int | None = None,
        contrast: int | None = None,
        gamma: int | None = None,
        camera: Literal["world"] = "world",
        validate_with_state: CameraState | None = None,
    ) -> None:
        """Set the scene camera; what is None stays as it is.

        Args:
            ae_mode: automatic or manual exposure.
            man_exp: time of manual exposure, in the camera's unit.
            gain: in the camera's unit, as all that follow.
            brightness: as `gain`.
            contrast: as `gain`.
            gamma: as `gain`.
            camera: there is one.
            validate_with_state: check the values against its ranges first.

        Raises:
            ValueError: a value is outside of these ranges.
            DeviceError: the device refused, or did not answer.
        """
        control = self._connection.control

        async def set_state() -> None:
            await control.set_camera_state(
                ae_mode=ae_mode,
                man_exp=man_exp,
                gain=gain,
                brightness=brightness,
                contrast=contrast,
                gamma=gamma,
                camera=camera,
                validate_with_state=validate_with_state,
            )

        self._connection.ask(set_state)
