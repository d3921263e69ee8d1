from __future__ import annotations

import re
from pathlib import Path

import pytest

from gazewire.client.tools.diagnosis import PROBLEMS, Problem
from gazewire.client.tools.diagnosis import problem as module

PAGE = Path(__file__).parents[5] / "docs" / "how-to" / "troubleshooting.md"


def rows_of_the_page() -> dict[str, tuple[str, str]]:
    """Symptom and cure of each problem that the page tells of."""
    rows = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and re.fullmatch(r"`[a-z-]+`", cells[0]):
            rows[cells[0].strip("`")] = cells[1], cells[2]
    return rows


def told(text: str) -> str:
    """As the page tells it: places for facts stand there as an ellipsis."""
    return re.sub(r"\{[^}]*\}( %)?", "…", text)


def test_the_page_tells_of_all_problems_and_of_no_others_in_their_order() -> None:
    assert list(rows_of_the_page()) == [problem.name for problem in PROBLEMS]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_the_page_says_what_the_doctor_says(problem: Problem) -> None:
    assert rows_of_the_page()[problem.name] == (told(problem.symptom), told(problem.cure))


def test_every_problem_is_listed_once() -> None:
    defined = [value for value in vars(module).values() if isinstance(value, Problem)]
    assert list(PROBLEMS) == defined
    assert len({problem.name for problem in PROBLEMS}) == len(PROBLEMS)
