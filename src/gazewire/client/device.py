"""One device, asked and told over HTTP, and what it sends.

    async with Device("192.168.1.21", 8080) as device:
        recording_id = await device.recording_start()
        await device.send_event("trial 1")
        async for datum in device.gaze():
            ...

What goes wrong is a `DeviceError`, and no request takes longer than ten seconds; the calls about
templates and the state of the camera make several.
"""

from __future__ import annotations

import operator
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Any, Literal, Self, get_args

from gazewire.client._engine.session import DeviceSession, blamed, checked, result_of
from gazewire.client._engine.status import StatusWatcher
from gazewire.client.calibration import Calibration
from gazewire.client.camera_control import (
    CameraState,
    ControlStateEnum,
    ControlStateInteger,
)
from gazewire.client.device_error import DeviceError
from gazewire.client.device_streams import DeviceStreams
from gazewire.client.models import (
    APIPath,
    Component,
    DiscoveredDeviceInfo,
    Event,
    Status,
    Template,
    TemplateDataFormat,
)
from gazewire.client.status_update_notifier import (
    StatusUpdateNotifier,
    UpdateCallback,
    UpdateCallbackAsync,
    UpdateCallbackSync,
)
from gazewire.net import HttpResponse
from gazewire.wire.camera_control import CameraControlQuery, ControlName, EnumControl, parse_control
from gazewire.wire.rest import EventRequest, RecordingAnswer, parse_event_answer
from gazewire.wire.template import (
    UNANSWERED,
    parse_template_data_answer,
    serialize_template_data,
)

__all__ = [
    "Device",
    "DeviceError",
    "StatusUpdateNotifier",
    "UpdateCallback",
    "UpdateCallbackAsync",
    "UpdateCallbackSync",
]

_OK = 200
_NOT_FOUND = 404

# The orders in which devices have always been asked for controls, and told to set them.
_READ_ORDER: tuple[ControlName, ...] = (
    "ae_mode",
    "man_exp",
    "contrast",
    "brightness",
    "gain",
    "gamma",
)


