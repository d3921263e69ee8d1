from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.camera_control import (
    CameraControlQuery,
    EnumControl,
    IntegerControl,
    parse_control,
)
from gazewire.wire.rest import serialize_answer

AE_MODE = EnumControl(
    control_name="ae_mode", current_value="auto", allowed_values=("auto", "manual")
)
MAN_EXP = IntegerControl(control_name="man_exp", current_value=50, value_min=1, value_max=1000)

ANSWERS = [
    (
        AE_MODE,
        b'{"allowed_values":["auto","manual"],"control_name":"ae_mode","current_value":"auto",'
        b'"value_type":"enum"}',
    ),
    (
        MAN_EXP,
        b'{"control_name":"man_exp","current_value":50,"value_max":1000,"value_min":1,'
        b'"value_type":"int"}',
    ),
]


@pytest.mark.parametrize(("control", "result"), ANSWERS)
def test_a_control_is_written_and_read(
    control: EnumControl | IntegerControl, result: bytes
) -> None:
    answer = b'{"message":"Success","result":' + result + b"}"
    assert serialize_answer(control) == answer
    assert parse_control(answer) == control


def test_the_words_of_value_type_do_not_matter() -> None:
    result = b'{"control_name":"g","current_value":1,"value_min":0,"value_max":2,"value_type":"?"}'
    control = parse_control(b'{"message":"","result":' + result + b"}")
    assert isinstance(control, IntegerControl)


@pytest.mark.parametrize(
    "result", [b"null", b"[]", b"{}", b'{"allowed_values":1}', b'{"control_name":"gain"}']
)
def test_what_is_no_control_is_the_peer_s_fault(result: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_control(b'{"message":"","result":' + result + b"}")


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("1000", 1000), ("0100", 100)])
def test_an_integer_in_its_range_is_taken(text: str, value: int) -> None:
    assert MAN_EXP.with_text(text).current_value == value


@pytest.mark.parametrize(
    "text", ["", "0", "1001", "-1", "1.5", " 1", "1_0", "one", "٤", "9" * 5000]
)
def test_what_is_out_of_range_or_no_integer_is_refused_in_short(text: str) -> None:
    with pytest.raises(
        RemoteProtocolError, match="man_exp takes an integer from 1 to 1000"
    ) as info:
        MAN_EXP.with_text(text)
    assert len(str(info.value)) < 120


def test_a_word_that_is_allowed_is_taken() -> None:
    assert AE_MODE.with_text("manual").current_value == "manual"
    with pytest.raises(RemoteProtocolError, match="ae_mode takes auto or manual, not 'Manual'"):
        AE_MODE.with_text("Manual")


def test_a_query_is_read_and_written_as_the_official_client_writes_it() -> None:
    query = CameraControlQuery.parse({"camera": "world", "gain": "50", "ae_mode": "manual"})
    assert query == CameraControlQuery("world", {"ae_mode": "manual", "gain": "50"})
    assert query.serialize() == "camera=world&ae_mode=manual&gain=50"
    assert CameraControlQuery("world", {"gamma": ""}).serialize() == "camera=world&gamma="


def test_a_query_names_a_camera() -> None:
    with pytest.raises(RemoteProtocolError, match="camera=world"):
        CameraControlQuery.parse({"gain": ""})


def test_a_query_names_controls_and_nothing_else() -> None:
    with pytest.raises(RemoteProtocolError, match="no control 'gian'; there are: ae_mode, man_exp"):
        CameraControlQuery.parse({"camera": "world", "gian": "1"})
