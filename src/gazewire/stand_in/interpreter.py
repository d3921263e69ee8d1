"""Python, started anew so that it answers imports by ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

__all__ = ["become", "command_for", "environment_for"]

_STARTUP = Path(__file__).with_name("startup")


def command_for(target: str, arguments: Sequence[str], *, is_module: bool = False) -> list[str]:
    """The command line of the Python that runs a program.

    Args:
        target: a script, a notebook (``.ipynb``), or all else that Python takes; with `is_module`
            the name of a module.
        arguments: the program's own.
        is_module: as ``python -m``.
    """
    if is_module:
        return [sys.executable, "-m", target, *arguments]
    if target.endswith(".ipynb"):
        return [sys.executable, "-m", "gazewire.stand_in.notebook", target, *arguments]
    return [sys.executable, target, *arguments]


def environment_for(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which Python answers imports by ours, and its children do."""
    path = environment.get("PYTHONPATH")
    return {
        **environment,
        "PYTHONPATH": os.pathsep.join([str(_STARTUP), *([path] if path else [])]),
    }


def become(target: str, arguments: Sequence[str], *, is_module: bool = False) -> NoReturn:
    """Leave this program and be another one; it does not come back.

    What the program writes, how it ends and which signals it gets is between it and the caller.

    Args:
        target: as for `command_for`.
        arguments: the program's own.
        is_module: as ``python -m``.
    """
    command = command_for(target, arguments, is_module=is_module)
    environment = environment_for(os.environ)
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform != "win32":
        os.execve(sys.executable, command, environment)
    # There is no becoming on Windows: whoever started us would take our end for the program's.
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches both; it is the program's
    raise SystemExit(subprocess.call(command, env=environment))
