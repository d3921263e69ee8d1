from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.motion.diameter import AngularDiameter

_VECTORS = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda row: max(map(abs, row)) > 0.01)
_INSERT = st.tuples(st.floats(0, 1), _VECTORS)


@given(st.lists(st.one_of(_INSERT, st.none()), max_size=90))
@settings(max_examples=50, deadline=None)
def test_the_angle_is_that_of_all_pairs_whatever_comes_and_goes(
    changes: list[tuple[float, tuple[float, float, float]] | None],
) -> None:
    diameter = AngularDiameter()
    present: list[np.ndarray] = []
    for change in changes:
        if change is not None:
            share, vector = change
            index = round(share * len(present))
            unit = np.array(vector) / np.linalg.norm(vector)
            diameter.insert(index, np.array(vector))
            present.insert(index, unit)
        elif present:
            diameter.drop_first()
            del present[0]
    assert len(diameter) == len(present)
    chord = max((float(np.linalg.norm(a - b)) for a in present for b in present), default=0.0)
    expected = np.degrees(2 * np.arcsin(min(1.0, chord / 2)))
    assert diameter.angle_deg == pytest.approx(expected, abs=1e-6)
