"""How wide the pupils are: by the light, and never still.

The steady diameter follows the luminance of what is seen (Stanley & Davies 1995, Ophthalmic and
Physiological Optics 15, 601-603; eq. 1 as given by Watson & Yellott 2012, Journal of Vision
12(10):12). The light in the room changes slowly, as clouds pass; the picture does not show it,
because cameras keep their pictures equally bright. On top of it lies hippus, the unrest of the
pupil: noise with a spectrum of 1 / f up to half a hertz, and falling off faster above (Stark,
Campbell & Atwood 1958, Nature 182, 857-858).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Pupils", "steady_diameter_mm"]

# Walls and desk of a room by a lamp or by a window, candela by square metre; and the field of view
# that counts.
_LUMINANCE_CD_M2 = (10.0, 60.0)
_FIELD_DEG2 = 40.0**2
# Clouds: a factor of 1.5 up and down, over a quarter of a minute to two minutes.
_CLOUDS_LOG = 0.4
_CLOUDS_HZ = ((1 / 120, 1 / 60), (1 / 50, 1 / 15))

_HIPPUS_MM = 0.12  # standard deviation
_HIPPUS_HZ = (0.03, 3.0)
_HIPPUS_CORNER_HZ = 0.5
_HIPPUS_WAVES = 20

# Pupils of one person differ by less than 0.4 mm in four of five people (Lam, Thompson & Corbett
# 1987, American Journal of Ophthalmology 104, 69-73), and always by about the same.
_ANISOCORIA_MM = 0.12  # standard deviation
# People differ from the formula.
_PERSON_MM = 0.3  # standard deviation


class Pupils:
    """The pupils of one wearer: a pure function of time."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 0x9091])
        self._luminance = float(np.exp(rng.uniform(*np.log(_LUMINANCE_CD_M2))))
        self._clouds_hz = rng.uniform(*np.array(_CLOUDS_HZ).T)
        self._clouds_phase = rng.uniform(0.0, 2 * np.pi, len(_CLOUDS_HZ))
        # Waves spaced evenly on a logarithmic scale have equal power where the spectrum is 1 / f.
        low, high = np.log(_HIPPUS_HZ)
        places = (np.arange(_HIPPUS_WAVES) + rng.uniform(0, 1, _HIPPUS_WAVES)) / _HIPPUS_WAVES
        self._hippus_hz = np.exp(low + (high - low) * places)
        height = np.minimum(1.0, (_HIPPUS_CORNER_HZ / self._hippus_hz) ** 1.5)
        self._hippus_mm = height * _HIPPUS_MM / np.sqrt((height**2).sum() / 2)
        self._hippus_phase = rng.uniform(0.0, 2 * np.pi, _HIPPUS_WAVES)
        person_mm, difference_mm = np.clip(rng.normal(size=2), -2, 2) * [_PERSON_MM, _ANISOCORIA_MM]
        self._offset_mm = person_mm + difference_mm / 2 * np.array([-1.0, 1.0])

    def diameters_mm(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Diameters of the left and the right pupil, (N, 2), at the instants `t_s`, (N,)."""
        clouds = np.sin(2 * np.pi * self._clouds_hz * t_s[:, None] + self._clouds_phase).mean(
            axis=1
        )
        steady = steady_diameter_mm(self._luminance * np.exp(_CLOUDS_LOG * clouds))
        waves = np.sin(2 * np.pi * self._hippus_hz * t_s[:, None] + self._hippus_phase)
        diameters: NDArray[np.float64] = (steady + waves @ self._hippus_mm)[
            :, None
        ] + self._offset_mm
        return diameters


def steady_diameter_mm(luminance_cd_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    """The diameter of a pupil that has got used to a luminance, both (N,).

    Source: Stanley & Davies 1995, for a field of 40 by 40 degrees.
    """
    flux = (luminance_cd_m2 * _FIELD_DEG2 / 846.0) ** 0.41
    diameter: NDArray[np.float64] = 7.75 - 5.75 * flux / (flux + 2.0)
    return diameter
