from __future__ import annotations

import pytest

from gazewire.client.zmq_tools import serializer


@pytest.mark.parametrize("value", [{"a": 1.5, "b": [b"x", "y", None]}, [1, 2], "text", 3])
def test_values_come_back(value: object) -> None:
    packed = serializer.dumps(value, use_bin_type=True)
    assert serializer.loads(packed, raw=False, encoding="utf-8") == value
    assert serializer.unpackb(serializer.packb(value)) == value


def test_old_text_is_text() -> None:
    # Packed by Python 2 with use_bin_type: keys are bin, and so is text.
    assert serializer.loads(b"\x81\xc4\x07subject\xc4\x01x") == {"subject": "x"}


def test_what_is_no_messagepack_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="MessagePack"):
        serializer.loads(b"\xc1")
