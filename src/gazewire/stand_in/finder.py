"""Imports of other packages, answered by modules of ours."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import MappingProxyType, ModuleType

__all__ = ["STAND_INS", "install"]

STAND_INS: Mapping[str, str] = MappingProxyType(
    {
        "pupil_labs.realtime_api": "gazewire.client",
        "pupil_labs.pupil_core_network_client": "gazewire.client.core",
        "zmq_tools": "gazewire.client.zmq_tools",
    }
)
"""What is answered by what; a package's submodules are answered by those of ours of that name."""


def install(names: Mapping[str, str] = STAND_INS) -> None:
    """Answer imports from now on, in this process; a second call changes nothing.

    A module that was imported under one of the names before stays what it is.

    Args:
        names: as `STAND_INS`.
    """
    if not any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        # Before all others, because what is asked for may be installed as well.
        sys.meta_path.insert(0, _StandInFinder(names))
        # After all others, because packages that we know nothing of may share a parent with it.
        sys.meta_path.append(_ParentFinder(names))


class _StandInFinder(MetaPathFinder):
    """Finds the modules of the table, and those under them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        for name, ours in self._names.items():
            if fullname == name or fullname.startswith(name + "."):
                standing_in = ours + fullname.removeprefix(name)
                if find_spec(standing_in) is not None:
                    return ModuleSpec(fullname, _StandInLoader(standing_in))
        return None


class _ParentFinder(MetaPathFinder):
    """Makes an empty package of what nobody else has found, but the table has something in."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if any(name.startswith(fullname + ".") for name in self._names):
            # Without a loader and with a place for submodules, it is a namespace package.
            return ModuleSpec(fullname, None, is_package=True)
        return None


class _StandInLoader(Loader):
    """Loads a module of ours under its own name, and gives that very module.

    Not a copy: classes are the same under both names, and are pickled under ours.
    """

    def __init__(self, standing_in: str) -> None:
        self._standing_in = standing_in
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self._standing_in)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # It has been executed. The import system has given it the specification of the other name,
        # with which neither its relative imports nor `importlib.reload` would work.
        module.__spec__ = self._spec
