"""``gazewire stream``: the samples of one sensor, line by line."""

from __future__ import annotations

import asyncio
import enum
from contextlib import suppress
from typing import Annotated

import typer

from gazewire.cli.device_option import DeviceOption, SecondsOption
from gazewire.cli.ending import work_until
from gazewire.cli.output import ClosedOutputError, Output
from gazewire.cli.running import run
from gazewire.client.models import SensorName
from gazewire.client.tools import CsvLines, JsonLines, Lines, SampleStream, choose_device, linked
from gazewire.time import SystemClock

__all__ = ["stream"]


class StreamedSensor(enum.StrEnum):
    """What ``--sensor`` takes."""

    GAZE = "gaze"
    WORLD = "world"
    EYES = "eyes"
    IMU = "imu"
    EYE_EVENTS = "eye_events"
    AUDIO = "audio"


class LineFormat(enum.StrEnum):
    """What ``--format`` takes."""

    CSV = "csv"
    JSON = "json"


def stream(
    sensor: Annotated[
        StreamedSensor,
        typer.Option(help="Which sensor; of pictures and sound, size and time."),
    ] = StreamedSensor.GAZE,
    line_format: Annotated[
        LineFormat, typer.Option("--format", help="A table with a header, or a JSON object a line.")
    ] = LineFormat.CSV,
    count: Annotated[
        int | None,
        typer.Option(min=1, help="End after so many. [default: never]", show_default=False),
    ] = None,
    seconds: SecondsOption = None,
    device: DeviceOption = None,
) -> None:
    """Write what a sensor gives to standard output, a line for each sample.

    Losses are told on standard error at the end.
    """
    name = SensorName(sensor.value)
    lines: Lines = CsvLines(name) if line_format is LineFormat.CSV else JsonLines()

    async def program(stop: asyncio.Event) -> None:
        clock = SystemClock()
        found = await choose_device(device)
        async with (
            Output() as output,
            linked(found, clock) as link,
            SampleStream(link, name) as samples,
        ):
            if not samples.is_connected:
                typer.echo(f"gazewire: {sensor} is not connected; waiting for it", err=True)
            pouring = _Pouring(samples, lines, output, count)
            with suppress(ClosedOutputError):  # as after `| head`: nobody wants more
                await work_until(stop, seconds, pouring.run())
            typer.echo(pouring.summary(sensor), err=True)

    run(program)


class _Pouring:
    """Samples on their way to standard output."""

    def __init__(
        self, samples: SampleStream, lines: Lines, output: Output, count: int | None
    ) -> None:
        self._samples = samples
        self._lines = lines
        self._output = output
        self._count = count
        self._written = 0

    async def run(self) -> None:
        """Write as many as are wanted."""
        await self._output.write(self._lines.header())
        while self._count is None or self._written < self._count:
            batch = await self._samples.batch()
            if self._count is not None:
                del batch[self._count - self._written :]
            await self._output.write(self._lines.lines(batch))
            self._written += len(batch)

    def summary(self, sensor: str) -> str:
        """What came, and what did not."""
        statistics = self._samples.statistics
        expected = statistics.packets + statistics.lost
        said = [f"{sensor}: {self._written} samples"]
        said.append(
            f"{statistics.lost} of {expected} packets lost" if statistics.lost else "no packet lost"
        )
        if self._samples.dropped:
            said.append(f"{self._samples.dropped} samples dropped, as they were not read in time")
        if statistics.incomplete:
            said.append(f"{statistics.incomplete} pictures left out, of which a part was lost")
        if statistics.undated:
            said.append(f"{statistics.undated} packets without a time")
        return ", ".join(said)
