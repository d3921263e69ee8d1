"""The template of the device: its questions, and the answers that clients give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from uuid import NAMESPACE_DNS, UUID, uuid5

from gazewire.device.envelope import answer, refusing
from gazewire.errors import (
    DeviceRefusedError,
    RemoteProtocolError,
    UndecodableSourceError,
    UnreadableSourceError,
)
from gazewire.net import HttpRequest, HttpResponse, HttpRoute
from gazewire.wire.rest import RestPath, serialize_answer
from gazewire.wire.template import (
    UNANSWERED,
    InputType,
    Template,
    TemplateData,
    TemplateItem,
    WidgetType,
    parse_template_data,
)

__all__ = [
    "DEFAULT_ANSWERS",
    "DEFAULT_TEMPLATE",
    "Questionnaire",
    "load_template",
    "template_routes",
]


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_DNS, f"{name}.template.gazewire")


def _item(
    name: str,
    widget_type: WidgetType,
    title: str,
    *,
    input_type: InputType = "any",
    choices: tuple[str, ...] | None = None,
    help_text: str | None = None,
    required: bool = False,
) -> TemplateItem:
    return TemplateItem(
        id=_id(name),
        title=title,
        widget_type=widget_type,
        input_type=input_type,
        choices=choices,
        help_text=help_text,
        required=required,
    )


DEFAULT_TEMPLATE = Template(
    id=_id("default"),
    name="Session notes",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    recording_name_format=("{date}", "_", "{time}"),
    items=(
        _item("session", "SECTION_HEADER", "Session", help_text="What is recorded."),
        _item("task", "TEXT", "Task", help_text="What the wearer does.", required=True),
        _item("trial", "TEXT", "Trial", input_type="integer"),
        _item("distance", "TEXT", "Distance to the screen", input_type="float", help_text="In m."),
        _item("page-2", "PAGE_BREAK", "Wearer and surroundings"),
        _item("light", "RADIO_LIST", "Light", choices=("daylight", "lamps", "dark")),
        _item("aids", "CHECKBOX_LIST", "Visual aids", choices=("contact lenses", "glasses")),
        _item("remarks", "PARAGRAPH", "Remarks"),
    ),
)
"""The template of devices that are given none: an item of each kind, one of them required."""

DEFAULT_ANSWERS: TemplateData = MappingProxyType({str(_id("task")): ("free viewing",)})
"""What somebody has typed into the default template on the phone: the required answer, so that a
client that knows nothing of templates can record."""


def load_template(path: Path) -> Template:
    """Read a template from a file, as ``template.json`` of a recording is one.

    Raises:
        UnreadableSourceError: there is no such file, or it cannot be read.
        UndecodableSourceError: it holds something else, or a template that clients cannot use.
    """
    try:
        template = Template.parse(path.read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableSourceError(str(path), f"cannot read {path}: {reason}") from error
    except RemoteProtocolError as error:
        raise UndecodableSourceError(str(path), f"{path} is no template: {error}") from error
    fault = _fault_of(template)
    if fault is not None:
        raise UndecodableSourceError(str(path), f"{path} is a template of no use: {fault}")
    return template


def _fault_of(template: Template) -> str | None:
    """Tell why a template could not be answered."""
    seen: set[UUID] = set()
    for number, item in enumerate(template.items, 1):
        where = f"item {number} ({item.title[:40]!r})"
        choices = item.choices or ()
        if item.id in seen:
            return f"{where} has the id of another item"
        seen.add(item.id)
        if item.is_choice and (not choices or "" in choices or len(set(choices)) < len(choices)):
            return f"{where} needs choices, each a different text"
        if item.is_choice and item.input_type != "any":
            return f"{where} is chosen, not typed: its input_type must be any"
        if item.required and not item.is_question:
            return f"{where} cannot be answered, so it cannot be required"
    return None


class Questionnaire:
    """A template and what was answered so far.

    Args:
        template: the questions.
        answered: what is known from the beginning; everything else is unanswered.

    Raises:
        DeviceRefusedError: the template does not take these answers.
    """

    def __init__(self, template: Template, answered: TemplateData) -> None:
        self._template = template
        self._answers: TemplateData = {str(item.id): UNANSWERED for item in template.questions}
        self.answer(answered)

    @property
    def template(self) -> Template:
        """The questions."""
        return self._template

    @property
    def answers(self) -> TemplateData:
        """The answer to every question; a snapshot that never changes, for any thread."""
        return self._answers

    @property
    def missing(self) -> tuple[str, ...]:
        """Titles of the required questions that nobody has answered."""
        return tuple(
            item.title
            for item in self._template.questions
            if item.required and self._answers[str(item.id)] == UNANSWERED
        )

    def answer(self, answers: Mapping[str, tuple[str, ...]]) -> None:
        """Take all of these answers, or none of them; other questions keep theirs.

        Raises:
            DeviceRefusedError: one has no question, or is no answer to it.
        """
        for item_id, entries in answers.items():
            item = self._template.question(item_id)
            if item is None:
                raise DeviceRefusedError(404, "Field ID not found")
            fault = item.fault_of(entries)
            if fault is not None:
                raise DeviceRefusedError(400, f"{item.title}: {fault}")
        self._answers = {**self._answers, **answers}


def template_routes(questionnaire: Questionnaire | None) -> list[HttpRoute]:
    """Make the routes of the template.

    Args:
        questionnaire: what is shown and answered; None refuses for want of a template.
    """

    def selected() -> Questionnaire:
        if questionnaire is None:
            raise DeviceRefusedError(404, "No template selected")
        return questionnaire

    async def definition(_: HttpRequest) -> HttpResponse:
        return answer(selected().template.serialize_answer())

    async def data(_: HttpRequest) -> HttpResponse:
        return answer(serialize_answer(selected().answers))

    async def fill_in(request: HttpRequest) -> HttpResponse:
        asked = selected()
        asked.answer(parse_template_data(request.body))
        return answer(serialize_answer(asked.answers))

    return [
        HttpRoute("GET", RestPath.TEMPLATE_DEF, refusing(definition)),
        HttpRoute("GET", RestPath.TEMPLATE_DATA, refusing(data)),
        HttpRoute("POST", RestPath.TEMPLATE_DATA, refusing(fill_in)),
    ]
