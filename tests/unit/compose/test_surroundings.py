from __future__ import annotations

import itertools
from collections import Counter

from gazewire.compose.surroundings import Surroundings
from gazewire.compose.synthetic_eye import synthetic_wearer
from gazewire.model import AudioChunk, Frame

MINUTE_NS = 60_000_000_000
SECOND_NS = 1_000_000_000


def records(start_ns: int, seconds: float, *, draws: bool = False) -> list:
    made = Surroundings(1).records(start_ns, lambda camera, index: draws)
    end_ns = start_ns + round(seconds * SECOND_NS)
    return list(itertools.takewhile(lambda record: record.timestamp_unix_ns < end_ns, made))


def test_sound_and_motion_go_on_past_the_minute() -> None:
    start_ns = 9 * MINUTE_NS - SECOND_NS
    made = records(start_ns, 2)
    assert all(record.timestamp_unix_ns >= start_ns for record in made)
    instants = [record.timestamp_unix_ns for record in made]
    assert instants == sorted(instants)
    kinds = Counter(type(record) for record in made)
    assert 219 <= kinds.total() - kinds[AudioChunk] <= 221
    assert 124 <= kinds[AudioChunk] <= 126


def test_the_scene_is_what_the_wearer_sees_at_that_instant() -> None:
    start_ns = 9 * MINUTE_NS + 5 * SECOND_NS
    (frame,) = (
        record for record in records(start_ns, 0.03, draws=True) if isinstance(record, Frame)
    )
    wearer = synthetic_wearer(1)
    expected = wearer.scene.render(frame.timestamp_unix_ns - 9 * MINUTE_NS)
    assert bytes(frame.data) == expected.tobytes()
    assert frame.index == 0
