from __future__ import annotations

import numpy as np
import pytest

from gazewire.recording import RecordingFolder
from gazewire.recording.neon.events import EventLog

T = 1_790_000_000_123_456_789


@pytest.fixture
def log(tmp_path):
    log = EventLog(RecordingFolder(tmp_path / "recording"))
    yield log
    log.close()


@pytest.fixture
def path(log, tmp_path):
    return tmp_path / "recording"


def test_three_events_are_the_bytes_of_the_vector(log, path):
    for name in ("recording.begin", "stim.on", "recording.end"):
        log.append(name, T)

    assert (path / "event.txt").read_bytes() == bytes.fromhex(
        "7265636f7264696e672e626567696e0a7374696d2e6f6e0a7265636f7264696e672e656e640a"
    )
    assert (path / "event.time").read_bytes() == bytes.fromhex("15cd4e2b845bd718") * 3


@pytest.mark.parametrize("line_break", "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
def test_line_break_in_a_name_becomes_a_blank(log, path, line_break):
    log.append(f"a{line_break}b", T)

    assert (path / "event.txt").read_bytes() == b"a b\n"


def test_lone_surrogate_becomes_a_question_mark(log, path):
    log.append("a\ud800", T)

    assert (path / "event.txt").read_bytes() == b"a?\n"


def test_blank_name_has_a_line_of_its_own(log, path):
    log.append("", T)

    assert (path / "event.txt").read_bytes() == b"\n"


def test_events_keep_the_order_in_which_they_came(log, path):
    log.append("late", T)
    log.append("early", 0)

    assert np.fromfile(path / "event.time", "<i8").tolist() == [T, 0]


@pytest.mark.parametrize("instant", [1 << 63, -(1 << 63) - 1])
def test_instant_beyond_64_bits_is_counted_and_left_out(log, path, instant):
    assert not log.append("a", instant)
    assert log.dropped == 1
    assert (path / "event.txt").read_bytes() == b""
