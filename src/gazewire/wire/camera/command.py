"""What a client says to a camera: boxes to be shown on its images, and which image they answer.

    {"DRAW_BOX": {"TOP_LEFT": [x1, y1], "BOTTOM_RIGHT": [x2, y2]}}

is what pyMultiVideo's socket document has. Beside or in place of ``DRAW_BOX`` an object may have

    "BOXES": [{"TOP_LEFT": [x, y], "BOTTOM_RIGHT": [x, y], "ID": "", "LABEL": "", "TTL": 0.5}]
    "POINTS": [{"AT": [x, y], "ID": "", "LABEL": "", "TTL": 0.5}]
    "FRAME_INDEX": 1234     the `FrameHeader.index` that this answers
    "CLIENT": "faces"       who answers, for the figures of each client

Coordinates are pixels of the published image, origin top left, x right, y down. All four lines of
the document's command are kept; what its program does about other input is in
``docs/protocols/cameras.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from gazewire.errors import RemoteProtocolError

__all__ = ["Box", "Command", "Point"]

_MOST_SHAPES = 256
_MOST_CHARACTERS = 80
_MOST_TTL_S = 60.0
_LARGEST_INDEX = 1 << 63


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle.

    Attributes:
        left_px: left edge, 0 to the width.
        top_px: upper edge, 0 to the height.
        right_px: right edge, not less than the left one.
        bottom_px: lower edge, not less than the upper one.
        id: the client's name for it.
        label: to be shown beside it.
        ttl_s: seconds for which it is shown; None: as long as the program shows them.
    """

    left_px: float
    top_px: float
    right_px: float
    bottom_px: float
    id: str = ""
    label: str = ""
    ttl_s: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A point; attributes as those of `Box`."""

    x_px: float
    y_px: float
    id: str = ""
    label: str = ""
    ttl_s: float | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One message of a client.

    Attributes:
        shapes: to be shown from now on in place of those before; none removes them. None: those
            that are shown stay.
        outside: boxes and points left out because they are not wholly inside the image.
        frame_index: the image that is answered.
        client: who says so.
    """

    shapes: tuple[Box | Point, ...] | None = None
    outside: int = 0
    frame_index: int | None = None
    client: str = ""

    @classmethod
    def parse(cls, data: bytes, *, width: int, height: int) -> Command:
        """Read a message.

        Args:
            data: as received.
            width: of the published images.
            height: of the published images.

        Raises:
            RemoteProtocolError: it is malformed; the sentence says how.
        """
        try:
            said = msgspec.json.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RemoteProtocolError(f"not JSON: {error}") from error
        if said is None:
            # The original takes it for "nothing came", and nothing shown is what follows.
            return cls(shapes=())
        if isinstance(said, str | list):
            # As the original: what does not mention a box is not meant for it.
            if "DRAW_BOX" in said:
                raise RemoteProtocolError("DRAW_BOX is a key of an object")
            return cls()
        if not isinstance(said, dict):
            raise RemoteProtocolError("a command is an object")
        return _read(said, _Image(width, height))


@dataclass(frozen=True, slots=True)
class _Image:
    width: int
    height: int

    def has(self, x_px: float, y_px: float) -> bool:
        # Edges belong to it: a face at the border ends at x + w == width.
        return 0 <= x_px <= self.width and 0 <= y_px <= self.height


def _read(said: Mapping[str, object], image: _Image) -> Command:
    draws = [said["DRAW_BOX"]] if "DRAW_BOX" in said else []
    is_old = bool(draws)
    draws += _list(said, "BOXES")
    marks = _list(said, "POINTS")
    if len(draws) + len(marks) > _MOST_SHAPES:
        raise RemoteProtocolError(f"a command has at most {_MOST_SHAPES} boxes and points")
    read: list[Box | Point | None] = [_box(box, image) for box in draws]
    read += [_point(point, image) for point in marks]
    shapes = tuple(shape for shape in read if shape is not None)
    outside = len(read) - len(shapes)
    speaks = is_old or "BOXES" in said or "POINTS" in said
    # Where all that was said is outside, what is shown stays, as in the original.
    replaces = speaks and not (outside and not shapes)
    return Command(
        shapes=shapes if replaces else None,
        outside=outside,
        frame_index=_index(said.get("FRAME_INDEX")),
        client=_text(said, "CLIENT"),
    )


def _box(said: object, image: _Image) -> Box | None:
    fields = _object(said, "a box")
    x1, y1 = _pair(fields, "TOP_LEFT")
    x2, y2 = _pair(fields, "BOTTOM_RIGHT")
    if not (image.has(x1, y1) and image.has(x2, y2)):
        return None
    return Box(
        min(x1, x2),
        min(y1, y2),
        max(x1, x2),
        max(y1, y2),
        _text(fields, "ID"),
        _text(fields, "LABEL"),
        _ttl_s(fields),
    )


def _point(said: object, image: _Image) -> Point | None:
    fields = _object(said, "a point")
    x, y = _pair(fields, "AT")
    if not image.has(x, y):
        return None
    return Point(x, y, _text(fields, "ID"), _text(fields, "LABEL"), _ttl_s(fields))


def _object(said: object, what: str) -> Mapping[str, object]:
    if not isinstance(said, dict):
        raise RemoteProtocolError(f"{what} is an object")
    return said


def _pair(fields: Mapping[str, object], key: str) -> tuple[float, float]:
    pair = fields.get(key)
    if not isinstance(pair, list) or len(pair) != 2:
        raise RemoteProtocolError(f"{key} is a list of two numbers")
    x, y = pair
    if not (_is_number(x) and _is_number(y)):
        raise RemoteProtocolError(f"{key} is a list of two numbers")
    return x, y


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _list(fields: Mapping[str, object], key: str) -> Sequence[object]:
    value = fields.get(key, [])
    if not isinstance(value, list):
        raise RemoteProtocolError(f"{key} is a list")
    return value


def _text(fields: Mapping[str, object], key: str) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str | int):
        raise RemoteProtocolError(f"{key} is a text")
    return str(value)[:_MOST_CHARACTERS]


def _ttl_s(fields: Mapping[str, object]) -> float | None:
    value = fields.get("TTL")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise RemoteProtocolError("TTL is a number of seconds")
    return min(float(value), _MOST_TTL_S)


def _index(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LARGEST_INDEX:
        raise RemoteProtocolError("FRAME_INDEX is the index of a frame")
    return value
