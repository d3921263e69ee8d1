"""What the documentation says is so: its Python runs, its links lead somewhere, no call is missing.

Pages that need a network or a folder of the reader's are not run; their Python is compiled.
"""

from __future__ import annotations

import ast
import enum
import inspect
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.program import DeviceProgram, gazewire_command

import gazewire.client
import gazewire.client.simple

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
RUN_PAGE = Path(__file__).parent / "run_page.py"
LIMIT_S = 100

PAGES = sorted([*DOCS.rglob("*.md"), *REPOSITORY.glob("*.md"), REPOSITORY / "examples/README.md"])
# Those whose blocks are one program, from the first to the last.
RUNNING = [
    "README.md",
    "docs/tutorial/client.md",
    "docs/how-to/receive-data.md",
    "docs/how-to/control-a-device.md",
    "docs/how-to/use-in-a-notebook.md",
    "docs/how-to/change-from-the-official-client.md",
    "docs/explanation/delivery.md",
    "docs/explanation/matching.md",
    "docs/explanation/time.md",
    "docs/explanation/transports.md",
    "docs/explanation/reconnecting.md",
]

PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```$|^    .*?$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def of_repository(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def anchors(page: Path) -> set[str]:
    """What can follow a # in a link to a page, by the rules of GitHub."""
    headings = HEADING.findall(re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S))
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=of_repository)
def test_python_on_each_page_is_python(page: Path) -> None:
    for block in PYTHON_BLOCK.findall(page.read_text()):
        compile(block, page.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("page", PAGES, ids=of_repository)
def test_links_on_each_page_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCED.sub("", page.read_text())):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.timeout(2 * LIMIT_S)
@pytest.mark.parametrize("page", RUNNING)
def test_python_of_the_client_pages_runs(
    page: str, wearer: DeviceProgram, home: dict[str, str], tmp_path: Path
) -> None:
    command = gazewire_command("run", str(RUN_PAGE), str(REPOSITORY / page), str(wearer.http_port))
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | home,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert (ran.stderr, ran.returncode) == ("", 0)


def spelled(name: str, function: Callable[..., object]) -> str:
    """A call as the reference writes it: ``name(argument, other=None, *, third=1.0)``."""
    words = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in {"self", "cls"}:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in words:
            words.append("*")
        star = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
        default = parameter.default
        if default is parameter.empty:
            words.append(f"{star}{parameter.name}")
        elif isinstance(default, enum.Enum):
            words.append(f"{parameter.name}={default}")
        else:
            shown = json.dumps(default) if isinstance(default, str) else repr(default)
            words.append(f"{parameter.name}={shown}")
    return f"`{name}({', '.join(words)})`"


def public_calls() -> Iterator[str]:
    simple, asynchronous = gazewire.client.simple, gazewire.client
    for module in (simple, asynchronous):
        yield spelled("Device", module.Device.__init__)
        for name in ("discover_devices", "find_device", "probe_subnet"):
            yield spelled(name, getattr(module, name))
        for name in dir(module.Device):
            member = inspect.getattr_static(module.Device, name)
            if not name.startswith("_"):
                is_call = inspect.isroutine(member) or isinstance(member, classmethod)
                yield spelled(name, getattr(module.Device, name)) if is_call else f"`{name}`"
    yield spelled("discover_one_device", simple.discover_one_device)


@pytest.mark.parametrize("call", sorted(set(public_calls())))
def test_the_reference_has_every_call_with_its_defaults(call: str) -> None:
    assert call in (DOCS / "reference" / "client.md").read_text()


def test_the_reference_has_every_count_of_a_stream() -> None:
    reference = (DOCS / "reference" / "client.md").read_text()
    section = reference.split("### StreamStatistics")[1].split("## The device's clock")[0]
    counts = gazewire.client.StreamStatistics.__dataclass_fields__
    assert [name for name in counts if f"`{name}`" not in section] == []
