from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp import Session

# (as it comes, as we write it, the value)
CASES = [
    ("1185d20035702ca", "1185d20035702ca", Session("1185d20035702ca")),
    ("1185d20035702ca;timeout=60", "1185d20035702ca;timeout=60", Session("1185d20035702ca", 60)),
    (" a-b ; Timeout = 5 ", "a-b;timeout=5", Session("a-b", 5)),
    ("abc;timeout=0", "abc;timeout=0", Session("abc", 0)),
    ("abc;x=1;y", "abc", Session("abc")),
]


@pytest.mark.parametrize(("text", "canonical", "value"), CASES)
def test_parse_reads_it(text: str, canonical: str, value: Session) -> None:
    assert Session.parse(text) == value
    assert Session.parse(canonical) == value


@pytest.mark.parametrize(("text", "canonical", "value"), CASES)
def test_serialize_writes_it(text: str, canonical: str, value: Session) -> None:
    assert value.serialize() == canonical


@pytest.mark.parametrize(
    "text", ["", " ", ";timeout=5", "a;timeout=", "a;timeout=x", "a;timeout=-1", "a;timeout=1e9"]
)
def test_what_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        Session.parse(text)
