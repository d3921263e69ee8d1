import msgspec
import pytest

from gazewire.device.refusals import RecordingRules, Refusal
from gazewire.device.resources import Resources
from gazewire.device.state import DeviceState
from gazewire.device.templates import DEFAULT_ANSWERS, DEFAULT_TEMPLATE, Questionnaire
from gazewire.errors import DeviceRefusedError
from gazewire.model import Hardware, Phone
from gazewire.time import ManualClock
from gazewire.wire.template import UNANSWERED

PHONE = Phone(
    battery_level=80,
    battery_state="OK",
    device_id="0123456789abcdef",
    device_name="test",
    ip="127.0.0.1",
    memory=10**11,
    memory_state="OK",
)


def state_of(phone: Phone) -> DeviceState:
    return DeviceState(phone=phone, hardware=Hardware(), sensors=(), clock=ManualClock(0))


def refusal_of(rules: RecordingRules) -> str:
    with pytest.raises(DeviceRefusedError) as refusal:
        rules.check_start()
    assert refusal.value.status == 500
    return refusal.value.reason


def test_nothing_is_in_the_way_of_a_device_as_it_comes() -> None:
    questionnaire = Questionnaire(DEFAULT_TEMPLATE, DEFAULT_ANSWERS)
    rules = RecordingRules(state_of(PHONE), questionnaire)
    rules.check_start()
    rules.check_save()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Refusal.SETUP, "Setup on the phone is not completed"),
        (Refusal.WORKSPACE, "No workspace selected"),
        (Refusal.WEARER, "No wearer selected"),
    ],
)
def test_what_leaves_no_trace_in_the_status_is_refused_by_name(reason: Refusal, words: str) -> None:
    assert refusal_of(RecordingRules(state_of(PHONE), None, {reason})) == words


def test_a_critical_battery_or_disk_is_refused_while_it_lasts() -> None:
    state = state_of(PHONE)
    rules = RecordingRules(state)
    state.update(Resources(battery_level=3, memory=10**11).told_by(PHONE))
    assert refusal_of(rules) == "Low battery: 3 % left"
    state.update(Resources(battery_level=50, memory=99 * 10**6).told_by(PHONE))
    assert refusal_of(rules) == "Low storage: 99 MB left"
    state.update(msgspec.structs.replace(PHONE, battery_state="LOW", memory_state="LOW"))
    rules.check_start()


def test_a_required_question_is_in_the_way_of_starting_and_of_saving() -> None:
    questionnaire = Questionnaire(DEFAULT_TEMPLATE, {})
    rules = RecordingRules(state_of(PHONE), questionnaire)
    assert refusal_of(rules) == "Template has required fields: Task"
    with pytest.raises(DeviceRefusedError, match="Task"):
        rules.check_save()
    questionnaire.answer(DEFAULT_ANSWERS)
    rules.check_start()
    questionnaire.answer(dict.fromkeys(DEFAULT_ANSWERS, UNANSWERED))
    with pytest.raises(DeviceRefusedError, match="Task"):
        rules.check_save()


def test_what_the_status_tells_is_not_in_the_way_of_saving() -> None:
    critical = Resources(battery_level=0, memory=0).told_by(PHONE)
    RecordingRules(state_of(critical), None, {Refusal.WEARER}).check_save()