class Device(DeviceStreams):
    """A device on the network.

    Nothing is opened before the first call, and connections are kept for the next one. Use it as a
    context manager, or close it. A device that was discovered is asked at whichever of its
    addresses answers; `address` tells which one that is.

    How to receive what it sends is told by `gazewire.client.device_streams.DeviceStreams`.

    Arguments as of `gazewire.client.base.DeviceBase`.

    Attributes:
        session: what asks the device; None after closing.
        template_definition: the template that was fetched last.
    """

    session: DeviceSession | None
    template_definition: Template | None = None

    def __init__(
        self,
        address: str,
        port: int,
        full_name: str | None = None,
        dns_name: str | None = None,
        suppress_decoding_warnings: bool = True,
    ) -> None:
        super().__init__(address, port, full_name, dns_name, suppress_decoding_warnings)
        self.session = DeviceSession(address, port)

    @classmethod
    def from_discovered_device(cls, device: DiscoveredDeviceInfo) -> Self:
        """Make the client of a device that was discovered, to be asked at any of its addresses."""
        made = super().from_discovered_device(device)
        made.active_session.try_also(device.addresses)
        return made

    @property
    def active_session(self) -> DeviceSession:
        """What asks the device.

        Raises:
            DeviceError: it is closed.
        """
        if self.session is None:
            raise DeviceError(None, "Session is not active or has been closed.")
        return self.session

    async def __aenter__(self) -> Self:
        if self.session is None:
            self.session = DeviceSession(self.address, self.port)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End all streams, and let go of all connections. Harmless when repeated."""
        session, self.session = self.session, None
        try:
            if session is not None:
                # First, so that nobody waits for an answer when the streams end.
                await session.close()
        finally:
            await self._unlink()

    async def get_status(self) -> Status:
        """Ask for the whole status.

        Raises:
            DeviceError: the device did not give one.
        """
        components = await self._ask_result("GET", APIPath.STATUS)
        if not isinstance(components, list):
            raise DeviceError(_OK, f"a status is a list of components, not {components!r:.200}")
        try:
            return Status.from_dict(components)
        except ValueError as error:
            raise DeviceError(_OK, str(error)) from error

    async def status_updates(self) -> AsyncGenerator[Component, None]:
        """Follow the status; ends when this client is closed.

        The connection is made again, for ever, when it is lost or cannot be had. A component that
        says nothing new is not repeated, neither after a reconnection.

        Yields:
            Every component as it is in the beginning, then each one that changes, whole, and each
            event.

        Raises:
            DeviceError: this client is closed already.
        """
        watcher = StatusWatcher(self.active_session)
        async with aclosing(watcher.changes()) as changes:
            async for component in changes:
                yield component

    async def recording_start(self) -> str:
        """Start a recording.

        Returns:
            Its id.

        Raises:
            DeviceError: the device refused: it is recording already, a required question of the
                template is unanswered, battery or storage are low, no wearer or workspace is
                selected, or it is still being set up. Or it did not answer.
        """
        answer = await self._ask("POST", APIPath.RECORDING_START)
        with blamed(answer):
            recording_id = RecordingAnswer.parse(answer.body).id
        if recording_id is None:
            raise DeviceError(_OK, "a recording was started, and the device does not say which")
        return recording_id

    async def recording_stop_and_save(self) -> None:
        """Stop the recording and keep it.

        Raises:
            DeviceError: the device refused: it is not recording, or a required question of the
                template is unanswered. Or it did not answer.
        """
        await self._ask_result("POST", APIPath.RECORDING_STOP_AND_SAVE)

    async def recording_cancel(self) -> None:
        """Stop the recording and throw it away.

        Raises:
            DeviceError: the device refused: it is not recording. Or it did not answer.
        """
        await self._ask_result("POST", APIPath.RECORDING_CANCEL)

    async def send_event(
        self, event_name: str, event_timestamp_unix_ns: int | None = None
    ) -> Event:
        """Mark an instant.

        Args:
            event_name: its label.
            event_timestamp_unix_ns: nanoseconds of the device's Unix time, of which 0 is an instant
                like any other; None lets the device stamp the event when it arrives.

        Returns:
            The event as the device took it, with its label.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        timestamp = event_timestamp_unix_ns
        # An integer of NumPy is one too.
        request = EventRequest(event_name, None if timestamp is None else operator.index(timestamp))
        answer = await self._ask("POST", APIPath.EVENT, body=request.serialize())
        with blamed(answer):
            event = parse_event_answer(answer.body, name=event_name)
        return Event(event.name, event.recording_id, event.timestamp_unix_ns)

    async def get_template(self) -> Template:
        """Fetch the template that is selected on the device.

        Raises:
            DeviceError: there is none, or the device did not answer.
        """
        result = await self._ask_result("GET", APIPath.TEMPLATE_DEFINITION)
        if not isinstance(result, dict):
            raise DeviceError(_OK, f"a template is an object, not {result!r:.200}")
        try:
            template = Template(**result)
        except ValueError as error:
            raise DeviceError(_OK, f"malformed template: {error}") from error
        self.template_definition = template
        return template

    async def get_template_data(self, template_format: TemplateDataFormat = "simple") -> Any:
        """Fetch what was answered.

        Args:
            template_format: how it is to be written.

        Returns:
            Answers by the id of their question: lists of texts for ``api``; for ``simple`` see
            `Template.convert_from_api_to_simple_format`.

        Raises:
            AssertionError: there is no such format.
            DeviceError: there is no template, or the device did not answer.
        """
        _check_format(template_format)
        answer = await self._ask("GET", APIPath.TEMPLATE_DATA)
        with blamed(answer):
            stored = parse_template_data_answer(answer.body)
        data = {key: list(entries) for key, entries in stored.items()}
        if template_format == "api":
            return data
        return (await self.get_template()).convert_from_api_to_simple_format(data)

    async def post_template_data(
        self,
        template_answers: dict[str, list[str]],
        template_format: TemplateDataFormat = "simple",
    ) -> Any:
        """Answer questions; others keep the answers that they have.

        Args:
            template_answers: by the id of their question.
            template_format: how they are written.

        Returns:
            What the device says, which is all answers that it has.

        Raises:
            AssertionError: there is no such format.
            InvalidTemplateAnswersError: together with what was answered before, these are not
                answers to the template.
            DeviceError: there is no template, the device refused, or it did not answer.
        """
        _check_format(template_format)
        template = await self.get_template()
        if template_format == "simple":
            template_answers = template.convert_from_simple_to_api_format(template_answers)
        stored = await self.get_template_data("api")
        asked = {str(item.id) for item in template.items}
        known = {key: entries for key, entries in stored.items() if key in asked}
        template.validate_answers(known | template_answers, "api")
        body = serialize_template_data(
            {key: _as_texts(entries) for key, entries in template_answers.items()}
        )
        return await self._ask_result("POST", APIPath.TEMPLATE_DATA, body=body)

    async def get_calibration(self) -> Calibration:
        """Fetch the factory calibration of the cameras; Neon only.

        Raises:
            DeviceError: there is none, or the device did not answer.
        """
        answer = await self.active_session.request("GET", APIPath.CALIBRATION)
        if answer.status != _OK:
            raise DeviceError(answer.status, "Failed to fetch calibration")
        with blamed(answer):
            return Calibration.from_buffer(answer.body)

    async def set_camera_state(
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
        """Set controls of a camera, which has to be streaming; None leaves one as it is.

        Args:
            ae_mode: whether the exposure time is found automatically.
            man_exp: exposure time in microseconds.
            gain: of the sensor.
            brightness: of the picture.
            contrast: of the picture.
            gamma: of the picture.
            camera: the scene camera; no other can be controlled.
            validate_with_state: as of `get_camera_state`; nothing is sent that it does not allow.

        Raises:
            ValueError: a value is not allowed by `validate_with_state`.
            DeviceError: the camera is not streaming, a value is not allowed, or the device did not
                answer.
        """
        wanted: dict[ControlName, str | int | None] = {
            "ae_mode": ae_mode,
            "man_exp": man_exp,
            "gain": gain,
            "brightness": brightness,
            "contrast": contrast,
            "gamma": gamma,
        }
        values: dict[ControlName, str] = {}
        for name, value in wanted.items():
            if value is None:
                continue
            if validate_with_state is not None:
                getattr(validate_with_state, name).validate(value)
            values[name] = str(value)
        query = CameraControlQuery(camera, values).serialize()
        await self._ask_result("POST", APIPath.CAMERA_CONTROL, query=query)

    async def get_camera_state(self, camera: Literal["world"] = "world") -> CameraState:
        """Ask for all controls of a camera, which has to be streaming.

        Args:
            camera: the scene camera; no other can be controlled.

        Raises:
            DeviceError: the camera is not streaming, or the device did not answer.
        """
        # Any: which control is of which kind is checked as they come.
        states: dict[str, Any] = {}
        for name in _READ_ORDER:
            states[name] = await self._control_state(camera, name)
        return CameraState(**states)

    async def _control_state(
        self, camera: Literal["world"], name: ControlName
    ) -> ControlStateEnum | ControlStateInteger:
        query = CameraControlQuery(camera, {name: ""}).serialize()
        try:
            answer = await self._ask("GET", APIPath.CAMERA_CONTROL, query=query)
        except DeviceError as error:
            if error.status != _NOT_FOUND:
                raise
            reason = f"Camera {camera} might not be connected: {error.message}"
            raise DeviceError(_NOT_FOUND, reason) from error
        with blamed(answer):
            control = parse_control(answer.body)
        state: ControlStateEnum | ControlStateInteger
        if isinstance(control, EnumControl):
            state = ControlStateEnum(control.current_value, list(control.allowed_values))
        else:
            state = ControlStateInteger(control.current_value, control.value_min, control.value_max)
        if not isinstance(state, CameraState.state_class_by_attr(name)):
            raise DeviceError(answer.status, f"{name} is another kind of control than it was")
        return state

    async def _ask(
        self, method: str, path: APIPath, *, query: str = "", body: bytes | None = None
    ) -> HttpResponse:
        """Ask, and return the answer if it is no refusal."""
        session = self.active_session
        answer = await session.request(method, path, query=query, body=body)
        self.address = session.address
        return checked(answer)

    async def _ask_result(
        self, method: str, path: APIPath, *, query: str = "", body: bytes | None = None
    ) -> Any:
        """Ask, and return what is in the envelope of the answer."""
        # Any: JSON, which each caller looks at.
        return result_of(await self._ask(method, path, query=query, body=body))


def _check_format(template_format: str) -> None:
    if template_format not in get_args(TemplateDataFormat):
        # What the official client raises for it, which its users may catch.
        raise AssertionError(f"a format is 'api' or 'simple', not {template_format!r}")


def _as_texts(entries: Sequence[object]) -> tuple[str, ...]:
    """Write the entries of an answer as devices do; they refuse an empty list."""
    return tuple(map(_as_text, entries)) or UNANSWERED


def _as_text(entry: object) -> str:
    # The integer that a question asks for may be 42.0 in Python, and has no point in a text.
    return str(int(entry) if isinstance(entry, float) and entry.is_integer() else entry)
