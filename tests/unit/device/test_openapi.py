import json
from collections.abc import Iterator
from typing import Any

from gazewire.device import INVISIBLE, NEON
from gazewire.device.camera_control import CameraControls
from gazewire.device.openapi import OPENAPI_PATH, openapi_document, openapi_route
from gazewire.device.templates import DEFAULT_TEMPLATE, Questionnaire
from gazewire.net import HttpRequest
from gazewire.wire.rest import RestPath

CONTROLS = CameraControls(lambda: False)
QUESTIONNAIRE = Questionnaire(DEFAULT_TEMPLATE, {})
DOCUMENT: Any = openapi_document(NEON, QUESTIONNAIRE, CONTROLS)


def references(part: object) -> Iterator[str]:
    match part:
        case dict():
            for key, value in part.items():
                if key == "$ref":
                    yield value
                yield from references(value)
        case list():
            for value in part:
                yield from references(value)


def answers_to(title: str) -> Any:
    (item,) = (item for item in DEFAULT_TEMPLATE.items if item.title == title)
    body = DOCUMENT["paths"]["/api/template_data"]["post"]["requestBody"]
    return body["content"]["application/json"]["schema"]["properties"][str(item.id)]


def test_every_path_is_described_but_the_monitor_page() -> None:
    assert set(DOCUMENT["paths"]) == set(RestPath) - {RestPath.MONITOR}


def test_a_product_is_described_without_what_it_lacks() -> None:
    document: Any = openapi_document(INVISIBLE, None, CONTROLS)
    assert set(DOCUMENT["paths"]) - set(document["paths"]) == {
        RestPath.TEMPLATE_DEF,
        RestPath.TEMPLATE_DATA,
        RestPath.CAMERA_CONTROL,
    }


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    prefix = "#/components/schemas/"
    assert {name.removeprefix(prefix) for name in found} <= set(DOCUMENT["components"]["schemas"])


def test_every_operation_has_a_name_a_sentence_and_refusals() -> None:
    operations = [each for path in DOCUMENT["paths"].values() for each in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["summary"].endswith(".")
        assert {"200", "400", "500"} <= set(operation["responses"])
        for status, response in operation["responses"].items():
            if status != "200":
                schema = response["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Refusal"}


def test_records_are_described_by_one_sentence() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        assert "\n" not in schema.get("description", "")


def test_answers_are_described_by_the_questions() -> None:
    assert answers_to("Light") == {
        "title": "Light",
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "items": {"enum": ["daylight", "lamps", "dark", ""]},
    }
    assert answers_to("Visual aids")["anyOf"][1] == {"const": [""]}
    assert answers_to("Trial")["items"]["anyOf"][1]["type"] == "integer"


def test_controls_are_described_by_their_ranges() -> None:
    _, controls = DOCUMENT["paths"]["/api/camera_control"]["post"]["parameters"]
    settings = controls["schema"]["properties"]
    assert settings["ae_mode"] == {"enum": ["auto", "manual"]}
    assert settings["man_exp"] == {"type": "integer", "minimum": 1, "maximum": 1000}


async def test_the_document_is_served_as_json() -> None:
    route = openapi_route(DOCUMENT)
    response = await route.handler(HttpRequest("GET", OPENAPI_PATH))
    assert (route.method, route.path) == ("GET", "/openapi.json")
    assert response.content_type == "application/json"
    assert json.loads(response.body)["openapi"] == "3.1.0"
