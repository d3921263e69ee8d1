from __future__ import annotations

import pytest

from gazewire.wire.rtsp.headers.quoting import split_unquoted, unquoted


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("a", ["a"]),
        (" a , b\t", ["a", "b"]),
        (",,a,", ["a"]),
        ('a="1,2",b', ['a="1,2"', "b"]),
        ('a="1,2', ['a="1,2']),
        ('"a""b,c",d', ['"a""b,c"', "d"]),
    ],
)
def test_separators_in_quotes_do_not_part(text: str, pieces: list[str]) -> None:
    assert split_unquoted(text, ",") == pieces


@pytest.mark.parametrize(
    ("text", "bare"), [('"a"', "a"), (' "a b" ', "a b"), ("a", "a"), ('"', '"'), ('""', "")]
)
def test_one_pair_of_quotes_comes_off(text: str, bare: str) -> None:
    assert unquoted(text) == bare
