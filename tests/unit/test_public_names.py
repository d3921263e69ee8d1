from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import gazewire


def packages() -> list[str]:
    found = pkgutil.walk_packages(gazewire.__path__, "gazewire.")
    return ["gazewire", *(module.name for module in found if module.ispkg)]


def imported_by(statement: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter has after a statement."""
    script = f"import sys; {statement}; print(*sorted(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    return {name.partition(".")[0] for name in ran.stdout.split()}


@pytest.mark.parametrize("name", packages())
def test_the_door_of_a_package_shows_what_it_says_it_shows(name: str) -> None:
    package = importlib.import_module(name)
    public = getattr(package, "__all__", [])
    assert all(hasattr(package, member) for member in public)
    assert len(set(public)) == len(public)


@pytest.mark.parametrize("name", packages())
def test_the_door_of_a_package_is_in_order(name: str) -> None:
    public = getattr(importlib.import_module(name), "__all__", [])
    # Constants, then classes, then the rest, as ruff sorts them (RUF022).
    assert public == sorted(public, key=_rank)


def _rank(member: str) -> tuple[int, str]:
    if member.isupper():
        return 0, member
    return (1 if member[0].isupper() else 2), member


def test_the_front_door_needs_the_base_dependencies_alone() -> None:
    # Whatever msgspec itself brings; NumPy belongs to the base too, but the door does without it.
    base = imported_by("import msgspec") | set(sys.stdlib_module_names)
    assert imported_by("import gazewire") - base == {"gazewire"}


def test_the_front_door_opens_nothing() -> None:
    heavy = {"av", "aiohttp", "cv2", "zeroconf", "asyncio", "socket", "threading", "numpy"}
    assert not (imported_by("import gazewire") - imported_by("import msgspec")) & heavy


@pytest.mark.parametrize("package", ["errors", "model", "time", "wire", "flow", "camera"])
def test_the_lower_floors_need_no_extra(package: str) -> None:
    loaded = imported_by(f"import gazewire.{package}")
    assert not loaded & {"av", "aiohttp", "cv2", "zeroconf", "rich", "cyclopts"}


def test_the_version_is_a_version() -> None:
    assert all(part.isdigit() for part in gazewire.__version__.split(".")[:2])
