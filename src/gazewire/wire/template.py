"""Templates: the questions that are asked with a recording, and what was answered.

Phones with Neon, from version 2.8.25 of their app on, show one template at a time. Clients fetch
it, and exchange its answers as lists of text under the id of their question::

    {"22222222-2222-2222-2222-222222222222": ["42"], "33333333-3333-3333-3333-333333333333": [""]}

A question that nobody answered has the answer ``[""]``. An empty list is none: phones refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeVar
from uuid import UUID

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rest import Envelope, serialize_answer

__all__ = [
    "MAX_DIGITS",
    "MAX_TEXT_CHARACTERS",
    "TEXT_PATTERNS",
    "UNANSWERED",
    "InputType",
    "Template",
    "TemplateData",
    "TemplateItem",
    "WidgetType",
    "parse_template_data",
    "parse_template_data_answer",
    "serialize_template_data",
]

T = TypeVar("T")

WidgetType = Literal[
    "TEXT", "PARAGRAPH", "RADIO_LIST", "CHECKBOX_LIST", "SECTION_HEADER", "PAGE_BREAK"
]
"""How an item looks on the phone. Clients reject a whole template for any other."""

InputType = Literal["any", "integer", "float"]
"""What may be typed into a text."""

TemplateData = Mapping[str, tuple[str, ...]]
"""Answers by the id of their question, in lower case with hyphens."""

UNANSWERED = ("",)
"""The answer to a question that nobody answered."""

MAX_TEXT_CHARACTERS = 10_000
"""The longest text taken for an answer."""

MAX_DIGITS = 18
"""The longest integer taken: every receiver can keep it in 64 bits."""

TEXT_PATTERNS: Mapping[InputType, str] = {
    "integer": rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}",
    "float": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?",
}
"""Regular expressions of what may be typed, whole."""


class TemplateItem(msgspec.Struct, frozen=True, kw_only=True):
    """A question, a heading, or the end of a page. On the wire no key of it may be missing.

    Attributes:
        id: names the question in answers.
        title: the question.
        widget_type: how it looks.
        input_type: what may be typed; ``any`` for everything but texts.
        choices: of a radio or checkbox list; None for everything else.
        help_text: a further sentence, or None.
        required: no recording begins, or is saved, without an answer.
    """

    id: UUID
    title: str
    widget_type: WidgetType
    input_type: InputType
    choices: tuple[str, ...] | None
    help_text: str | None
    required: bool

    @property
    def is_question(self) -> bool:
        """It can be answered."""
        return self.widget_type not in {"SECTION_HEADER", "PAGE_BREAK"}

    @property
    def is_choice(self) -> bool:
        """Its answers are chosen from a list."""
        return self.widget_type in {"RADIO_LIST", "CHECKBOX_LIST"}

    def fault_of(self, answer: tuple[str, ...]) -> str | None:
        """Tell what is wrong with an answer to this question.

        Args:
            answer: its entries.

        Returns:
            A sentence for humans, or None where nothing is: also of `UNANSWERED`, required or not.
        """
        if not answer:
            return 'an empty list is no answer; [""] takes an answer back'
        if answer == UNANSWERED:
            return None
        if len(answer) > 1 and self.widget_type != "CHECKBOX_LIST":
            return f"takes one entry, not {len(answer)}"
        if self.is_choice:
            return self._fault_of_choice(answer)
        return self._fault_of_text(answer[0])

    def _fault_of_choice(self, answer: tuple[str, ...]) -> str | None:
        choices = self.choices or ()
        for entry in answer:
            if entry not in choices:
                return f"{_quoted(entry)} is not among the choices"
        return "an entry comes twice" if len(set(answer)) < len(answer) else None

    def _fault_of_text(self, entry: str) -> str | None:
        if len(entry) > MAX_TEXT_CHARACTERS:
            return f"takes {MAX_TEXT_CHARACTERS} characters, not {len(entry)}"
        pattern = TEXT_PATTERNS.get(self.input_type)
        if pattern is None or re.fullmatch(pattern, entry) is not None:
            return None
        if self.input_type == "integer":
            return f"takes an integer of up to {MAX_DIGITS} digits, not {_quoted(entry)}"
        return f"takes a number, not {_quoted(entry)}"


def _quoted(text: str, most: int = 40) -> str:
    return repr(text if len(text) <= most else text[: most - 1] + "…")


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """The questions that are asked with each recording.

    The published description speaks of a list of templates; phones answer with one.

    Attributes:
        id: of the template.
        name: for humans.
        created_at: when it was made.
        updated_at: when it was last changed; the version of the template.
        recording_name_format: pieces of text, ``{date}`` and ``{time}``.
        items: the questions and what stands between them.
        label_ids: labels that its recordings get.
        is_default_template: nobody chose it.
        description: for humans, or None.
        recording_ids: recordings that use it, or None where that is not kept.
        published_at: when it could first be chosen, or None.
        archived_at: when it was put away, or None.
    """

    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime
    recording_name_format: tuple[str, ...]
    # Clients take these two as missing, but not as null.
    items: tuple[TemplateItem, ...] = ()
    label_ids: tuple[UUID, ...] = ()
    is_default_template: bool = True
    description: str | None = None
    recording_ids: tuple[UUID, ...] | None = None
    published_at: datetime | None = None
    archived_at: datetime | None = None

    @classmethod
    def parse(cls, document: bytes) -> Template:
        """Read a template by itself, as in ``template.json`` of a recording.

        Raises:
            RemoteProtocolError: it is not one.
        """
        return _decode(_template_decoder, document, "template")

    @classmethod
    def parse_answer(cls, body: bytes) -> Template:
        """Read a device's answer.

        Raises:
            RemoteProtocolError: this is not an envelope around a template.
        """
        return _convert(Envelope.parse(body).result, Template, "template")

    def serialize_answer(self) -> bytes:
        """Write a device's answer: every key is there, null where there is nothing to tell."""
        return serialize_answer(self)

    @property
    def questions(self) -> tuple[TemplateItem, ...]:
        """The items that can be answered."""
        return tuple(item for item in self.items if item.is_question)

    def question(self, item_id: str) -> TemplateItem | None:
        """Find a question by its id as it stands in answers; None where there is none."""
        return next((item for item in self.questions if str(item.id) == item_id), None)


