"""The REST interface described for machines: ``/openapi.json``, in OpenAPI 3.1.

What travels is described by the records that write it. Each device describes itself: a product
without templates has no paths for them, and answers to a template are described by its questions.

Source: https://spec.openapis.org/oas/v3.1.1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from gazewire import __version__
from gazewire.device.camera_control import CameraControls
from gazewire.device.product import Product
from gazewire.device.templates import Questionnaire
from gazewire.model import Hardware, Phone, Recording, Sensor
from gazewire.net import HttpRequest, HttpResponse, HttpRoute
from gazewire.wire.camera_control import EnumControl, IntegerControl
from gazewire.wire.rest import JSON_CONTENT_TYPE, EventRequest, RecordingAnswer, RestPath
from gazewire.wire.template import (
    MAX_DIGITS,
    MAX_TEXT_CHARACTERS,
    TEXT_PATTERNS,
    Template,
    TemplateItem,
)

__all__ = ["OPENAPI_PATH", "openapi_document", "openapi_route"]

OPENAPI_PATH = "/openapi.json"

_Json = dict[str, object]

_REF = "#/components/schemas/{name}"
_BINARY = "application/octet-stream"

# What any request may meet, whatever it asks for (see gazewire.net.http_server).
_SERVER_REFUSALS = {
    400: "The request is malformed.",
    408: "The request took too long to arrive.",
    413: "The body is too large.",
    415: "The body is compressed.",
    500: "The device cannot do it now, and the message says why; or a defect of ours.",
    503: "Too many connections.",
}


class EventAnswer(msgspec.Struct):
    """An event as the device has noted it."""

    name: str | None
    recording_id: str | None
    timestamp: Annotated[int, msgspec.Meta(description="Nanoseconds of the device's Unix time.")]


def _component(model: type[msgspec.Struct]) -> type[msgspec.Struct]:
    name = model.__name__
    return msgspec.defstruct(f"{name}Component", [("data", model)], tag_field="model", tag=name)


_COMPONENTS = [_component(model) for model in (Sensor, Phone, Hardware, Recording)]
_RECORDS = [EventRequest, EventAnswer, RecordingAnswer, Template, EnumControl, IntegerControl]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operation:
    """One method on one path.

    Attributes:
        result: schema of what is in the envelope; None for an answer that is not JSON.
        refusals: further ones than any request may meet, by their status.
        parameters: OpenAPI's parameter objects.
        body: schema of the JSON that it takes; None where it looks at no body.
    """

    method: str
    path: str
    name: str
    summary: str
    result: _Json | None
    refusals: Mapping[int, str] = field(default_factory=dict)
    parameters: Sequence[_Json] = ()
    body: _Json | None = None

    def describe(self) -> _Json:
        """Write OpenAPI's operation object."""
        refusals = dict(sorted({**_SERVER_REFUSALS, **self.refusals}.items()))
        described: _Json = {
            "operationId": self.name,
            "summary": self.summary,
            "responses": {
                "200": {"description": "Done.", "content": self._content()},
                **{str(status): _refusal(why) for status, why in refusals.items()},
            },
        }
        if self.parameters:
            described["parameters"] = list(self.parameters)
        if self.body is not None:
            content = {JSON_CONTENT_TYPE: {"schema": self.body}}
            described["requestBody"] = {"required": True, "content": content}
        return described

    def _content(self) -> _Json:
        if self.result is None:
            return {_BINARY: {}}
        return {JSON_CONTENT_TYPE: {"schema": _envelope(self.result)}}


