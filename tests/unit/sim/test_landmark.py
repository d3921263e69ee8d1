from __future__ import annotations

import numpy as np

from gazewire.sim import Landmark


def test_a_landmark_around_an_outline_has_its_middle_and_half_its_size() -> None:
    outline = np.array([[0.0, 1.0], [0.4, 1.0], [0.4, 2.0]])
    assert Landmark.around("thing", outline, 2.0) == Landmark("thing", (0.2, 1.5), (0.2, 0.5), 2.0)
