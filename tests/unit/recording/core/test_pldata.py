from __future__ import annotations

import msgspec

from gazewire.recording.core.pldata import read_pldata, whole_size
from gazewire.recording.finding import Findings

PACK = msgspec.msgpack.Encoder().encode
# One annotation, byte by byte: topic "annotation", a map of four.
VECTOR = bytes.fromhex(
    "92aa616e6e6f746174696f6ec43f84a5746f706963aa616e6e6f746174696f6ea56c6162656ca161"
    "a974696d657374616d70cb3ff8000000000000a86475726174696f6ecb0000000000000000"
)


def read(content: bytes) -> tuple[list[tuple[str, bytes]], list[tuple[int | None, str]]]:
    findings = Findings()
    records = [(r.topic, r.payload) for r in read_pldata(content, "a.pldata", findings)]
    return records, [(found.offset, found.says) for found in findings]


def test_the_vector_is_read() -> None:
    ((topic, payload),), findings = read(VECTOR)
    assert topic == "annotation"
    assert msgspec.msgpack.decode(payload)["timestamp"] == 1.5
    assert findings == []


def test_every_cut_gives_the_whole_records_and_one_finding() -> None:
    content = VECTOR * 2
    for size in range(1, len(content)):
        records, findings = read(content[:size])
        assert len(records) == size // len(VECTOR)
        assert len(findings) == (size % len(VECTOR) != 0)
        assert whole_size(content[:size]) == size - size % len(VECTOR)


def test_reading_goes_on_behind_garbage() -> None:
    records, findings = read(VECTOR + b"\xff\x00\x92\xa5" + VECTOR)
    assert len(records) == 2
    assert findings == [(len(VECTOR), "4 bytes are no record")]


def test_long_topics_and_payloads_are_read() -> None:
    pair = ["x" * 300, bytes(70_000)]
    assert read(PACK(pair))[0] == [(pair[0], pair[1])]
