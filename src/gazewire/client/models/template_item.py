"""One item of a template, and what may be answered to it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
)
from pydantic.dataclasses import dataclass

from gazewire.client.models.answer import (
    InvalidTemplateAnswersError,
    TemplateDataFormat,
    allow_empty,
    not_empty,
    option_in_allowed_values,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = [
    "TemplateItem",
    "TemplateItemInputType",
    "TemplateItemWidgetType",
]

logger = logging.getLogger("gazewire.client.template")

TemplateItemWidgetType = Literal[
    "TEXT", "PARAGRAPH", "RADIO_LIST", "CHECKBOX_LIST", "SECTION_HEADER", "PAGE_BREAK"
]
"""How an item looks on the phone."""

TemplateItemInputType = Literal["any", "integer", "float"]
"""What may be typed into a text."""

_UNANSWERED = [""]


@dataclass(kw_only=True)
class TemplateItem:
    """A question, a heading, or the end of a page.

    Attributes:
        id: names the question in answers.
        title: the question.
        widget_type: how it looks. One that this version does not know takes any list of texts.
        input_type: what may be typed; ``any`` for everything but texts.
        choices: of a radio or checkbox list; None for everything else.
        help_text: a further sentence, or None.
        required: no recording begins, or is saved, without an answer.
    """

    id: UUID
    title: str
    widget_type: TemplateItemWidgetType | str
    input_type: TemplateItemInputType | str
    choices: list[str] | None
    help_text: str | None
    required: bool

    def validate_answer(
        self,
        answer: Any,
        template_format: TemplateDataFormat = "simple",
        raise_exception: bool = True,
    ) -> list[ErrorDetails]:
        """Tell what is wrong with an answer to this question.

        Args:
            answer: of any type, for it is to be judged.
            template_format: how it is written.
            raise_exception: raise what is wrong.

        Returns:
            What is wrong; nothing is with an answer to something that is no question.

        Raises:
            InvalidTemplateAnswersError: something is wrong, if `raise_exception`.
            ValueError: there is no such format.
        """
        field = self._answer_field(template_format)
        if field is None:
            logger.warning("%r is no question, so its answer is not judged", self.title)
            return []
        fields: dict[str, Any] = {str(self.id): field}
        model = create_model(
            f"TemplateItem_{self.id}_Answer", __config__=ConfigDict(extra="forbid"), **fields
        )
        try:
            model.__pydantic_validator__.validate_assignment(
                model.model_construct(), str(self.id), answer
            )
        except ValidationError as error:
            if raise_exception:
                raise InvalidTemplateAnswersError(
                    self, {str(self.id): answer}, error.errors()
                ) from error
            return error.errors()
        return []

    @property
    def _is_question(self) -> bool:
        return self.widget_type not in {"SECTION_HEADER", "PAGE_BREAK"}

    @property
    def _is_choice(self) -> bool:
        return self.widget_type in {"RADIO_LIST", "CHECKBOX_LIST"}

    @property
    def _is_text(self) -> bool:
        return self.widget_type in {"TEXT", "PARAGRAPH"}

    @property
    def _value_type(self) -> type[int] | type[float] | type[str]:
        """What an entry of an answer is, in Python."""
        if self.input_type == "integer":
            return int
        return float if self.input_type == "float" else str

    # Any, below: types that are made while the program runs are beyond the type checker.

    def _answer_field(self, template_format: TemplateDataFormat) -> tuple[Any, Any] | None:
        """Type and field of an answer for a pydantic model; None for what is no question."""
        if template_format not in {"api", "simple"}:
            raise ValueError(f"a format is 'api' or 'simple', not {template_format!r}")
        if not self._is_question:
            return None
        if self._is_text and template_format == "simple":
            return self._simple_text_field()
        return self._list_field(template_format)

    def _simple_text_field(self) -> tuple[Any, Any]:
        kind: Any = self._value_type
        if self.required:
            if kind is str:
                kind = Annotated[str, StringConstraints(min_length=1)]
            return Annotated[kind, BeforeValidator(_only_entry)], self._field()
        return Annotated[kind | None, BeforeValidator(_only_entry)], self._field(default=None)

    def _list_field(self, template_format: TemplateDataFormat) -> tuple[Any, Any]:
        takes_one = self._is_text or self.widget_type == "RADIO_LIST"
        length = Field(min_length=int(self.required), max_length=1 if takes_one else None)
        kind: Any = Annotated[list[self._entry_type()], length]  # type: ignore[misc]  # made here
        if self.required:
            return kind, self._field()
        if self._is_choice and "" not in (self.choices or ()):
            # Devices store an unanswered question so, whatever its kind.
            kind = Annotated[kind, BeforeValidator(_none_chosen)]
        unanswered = _UNANSWERED if template_format == "api" else []
        return kind, self._field(default_factory=unanswered.copy)

    def _entry_type(self) -> Any:
        """What each entry of a list is."""
        if self._is_choice:
            if not self.choices:
                logger.warning("%r asks for a choice and has none", self.title)
            is_allowed = partial(option_in_allowed_values, allowed=self.choices)
            return Annotated[str, AfterValidator(is_allowed)]
        if self.required:
            return Annotated[self._value_type, BeforeValidator(not_empty)]
        if self._value_type is str:
            return str
        return Annotated[self._value_type | None, BeforeValidator(allow_empty)]

    def _field(self, **default: Any) -> Any:
        # The default is given here: one that is put into a finished field is overlooked by
        # pydantic from 2.12 on, and every question becomes a required one.
        return Field(title=self.title, description=self.help_text, **default)


def _only_entry(answer: Any) -> Any:
    """A text, where it stands in a list as `convert_from_api_to_simple_format` gives it."""
    return answer[0] if isinstance(answer, list) and len(answer) == 1 else answer


def _none_chosen(answer: Any) -> Any:
    return [] if answer == _UNANSWERED else answer
