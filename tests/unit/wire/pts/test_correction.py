from __future__ import annotations

import pytest

from gazewire.time import TimeBase
from gazewire.wire.pts import Hold, Jump, OffsetEstimate, Refuse, Slew, plan_correction


def plan(offset_s: float, jitter_s: float = 0.0, *, recording: bool = False) -> object:
    return plan_correction(OffsetEstimate(offset_s, jitter_s), recording=recording)


@pytest.mark.parametrize(
    ("offset_s", "jitter_s"), [(0.0, 0.0), (0.0001, 0.0), (-0.0001, 0.0), (0.005, 0.005)]
)
def test_what_is_within_jitter_or_a_tenth_of_a_millisecond_is_left(
    offset_s: float, jitter_s: float
) -> None:
    assert plan(offset_s, jitter_s) == Hold()


@pytest.mark.parametrize(
    ("offset_s", "steps"),
    [
        (0.0002, (200_000,)),
        (0.0005, (500_000,)),
        (-0.0012, (-500_000, -500_000, -200_000)),
        (0.010, (500_000,) * 20),
    ],
)
def test_up_to_10_ms_are_corrected_in_small_steps(offset_s: float, steps: tuple[int, ...]) -> None:
    assert plan(offset_s) == Slew(steps)
    # A recording is no hindrance: the clock still runs forwards.
    assert plan(offset_s, recording=True) == Slew(steps)


@pytest.mark.parametrize("offset_s", [0.010001, -0.04, 1234.5])
def test_more_is_one_jump(offset_s: float) -> None:
    assert plan(offset_s) == Jump(round(offset_s * 1e9))


def test_no_jump_tears_a_recording() -> None:
    assert plan(0.04, recording=True) == Refuse()


def test_the_log_has_the_programs_words() -> None:
    assert str(plan(0.0405)) == "Pupil Sync has adjusted the clock by 0.0405s"
    assert str(Refuse()) == (
        "Request to change timebase during recording ignored. Turn off recording first."
    )


@pytest.mark.parametrize("offset_s", [0.0073, -0.0073, 0.5, -0.5])
def test_a_correction_leaves_no_offset(offset_s: float) -> None:
    now_ns = 10**12
    master, ours = TimeBase(0), TimeBase(-round(offset_s * 1e9))
    assert ours.core_s(now_ns) - master.core_s(now_ns) == pytest.approx(offset_s)
    correction = plan(offset_s)
    steps = correction.steps_ns if isinstance(correction, Slew) else (correction.step_ns,)
    for step_ns in steps:
        ours.turn_back(step_ns)
    assert ours.core_s(now_ns) == master.core_s(now_ns)
