"""The questions that are asked with each recording, and both ways to write their answers."""

from __future__ import annotations

import logging
from dataclasses import asdict, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel, ValidationError, create_model
from pydantic.dataclasses import dataclass

from gazewire.client.models.answer import (
    InvalidTemplateAnswersError,
    TemplateDataFormat,
    make_template_answer_model_base,
)
from gazewire.client.models.template_item import TemplateItem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["Template"]

logger = logging.getLogger("gazewire.client.template")


@dataclass(kw_only=True)
class Template:
    """What is asked with each recording.

    Attributes:
        created_at: when it was made.
        id: of the template.
        name: for humans.
        updated_at: when it was last changed.
        recording_name_format: what names of recordings are put together from.
        items: the questions and what stands between them.
        label_ids: labels that its recordings get.
        is_default_template: nobody chose it.
        description: for humans, or None.
        recording_ids: recordings that use it, or None where that is not kept.
        published_at: when it could first be chosen, or None.
        archived_at: when it was put away, or None.
    """

    created_at: datetime
    id: UUID
    name: str
    updated_at: datetime
    recording_name_format: list[str]
    items: list[TemplateItem] = field(default_factory=list)
    label_ids: list[UUID] = field(default_factory=list, metadata={"readonly": True})
    is_default_template: bool = True
    description: str | None = None
    recording_ids: list[UUID] | None = None
    published_at: datetime | None = None
    archived_at: datetime | None = None

    def convert_from_simple_to_api_format(self, data: dict[str, Any]) -> dict[str, list[Any]]:
        """Put every answer into a list; None becomes the empty text, which takes an answer back."""
        # Any, here and below: answers are of the types that their questions ask for.
        return {
            question_id: value if isinstance(value, list) else ["" if value is None else value]
            for question_id, value in data.items()
        }

    def convert_from_api_to_simple_format(self, data: dict[str, list[str]]) -> dict[str, Any]:
        """Take answers as devices give them apart.

        Args:
            data: entries by question.

        Returns:
            By question: of a choice, the list of what was chosen, which is empty where nothing
            was; where a number is asked for, the number, or None; of a text, the list of its one
            entry. Answers to questions that the template does not have are left out.
        """
        simple = {}
        for question_id, entries in data.items():
            item = self.get_question_by_id(question_id)
            if item is None:
                logger.warning("left out the answer to %s, which is not asked", question_id)
                continue
            simple[question_id] = _simple(item, entries or [""])
        return simple

    def get_question_by_id(self, question_id: str | UUID) -> TemplateItem | None:
        """Find an item; None where there is none of that id."""
        return next((item for item in self.items if str(item.id) == str(question_id)), None)

    def validate_answers(
        self,
        answers: dict[str, list[str]],
        template_format: TemplateDataFormat,
        raise_exception: bool = True,
    ) -> list[ErrorDetails]:
        """Tell what is wrong with answers, and which are missing.

        Args:
            answers: by the id of their question.
            template_format: how they are written.
            raise_exception: raise what is wrong.

        Returns:
            What is wrong.

        Raises:
            InvalidTemplateAnswersError: something is wrong, if `raise_exception`.
            ValueError: there is no such format.
        """
        try:
            self._create_answer_model(template_format)(**answers)
        except ValidationError as error:
            errors = error.errors()
            for one in errors:
                item = self.get_question_by_id(str(one["loc"][0]))
                if item is not None:
                    one["question"] = asdict(item)  # type: ignore[typeddict-unknown-key]  # ours
            if raise_exception:
                raise InvalidTemplateAnswersError(self, answers, errors) from error
            return errors
        return []

    def _create_answer_model(self, template_format: TemplateDataFormat) -> type[BaseModel]:
        """Make the pydantic model of all answers in a format."""
        fields: dict[str, Any] = {}
        for item in self.items:
            answer_field = item._answer_field(template_format)
            if answer_field is not None:
                fields[str(item.id)] = answer_field
        base = make_template_answer_model_base(self)
        return create_model(f"Template_{self.id}_Answers", __base__=base, **fields)


def _simple(item: TemplateItem, entries: list[str]) -> Any:
    if item._is_choice:
        was_answered = entries != [""] or "" in (item.choices or ())
        return list(entries) if was_answered else []
    if item._value_type is str:
        return entries
    if entries[0] == "":
        return None
    try:
        return item._value_type(entries[0])
    except ValueError:
        logger.warning("the answer to %r is no number: %r", item.title, entries[0])
        return entries[0]
