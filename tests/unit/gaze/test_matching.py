"""What belongs together in time."""

from __future__ import annotations

from gazewire.gaze import GazeReference, match_references, select_pupils


def reference(t_s: float) -> GazeReference:
    return GazeReference(timestamp_unix_ns=round(t_s * 1e9), norm_pos=(0.5, 0.5))


def test_of_two_equally_near_the_later_is_taken(pupil) -> None:
    pupils = [pupil(0, 0.99), pupil(0, 1.01)]
    (match,) = match_references([reference(1.0)], pupils).all
    assert match.right is pupils[1]
    assert match.left is None


def test_the_limit_is_less_than_a_fifteenth_of_a_second(pupil) -> None:
    matches = match_references([reference(1.0)], [pupil(0, 1.066666), pupil(1, 0.933333)])
    assert len(matches.monocular(0)) == 1
    assert len(matches.monocular(1)) == 0


def test_both_eyes_must_belong_to_one_another_too(pupil) -> None:
    matches = match_references([reference(1.0)], [pupil(0, 1.04), pupil(1, 0.96)])
    assert len(matches.monocular(0)) == len(matches.monocular(1)) == 1
    assert matches.binocular == ()


def test_a_pupil_may_serve_several_references_in_any_order(pupil) -> None:
    only = pupil(0, 1.0)
    matches = match_references([reference(1.02), reference(0.98)], [only])
    assert [seen for _, seen in matches.monocular(0)] == [only, only]
    assert matches.all[0].reference.timestamp_unix_ns < matches.all[1].reference.timestamp_unix_ns


def test_pupils_are_selected_by_method_and_confidence(pupil) -> None:
    pupils = [pupil(0, 1.0, 0.8), pupil(0, 1.1, 0.79), pupil(0, 1.2, normal=(0.0, 0.0, -1.0))]
    assert select_pupils(pupils, "2d", 0.8) == pupils[:1]
    assert select_pupils(pupils, "3d", 0.8) == pupils[2:]
