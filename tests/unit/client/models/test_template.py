from uuid import UUID

import pytest
from pydantic import ValidationError

from gazewire.client.models import InvalidTemplateAnswersError, Template, TemplateItem

ITEMS = {
    "heading": {"widget_type": "SECTION_HEADER"},
    "name": {"widget_type": "TEXT", "required": True},
    "notes": {"widget_type": "PARAGRAPH"},
    "age": {"widget_type": "TEXT", "input_type": "integer"},
    "trial": {"widget_type": "TEXT", "input_type": "integer", "required": True},
    "distance": {"widget_type": "TEXT", "input_type": "float"},
    "hand": {"widget_type": "RADIO_LIST", "choices": ["left", "right"]},
    "eye": {"widget_type": "RADIO_LIST", "choices": ["left", "right"], "required": True},
    "aids": {"widget_type": "CHECKBOX_LIST", "choices": ["lenses", "glasses"]},
    "page": {"widget_type": "PAGE_BREAK"},
    "later": {"widget_type": "HOLOGRAM"},
}
IDS = {name: str(UUID(int=number)) for number, name in enumerate(ITEMS, 1)}
LACKING_NOTHING = {"name": ["Ada"], "trial": ["1"], "eye": ["left"]}


def item(name: str) -> dict:
    common = {"input_type": "any", "choices": None, "help_text": None, "required": False}
    return {"id": IDS[name], "title": name, **common, **ITEMS[name]}


def by_id(answers: dict[str, object]) -> dict:
    return {IDS[name]: answer for name, answer in answers.items()}


def by_name(answers: dict) -> dict[str, object]:
    names = {item_id: name for name, item_id in IDS.items()}
    return {names[item_id]: answer for item_id, answer in answers.items()}


@pytest.fixture
def template() -> Template:
    # As it was decoded from JSON, with a key of later.
    return Template(
        **{
            "id": "11111111-1111-1111-1111-111111111111",
            "name": "Demo",
            "created_at": "2023-12-01T00:00:00Z",
            "updated_at": "2023-12-01T00:00:00Z",
            "recording_name_format": ["{date}"],
            "items": [item(name) for name in ITEMS],
            "colour": "red",
        }
    )


def test_a_template_is_read_from_json(template: Template) -> None:
    assert template.id == UUID(int=0x11111111111111111111111111111111)
    assert template.created_at.year == 2023
    assert template.is_default_template
    assert all(isinstance(one, TemplateItem) for one in template.items)


def test_an_item_without_all_its_keys_is_none() -> None:
    with pytest.raises(ValidationError):
        TemplateItem(id=UUID(int=1), title="x", widget_type="TEXT", input_type="any")


def test_items_are_found_by_id_as_text_or_uuid(template: Template) -> None:
    assert template.get_question_by_id(IDS["age"]).title == "age"
    assert template.get_question_by_id(UUID(IDS["age"])).title == "age"
    assert template.get_question_by_id("none") is None


@pytest.mark.parametrize(
    ("name", "api", "simple"),
    [
        ("age", ["42"], 42),
        ("age", [""], None),
        ("age", [], None),
        ("distance", ["0.5"], 0.5),
        ("notes", ["hello"], ["hello"]),
        ("notes", [""], [""]),
        ("hand", ["left"], ["left"]),
        ("hand", [""], []),
        ("aids", ["lenses", "glasses"], ["lenses", "glasses"]),
        ("aids", [], []),
        ("later", ["a", "b"], ["a", "b"]),
    ],
)
def test_answers_are_taken_apart(
    template: Template, name: str, api: list[str], simple: object
) -> None:
    assert template.convert_from_api_to_simple_format({IDS[name]: api}) == {IDS[name]: simple}


def test_each_answer_is_that_of_its_own_question(template: Template) -> None:
    answers = by_id({"age": ["7"], "hand": ["right"], "aids": ["lenses"], "eye": ["left"]})
    simple = by_name(template.convert_from_api_to_simple_format(answers))
    assert simple == {"age": 7, "hand": ["right"], "aids": ["lenses"], "eye": ["left"]}


def test_answers_to_what_is_not_asked_are_left_out(template: Template, caplog) -> None:
    assert template.convert_from_api_to_simple_format({"none": ["x"]}) == {}
    assert "none" in caplog.text


