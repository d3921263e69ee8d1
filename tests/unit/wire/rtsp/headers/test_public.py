from __future__ import annotations

import pytest

from gazewire.wire.rtsp import Method, Public

# (as it comes, as we write it, the value)
CASES = [
    (
        "DESCRIBE,SETUP,TEARDOWN,PLAY,PAUSE",
        "DESCRIBE,SETUP,TEARDOWN,PLAY,PAUSE",
        Public(("DESCRIBE", "SETUP", "TEARDOWN", "PLAY", "PAUSE")),
    ),
    (" OPTIONS, x-own ,,", "OPTIONS,x-own", Public(("OPTIONS", "x-own"))),
    ("", "", Public(())),
]


@pytest.mark.parametrize(("text", "canonical", "value"), CASES)
def test_parse_reads_it(text: str, canonical: str, value: Public) -> None:
    assert Public.parse(text) == value
    assert Public.parse(canonical) == value


@pytest.mark.parametrize(("text", "canonical", "value"), CASES)
def test_serialize_writes_it(text: str, canonical: str, value: Public) -> None:
    assert value.serialize() == canonical


def test_a_method_is_in_the_list_or_not() -> None:
    public = Public.parse("DESCRIBE, OPTIONS")
    assert Method.OPTIONS in public
    assert Method.PLAY not in public
