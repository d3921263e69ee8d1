from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import create_model

from gazewire.client.models import (
    Template,
    TemplateItem,
    allow_empty,
    make_template_answer_model_base,
    not_empty,
    option_in_allowed_values,
)


def test_an_empty_entry_is_required_or_nothing() -> None:
    assert (not_empty("a"), allow_empty("a"), allow_empty("")) == ("a", "a", None)
    with pytest.raises(ValueError, match="value is required"):
        not_empty("")


@pytest.mark.parametrize("allowed", [["a", "b"], [], None])
def test_an_option_is_among_those_allowed(allowed: list[str] | None) -> None:
    if allowed:
        assert option_in_allowed_values("a", allowed) == "a"
    with pytest.raises(ValueError, match="not a valid choice"):
        option_in_allowed_values("c", allowed)


def test_a_model_of_answers_prints_each_with_its_question() -> None:
    item_id = str(UUID(int=1))
    item = TemplateItem(
        id=UUID(int=1),
        title="Age",
        widget_type="TEXT",
        input_type="integer",
        choices=None,
        help_text=None,
        required=True,
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    template = Template(
        id=UUID(int=2),
        name="Demo",
        created_at=now,
        updated_at=now,
        recording_name_format=[],
        items=[item],
    )
    base = make_template_answer_model_base(template)
    answers = create_model("Answers", __base__=base, **{item_id: (int, ...)})(**{item_id: 42})
    assert answers.get(item_id) == 42
    assert answers.get("none") is None
    assert str(answers) == (
        f"Template_{UUID(int=2)}_AnswerModel(\n    {item_id}=42, # Age - TEXT - integer - None\n)"
    )
