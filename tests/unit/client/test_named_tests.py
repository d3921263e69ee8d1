"""The page that says which test proves what names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[2]
PAGE = TESTS.parent / "docs/protocols/realtime-api-client.md"
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (C?\d+) \|", re.MULTILINE)


def test_each_test_that_the_page_names_is_there() -> None:
    missing = [
        f"{path}::{name}"
        for path, name in NAMED.findall(PAGE.read_text())
        if not re.search(rf"^(async )?def {name}\(", (TESTS / path).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_the_page_has_every_row_and_each_names_a_test_or_says_that_it_is_open() -> None:
    text = PAGE.read_text()
    wanted = [f"C{number}" for number in range(1, 13)] + [str(number) for number in range(1, 39)]
    assert ROW.findall(text) == wanted
    for line in text.splitlines():
        if ROW.match(line):
            assert NAMED.search(line) or "*Open*" in line, line
