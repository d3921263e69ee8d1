from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gazewire.stand_in import STAND_INS

ENDS_WITHIN_S = 30

INSTALLED = """
    import sys
    from gazewire.stand_in import install
    # A package of the standard library, because ours takes longer to import.
    install({"pupil_labs.realtime_api": "xml"})
"""


def printed_by(script: str, *, folder: Path | None = None, installed: str = INSTALLED) -> list[str]:
    """Lines that a fresh interpreter prints which has the finder, and a folder on its path."""
    path = {} if folder is None else {"PYTHONPATH": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(installed) + "\n" + textwrap.dedent(script)],
        env={**os.environ, **path},
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert ran.stderr == ""
    return ran.stdout.splitlines()


def package(folder: Path, name: str, source: str) -> None:
    directory = folder.joinpath(*name.split("."))
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "__init__.py").write_text(source)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("pupil_labs.realtime_api", "xml"),
        ("pupil_labs.realtime_api.etree", "xml.etree"),
        ("pupil_labs.realtime_api.etree.ElementTree", "xml.etree.ElementTree"),
    ],
)
@pytest.mark.parametrize("first", ["theirs", "ours"])
def test_their_module_is_ours_whichever_is_imported_first(
    theirs: str, ours: str, first: str
) -> None:
    names = [theirs, ours] if first == "theirs" else [ours, theirs]
    script = f"""
        from importlib import import_module
        one, other = map(import_module, {names!r})
        print(one is other, one.__name__, one.__spec__.name, one.__package__)
    """
    (line,) = printed_by(script)
    same, name, spec_name, parent = line.split()
    assert (same, name, spec_name) == ("True", ours, ours)
    assert ours.startswith(parent)


@pytest.mark.parametrize(
    "statement",
    [
        "import pupil_labs.realtime_api.dom.minidom; "
        "found = pupil_labs.realtime_api.dom.minidom.Text",
        "import pupil_labs.realtime_api.dom.minidom as minidom; found = minidom.Text",
        "from pupil_labs.realtime_api.dom import minidom; found = minidom.Text",
        "from pupil_labs.realtime_api.dom.minidom import Text as found",
    ],
)
def test_all_ways_to_import_give_our_class(statement: str) -> None:
    script = f"{statement}\nfrom xml.dom.minidom import Text\nprint(found is Text)"
    assert printed_by(script) == ["True"]


def test_an_installed_package_of_that_name_is_not_looked_at(tmp_path: Path) -> None:
    package(tmp_path, "pupil_labs.realtime_api", "raise SystemExit('the installed one')")
    script = "import pupil_labs.realtime_api; print(pupil_labs.realtime_api.__name__)"
    assert printed_by(script, folder=tmp_path) == ["xml"]


def test_other_packages_beside_it_are_found(tmp_path: Path) -> None:
    package(tmp_path, "pupil_labs.neon_player", "name = 'the installed one'")
    script = """
        import pupil_labs.realtime_api, pupil_labs.neon_player
        print(pupil_labs.realtime_api.__name__, pupil_labs.neon_player.name)
    """
    assert printed_by(script, folder=tmp_path) == ["xml the installed one"]


def test_what_we_do_not_have_is_not_found() -> None:
    script = """
        for name in ("pupil_labs.realtime_api.nothing", "pupil_labs.nothing"):
            try:
                __import__(name)
            except ModuleNotFoundError as error:
                print(error.name)
    """
    assert printed_by(script) == ["pupil_labs.realtime_api.nothing", "pupil_labs.nothing"]


def test_what_was_pickled_is_read_without_the_finder() -> None:
    script = """
        import pickle
        from pupil_labs.realtime_api.dom import NotFoundErr
        print(pickle.dumps(NotFoundErr, 0))
    """
    (line,) = printed_by(script)
    assert "xml.dom" in line
    assert "pupil_labs" not in line


def test_installing_twice_changes_nothing() -> None:
    script = "before = list(sys.meta_path); install(); print(before == sys.meta_path)"
    assert printed_by(script) == ["True"]


def test_a_reload_works() -> None:
    script = """
        import importlib
        import pupil_labs.realtime_api.dom.domreg as domreg
        print(importlib.reload(domreg) is domreg)
    """
    assert printed_by(script) == ["True"]


def test_a_name_needs_no_parent() -> None:
    script = """
        install({"colours": "colorsys"})
        import colours
        print(colours.__name__)
    """
    assert printed_by(script, installed="from gazewire.stand_in import install") == ["colorsys"]


def test_what_stands_in_for_what() -> None:
    assert STAND_INS["pupil_labs.realtime_api"] == "gazewire.client"
