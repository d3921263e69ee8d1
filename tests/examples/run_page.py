"""Runs the Python of a page of the documentation, from its first block to its last.

Usage: ``gazewire run run_page.py PAGE PORT``

All blocks are one program, in which ``await`` works as in a notebook. They run against the device
at this port, whatever address of a device they name. Run by `gazewire run`, what a page shows of
the official client is shown by ours.
"""

import ast
import asyncio
import inspect
import linecache
import re
import sys
from pathlib import Path

PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DEVICE = re.compile(r'"(?:192\.168\.1\.21|127\.0\.0\.1)"(, 8080)?')


def at_port(block: str, port: int) -> str:
    """The same Python, about the device at a port of this machine."""
    return DEVICE.sub(
        lambda place: f'"127.0.0.1", {port}' if place[1] else f'"127.0.0.1:{port}"', block
    )


def main(page: str, port: str) -> None:
    program: dict[str, object] = {"__name__": "__main__"}
    with asyncio.Runner() as runner:
        for number, block in enumerate(PYTHON_BLOCK.findall(Path(page).read_text()), start=1):
            name = f"block {number} of {page}"
            source = at_port(block, int(port))
            linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
            code = compile(source, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            result = eval(code, program)
            if code.co_flags & inspect.CO_COROUTINE:
                runner.run(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
