from __future__ import annotations

from dataclasses import dataclass

from gazewire.flow import OfficialMatcher

MS = 1_000_000
S = 1_000 * MS


@dataclass(frozen=True)
class Item:
    timestamp_unix_ns: int


def at(ms: int) -> Item:
    return Item(ms * MS)


def matcher(gaze: list[int], eyes: list[int] | None = None, audio: list[int] | None = None):
    made = OfficialMatcher[Item, Item, Item, Item]()
    for ms in gaze:
        made.receive_gaze(at(ms))
    for ms in eyes or []:
        made.receive_eyes(at(ms))
    for ms in audio or []:
        made.receive_audio(at(ms))
    return made


def test_the_first_after_is_taken_though_another_is_nearer() -> None:
    assert matcher([90, 99, 105, 110]).receive_scene(at(100)).gaze == at(105)


def test_an_item_at_the_same_instant_is_passed_over() -> None:
    assert matcher([100, 105]).receive_scene(at(100)).gaze == at(105)


def test_the_newest_before_is_taken_where_none_is_after() -> None:
    assert matcher([90, 95]).receive_scene(at(100)).gaze == at(95)


def test_what_was_passed_over_or_taken_is_gone() -> None:
    made = matcher([90, 99, 105, 110])
    made.receive_scene(at(100))
    assert made.receive_scene(at(50)).gaze == at(110)
    assert made.receive_scene(at(50)).gaze is None


def test_the_oldest_is_taken_even_long_after() -> None:
    assert matcher([5_000]).receive_scene(at(100)).gaze == at(5_000)


def test_eyes_are_taken_only_with_gaze() -> None:
    made = matcher([], eyes=[105])
    assert made.receive_scene(at(100)).eyes is None
    made.receive_gaze(at(101))
    match = made.receive_scene(at(100))
    assert (match.gaze, match.eyes) == (at(101), at(105))


def test_sound_within_34_seconds_is_taken_in_order_with_or_without_gaze() -> None:
    made = matcher([], audio=[15_999, 16_000, 50_000, 84_000, 84_001])
    match = made.receive_scene(at(50_000))
    assert match.gaze is None
    assert match.audio == (at(16_000), at(50_000), at(84_000))
    assert made.receive_scene(at(50_000)).audio == ()
    assert made.receive_scene(at(50_001)).audio == (at(84_001),)


def test_two_hundred_of_each_are_cached() -> None:
    made = matcher(list(range(300)), audio=list(range(300)))
    match = made.receive_scene(at(-1))
    assert match.gaze == at(100)
    assert match.audio == tuple(at(ms) for ms in range(100, 300))


def test_a_restart_forgets_all() -> None:
    made = matcher([1], [1], [1])
    made.restart()
    match = made.receive_scene(at(0))
    assert (match.gaze, match.eyes, match.audio) == (None, None, ())
    made.receive_gaze(at(1))
    assert made.receive_scene(at(0)).eyes is None
