from __future__ import annotations

import dataclasses
import io

from rich.console import Console

from gazewire.cli.panel import draw_panel, title_of
from gazewire.client.tools import ClockVitals, DeviceVitals, StreamState, StreamVitals

GAZE = StreamVitals(
    sensor="gaze",
    state=StreamState.RECEIVING,
    transport="udp",
    rate_hz=199.96,
    lost=3,
    lost_share=0.0015,
    latency_ms=4.25,
    error=None,
)
LAB = DeviceVitals(
    name="lab 2",
    place="10.0.0.2:8080",
    is_there=True,
    trouble=None,
    battery_percent=81,
    battery_state="OK",
    memory_bytes=64_200_000_000,
    memory_state="LOW",
    recording_s=3723.9,
    clock=ClockVitals(offset_ms=-12.5, uncertainty_ms=1.25),
    streams=(GAZE,),
)


def drawn(vitals: DeviceVitals) -> str:
    console = Console(file=io.StringIO(), width=110, color_system=None)
    with console.capture() as captured:
        console.print(draw_panel(vitals))
    return captured.get()


def replaced(**changes: object) -> DeviceVitals:
    return dataclasses.replace(LAB, **changes)


def row(text: str, sensor: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(sensor))


def test_the_heading_is_its_name_and_place() -> None:
    assert title_of(LAB) == "lab 2  10.0.0.2:8080"


def test_all_that_is_known_of_a_device_is_shown() -> None:
    text = drawn(LAB)
    for part in ("81 %", "64.2 GB", "recording 1:02:03", "-12.50 ± 1.25 ms"):
        assert part in text


def test_all_that_is_known_of_a_stream_is_shown() -> None:
    cells = row(drawn(LAB), "gaze").split()
    assert cells == ["gaze", "receiving", "200.0", "Hz", "3", "(0.15%)", "4.2", "ms", "udp"]


def test_a_stream_that_fails_says_why() -> None:
    failing = dataclasses.replace(
        GAZE, state=StreamState.RETRYING, transport=None, latency_ms=None, error="no route"
    )
    text = row(drawn(replaced(streams=(failing,))), "gaze")
    assert "retrying" in text
    assert text.split()[-4:] == ["?", "?", "no", "route"]


def test_a_stream_that_a_device_does_not_have_is_not_offered() -> None:
    absent = dataclasses.replace(GAZE, state=None)
    assert "not offered" in row(drawn(replaced(streams=(absent,))), "gaze")


def test_a_device_that_was_never_there_says_why() -> None:
    absent = DeviceVitals(name="x", place="10.0.0.9:8080", is_there=False, trouble="no answer")
    assert drawn(absent).strip() == "not there yet: no answer"


def test_a_device_that_has_gone_keeps_its_last_state() -> None:
    text = drawn(replaced(is_there=False, trouble="it is gone", recording_s=None))
    assert "it is gone" in text
    assert "81 %" in text
    assert "not recording" in text


def test_a_clock_that_is_not_known_says_why() -> None:
    assert "too old" in drawn(replaced(clock=None, clock_trouble="the app is too old"))