def test_a_number_that_is_none_stays_text(template: Template, caplog) -> None:
    simple = template.convert_from_api_to_simple_format(by_id({"age": ["old"]}))
    assert by_name(simple) == {"age": "old"}
    assert "no number" in caplog.text


def test_answers_are_put_into_lists(template: Template) -> None:
    simple = by_id({"age": 42, "distance": None, "notes": "x", "hand": ["left"]})
    api = by_name(template.convert_from_simple_to_api_format(simple))
    assert api == {"age": [42], "distance": [""], "notes": ["x"], "hand": ["left"]}


def test_optional_questions_need_no_answer(template: Template) -> None:
    assert template.validate_answers(by_id(LACKING_NOTHING), "api") == []
    simple = template.convert_from_api_to_simple_format(by_id(LACKING_NOTHING))
    assert template.validate_answers(simple, "simple") == []


def test_what_nobody_answered_is_no_wrong_answer(template: Template) -> None:
    optional = ("notes", "age", "distance", "hand", "aids", "later")
    for unanswered in ([""], []):
        answers = LACKING_NOTHING | dict.fromkeys(optional, unanswered)
        assert template.validate_answers(by_id(answers), "api") == []


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("name", []),
        ("name", [""]),
        ("trial", [""]),
        ("eye", [""]),
        ("eye", []),
        ("age", ["old"]),
        ("age", ["1.5"]),
        ("distance", ["far"]),
        ("notes", ["a", "b"]),
        ("hand", ["left", "right"]),
        ("hand", ["both"]),
        ("aids", ["lenses", "telescope"]),
        ("heading", ["x"]),
        ("page", ["x"]),
    ],
)
def test_a_wrong_answer_is_told_with_its_question(
    template: Template, name: str, answer: list[str]
) -> None:
    answers = by_id(LACKING_NOTHING | {name: answer})
    with pytest.raises(InvalidTemplateAnswersError) as wrong:
        template.validate_answers(answers, "api")
    [error] = wrong.value.errors
    assert error["loc"][0] == IDS[name]
    assert error["question"]["title"] == name
    assert (wrong.value.template, wrong.value.answers) == (template, answers)
    assert "Demo (11111111-1111-1111-1111-111111111111)" in str(wrong.value)
    assert error["msg"] in str(wrong.value)
    assert template.validate_answers(answers, "api", raise_exception=False)[0]["msg"]


def test_a_required_answer_that_is_missing_is_told(template: Template) -> None:
    errors = template.validate_answers({}, "api", raise_exception=False)
    assert {error["question"]["title"] for error in errors} == set(LACKING_NOTHING)
    assert {error["type"] for error in errors} == {"missing"}


def test_a_number_answers_a_required_number(template: Template) -> None:
    answers = by_id(LACKING_NOTHING | {"trial": [0]})
    assert template.validate_answers(answers, "api") == []


@pytest.mark.parametrize(
    ("name", "answer", "is_right"),
    [
        ("name", "Ada", True),
        ("name", ["Ada"], True),
        ("name", "", False),
        ("name", None, False),
        ("notes", None, True),
        ("age", 42, True),
        ("age", "42", True),
        ("age", None, True),
        ("age", "old", False),
        ("trial", None, False),
        ("hand", ["left"], True),
        ("hand", [], True),
        ("hand", ["left", "right"], False),
        ("eye", [], False),
        ("aids", ["lenses", "glasses"], True),
        ("heading", "anything", True),
    ],
)
def test_one_answer_is_judged_by_its_question(
    template: Template, name: str, answer: object, is_right: bool
) -> None:
    question = template.get_question_by_id(IDS[name])
    assert (question.validate_answer(answer, raise_exception=False) == []) is is_right
    if not is_right:
        with pytest.raises(InvalidTemplateAnswersError, match=name):
            question.validate_answer(answer)


def test_a_format_is_one_of_two(template: Template) -> None:
    with pytest.raises(ValueError, match="'api' or 'simple'"):
        template.validate_answers({}, "xml")
    with pytest.raises(ValueError, match="'api' or 'simple'"):
        template.items[1].validate_answer("x", "xml")
