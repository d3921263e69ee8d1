from __future__ import annotations

from dataclasses import replace

import pytest

from gazewire.client.tools.diagnosis import Verdict
from gazewire.client.tools.diagnosis.streams import StreamTrial, judge_streams
from gazewire.errors import DeviceRefusedError, NetworkError

PLACE = "10.0.0.2:8080"
GOOD = StreamTrial(
    sensor="gaze",
    url="rtsp://10.0.0.2:8086/?camera=gaze",
    over_tcp=False,
    packets=600,
    items=600,
    lost=0,
    failure=None,
)
SILENT = replace(GOOD, packets=0, items=0)


def problems(*trials: StreamTrial) -> list[str | None]:
    return [finding.problem for finding in judge_streams(trials, PLACE)]


def test_streams_that_come_are_told_together() -> None:
    [finding] = judge_streams([GOOD, replace(GOOD, sensor="world")], PLACE)
    assert finding.verdict is Verdict.WELL
    assert "gaze, world" in finding.says


def test_nothing_tried_is_nothing_found() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("trials", "problem"),
    [
        ([SILENT, replace(GOOD, over_tcp=True)], "no-udp"),
        ([SILENT, replace(SILENT, over_tcp=True)], "no-data"),
        ([SILENT, replace(SILENT, over_tcp=True, failure=NetworkError("gone"))], "no-data"),
        ([replace(GOOD, items=0)], "no-time"),
        ([replace(GOOD, lost=30)], "loss"),
        ([replace(GOOD, lost=5)], None),
        ([replace(SILENT, failure=NetworkError("cannot connect"))], "stream-closed"),
        ([replace(SILENT, failure=DeviceRefusedError(500, "no"))], "stream-refused"),
        ([replace(SILENT, failure=TimeoutError("no answer"))], "stream-refused"),
    ],
)
def test_each_way_to_fail_is_told_apart(trials: list[StreamTrial], problem: str | None) -> None:
    assert problems(*trials) == [problem]


def test_what_is_wrong_with_one_does_not_hide_that_others_come() -> None:
    assert problems(replace(SILENT, sensor="world"), GOOD) == ["no-data", None]


def test_a_closed_port_is_named_in_the_cure() -> None:
    [finding] = judge_streams([replace(SILENT, failure=NetworkError("closed"))], PLACE)
    assert "8086" in (finding.cure or "")


def test_losses_are_told_as_a_share() -> None:
    [finding] = judge_streams([replace(GOOD, packets=950, lost=50)], PLACE)
    assert "5.0%" in finding.says
