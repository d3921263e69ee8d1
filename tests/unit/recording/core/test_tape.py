from __future__ import annotations

import pytest

pytest.importorskip("av", reason="needs the extra [video]")

from made_recordings import CORE_START_S, COUNT, make_core

from gazewire.recording.core import CoreTape, TapedMessage
from gazewire.wire.ipc import decode_map, encode_map


def test_all_but_notifications_come_in_order_of_time(tmp_path):
    tape = CoreTape(make_core(tmp_path / "r"))
    times = [message.timestamp_unix_ns for message in tape.messages]
    assert times == sorted(times)
    families = [message.topic.split(".")[0] for message in tape.messages]
    assert {name: families.count(name) for name in set(families)} == {
        "pupil": COUNT,
        "gaze": COUNT,
        "annotation": 1,
    }


def test_times_are_told_anew_wherever_they_stand(tmp_path):
    tape = CoreTape(make_core(tmp_path / "r"))
    gaze = next(message for message in tape.messages if message.topic.startswith("gaze"))
    told = decode_map(gaze.retold(lambda core_s: core_s + 5))
    assert told["timestamp"] == CORE_START_S + 5
    assert told["base_data"][0]["timestamp"] == CORE_START_S + 5
    assert told["base_data"][0]["diameter"] == 31.5


def test_pairs_of_topic_and_time_are_told_anew():
    fields = {"timestamp": 1.0, "base_data": [["gaze.3d.01.", 1.5]], "duration": 2.0}
    message = TapedMessage(0, "fixations", encode_map(fields))
    assert decode_map(message.retold(lambda core_s: -core_s)) == {
        "timestamp": -1.0,
        "base_data": [["gaze.3d.01.", -1.5]],
        "duration": 2.0,
    }
