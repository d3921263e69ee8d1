from __future__ import annotations

from gazewire.multicam.overlay import Overlay
from gazewire.wire.camera import Box, Point

S = 1_000_000_000


def test_boxes_are_forgotten_half_a_second_after_their_last_message() -> None:
    overlay = Overlay(0.5)
    overlay.show([Box(0, 0, 1, 1)], 0)
    assert overlay.shown(S // 2 - 1) == [Box(0, 0, 1, 1)]
    assert overlay.shown(S // 2) == []


def test_the_newest_message_wins() -> None:
    overlay = Overlay(0.5)
    overlay.show([Box(0, 0, 1, 1)], 0)
    overlay.show([Box(0, 0, 2, 2)], S // 4)
    assert overlay.shown(S // 2) == [Box(0, 0, 2, 2)]


def test_each_shape_may_have_a_time_to_live() -> None:
    overlay = Overlay(0.5)
    overlay.show([Point(0, 0, ttl_s=2.0), Point(1, 1, ttl_s=0.0)], 0)
    assert overlay.shown(S) == [Point(0, 0, ttl_s=2.0)]


def test_no_shapes_remove_what_is_shown() -> None:
    overlay = Overlay(0.5)
    overlay.show([Box(0, 0, 1, 1)], 0)
    overlay.show([], 1)
    assert overlay.shown(1) == []
