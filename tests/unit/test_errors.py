from __future__ import annotations

import inspect
import re

import pytest

from gazewire import errors
from gazewire.errors import (
    AddressInUseError,
    DeviceRefusedError,
    GazewireError,
    MissingExtraError,
    RemoteProtocolError,
    UnreadableSourceError,
)


def drawn_tree() -> dict[str, str | None]:
    """Each class that the docstring draws, with the class under which it is drawn."""
    parents: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []
    for line in inspect.getdoc(errors).splitlines():  # type: ignore[union-attr]
        drawn = re.search(r"(?:[├└]── |^ {0,4})(\w+Error)\b", line)
        if not drawn:
            continue
        column, name = drawn.start(1), drawn.group(1)
        above = [(indent, parent) for indent, parent in above if indent < column]
        parents[name] = above[-1][1] if above else None
        above.append((column, name))
    return parents


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    classes = {
        name: thing
        for name, thing in vars(errors).items()
        if inspect.isclass(thing) and issubclass(thing, GazewireError)
    }
    bases = {
        name: next((base.__name__ for base in thing.__bases__ if base.__name__ in classes), None)
        for name, thing in classes.items()
    }
    assert drawn_tree() == bases


def test_every_error_is_public() -> None:
    assert sorted(drawn_tree()) == errors.__all__


def test_a_missing_extra_is_an_import_error_that_says_what_to_install() -> None:
    with pytest.raises(ImportError, match=re.escape("pip install 'gazewire[video]'")) as caught:
        raise MissingExtraError("video")
    assert isinstance(caught.value, MissingExtraError)
    assert caught.value.extra == "video"


def test_facts_are_attributes_and_the_sentence_is_built_from_them() -> None:
    taken = AddressInUseError("127.0.0.1", 8080, "HTTP")
    assert (taken.host, taken.port, taken.purpose) == ("127.0.0.1", 8080, "HTTP")
    assert str(taken).startswith("HTTP port 8080 on 127.0.0.1 is taken")
    refused = DeviceRefusedError(400, "Already recording!")
    assert (refused.status, refused.reason, str(refused)) == (
        400,
        "Already recording!",
        "Already recording!",
    )
    assert UnreadableSourceError("/nowhere", "no such folder").source == "/nowhere"


def test_a_peers_fault_suggests_a_status() -> None:
    assert RemoteProtocolError("what?").status == 400
    assert RemoteProtocolError("too long", status=413).status == 413
