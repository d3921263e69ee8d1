from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.stand_in.notebook import read_cells

ENDS_WITHIN_S = 30

WITHOUT_IPYTHON = """
import sys
sys.modules["IPython"] = None
from gazewire.stand_in.notebook import main
sys.exit(main(sys.argv[1:]))
"""


def notebook(folder: Path, *cells: str, nbformat: int = 4) -> Path:
    path = folder / "look.ipynb"
    content = [{"cell_type": "markdown", "metadata": {}, "source": ["# Look"]}]
    for cell in cells:
        lines = cell.splitlines(keepends=True)
        content.append(
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": lines,
            }
        )
    path.write_text(json.dumps({"cells": content, "metadata": {}, "nbformat": nbformat}))
    return path


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, command)],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )


def run_plainly(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run("-c", WITHOUT_IPYTHON, *arguments)


def test_code_cells_are_read_in_order(tmp_path: Path) -> None:
    assert read_cells(notebook(tmp_path, "a = 1\nb = 2", "a + b")) == ["a = 1\nb = 2", "a + b"]


def test_a_source_may_be_one_string(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text('{"cells": [{"cell_type": "code", "source": "a\\nb"}], "nbformat": 4}')
    assert read_cells(path) == ["a\nb"]


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="cannot be read: No such file"):
        read_cells(tmp_path / "none.ipynb")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 1, "nbformat": 4}', "\xff"])
def test_what_is_not_a_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(UndecodableSourceError, match="is not a notebook"):
        read_cells(path)


def test_an_old_format_is_refused_with_what_converts_it(tmp_path: Path) -> None:
    with pytest.raises(UndecodableSourceError, match="nbconvert"):
        read_cells(notebook(tmp_path, nbformat=3))


def test_cells_share_their_names_and_show_their_last_value(tmp_path: Path) -> None:
    ran = run_plainly(notebook(tmp_path, "a = 2\na * 2\na * 3", "print(a)\nNone", "'end'"))
    assert (ran.stdout, ran.stderr, ran.returncode) == ("6\n2\n'end'\n", "", 0)


def test_cells_may_await(tmp_path: Path) -> None:
    cells = ("import asyncio\nlock = asyncio.Lock()", "await lock.acquire()", "lock.locked()")
    ran = run_plainly(notebook(tmp_path, *cells))
    assert (ran.stdout, ran.stderr) == ("True\nTrue\n", "")


def test_a_notebook_is_the_main_program(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("name = 'beside'")
    cell = "import sys, beside\nprint(__name__, sys.argv[1:], beside.name)\nimport __main__"
    last = "print(__main__.beside is beside)"
    ran = run_plainly(notebook(tmp_path, cell, last), "--option", "1")
    assert (ran.stdout, ran.stderr) == ("__main__ ['--option', '1'] beside\nTrue\n", "")


def test_a_traceback_begins_in_its_cell_and_shows_the_line(tmp_path: Path) -> None:
    path = notebook(
        tmp_path, "def f():\n    return 1 / 0", "print('before')\nf()", "print('after')"
    )
    ran = run_plainly(path)
    assert (ran.stdout, ran.returncode) == ("before\n", 1)
    lines = ran.stderr.splitlines()
    assert lines[1] == '  File "cell 2 of look.ipynb", line 2, in <module>'
    assert lines[2] == "    f()"
    assert "    return 1 / 0" in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_a_notebook_exits_as_it_wants(tmp_path: Path) -> None:
    ran = run_plainly(notebook(tmp_path, "import sys\nsys.exit(7)"))
    assert (ran.stderr, ran.returncode) == ("", 7)


@pytest.mark.parametrize("line", ["%matplotlib inline", "!ls", "?print", "print?"])
def test_magic_without_ipython_is_refused_before_anything_runs(tmp_path: Path, line: str) -> None:
    ran = run_plainly(notebook(tmp_path, "print('begun')", f"a = 1\n{line}"))
    assert (ran.stdout, ran.returncode) == ("", 2)
    assert ran.stderr == (
        f"gazewire: cell 2 of look.ipynb is not plain Python: {line!r} needs IPython, "
        f"which is not installed\n"
    )


def test_a_mistake_in_a_cell_is_named(tmp_path: Path) -> None:
    ran = run_plainly(notebook(tmp_path, "a = = 1"))
    assert ran.returncode == 2
    assert "cell 1 of look.ipynb is not plain Python: invalid syntax in 'a = = 1'" in ran.stderr


def test_ipython_runs_the_cells_where_it_is_installed(tmp_path: Path) -> None:
    pytest.importorskip("IPython", reason="needs IPython")
    cells = ("%alias_magic t timeit", "import asyncio\nawait asyncio.sleep(0)\n6 * 7")
    ran = run(
        "-m", "gazewire.stand_in.notebook", notebook(tmp_path, *cells, "1 / 0", "print('no')")
    )
    assert "42" in ran.stdout
    assert "ZeroDivisionError" in ran.stdout + ran.stderr
    assert "no" not in ran.stdout.splitlines()
    assert ran.returncode == 1
