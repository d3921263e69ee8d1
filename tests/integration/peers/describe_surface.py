"""Describe what a package offers to those who import it: names, parameters, defaults, fields.

What is described of each module is what it defines itself, and what its ``__all__`` lists; or, with
`names`, those names wherever they come from. Type variables and loggers are no interface.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import importlib
import inspect
import logging
import pkgutil
import sys
import textwrap
import typing
from types import ModuleType
from typing import Any

from reporting import report

PROTOCOLS = ("__enter__", "__exit__", "__aenter__", "__aexit__", "__iter__", "__aiter__")


def describe(package: str, names: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """Describe the public modules of a package.

    Args:
        package: its name.
        names: for each module, by its name within the package, what to describe of it.
    """
    without_sound()
    described = {}
    for module_name in sorted(names) if names is not None else public_modules(package):
        try:
            module = importlib.import_module((package + "." + module_name).rstrip("."))
        except ImportError as error:
            described[module_name] = {"error": f"{type(error).__name__}: {error}"}
            continue
        wanted = names[module_name] if names is not None else own_names(module)
        described[module_name] = {
            "all": sorted(getattr(module, "__all__", [])),
            "names": {
                name: describe_object(getattr(module, name), package)
                for name in wanted
                if hasattr(module, name) and is_interface(name, module, package)
            },
            "lost": [name for name in wanted if not hasattr(module, name)],
        }
    return described


def without_sound() -> None:
    """Let a module be imported that imports sounddevice, which wants a library of the system."""
    try:
        importlib.import_module("sounddevice")
    except (ImportError, OSError):
        stub = ModuleType("sounddevice")
        stub.OutputStream = object
        sys.modules["sounddevice"] = stub


def public_modules(package: str) -> list[str]:
    """Names within the package, which is itself the empty one."""
    path = importlib.import_module(package).__path__
    found = [module.name for module in pkgutil.walk_packages(path, package + ".")]
    within = [name.removeprefix(package + ".") for name in found]
    return ["", *(name for name in within if not name.startswith("_") and "._" not in name)]


def own_names(module: ModuleType) -> list[str]:
    """Public names that the source of a module binds by other means than an import, or lists."""
    names = set(getattr(module, "__all__", []))
    for statement in ast.parse(inspect.getsource(module)).body:
        match statement:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                names.add(statement.name)
            case ast.Assign(targets=targets):
                names.update(target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return sorted(name for name in names if not name.startswith("_") or name == "__version__")


def is_interface(name: str, module: ModuleType, package: str) -> bool:
    thing = getattr(module, name)
    if isinstance(thing, typing.TypeVar | logging.Logger):
        return False
    # Another name for a class of another package is that package's interface, unless it is offered.
    is_foreign = inspect.isclass(thing) and top(thing.__module__) != top(package)
    return not is_foreign or name in getattr(module, "__all__", [])


def describe_object(thing: object, package: str) -> dict[str, Any]:
    if inspect.isclass(thing):
        return describe_class(thing, package)
    if inspect.isfunction(thing):
        return {"kind": "function", **describe_call(thing)}
    return {"kind": "value", "value": thing if isinstance(thing, str) else None}


def describe_class(thing: type, package: str) -> dict[str, Any]:
    family = [one for one in thing.__mro__ if one.__module__.partition(".")[0] == top(package)]
    described: dict[str, Any] = {
        "kind": "class",
        "bases": sorted(
            one.__name__
            for one in thing.__mro__
            if one not in family and one.__module__ in ("builtins", "enum", "threading")
        ),
        "members": {
            name: describe_member(thing, name)
            for name in sorted({name for one in family for name in vars(one)})
            if not name.startswith("_") or name in PROTOCOLS
        },
        "attributes": sorted({name for one in family for name in assigned_to_self(one)}),
    }
    if issubclass(thing, enum.Enum):
        described["enum"] = {name: repr(one.value) for name, one in thing.__members__.items()}
    elif issubclass(thing, dict) and hasattr(thing, "__total__"):  # a TypedDict of any origin
        described["keys"] = sorted(thing.__annotations__)
    else:
        if issubclass(thing, tuple) and hasattr(thing, "_fields"):
            described["fields"] = list(thing._fields)
        if dataclasses.is_dataclass(thing):
            described["fields"] = [field.name for field in dataclasses.fields(thing)]
        if any("__init__" in vars(one) or "__new__" in vars(one) for one in family):
            described["parameters"] = parameters(thing)
    return described


def top(package: str) -> str:
    return package.partition(".")[0]


def assigned_to_self(thing: type) -> list[str]:
    """Public attributes that the methods of a class give to its instances."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError, SyntaxError):
        return []
    return [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and not node.attr.startswith("_")
    ]


def describe_member(thing: type, name: str) -> dict[str, Any]:
    if name in PROTOCOLS:
        return {"kind": "protocol"}  # called by syntax, so the names of parameters are nobody's
    static = inspect.getattr_static(thing, name)
    if isinstance(static, classmethod | staticmethod):
        return {"kind": "method of the class", **describe_call(getattr(thing, name))}
    if inspect.isfunction(static):
        return {"kind": "method", **describe_call(static, skip_self=True)}
    # Properties, fields and plain attributes are read in one way.
    return {"kind": "attribute"}


def describe_call(thing: Any, *, skip_self: bool = False) -> dict[str, Any]:
    return {
        "awaited": inspect.iscoroutinefunction(thing),
        "parameters": parameters(thing)[1 if skip_self else 0 :],
    }


def parameters(thing: Any) -> list[list[str]]:
    """Name, kind and default of each."""
    return [
        [parameter.name, parameter.kind.description, written(parameter.default)]
        for parameter in inspect.signature(thing).parameters.values()
    ]


def written(default: object) -> str:
    if default is inspect.Parameter.empty:
        return "required"
    if isinstance(default, enum.Enum):
        return str(default)
    return default.__name__ if inspect.isfunction(default) else repr(default)


if __name__ == "__main__":
    report(describe)
