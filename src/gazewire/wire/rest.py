"""The JSON of the Realtime API: the envelope of every answer, and the components of a status.

An answer over HTTP is ``{"message": …, "result": …}``. A component is ``{"model": …, "data": …}``;
the result of a status request is a list of them, and a message on the status websocket is one of
them, without an envelope. JSON is written compactly with sorted keys, as phones write it.

    body = serialize_answer({"id": recording_id}, message="Started recording")
    components = parse_status(body)
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.model import (
    Component,
    Event,
    Hardware,
    NetworkDevice,
    Phone,
    Recording,
    RecordingAction,
    Sensor,
)

__all__ = [
    "JSON_CONTENT_TYPE",
    "SUCCESS",
    "Envelope",
    "EventRequest",
    "RecordingAnswer",
    "RestPath",
    "UnknownComponent",
    "parse_component",
    "parse_event_answer",
    "parse_status",
    "serialize_answer",
    "serialize_component",
    "serialize_event_answer",
    "serialize_status",
    "snapshot_order",
    "status_order",
]

T = TypeVar("T")

JSON_CONTENT_TYPE = "application/json"
"""What every answer in an envelope must be labelled with: clients refuse to read others."""

SUCCESS = "Success"
"""The message of a status answer; a client compares it letter by letter."""

# Instants and durations travel as JSON integers; every receiver keeps them in 64 bits.
_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class RestPath(enum.StrEnum):
    """Where things are on the HTTP port of a device."""

    STATUS = "/api/status"
    """With an upgrade: the status websocket."""

    RECORDING_START = "/api/recording:start"
    RECORDING_STOP_AND_SAVE = "/api/recording:stop_and_save"
    RECORDING_CANCEL = "/api/recording:cancel"
    EVENT = "/api/event"
    TEMPLATE_DEF = "/api/template_def"
    TEMPLATE_DATA = "/api/template_data"
    CAMERA_CONTROL = "/api/camera_control"
    CALIBRATION = "/calibration.bin"
    MONITOR = "/"


_encoder = msgspec.json.Encoder(order="sorted")


class Envelope(msgspec.Struct, frozen=True):
    """What every JSON answer is wrapped in, refusals too.

    Attributes:
        message: for humans; of a refusal, the reason.
        result: any JSON value.
    """

    message: str
    result: object = None

    @classmethod
    def parse(cls, body: bytes) -> Envelope:
        """Read an answer.

        Raises:
            RemoteProtocolError: this is not an envelope.
        """
        return _decode(_envelope_decoder, body, "answer")

    def serialize(self) -> bytes:
        """Write the answer: compact JSON."""
        return _encoder.encode(self)


class _RawEnvelope(msgspec.Struct, frozen=True):
    """An envelope whose result is for another decoder."""

    result: msgspec.Raw


class _RawComponent(msgspec.Struct, frozen=True):
    model: str
    data: msgspec.Raw


class _WireEvent(msgspec.Struct, frozen=True):
    """`Event` as it travels: all three keys present, or clients stop listening."""

    name: str | None
    recording_id: str | None
    timestamp: _Int64


class _WireRecording(msgspec.Struct, frozen=True):
    """`Recording` as it travels: nothing may be missing."""

    id: str
    action: RecordingAction
    message: str
    rec_duration_ns: _Int64


class _WireEventAnswer(msgspec.Struct, frozen=True):
    timestamp: _Int64
    recording_id: str | None = None


_envelope_decoder = msgspec.json.Decoder(Envelope)
_raw_envelope_decoder = msgspec.json.Decoder(_RawEnvelope)
_component_decoder = msgspec.json.Decoder(_RawComponent)
_status_decoder = msgspec.json.Decoder(list[_RawComponent])
_any_decoder: msgspec.json.Decoder[object] = msgspec.json.Decoder(object)
_phone_decoder = msgspec.json.Decoder(Phone)
_hardware_decoder = msgspec.json.Decoder(Hardware)
_sensor_decoder = msgspec.json.Decoder(Sensor)
_network_device_decoder = msgspec.json.Decoder(NetworkDevice)
_recording_decoder = msgspec.json.Decoder(_WireRecording)
_event_decoder = msgspec.json.Decoder(_WireEvent)
_event_answer_decoder = msgspec.json.Decoder(_WireEventAnswer)


def _decode(decoder: msgspec.json.Decoder[T], data: bytes | str | msgspec.Raw, what: str) -> T:
    try:
        if isinstance(data, bytes):
            # The decoder looks at the encoding of what it keeps only.
            data = data.decode()
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RemoteProtocolError(f"malformed {what}: {error}") from error


def serialize_answer(result: object = None, *, message: str = SUCCESS) -> bytes:
    """Write an answer.

    Args:
        result: any JSON value, or a record whose fields are.
        message: for humans; of a refusal, the reason.
    """
    return Envelope(message, result).serialize()


# Components


@dataclass(frozen=True, slots=True)
class UnknownComponent:
    """A component of a model that this version does not know.

    Attributes:
        model: its name.
        data: its JSON value.
    """

    model: str
    data: object


def parse_component(data: bytes | str) -> Component | UnknownComponent:
    """Read a message of the status websocket.

    Raises:
        RemoteProtocolError: this is not a component, or lacks what its model requires.
    """
    return _from_wire(_decode(_component_decoder, data, "component"))


def parse_status(body: bytes) -> list[Component | UnknownComponent]:
    """Read the answer to a status request, in the order of the sender.

    Raises:
        RemoteProtocolError: this is not an envelope around components.
    """
    envelope = _decode(_raw_envelope_decoder, body, "answer")
    return [_from_wire(raw) for raw in _decode(_status_decoder, envelope.result, "status")]


def _event_from_wire(data: msgspec.Raw) -> Event:
    wire = _decode(_event_decoder, data, "Event")
    return Event(name=wire.name, timestamp_unix_ns=wire.timestamp, recording_id=wire.recording_id)


def _recording_from_wire(data: msgspec.Raw) -> Recording:
    return Recording(**msgspec.structs.asdict(_decode(_recording_decoder, data, "Recording")))


_READERS: Mapping[str, Callable[[msgspec.Raw], Component]] = {
    "Phone": lambda data: _decode(_phone_decoder, data, "Phone"),
    "Hardware": lambda data: _decode(_hardware_decoder, data, "Hardware"),
    "Sensor": lambda data: _decode(_sensor_decoder, data, "Sensor"),
    "Recording": _recording_from_wire,
    "NetworkDevice": lambda data: _decode(_network_device_decoder, data, "NetworkDevice"),
    "Event": _event_from_wire,
}


def _from_wire(raw: _RawComponent) -> Component | UnknownComponent:
    read = _READERS.get(raw.model)
    if read is None:
        return UnknownComponent(raw.model, _decode(_any_decoder, raw.data, "component"))
    return read(raw.data)


def serialize_component(component: Component) -> str:
    """Write a message for the status websocket."""
    return _encoder.encode(_to_wire(component)).decode()


def serialize_status(components: Iterable[Component]) -> bytes:
    """Write the answer to a status request, in `status_order`."""
    return serialize_answer([_to_wire(component) for component in status_order(components)])


def _to_wire(component: Component) -> dict[str, object]:
    data: object
    match component:
        case Event():
            data = _WireEvent(component.name, component.recording_id, component.timestamp_unix_ns)
        case Phone() | Hardware() | NetworkDevice():
            # A device that lacks one of these does not mention it.
            fields = msgspec.structs.asdict(component)
            data = {key: value for key, value in fields.items() if value is not None}
        case Sensor(stream_error=None):
            data = {
                key: value
                for key, value in msgspec.structs.asdict(component).items()
                if key != "stream_error"
            }
        case Sensor() | Recording():
            data = component
    return {"model": type(component).__name__, "data": data}


def status_order(components: Iterable[Component]) -> list[Component]:
    """Sort as phones answer: sensors, each WEBSOCKET before DIRECT, phone, hardware, the rest.

    Sensors of different names keep their order.
    """
    return _sorted(components, (Sensor, Phone, Hardware, Recording))


def snapshot_order(components: Iterable[Component]) -> list[Component]:
    """Sort for whoever has just opened the status websocket: phone, hardware, sensors, the rest.

    Sensors are sorted as in `status_order`.
    """
    return _sorted(components, (Phone, Hardware, Sensor, Recording))


def _sorted(components: Iterable[Component], order: tuple[type, ...]) -> list[Component]:
    names: dict[str, int] = {}

    def key(component: Component) -> tuple[int, int, int]:
        kind = order.index(type(component)) if type(component) in order else len(order)
        if not isinstance(component, Sensor):
            return kind, 0, 0
        rank = names.setdefault(component.sensor, len(names))
        return kind, rank, int(component.conn_type != "WEBSOCKET")

    return sorted(components, key=key)


# Events and recordings


class EventRequest(msgspec.Struct, frozen=True):
    """What a client sends to mark an instant.

    Attributes:
        name: the label.
        timestamp: integer nanoseconds of the device's Unix time; 0 is an instant like any other.
            None lets the device stamp it on arrival.
    """

    name: str
    timestamp: _Int64 | None = None

    @classmethod
    def parse(cls, body: bytes) -> EventRequest:
        """Read the body of a request.

        Raises:
            RemoteProtocolError: it is not a JSON object, or a value in it is not what it must be.
        """
        return _decode(_event_request_decoder, body, "event")

    def serialize(self) -> bytes:
        """Write the body; a timestamp of None is left out."""
        if self.timestamp is None:
            return _encoder.encode({"name": self.name})
        return _encoder.encode(self)


def serialize_event_answer(event: Event) -> bytes:
    """Write the answer to an event request."""
    return serialize_answer(_WireEvent(event.name, event.recording_id, event.timestamp_unix_ns))


def parse_event_answer(body: bytes, *, name: str) -> Event:
    """Read the answer to an event request.

    Args:
        body: the answer.
        name: the label that was sent, which devices need not repeat.

    Raises:
        RemoteProtocolError: this is not an envelope around an instant.
    """
    envelope = _decode(_raw_envelope_decoder, body, "answer")
    answer = _decode(_event_answer_decoder, envelope.result, "event")
    return Event(name=name, timestamp_unix_ns=answer.timestamp, recording_id=answer.recording_id)


class RecordingAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a device says to starting, stopping or cancelling a recording.

    Attributes:
        id: the UUID of the recording; phones leave it out of the answers to stop and cancel.
        rec_duration_ns: how long it is, in the answer to stop; phones leave it out there too.
    """

    id: str | None = None
    rec_duration_ns: _Int64 | None = None

    @classmethod
    def parse(cls, body: bytes) -> RecordingAnswer:
        """Read an answer; a result of null has no id and no duration.

        Raises:
            RemoteProtocolError: this is not an envelope around such a result.
        """
        envelope = _decode(_raw_envelope_decoder, body, "answer")
        return _decode(_recording_answer_decoder, envelope.result, "recording") or cls()

    def serialize(self, *, message: str = SUCCESS) -> bytes:
        """Write the answer; what is None is left out."""
        return serialize_answer(self, message=message)


_event_request_decoder = msgspec.json.Decoder(EventRequest)
_recording_answer_decoder = msgspec.json.Decoder(RecordingAnswer | None)
