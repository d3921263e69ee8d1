from __future__ import annotations

import re
from pathlib import Path

import pytest

from gazewire.wire.rtsp.state import (
    PUBLIC_METHODS,
    STATELESS_METHODS,
    TRANSITIONS,
    Method,
    State,
    next_state,
)

PAGE = Path(__file__).parents[4] / "docs" / "protocols" / "rtsp.md"


def test_each_method_either_changes_states_or_never_does() -> None:
    changing = {method for allowed in TRANSITIONS.values() for method in allowed}
    assert changing | STATELESS_METHODS == set(Method)
    assert not changing & STATELESS_METHODS


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("method", sorted(STATELESS_METHODS))
def test_questions_about_the_presentation_are_always_allowed(state: State, method: Method) -> None:
    assert next_state(state, method) is state


@pytest.mark.parametrize(
    ("state", "method", "following"),
    [
        (State.INIT, Method.SETUP, State.READY),
        (State.INIT, Method.PLAY, None),
        (State.INIT, Method.PAUSE, None),
        (State.INIT, Method.TEARDOWN, State.INIT),
        (State.READY, Method.SETUP, State.READY),
        (State.READY, Method.PLAY, State.PLAYING),
        (State.READY, Method.PAUSE, State.READY),
        (State.READY, Method.TEARDOWN, State.INIT),
        (State.PLAYING, Method.SETUP, None),
        (State.PLAYING, Method.PLAY, State.PLAYING),
        (State.PLAYING, Method.PAUSE, State.READY),
        (State.PLAYING, Method.TEARDOWN, State.INIT),
    ],
)
def test_the_table_says_what_may_follow(
    state: State, method: Method, following: State | None
) -> None:
    assert next_state(state, method) is following


def test_the_public_list_is_that_of_a_real_device() -> None:
    assert ",".join(PUBLIC_METHODS) == "DESCRIBE,SETUP,TEARDOWN,PLAY,PAUSE"


def test_the_page_draws_the_table() -> None:
    drawn = re.findall(r"^ +(\w+) --> (\w+) : (\w+)$", PAGE.read_text(), re.MULTILINE)
    table = [
        (state, following, method)
        for state, allowed in TRANSITIONS.items()
        for method, following in allowed.items()
    ]
    assert drawn == table
