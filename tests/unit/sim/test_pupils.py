from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.pupils import Pupils, steady_diameter_mm

T_S = np.arange(0.0, 600.0, 0.02)


def test_pupils_are_as_wide_as_those_of_people_in_a_room() -> None:
    for seed in range(30):
        diameters = Pupils(seed).diameters_mm(T_S[::10])
        assert diameters.min() > 1.9
        assert diameters.max() < 6.0
    wide = [Pupils(seed).diameters_mm(T_S[::10]).mean() for seed in range(30)]
    assert 3.0 < np.mean(wide) < 4.3
    assert np.std(wide) > 0.2


def test_both_pupils_move_together_and_differ_by_little() -> None:
    for seed in range(10):
        left, right = Pupils(seed).diameters_mm(T_S[::10]).T
        assert np.ptp(left - right) < 1e-9
        assert abs(left[0] - right[0]) < 0.4  # Lam, Thompson & Corbett 1987


def test_a_pupil_is_never_still_and_moves_slowly() -> None:
    diameter = Pupils(3).diameters_mm(T_S)[:, 0]
    assert 0.08 < diameter.std() < 0.3
    assert np.abs(np.diff(diameter)).max() / 0.02 < 2.0  # mm/s


def test_hippus_falls_off_with_frequency() -> None:
    power = np.zeros(len(T_S) // 2 + 1)
    for seed in range(8):
        diameter = Pupils(seed).diameters_mm(T_S)[:, 0]
        power += np.abs(np.fft.rfft(diameter - diameter.mean())) ** 2
    hz = np.fft.rfftfreq(len(T_S), 0.02)

    def density(low: float, high: float) -> float:
        return float(power[(hz >= low) & (hz < high)].mean())

    slow, middle, fast = density(0.04, 0.08), density(0.2, 0.4), density(1.5, 3.0)
    assert 2 < slow / middle < 15  # about 1 / f
    assert middle / fast > 20  # steeper
    assert density(5.0, 20.0) < 1e-3 * fast


@pytest.mark.parametrize(("luminance", "diameter"), [(1.0, 5.486), (10.0, 4.154), (100.0, 3.087)])
def test_more_light_makes_narrower_pupils(luminance: float, diameter: float) -> None:
    assert steady_diameter_mm(np.array([luminance]))[0] == pytest.approx(diameter, abs=0.001)


def test_the_seed_decides() -> None:
    assert np.array_equal(Pupils(1).diameters_mm(T_S[:9]), Pupils(1).diameters_mm(T_S[:9]))
    assert not np.allclose(Pupils(1).diameters_mm(T_S[:9]), Pupils(2).diameters_mm(T_S[:9]))
