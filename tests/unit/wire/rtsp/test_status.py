from __future__ import annotations

from gazewire.wire.rtsp.status import REASONS, reason_for


def test_every_status_has_words_on_one_line() -> None:
    for status, reason in REASONS.items():
        assert 100 <= status <= 599
        assert reason
        assert reason.isprintable()


def test_a_status_nobody_knows_has_words_too() -> None:
    assert reason_for(200) == "OK"
    assert reason_for(599) == "Unknown"
