from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp import Range
from gazewire.wire.rtsp.headers import NOW

S = 1_000_000_000

# (as it comes, as we write it, the value)
CASES = [
    ("npt=now-", "npt=now-", Range(NOW)),
    ("npt=0.000-", "npt=0.000-", Range(0)),
    ("npt=0-", "npt=0.000-", Range(0)),
    ("npt=10-20.5", "npt=10.000-20.500", Range(10 * S, 20 * S + S // 2)),
    ("npt=-20", "npt=-20.000", Range(None, 20 * S)),
    ("NPT = NOW - 1", "npt=now-1.000", Range(NOW, S)),
    ("npt=1:02:03.25-", "npt=3723.250-", Range(3723 * S + S // 4)),
    ("npt=5.-", "npt=5.000-", Range(5 * S)),
    ("npt=0.1234567891-", "npt=0.123456789-", Range(123_456_789)),
    ("npt=0-;time=19970123T153600Z", "npt=0.000-", Range(0)),
]


@pytest.mark.parametrize(("text", "canonical", "value"), CASES)
def test_parse_reads_it(text: str, canonical: str, value: Range) -> None:
    assert Range.parse(text) == value
    assert Range.parse(canonical) == value


@pytest.mark.parametrize(("text", "canonical", "value"), CASES)
def test_serialize_writes_it(text: str, canonical: str, value: Range) -> None:
    assert value.serialize() == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "npt",
        "npt=",
        "npt=-",
        "npt=5",
        "npt=a-",
        "npt=0-now",
        "npt=1:60:00-",
        "npt=1-2-3",
        "npt=--1",
        "clock=19961108T143720.25Z-",
        "smpte=10:12:33:20-",
    ],
)
def test_another_unit_or_no_number_is_an_invalid_range(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        Range.parse(text)
    assert caught.value.status == 457
