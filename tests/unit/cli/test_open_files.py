import logging
import subprocess
import sys

import pytest

from gazewire.cli.open_files import raise_open_file_limit

resource = pytest.importorskip("resource", reason="Windows has no limit on open files")

SCRIPT = """
import logging, resource, sys
from gazewire.cli.open_files import raise_open_file_limit
logging.basicConfig(stream=sys.stdout, format="%(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
raise_open_file_limit()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def limits_after(soft: int, hard: int) -> list[str]:
    """In a process of its own: a limit that was lowered stays low."""
    script = SCRIPT.format(soft=soft, hard=hard)
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    return ran.stdout.splitlines()


def test_as_many_as_are_allowed_are_taken() -> None:
    assert limits_after(100, 3000) == ["3000 3000"]


def test_where_too_few_are_allowed_it_is_said() -> None:
    [warning, limits] = limits_after(100, 200)
    assert "only 200 files" in warning
    assert limits == "200 200"


def test_where_there_is_nothing_to_raise_nothing_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    raise_open_file_limit()
    caplog.clear()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with caplog.at_level(logging.WARNING):
        raise_open_file_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
    assert caplog.records == []
