"""``gazewire run`` as a user calls it: nothing but the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENDS_WITHIN_S = 40

SHOWS_ITSELF = """
import sys
from pupil_labs.realtime_api.streaming import GazeData
print(__name__, __file__, sys.argv, sys.path[0])
print(GazeData.__module__)
"""


def gazewire_run(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gazewire", "run", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(SHOWS_ITSELF)
    return path


def test_a_script_is_main_and_gets_its_arguments(script: Path, tmp_path: Path) -> None:
    ran = gazewire_run(script, "--help", "-m", "--", "x", folder=tmp_path)
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        f"__main__ {script} {[str(script), '--help', '-m', '--', 'x']} {tmp_path}",
        "gazewire.client.streaming.gaze",
    ]


def test_a_module_runs_as_with_python_m(script: Path, tmp_path: Path) -> None:
    ran = gazewire_run("-m", "script", "-x", folder=tmp_path)
    assert ran.stdout.splitlines()[0].startswith(f"__main__ {script}")


def test_a_script_fails_as_it_fails_under_python(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text("def f():\n    raise KeyError('x')\nf()\n")
    plain = subprocess.run(
        [sys.executable, path], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    ran = gazewire_run(path, folder=tmp_path)
    assert (ran.stderr, ran.returncode) == (plain.stderr, plain.returncode)


def test_a_script_exits_with_its_own_status(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text("raise SystemExit(7)")
    assert gazewire_run(path, folder=tmp_path).returncode == 7


def test_a_script_that_is_not_there_is_pythons_error(tmp_path: Path) -> None:
    ran = gazewire_run("none.py", folder=tmp_path)
    assert ran.returncode == 2
    assert "can't open file" in ran.stderr


def test_processes_that_the_script_starts_have_the_client_too(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(
        "import multiprocessing, subprocess, sys\n"
        "def name():\n"
        "    import pupil_labs.realtime_api\n"
        "    return pupil_labs.realtime_api.__name__\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print('spawned', pool.apply(name))\n"
        "    child = 'import pupil_labs.realtime_api as api; print(api.__name__)'\n"
        "    print('started', subprocess.check_output([sys.executable, '-c', child], text=True))\n"
    )
    ran = gazewire_run(path, folder=tmp_path)
    assert ran.stderr == ""
    assert ran.stdout.split() == ["spawned", "gazewire.client", "started", "gazewire.client"]


def test_a_notebook_runs(tmp_path: Path) -> None:
    (tmp_path / "look.ipynb").write_text(
        '{"cells": [{"cell_type": "code", "source": '
        '"from pupil_labs.realtime_api.streaming import GazeData\\nprint(GazeData.__module__)"}],'
        ' "nbformat": 4}'
    )
    ran = gazewire_run("look.ipynb", folder=tmp_path)
    assert ran.stderr == ""
    assert "gazewire.client.streaming.gaze" in ran.stdout


def test_nothing_is_left_behind(script: Path, tmp_path: Path) -> None:
    gazewire_run(script, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]
    after = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.meta_path)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "StandIn" not in after.stdout
