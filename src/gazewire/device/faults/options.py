"""The keys of a fault, in words: what each means and what it takes."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass

import msgspec
from msgspec import Meta

from gazewire.device.faults.fault import Fault

__all__ = ["FaultOption", "options_of"]

# Told behind all others: many faults have them.
_COMMON = ("seed", "sensor", "path", "for", "after")


@dataclass(frozen=True, slots=True)
class FaultOption:
    """One key.

    Attributes:
        key: as users write it.
        field: as the fault has it.
        default: its value where users write none; None for most is "no such thing".
        meaning: in words, without a capital and a full stop.
        takes: what its value can be, in words.
    """

    key: str
    field: str
    default: object
    meaning: str
    takes: str


def options_of(kind: type[Fault]) -> list[FaultOption]:
    """List the keys of a fault: its own first, then those that many have."""
    options = [
        FaultOption(
            key=field.encode_name,
            field=field.name,
            default=field.default,
            meaning=_meaning(field.type),
            takes=_takes(field.type),
        )
        for field in msgspec.structs.fields(kind)
    ]
    own = [option for option in options if option.key not in _COMMON]
    return own + [option for key in _COMMON for option in options if option.key == key]


def _taken_apart(annotation: object) -> tuple[object, list[Meta]]:
    """Find the type that is annotated, and what with; None as a further possibility aside."""
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        (annotation,) = (arm for arm in typing.get_args(annotation) if arm is not type(None))
    if typing.get_origin(annotation) is typing.Annotated:
        plain, *metas = typing.get_args(annotation)
        return plain, [meta for meta in metas if isinstance(meta, Meta)]
    return annotation, []


def _meaning(annotation: object) -> str:
    _, metas = _taken_apart(annotation)
    return "; ".join(meta.description for meta in metas if meta.description)


def _takes(annotation: object) -> str:
    plain, metas = _taken_apart(annotation)
    if typing.get_origin(plain) is typing.Literal:
        return f"one of {', '.join(typing.get_args(plain))}"
    if plain is str:
        return "text"
    words = ["a whole number" if plain is int else "a number"]
    for meta in metas:
        up_to = "to" if meta.gt is None else "and up to"
        bounds = ((meta.ge, "from"), (meta.gt, "above"), (meta.le, up_to))
        words += [f"{word} {bound}" for bound, word in bounds if bound is not None]
    return " ".join(words)
