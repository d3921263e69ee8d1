"""Runs a notebook as a program: ``python -m gazewire.stand_in.notebook NOTEBOOK [ARGS]``.

Its code cells are executed in their order, and what they print and show is printed. Where IPython
is installed it executes them, so that ``%magics``, ``!commands`` and pictures are its business.
Without it a cell is plain Python, in which ``await`` works as in a notebook, and a notebook that
wants more is refused before anything is run. Nothing is written back into the notebook.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import msgspec

from gazewire.errors import SourceError, UndecodableSourceError, UnreadableSourceError

__all__ = ["main", "read_cells"]

_USAGE_STATUS = 2
_NOTEBOOK_FORMAT = 4


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""


class _Notebook(msgspec.Struct):
    cells: list[_Cell]
    nbformat: int


def read_cells(path: Path) -> list[str]:
    """Read the code cells of a notebook.

    Raises:
        UnreadableSourceError: there is no such file.
        UndecodableSourceError: not a notebook of format 4.
    """
    try:
        notebook = msgspec.json.decode(path.read_bytes(), type=_Notebook)
    except OSError as error:
        raise UnreadableSourceError(
            str(path), f"{path} cannot be read: {error.strerror}"
        ) from error
    except msgspec.DecodeError as error:
        raise UndecodableSourceError(str(path), f"{path} is not a notebook: {error}") from error
    if notebook.nbformat != _NOTEBOOK_FORMAT:
        raise UndecodableSourceError(
            str(path),
            f"{path} is of notebook format {notebook.nbformat}; Jupyter's "
            f"`jupyter nbconvert --to notebook` makes format {_NOTEBOOK_FORMAT} of it",
        )
    return [
        cell.source if isinstance(cell.source, str) else "".join(cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def main(arguments: Sequence[str]) -> int:
    """Run a notebook.

    Args:
        arguments: its path, then what it finds in ``sys.argv[1:]``.

    Returns:
        The status to exit with: 0, 1 where a cell raised, 2 where nothing was run.
    """
    path = Path(arguments[0])
    try:
        cells = read_cells(path)
        sys.argv = list(arguments)
        # As for a script: modules beside the notebook can be imported.
        sys.path[0] = str(path.resolve().parent)
        if find_spec("IPython") is not None:
            return _run_in_ipython(cells)
        return _run_plainly(path, _parse(path, cells))
    except SourceError as error:
        sys.stderr.write(f"gazewire: {error}\n")
        return _USAGE_STATUS


def _run_in_ipython(cells: Sequence[str]) -> int:
    # By name, because IPython is no dependency: it is there or it is not.
    shell_class = import_module("IPython.core.interactiveshell").InteractiveShell
    config = import_module("traitlets.config").Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "neutral" if sys.stdout.isatty() else "nocolor"
    with TemporaryDirectory() as folder:
        # A profile for this run, because it would write into the user's, or make them one.
        shell = shell_class.instance(ipython_dir=folder, config=config)
        for source in cells:
            # It prints the traceback by itself.
            if not shell.run_cell(source, store_history=True).success:
                return 1
    return 0


def _parse(path: Path, cells: Sequence[str]) -> list[ast.Module]:
    """Parse all cells before the first one is run.

    Raises:
        UndecodableSourceError: one of them is not plain Python.
    """
    parsed = []
    for number, source in enumerate(cells, start=1):
        name = _name_of(path, number)
        # Where tracebacks find its lines.
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            # `compile`, because `ast.parse` knows nothing of an `await` outside of functions.
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            tree = compile(source, name, "exec", flags)
        except SyntaxError as error:
            raise UndecodableSourceError(
                str(path), f"{name} is not plain Python: {_what_is_wrong(source, error)}"
            ) from error
        assert isinstance(tree, ast.Module), "what ONLY_AST makes of exec"
        parsed.append(tree)
    return parsed


def _what_is_wrong(source: str, error: SyntaxError) -> str:
    lines = source.splitlines()
    line = lines[error.lineno - 1].strip() if error.lineno and error.lineno <= len(lines) else ""
    if line.startswith(("%", "!", "?")) or line.endswith("?"):
        return f"{line!r} needs IPython, which is not installed"
    return f"{error.msg} in {line!r}"


def _name_of(path: Path, number: int) -> str:
    return f"cell {number} of {path.name}"


def _run_plainly(path: Path, cells: Sequence[ast.Module]) -> int:
    # A main module of its own, that of the program being ours.
    program = sys.modules["__main__"] = ModuleType("__main__")
    with asyncio.Runner() as runner:
        for number, tree in enumerate(cells, start=1):
            name = _name_of(path, number)
            try:
                _run_cell(tree, name, program, runner)
            except Exception as error:
                _print_traceback(error, name)
                return 1
    return 0


def _run_cell(tree: ast.Module, name: str, program: ModuleType, runner: asyncio.Runner) -> None:
    statements = tree.body
    shown = statements[-1:] if statements and isinstance(statements[-1], ast.Expr) else []
    rest = statements[: len(statements) - len(shown)]
    # "single" shows the value of an expression, as a notebook does for the last one of a cell.
    for part, mode in ((ast.Module(rest, []), "exec"), (ast.Interactive(shown), "single")):
        code = compile(part, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        result = eval(code, vars(program))
        if code.co_flags & inspect.CO_COROUTINE:
            runner.run(result)


def _print_traceback(error: BaseException, name: str) -> None:
    # From the cell on; how we got there is nobody's concern.
    inner = error.__traceback__
    while inner is not None and inner.tb_frame.f_code.co_filename != name:
        inner = inner.tb_next
    traceback.print_exception(error.with_traceback(inner))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
