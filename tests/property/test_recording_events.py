from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gazewire.recording import RecordingFolder
from gazewire.recording.neon.events import EventLog

# Lone surrogates included: they come out of JSON.
NAMES = st.text(st.characters(exclude_categories=[]))


@given(st.lists(st.tuples(NAMES, st.integers(-(1 << 63), (1 << 63) - 1))))
def test_whatever_the_names_lines_and_instants_stay_together(events):
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / "recording"
        log = EventLog(RecordingFolder(path))
        for name, instant in events:
            log.append(name, instant)
        log.close()

        # As readers do it: every line break that Unicode knows.
        lines = (path / "event.txt").read_bytes().decode().splitlines()
        assert len(lines) == len(events)
        assert [len(line) for line in lines] == [len(name) for name, _ in events]
        assert np.fromfile(path / "event.time", "<i8").tolist() == [t for _, t in events]
