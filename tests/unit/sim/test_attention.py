from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim import Attention, Exhibit, HeadMotion
from gazewire.sim.attention import REACTION_NS, ObedientGaze
from gazewire.sim.ticks import TICKS_PER_S

MS = 1_000_000
OWN = np.array([0.1, -0.1])
FIRST = Exhibit(kind="dot", point=(0.3, 0.2), diameter=0.03)
SECOND = Exhibit(kind="dot", point=(-0.3, 0.1), diameter=0.03)
# A saccade of less than 45 degrees takes no longer.
SACCADE_MS = 120
REACTION_MS = REACTION_NS // MS


class Gaze:
    """Somebody who looks to one side, and at what is asked for."""

    def __init__(self, attention: Attention) -> None:
        self.head = HeadMotion(1)
        self._obedient = ObedientGaze(attention, self.head)

    def course(self, from_ms: int, to_ms: int) -> list[tuple[np.ndarray, str | None, bool] | None]:
        """Every 5 ms: where to, at what, and whether on the way; None of what is their own."""
        found = []
        for ms in range(from_ms, to_ms, 5):
            look = self._obedient.look(ms * MS, ms * TICKS_PER_S // 1000, OWN)
            found.append(None if look is None else (look.tangents, look.name, look.is_jump))
        return found

    def seen(self, exhibit: Exhibit, ms: int) -> np.ndarray:
        seen: np.ndarray = np.array(exhibit.point) - self.head.tangents(np.array([ms / 1000]))[0]
        return seen


def test_what_is_shown_is_what_was_asked_for_last() -> None:
    attention = Attention()
    attention.ask(FIRST, 100)
    attention.ask(SECOND, 200)
    attention.ask(None, 300)
    assert [attention.shown(ns) for ns in (99, 100, 199, 200, 300)] == [
        None,
        FIRST,
        FIRST,
        SECOND,
        None,
    ]


def test_what_was_to_come_later_than_a_new_request_is_forgotten() -> None:
    attention = Attention()
    attention.ask(FIRST, 300)
    attention.ask(SECOND, 200)
    assert attention.shown(400) == SECOND


def test_of_many_requests_the_latest_are_remembered() -> None:
    attention = Attention()
    for ns in range(1000):
        attention.ask(FIRST if ns % 2 else SECOND, ns)
    assert attention.shown(999) == FIRST
    assert attention.shown(998) == SECOND


def test_who_is_asked_for_nothing_does_as_they_like() -> None:
    assert set(Gaze(Attention()).course(0, 100)) == {None}


def test_the_eyes_set_out_after_a_reaction_and_rest_there_however_the_head_moves() -> None:
    attention = Attention()
    gaze = Gaze(attention)
    attention.ask(FIRST, 100 * MS)
    leaves_ms = 100 + REACTION_MS
    assert set(gaze.course(0, leaves_ms)) == {None}
    way = gaze.course(leaves_ms, leaves_ms + SACCADE_MS)
    assert way[0] is not None
    assert way[0][2]
    assert way[0][0] == pytest.approx(OWN)
    for number, look in enumerate(gaze.course(leaves_ms + SACCADE_MS, 2000)):
        assert look is not None
        tangents, name, is_jump = look
        assert (name, is_jump) == ("dot", False)
        ms = leaves_ms + SACCADE_MS + 5 * number
        assert tangents == pytest.approx(gaze.seen(FIRST, ms))


def test_they_go_on_to_the_next_thing_and_back_to_their_own() -> None:
    attention = Attention()
    gaze = Gaze(attention)
    attention.ask(FIRST, 0)
    gaze.course(0, 500)
    attention.ask(SECOND, 500 * MS)
    gaze.course(500, 1000)
    last = gaze.course(1000, 1005)[0]
    assert last is not None
    assert last[0] == pytest.approx(gaze.seen(SECOND, 1000))
    attention.ask(None, 1005 * MS)
    back = gaze.course(1005, 1500)
    on_the_way = [look for look in back if look is not None and look[2]]
    assert 0 < len(on_the_way) < SACCADE_MS / 5
    assert back[-1] is None


def test_who_comes_in_the_middle_sees_the_wearer_look_at_it_already() -> None:
    attention = Attention()
    attention.ask(FIRST, 0)
    look = Gaze(attention).course(500, 505)[0]
    assert look is not None
    assert look[1:] == ("dot", False)


def test_two_who_ask_from_different_instants_on_agree() -> None:
    attention = Attention()
    one, other = Gaze(attention), Gaze(attention)
    one.course(0, 300)
    other.course(250, 300)
    attention.ask(FIRST, 300 * MS)
    for first, second in zip(one.course(300, 700), other.course(300, 700), strict=True):
        if first is None or second is None:
            assert first is second
        else:
            assert first[0] == pytest.approx(second[0])
