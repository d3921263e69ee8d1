from __future__ import annotations

from gazewire.multicam.form_choice import FormChoice
from gazewire.wire.camera import ImageForm

SHARED, MULTIPART, MAP, JSON = (
    ImageForm.SHARED,
    ImageForm.MULTIPART,
    ImageForm.MAP,
    ImageForm.JSON,
)
LONG_NS = 10_000_000_000


def asked_in_turn(choice: FormChoice, start_ns: int = 0) -> list[ImageForm | None]:
    return [choice.ask(start_ns + number * LONG_NS) for number in range(5)]


def test_the_fastest_is_asked_for_first_and_others_while_nothing_comes() -> None:
    choice = FormChoice(is_near=True, now_mono_ns=0)
    assert choice.ask(0) is SHARED
    assert choice.ask(1) is None
    assert choice.due_mono_ns is not None
    assert choice.ask(choice.due_mono_ns) is MULTIPART
    assert asked_in_turn(choice, LONG_NS)[:3] == [MAP, JSON, None]
    assert choice.due_mono_ns is None


def test_another_machine_is_not_asked_for_its_memory() -> None:
    assert asked_in_turn(FormChoice(is_near=False, now_mono_ns=0)) == [
        MULTIPART,
        MAP,
        JSON,
        None,
        None,
    ]


def test_slower_forms_are_given_up_when_a_faster_one_comes() -> None:
    choice = FormChoice(is_near=True, now_mono_ns=0)
    asked_in_turn(choice)
    assert choice.came(JSON, 0) == []
    assert choice.came(MULTIPART, 0) == [MAP, JSON]
    assert choice.came(JSON, 0) is None
    assert choice.came(SHARED, 0) == [MULTIPART]


def test_other_forms_are_asked_for_again_when_no_more_comes() -> None:
    choice = FormChoice(is_near=True, now_mono_ns=0)
    choice.ask(0)
    assert choice.came(SHARED, 1) == []
    assert choice.ask(2) is None
    assert choice.ask(LONG_NS) is MULTIPART


def test_when_what_came_cannot_be_used_the_next_form_is_asked_for_at_once() -> None:
    choice = FormChoice(is_near=True, now_mono_ns=0)
    choice.ask(0)
    choice.failed(1)
    assert choice.ask(1) is MULTIPART
    assert choice.came(MULTIPART, 2) == []
    assert choice.came(SHARED, 3) == [MULTIPART]  # it comes after all


def test_what_comes_for_sure_is_alone_until_it_is_lost() -> None:
    choice = FormChoice(is_near=True, now_mono_ns=0)
    choice.ask(0)
    choice.came(SHARED, 1)
    choice.settled()
    assert choice.ask(LONG_NS) is None
    choice.lost(LONG_NS)
    assert choice.ask(LONG_NS) is None
    assert choice.ask(2 * LONG_NS) is MULTIPART
