from __future__ import annotations

import pytest

from gazewire.client.core.decorators import NotConnectedError, ensure_connected


class Line:
    is_connected = False

    @ensure_connected
    def say(self, word: str, *, loud: bool = False) -> str:
        """Say it."""
        return word.upper() if loud else word


def test_a_call_needs_a_connection() -> None:
    line = Line()
    with pytest.raises(NotConnectedError, match="say needs a connection"):
        line.say("a")
    line.is_connected = True
    assert line.say("a", loud=True) == "A"
    assert Line.say.__doc__ == "Say it."


def test_it_is_caught_as_scripts_do() -> None:
    assert issubclass(NotConnectedError, RuntimeError)
