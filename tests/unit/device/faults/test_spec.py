import pytest

from gazewire.device.faults import FAULTS, fault_help, parse_fault, spell_fault
from gazewire.device.faults.options import options_of
from gazewire.errors import RemoteProtocolError


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_written_by_its_name_alone(name: str) -> None:
    fault = parse_fault(name)
    assert type(fault) is FAULTS[name]
    assert spell_fault(fault) == name


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_begin_later_and_end_by_itself(name: str) -> None:
    fault = parse_fault(f"{name}:for=2.5,after=1")
    assert (fault.for_s, fault.after_s) == (2.5, 1.0)
    assert spell_fault(fault) == f"{name}:for=2.5,after=1"


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_and_key_is_explained(name: str) -> None:
    described = fault_help()
    assert f"\n{name}\n    " in described
    assert all(option.meaning and option.takes for option in options_of(FAULTS[name]))


def test_keys_are_read() -> None:
    fault = parse_fault(" loss:percent=12.5,sensor=gaze,seed=7\n")
    assert (fault.percent, fault.sensor, fault.seed) == (12.5, "gaze", 7)
    assert spell_fault(fault) == "loss:percent=12.5,seed=7,sensor=gaze"


def test_only_the_first_colon_ends_the_name() -> None:
    assert parse_fault("http-500:path=/api/recording:start").path == "/api/recording:start"


@pytest.mark.parametrize(
    "text",
    [
        "loss:percent=0",
        "loss:percent=101",
        "loss:percent=nan",
        "loss:percent=",
        "loss:percent",
        "loss:=5",
        "loss:",
        "loss:percent=5,percent=6",
        "loss:percnt=5",
        "loss:sensor=mars",
        "loss:seed=-1",
        "loss:seed=99999999999999999999",
        "loss:for=-1",
        "loss:after=soon",
        "reorder:depth=1.5",
        "unknown-gaze-length:length=65",
        "unknown-eye-event:type=5",
        "incomplete-component:model=Moon",
        "echo-split:at=16",
    ],
)
def test_what_cannot_be_is_told_in_one_sentence_with_the_keys(text: str) -> None:
    name = text.partition(":")[0]
    with pytest.raises(RemoteProtocolError) as told:
        parse_fault(text)
    message = str(told.value)
    assert told.value.status == 400
    assert message.startswith(f"fault {name}: ")
    assert "\n" not in message
    keys = [option.key for option in options_of(FAULTS[name])]
    assert message.endswith(f"its keys are {', '.join(keys[:-1])} and {keys[-1]}")


@pytest.mark.parametrize("text", ["", "rain", "rain:percent=5", "Loss", "loss percent=5"])
def test_a_name_that_is_none_is_told_with_those_that_are(text: str) -> None:
    with pytest.raises(RemoteProtocolError, match=r"there are: loss, .*echo-wrong-offset$"):
        parse_fault(text)


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="at most 500 characters"):
        parse_fault("loss:seed=" + "1" * 1_000_000)
