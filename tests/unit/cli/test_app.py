from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module

import pytest
from typer.testing import CliRunner

from gazewire.cli.app import VERBS, app


@pytest.mark.parametrize("name", VERBS)
def test_help_says_of_a_verb_what_it_says_of_itself(name: str) -> None:
    told = inspect.getdoc(getattr(import_module(f"gazewire.cli.{name}"), name))
    assert told is not None
    assert VERBS[name].help == told.partition("\n\n")[0].replace("\n", " ")


def test_help_lists_every_verb_that_is_for_people() -> None:
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    listed = shown.output.partition("Commands:")[2]
    for name, verb in VERBS.items():
        assert (f"\n  {name} " in listed) is not verb.is_hidden


def test_a_verb_that_there_is_not_is_told_with_status_2() -> None:
    ran = CliRunner().invoke(app, ["nonsense"])
    assert ran.exit_code == 2
    assert "No such command 'nonsense'" in ran.output


def test_a_verb_says_its_own_options() -> None:
    shown = CliRunner().invoke(app, ["version", "--help"])
    assert "gazewire version [OPTIONS]" in shown.output
    assert "Print the version." in shown.output


@pytest.mark.parametrize("words", [["--help"], ["version"]])
def test_verbs_that_do_not_run_are_not_imported(words: list[str]) -> None:
    script = (
        "import sys; from gazewire.cli import app\n"
        f"try: app({words!r})\n"
        "except SystemExit: pass\n"
        "print(*sorted(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert not {"cv2", "av", "aiohttp", "zeroconf", "zmq", "numpy"} & set(ran.stdout.split())
