from __future__ import annotations

import pytest

from gazewire.client.streaming.nal_unit import extract_payload_from_nal_unit


@pytest.mark.parametrize(
    ("payload", "extracted"),
    [
        (b"\x67sps", b"\0\0\0\1\x67sps"),
        (b"\x7c\x85first", b"\0\0\0\1\x65first"),
        (b"\x7c\x05middle", b"middle"),
        (b"\x7c\x45last", b"last"),
    ],
)
def test_what_a_decoder_reads(payload: bytes, extracted: bytes) -> None:
    assert extract_payload_from_nal_unit(payload) == extracted
    assert extract_payload_from_nal_unit(memoryview(payload)) == extracted


def test_fragments_join_to_the_whole() -> None:
    fragments = [b"\x7c\x85ab", b"\x7c\x05cd", b"\x7c\x45ef"]
    assert b"".join(map(extract_payload_from_nal_unit, fragments)) == b"\0\0\0\1\x65abcdef"


@pytest.mark.parametrize("payload", [b"", b"\x80", b"\xffabc", b"\x7c"])
def test_what_cannot_be_right_is_a_value_error(payload: bytes) -> None:
    with pytest.raises(ValueError, match="NAL unit"):
        extract_payload_from_nal_unit(payload)
