"""Faults as users write them: ``NAME[:key=value,…]``.

fault = parse_fault("loss:percent=10,sensor=gaze,for=30")
spell_fault(fault)
"""

from __future__ import annotations

import inspect
import re

import msgspec

from gazewire.device.faults.fault import Fault
from gazewire.device.faults.kinds import FAULTS
from gazewire.device.faults.options import FaultOption, options_of
from gazewire.errors import RemoteProtocolError

__all__ = ["fault_help", "fault_summary", "parse_fault", "spell_fault"]

_MOST_CHARACTERS = 500
_ERROR_KEY = re.compile(r" - at `\$\.(\w+)`$")


def parse_fault(text: str) -> Fault:
    """Read a fault.

    Raises:
        RemoteProtocolError: there is none of that name, or it has no such key or value. One
            sentence says so, with what is possible.
    """
    text = text.strip()
    if len(text) > _MOST_CHARACTERS:
        raise RemoteProtocolError(f"a fault is written in at most {_MOST_CHARACTERS} characters")
    name, colon, written = text.partition(":")
    kind = FAULTS.get(name)
    if kind is None:
        raise RemoteProtocolError(f"there is no fault {name!r}; there are: {', '.join(FAULTS)}")
    known = {option.key: option for option in options_of(kind)}
    values: dict[str, str] = {}
    for piece in written.split(",") if colon else ():
        key, equals, value = piece.partition("=")
        if not equals:
            raise _complaint(kind, f"{piece!r} is not key=value")
        if key not in known:
            raise _complaint(kind, f"it has no key {key!r}")
        if key in values:
            raise _complaint(kind, f"{key} is given twice")
        values[key] = value
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        wrong = _ERROR_KEY.search(str(error))
        if wrong is None:
            raise _complaint(kind, str(error)) from error
        option = known[wrong[1]]
        reason = f"{option.key} takes {option.takes}, not {values[option.key]!r}"
        raise _complaint(kind, reason) from error


def _complaint(kind: type[Fault], reason: str) -> RemoteProtocolError:
    *keys, last = (option.key for option in options_of(kind))
    return RemoteProtocolError(
        f"fault {kind.NAME}: {reason}; its keys are {', '.join(keys)} and {last}"
    )


def spell_fault(fault: Fault) -> str:
    """Write a fault so that `parse_fault` reads it again; what is as by default is left out."""
    values = {option: getattr(fault, option.field) for option in options_of(type(fault))}
    written = [
        f"{option.key}={_spell(value)}"
        for option, value in values.items()
        if value != option.default
    ]
    return f"{fault.NAME}:{','.join(written)}" if written else fault.NAME


def _spell(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def fault_summary(kind: type[Fault]) -> str:
    """Say in a sentence what a fault does."""
    return (inspect.getdoc(kind) or "").partition("\n")[0]


def fault_help() -> str:
    """List all faults with their keys, for people at a terminal."""
    blocks = [
        "NAME[:key=value,...]\n"
        "    Every fault takes after=SECONDS, until it begins, and for=SECONDS, until it ends."
    ]
    for name, kind in FAULTS.items():
        lines = [name, f"    {fault_summary(kind)}"]
        lines += [
            f"      {_describe(option)}"
            for option in options_of(kind)
            if option.key not in {"for", "after"} or option.default not in {None, 0.0}
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _describe(option: FaultOption) -> str:
    default = "" if option.default is None else f" [{_spell(option.default)}]"
    return f"{option.key}: {option.meaning}; {option.takes}{default}"
