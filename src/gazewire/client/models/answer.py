"""What is asked of answers to a template, and what is raised where they are not as asked."""

from __future__ import annotations

import json
from textwrap import indent
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from gazewire.errors import MissingExtraError

try:
    from pydantic import BaseModel, ConfigDict
except ImportError as error:
    raise MissingExtraError("client") from error

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from gazewire.client.models.template import Template
    from gazewire.client.models.template_item import TemplateItem

__all__ = [
    "InvalidTemplateAnswersError",
    "TemplateDataFormat",
    "allow_empty",
    "make_template_answer_model_base",
    "not_empty",
    "option_in_allowed_values",
]

TemplateDataFormat = Literal["api", "simple"]
"""``api`` is a list of texts for each question, as devices speak; ``simple`` has numbers for
questions that ask for numbers, and empty lists for choices that were not made."""


def not_empty(v: str) -> str:
    """Return an entry, unless it is the empty one.

    Raises:
        ValueError: it is.
    """
    if v == "":
        raise ValueError("value is required")
    return v


def allow_empty(v: str) -> str | None:
    """Return an entry, or None for the empty one."""
    return None if v == "" else v


def option_in_allowed_values(value: Any, allowed: list[str] | None) -> Any:
    """Return an entry that is among the choices.

    Raises:
        ValueError: it is not, or there are no choices.
    """
    # Any, because it takes and returns whatever pydantic has made of the entry.
    if allowed is None or value not in allowed:
        raise ValueError(f"{value!r} is not a valid choice from: {allowed}")
    return value


def make_template_answer_model_base(template_: Template) -> type[BaseModel]:
    """Make the class from which the model of all answers to a template is derived."""

    class TemplateAnswerModelBase(BaseModel):
        template: ClassVar[Template] = template_
        model_config = ConfigDict(extra="forbid")

        def get(self, item_id: str) -> Any | None:
            """The answer to a question; None where there is none."""
            # Any: the type of an answer is that of its question.
            return self.__dict__.get(item_id)

        def __repr__(self) -> str:
            lines = []
            for item_id in type(self).model_fields:
                item = self.template.get_question_by_id(item_id)
                if item is None:
                    raise ValueError(f"the template has no question {item_id}")
                about = (item.title, item.widget_type, item.input_type, item.choices)
                comment = " - ".join(map(str, about))
                lines.append(f"    {item_id}={self.__dict__[item_id]!r}, # {comment}\n")
            return f"Template_{self.template.id}_AnswerModel(\n{''.join(lines)})"

        __str__ = __repr__

    return TemplateAnswerModelBase


class InvalidTemplateAnswersError(Exception):
    """Answers are not what their template asks for.

    Attributes:
        template: the template, or the one question.
        answers: that were judged.
        errors: what is wrong, as pydantic tells it; where the question is known, it is added under
            ``question``.
    """

    def __init__(
        self,
        template: Template | TemplateItem,
        answers: dict[str, Any],
        errors: list[ErrorDetails],
    ) -> None:
        super().__init__(template, answers, errors)
        self.template = template
        self.answers = answers
        self.errors = errors

    def __str__(self) -> str:
        template = self.template
        name = getattr(template, "name", None) or getattr(template, "title", "?")
        told = "\n".join(indent(_spell(error), "   ") for error in self.errors)
        return f"{name} ({template.id}) validation errors:\n{told}"


def _spell(error: ErrorDetails) -> str:
    lines = [
        f"location: {error['loc']}",
        f"  input: {error['input']}",
        f"  message: {error['msg']}",
    ]
    if (question := error.get("question")) is not None:
        lines.append(indent(f"question: {json.dumps(question, indent=4, default=str)}", "  "))
    return "\n".join(lines) + "\n"
