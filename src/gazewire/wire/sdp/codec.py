"""Session descriptions from bytes and to bytes (SDP, RFC 4566).

Reading is tolerant, as every device writes its own dialect: lines may end in LF, may come in any
order within their section, may be of unknown types or missing. Writing is canonical: CRLF, and the
order of RFC 4566 §5, with unknown types last in their section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.sdp.description import (
    Attribute,
    MediaDescription,
    OtherLine,
    SessionDescription,
)

__all__ = ["parse_sdp", "serialize_sdp"]

_LINE = re.compile(r"([A-Za-z])=(.*)", re.DOTALL)
_MEDIA = re.compile(
    r"([^ \t]+)[ \t]+([0-9]{1,5})(?:/([0-9]{1,5}))?[ \t]+([^ \t]+)((?:[ \t]+[^ \t]+)*)[ \t]*"
)
_UNWRITABLE = re.compile("[\r\n\ud800-\udfff]")

# RFC 4566 §5. The RFC has `r` repeat within `t`; one list of each serves all we have met.
_SESSION_ORDER = "vosiuepcbtrzka"
_MEDIA_ORDER = "micbka"

# What stands for lines that should be there and are not.
_DEFAULTS = SessionDescription()

Line = tuple[str, str]


def parse_sdp(data: bytes) -> SessionDescription:
    """Read a session description.

    Where a line occurs twice of which there can be one, the first counts. Text that is not UTF-8
    stays visible as escapes.

    Raises:
        RemoteProtocolError: it does not begin with `v=0`, or an `m=` line has not the right form.
    """
    lines = _lines(data)
    if next(lines, None) != ("v", "0"):
        raise RemoteProtocolError("a session description begins with v=0; this one does not")
    sections: list[list[Line]] = [[]]
    for line in lines:
        if line[0] == "m":
            sections.append([])
        sections[-1].append(line)
    session, *media = sections
    return _parse_session(session, tuple(map(_parse_media, media)))


def serialize_sdp(description: SessionDescription) -> bytes:
    """Write a session description.

    Raises:
        LocalProtocolError: a value would break its line.
    """
    lines = _in_order(
        _SESSION_ORDER,
        [
            ("v", "0"),
            ("o", description.origin),
            ("s", description.name),
            *_optional("i", description.information),
            *_optional("c", description.connection),
            *(("t", time) for time in description.times),
        ],
        description.others,
        description.attributes,
    )
    for media in description.media:
        port = str(media.port) if media.port_count is None else f"{media.port}/{media.port_count}"
        lines += _in_order(
            _MEDIA_ORDER,
            [
                ("m", " ".join((media.kind, port, media.protocol, *media.formats))),
                *_optional("i", media.title),
                *_optional("c", media.connection),
            ],
            media.others,
            media.attributes,
        )
    for letter, value in lines:
        if _UNWRITABLE.search(value):
            raise LocalProtocolError(f"{value!r} cannot be written as a line {letter}=")
    return "".join(f"{letter}={value}\r\n" for letter, value in lines).encode()


def _lines(data: bytes) -> Iterator[Line]:
    for raw in data.split(b"\n"):
        line = raw.removesuffix(b"\r").decode("utf-8", "backslashreplace")
        # A stray return cannot be written again; what is no line of SDP says nothing.
        match = _LINE.fullmatch(line.replace("\r", " "))
        if match is not None:
            yield match[1], match[2]


def _parse_session(
    lines: Iterable[Line], media: tuple[MediaDescription, ...]
) -> SessionDescription:
    once, times, attributes, others = _sort(lines, "osic")
    return SessionDescription(
        origin=once.get("o", _DEFAULTS.origin),
        name=once.get("s", _DEFAULTS.name),
        information=once.get("i"),
        connection=once.get("c"),
        times=times or _DEFAULTS.times,
        attributes=attributes,
        others=others,
        media=media,
    )


def _parse_media(lines: list[Line]) -> MediaDescription:
    (_, text), *rest = lines
    match = _MEDIA.fullmatch(text)
    if match is None or int(match[2]) > 0xFFFF:
        raise RemoteProtocolError(f"a media line was expected, {text!r} came")
    once, times, attributes, others = _sort(rest, "ic")
    return MediaDescription(
        kind=match[1],
        port=int(match[2]),
        port_count=None if match[3] is None else int(match[3]),
        protocol=match[4],
        formats=tuple(match[5].split()),
        title=once.get("i"),
        connection=once.get("c"),
        attributes=attributes,
        others=(*others, *(OtherLine("t", time) for time in times)),
    )


def _sort(
    lines: Iterable[Line], singles: str
) -> tuple[dict[str, str], tuple[str, ...], tuple[Attribute, ...], tuple[OtherLine, ...]]:
    """Part the lines of a section: those that occur once, times, attributes, all others."""
    once: dict[str, str] = {}
    times: list[str] = []
    attributes: list[Attribute] = []
    others: list[OtherLine] = []
    for letter, value in lines:
        if letter in singles:
            once.setdefault(letter, value)
        elif letter == "t":
            times.append(value)
        elif letter == "a":
            name, colon, rest = value.partition(":")
            attributes.append(Attribute(name, rest if colon else None))
        else:
            others.append(OtherLine(letter, value))
    return once, tuple(times), tuple(attributes), tuple(others)


def _in_order(
    order: str, lines: list[Line], others: Iterable[OtherLine], attributes: Iterable[Attribute]
) -> list[Line]:
    lines += [(other.type, other.value) for other in others]
    lines += [
        ("a", attribute.name if attribute.value is None else f"{attribute.name}:{attribute.value}")
        for attribute in attributes
    ]
    ranks = {letter: rank for rank, letter in enumerate(order)}
    return sorted(lines, key=lambda line: ranks.get(line[0], len(order)))


def _optional(letter: str, value: str | None) -> list[Line]:
    return [] if value is None else [(letter, value)]
