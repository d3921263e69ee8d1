"""``gazewire doctor``: what is wrong, in words."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Annotated

import msgspec
import typer

from gazewire.cli.ending import work_until
from gazewire.cli.running import run
from gazewire.client.tools.diagnosis import Finding, Verdict, examine
from gazewire.time import SystemClock

__all__ = ["doctor"]

_WRONG_STATUS = 1
_CHECK_WIDTH = 11
_INDENT = " " * (len("  WRONG  ") + _CHECK_WIDTH)
_MARKS = {Verdict.WELL: "ok", Verdict.NOTE: "note", Verdict.WRONG: "WRONG"}


def doctor(
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            metavar="ADDRESS[:PORT]",
            help="Which device; may be repeated. [default: all on the network]",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write one line of JSON.")] = False,
) -> None:
    """Say what is wrong between this computer and a device, and what to do about it.

    The status is 0 where all is well and 1 where something is wrong. It takes some ten seconds.
    """
    findings: list[Finding] = []

    async def examination() -> None:
        about: str | None = None
        async for finding in examine(device or (), SystemClock()):
            findings.append(finding)
            if as_json:
                continue
            if finding.device not in {None, about}:
                about = finding.device
                typer.echo(f"\n{about}")
            typer.echo(_text(finding))

    async def program(stop: asyncio.Event) -> None:
        await work_until(stop, None, examination())

    run(program)
    is_well = all(finding.verdict is not Verdict.WRONG for finding in findings)
    if as_json:
        facts = {"well": is_well, "findings": [dataclasses.asdict(found) for found in findings]}
        typer.echo(msgspec.json.encode(facts).decode())
    else:
        typer.echo("\nAll is well." if is_well else f"\n{_summary(findings)}")
    if not is_well:
        raise typer.Exit(_WRONG_STATUS)


def _text(finding: Finding) -> str:
    mark = _MARKS[finding.verdict]
    text = f"  {mark:<5}  {finding.check:<{_CHECK_WIDTH}}{finding.says}"
    return text if finding.cure is None else f"{text}\n{_INDENT}-> {finding.cure}"


def _summary(findings: list[Finding]) -> str:
    count = sum(finding.verdict is Verdict.WRONG for finding in findings)
    things = "One thing is" if count == 1 else f"{count} things are"
    return f"{things} wrong; see also docs/how-to/troubleshooting.md."