def openapi_document(
    product: Product, questionnaire: Questionnaire | None, controls: CameraControls
) -> _Json:
    """Describe the REST interface of one device.

    Args:
        product: what it does not have is not described.
        questionnaire: the template that is shown; None where none is.
        controls: of the scene camera.

    Returns:
        An OpenAPI document, of what JSON can hold.
    """
    operations = _base_operations()
    if product.has_templates:
        operations += _template_operations(questionnaire)
    if product.has_camera_control:
        operations += _camera_operations(controls)
    paths: dict[str, _Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = operation.describe()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gazewire device",
            "version": __version__,
            "description": "The Realtime API of an eye tracker in software.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def openapi_route(document: _Json) -> HttpRoute:
    """Make the route of the document."""
    body = msgspec.json.encode(document)

    async def describe(_: HttpRequest) -> HttpResponse:
        return HttpResponse(body=body, content_type=JSON_CONTENT_TYPE)

    return HttpRoute("GET", OPENAPI_PATH, describe)


def _schemas() -> _Json:
    """Describe every record, each by the first sentence of its docstring."""
    _, schemas = msgspec.json.schema_components([*_COMPONENTS, *_RECORDS], ref_template=_REF)
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = schema["description"].partition("\n")[0]
    return {**schemas, "Refusal": _envelope({"type": "null"})}


def _record(record: type[msgspec.Struct]) -> _Json:
    return {"$ref": _REF.format(name=record.__name__)}


def _envelope(result: _Json) -> _Json:
    return {
        "type": "object",
        "required": ["message", "result"],
        "properties": {"message": {"type": "string"}, "result": result},
    }


def _refusal(why: str) -> _Json:
    schema = {"$ref": _REF.format(name="Refusal")}
    return {"description": why, "content": {JSON_CONTENT_TYPE: {"schema": schema}}}


def _base_operations() -> list[_Operation]:
    components: _Json = {"type": "array", "items": {"anyOf": [_record(c) for c in _COMPONENTS]}}
    recording = _record(RecordingAnswer)
    return [
        _Operation(
            method="get",
            path=RestPath.STATUS,
            name="getStatus",
            summary="Tell everything that the device says of itself. "
            "With an upgrade: a websocket that tells every change.",
            result=components,
        ),
        _Operation(
            method="post",
            path=RestPath.RECORDING_START,
            name="startRecording",
            summary="Start a recording.",
            result=recording,
        ),
        _Operation(
            method="post",
            path=RestPath.RECORDING_STOP_AND_SAVE,
            name="saveRecording",
            summary="Stop the recording and keep it.",
            result=recording,
        ),
        _Operation(
            method="post",
            path=RestPath.RECORDING_CANCEL,
            name="cancelRecording",
            summary="Stop the recording and remove it.",
            result=recording,
        ),
        _Operation(
            method="post",
            path=RestPath.EVENT,
            name="sendEvent",
            summary="Mark an instant, in the recording if there is one.",
            result=_record(EventAnswer),
            body=_record(EventRequest),
        ),
        _Operation(
            method="get",
            path=RestPath.CALIBRATION,
            name="getCalibration",
            summary="Fetch the calibration of the cameras.",
            result=None,
            refusals={404: "The glasses have none."},
        ),
    ]


def _template_operations(questionnaire: Questionnaire | None) -> list[_Operation]:
    none = {404: "No template is selected."}
    data = _template_data(questionnaire.template.questions) if questionnaire is not None else {}
    return [
        _Operation(
            method="get",
            path=RestPath.TEMPLATE_DEF,
            name="getTemplate",
            summary="Fetch the questions that are asked with a recording.",
            result=_record(Template),
            refusals=none,
        ),
        _Operation(
            method="get",
            path=RestPath.TEMPLATE_DATA,
            name="getTemplateData",
            summary='Fetch the answers so far; [""] is none.',
            result=data,
            refusals=none,
        ),
        _Operation(
            method="post",
            path=RestPath.TEMPLATE_DATA,
            name="postTemplateData",
            summary="Answer some questions; the others keep their answers.",
            result=data,
            refusals={404: "There is no such question, or no template is selected."},
            body=data,
        ),
    ]


def _template_data(questions: Sequence[TemplateItem]) -> _Json:
    return {
        "type": "object",
        "properties": {str(item.id): _answer(item) for item in questions},
        "additionalProperties": False,
    }


def _answer(item: TemplateItem) -> _Json:
    """Describe the answers to one question, as `TemplateItem.fault_of` judges them."""
    entries: _Json
    choices = item.choices or ()
    if item.widget_type == "CHECKBOX_LIST":
        entries = {"minItems": 1, "uniqueItems": True, "items": {"enum": list(choices)}}
        schema: _Json = {"anyOf": [entries, {"const": [""]}]}
    else:
        entry: _Json = {"enum": [*choices, ""]} if item.is_choice else _text(item)
        schema = {"minItems": 1, "maxItems": 1, "items": entry}
    return {"title": item.title, "type": "array", **schema}


def _text(item: TemplateItem) -> _Json:
    text: _Json = {"type": "string", "maxLength": MAX_TEXT_CHARACTERS}
    number: _Json = {"type": "number"}
    if item.input_type in TEXT_PATTERNS:
        text["pattern"] = f"^({TEXT_PATTERNS[item.input_type]})?$"
    if item.input_type == "integer":
        most = 10**MAX_DIGITS - 1
        number = {"type": "integer", "minimum": -most, "maximum": most}
    return {"anyOf": [text, number]}


def _camera_operations(controls: CameraControls) -> list[_Operation]:
    camera: _Json = {
        "name": "camera",
        "in": "query",
        "required": True,
        "schema": {"enum": ["world"]},
    }
    refusals = {404: "The scene camera is not in use, or the query names another."}
    control: _Json = {"anyOf": [_record(EnumControl), _record(IntegerControl)]}
    asked: _Json = {each.control_name: {"const": ""} for each in controls.values}
    settings: _Json = {each.control_name: _setting(each) for each in controls.values}
    return [
        _Operation(
            method="get",
            path=RestPath.CAMERA_CONTROL,
            name="getCameraControl",
            summary="Tell how one control is set: the one that is named, with an empty value.",
            result=control,
            refusals=refusals,
            parameters=[camera, _exploded(asked, minProperties=1, maxProperties=1)],
        ),
        _Operation(
            method="post",
            path=RestPath.CAMERA_CONTROL,
            name="setCameraControl",
            summary="Set any number of controls.",
            result={"type": "null"},
            refusals=refusals,
            parameters=[camera, _exploded(settings)],
        ),
    ]


def _exploded(properties: _Json, **limits: int) -> _Json:
    """Describe several query parameters that have rules in common."""
    schema: _Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return {
        "name": "controls",
        "in": "query",
        "required": bool(limits),
        "style": "form",
        "explode": True,
        "schema": {**schema, **limits},
    }


def _setting(control: EnumControl | IntegerControl) -> _Json:
    if isinstance(control, EnumControl):
        return {"enum": list(control.allowed_values)}
    return {"type": "integer", "minimum": control.value_min, "maximum": control.value_max}
