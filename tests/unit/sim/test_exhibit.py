from __future__ import annotations

import msgspec
import pytest

from gazewire.sim import Exhibit

DISPLAY = -0.4, -0.3, 0.8, 0.4


def test_a_marker_at_the_rim_of_a_display_has_its_ground_on_it() -> None:
    exhibit = Exhibit.on_display(DISPLAY, (0.0, 1.0))
    assert exhibit.diameter == pytest.approx(0.05)
    assert exhibit.point == pytest.approx((-0.4 + 0.035, -0.3 + 0.035))
    assert exhibit.ground == DISPLAY


def test_the_middle_of_a_display_is_the_middle_whatever_the_scale() -> None:
    assert Exhibit.on_display(DISPLAY, (0.5, 0.5), scale=3).point == pytest.approx((0.0, -0.1))


def test_a_card_is_around_its_marker() -> None:
    exhibit = Exhibit.on_card("stop", (0.1, 0.2), 0.1)
    assert exhibit.ground == pytest.approx((0.02, 0.12, 0.16, 0.16))
    assert max(radius for radius, _ in exhibit.discs) < 0.08


def test_it_goes_over_the_bus_and_back() -> None:
    exhibit = Exhibit.on_display(DISPLAY, (0.3, 0.7))
    assert msgspec.convert(msgspec.to_builtins(exhibit), Exhibit) == exhibit
