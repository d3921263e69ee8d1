from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gazewire.stand_in.interpreter import command_for, environment_for

ENDS_WITHIN_S = 30


def test_a_script_is_run_by_this_python() -> None:
    assert command_for("a.py", ["-x", "1"]) == [sys.executable, "a.py", "-x", "1"]


def test_a_module_is_run_as_with_python_m() -> None:
    assert command_for("a.b", ["-x"], is_module=True) == [sys.executable, "-m", "a.b", "-x"]


def test_a_notebook_is_run_by_what_reads_notebooks() -> None:
    command = command_for("a.ipynb", ["1"])
    assert command == [sys.executable, "-m", "gazewire.stand_in.notebook", "a.ipynb", "1"]


def test_the_environment_gets_one_folder_and_keeps_the_rest() -> None:
    environment = environment_for({"HOME": "/home", "PYTHONPATH": "/mine"})
    folder, mine = environment["PYTHONPATH"].split(os.pathsep)
    assert os.listdir(folder)
    assert (environment["HOME"], mine) == ("/home", "/mine")
    assert environment_for({})["PYTHONPATH"] == folder


def started(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        env=environment_for(environment),
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )


def test_a_program_sees_the_path_that_it_would_have_without_us() -> None:
    script = "import sys; print(sys.path)"
    plain = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert started(script, dict(os.environ)).stdout == plain.stdout


def test_the_users_own_sitecustomize_runs_too(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("name = 'mine'\nprint('customized')")
    script = (
        "import sitecustomize, pupil_labs.realtime_api as api;"
        "print(sitecustomize.name, api.__name__)"
    )
    ran = started(script, {**os.environ, "PYTHONPATH": str(tmp_path)})
    assert (ran.stdout, ran.stderr) == ("customized\nmine gazewire.client\n", "")


def test_a_python_without_gazewire_starts_as_ever() -> None:
    # That which a virtual environment was made from.
    base = Path(sys.base_prefix, "python.exe" if sys.platform == "win32" else "bin/python3")
    ran = subprocess.run(
        [base, "-c", "print('as ever')"],
        env=environment_for({}),
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("as ever\n", "")
