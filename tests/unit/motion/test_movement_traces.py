"""The traces that the classifier learns from are what their labels say."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from gazewire.motion import Movement

TOOL = Path(__file__).parents[3] / "tools" / "movement_traces.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("movement_traces", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def traces(tool: ModuleType) -> list:
    rng = np.random.default_rng(2)
    return [tool.make_trace(rng, 4) for _ in range(40)]


def test_the_same_seed_makes_the_same_trace(tool: ModuleType) -> None:
    one, other = (tool.make_trace(np.random.default_rng(5), 2) for _ in range(2))
    assert np.array_equal(one.position_deg, other.position_deg, equal_nan=True)
    assert (one.labels == other.labels).all()


def test_all_movements_occur_and_rates_differ(traces: list) -> None:
    assert {int(k) for trace in traces for k in trace.labels} == {1, 2, 3, 4, 5}
    assert len({round(1 / (trace.t_s[1] - trace.t_s[0])) for trace in traces}) > 4


def test_long_losses_are_blinks(traces: list) -> None:
    for trace in traces:
        lost = np.isnan(trace.position_deg[0])
        ends = np.flatnonzero(np.diff(np.concatenate(([0], lost, [0])))).reshape(-1, 2)
        for start, end in ends:
            if trace.t_s[end - 1] - trace.t_s[start] > 0.03:
                assert (trace.labels[start:end] == Movement.BLINK).any()


def test_pursuit_goes_further_than_drift(traces: list) -> None:
    speeds: dict[int, list[float]] = {Movement.FIXATION: [], Movement.PURSUIT: []}
    for trace in traces:
        ends = np.flatnonzero(np.diff(trace.labels)) + 1
        for part in np.split(np.arange(len(trace.t_s)), ends):
            seconds = trace.t_s[part[-1]] - trace.t_s[part[0]]
            kind = int(trace.labels[part[0]])
            if kind in speeds and seconds > 0.15:
                way = trace.position_deg[:, part[-1]] - trace.position_deg[:, part[0]]
                speeds[kind].append(float(np.hypot(*way)) / seconds)
    assert np.nanmedian(speeds[Movement.PURSUIT]) > 3 * np.nanmedian(speeds[Movement.FIXATION])


def test_oscillations_follow_saccades(traces: list) -> None:
    for trace in traces:
        if trace.t_s[1] - trace.t_s[0] > 0.003:
            continue
        begins = np.flatnonzero((trace.labels[1:] == 3) & (trace.labels[:-1] != 3))
        assert (trace.labels[begins] == Movement.SACCADE).all()
