"""Cells in a Jupyter kernel, executed as Jupyter does; tells what each has printed and shown."""

import sys
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from reporting import report


def shown(output: Any) -> dict[str, Any]:
    """One output of a cell: its text, and the kinds in which it can be displayed."""
    data = output.get("data", {})
    text = output.get("text", data.get("text/plain", ""))
    return {"channel": output.get("name"), "text": text, "kinds": sorted(data)}


def main(cells: list[str], cell_timeout_s: float = 40.0) -> list[list[dict[str, Any]]]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    try:
        NotebookClient(notebook, timeout=cell_timeout_s, kernel_name="python3").execute()
    except CellExecutionError as error:
        sys.exit(str(error))
    return [[shown(output) for output in cell.outputs] for cell in notebook.cells]


report(main)