def parse_template_data(body: bytes) -> dict[str, tuple[str, ...]]:
    """Read answers as a client posts them.

    The official client sends the number 42 as ``[42]`` where its user answered in its simple
    format, and the text ``["42"]`` otherwise; both are read as text.

    Raises:
        RemoteProtocolError: this is not an object of lists of texts and numbers.
    """
    return _as_text(_decode(_data_decoder, body, "template data"))


def parse_template_data_answer(body: bytes) -> dict[str, tuple[str, ...]]:
    """Read a device's answer.

    Raises:
        RemoteProtocolError: this is not an envelope around answers.
    """
    return _as_text(_convert(Envelope.parse(body).result, _WireData, "template data"))


def serialize_template_data(data: TemplateData) -> bytes:
    """Write answers as a client posts them."""
    return _encoder.encode(data)


# Without bool, which is no number in JSON.
_WireData = dict[str, list[str | int | float]]


def _as_text(data: _WireData) -> dict[str, tuple[str, ...]]:
    return {key: tuple(_entry(entry) for entry in answer) for key, answer in data.items()}


def _entry(entry: str | int | float) -> str:
    # To JSON, 42.0 is the integer 42, and readers of an integer question expect no point.
    if isinstance(entry, float) and entry.is_integer() and abs(entry) < 10**MAX_DIGITS:
        return str(int(entry))
    return str(entry)


_encoder = msgspec.json.Encoder(order="sorted")
_template_decoder = msgspec.json.Decoder(Template)
_data_decoder = msgspec.json.Decoder(_WireData)


def _decode(decoder: msgspec.json.Decoder[T], data: bytes, what: str) -> T:
    try:
        # The decoder looks at the encoding of what it keeps only.
        return decoder.decode(data.decode())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RemoteProtocolError(f"malformed {what}: {error}") from error


def _convert(value: object, to: type[T], what: str) -> T:
    try:
        return msgspec.convert(value, to)
    except msgspec.ValidationError as error:
        raise RemoteProtocolError(f"malformed {what}: {error}") from error
