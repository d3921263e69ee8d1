"""What the calibration page and its server say to each other.

The page says in JSON what it wants; see `PageRequest`. It is told

* in text: notifications as the bus has them, one JSON object each, with their ``subject``;
* in binary messages: pictures of the scene, each a length (32 bits, big-endian), so many bytes of
  JSON that describe it, and a JPEG. Each is asked for, so that none on the way is old.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gazewire.errors import RemoteProtocolError
from gazewire.model import Point2
from gazewire.service.calibration import GazerName
from gazewire.wire.ipc import RAW_DATA_KEY, Message

__all__ = ["Choice", "PageRequest", "Pointing", "Shown", "preview_bytes"]


class Choice(msgspec.Struct, frozen=True):
    """Who shall collect, and what for.

    Attributes:
        choreography: name of its plugin.
        gazer: which mapping is fitted.
        marker_mode: of a single marker: on the display, or a print.
    """

    choreography: Literal[
        "ScreenMarkerChoreographyPlugin",
        "SingleMarkerChoreographyPlugin",
        "NaturalFeatureChoreographyPlugin",
    ]
    gazer: GazerName = "Gazer3D"
    marker_mode: Literal["Full screen", "Physical"] = "Full screen"


class Shown(msgspec.Struct, frozen=True):
    """The display shows a target now.

    Attributes:
        run: of which collection.
        target: its number.
    """

    run: int
    target: int


class Pointing(msgspec.Struct, frozen=True):
    """The wearer looks at what is in this place of the scene.

    Attributes:
        norm_pos: the place, 0 to 1 from the bottom left.
        timestamp: of the picture in which it was there, Core seconds.
        timestamp_unix_ns: the same in nanoseconds of Unix time, in digits, because numbers in
            JavaScript hold none of this century.
    """

    norm_pos: Point2
    timestamp: float | None = None
    timestamp_unix_ns: Annotated[str, Meta(pattern="^[0-9]{1,19}$")] | None = None

    def fields(self) -> dict[str, object]:
        """The same as its notification has it."""
        fields: dict[str, object] = {"norm_pos": self.norm_pos, "timestamp": self.timestamp}
        if self.timestamp_unix_ns is not None:
            fields["timestamp_unix_ns"] = int(self.timestamp_unix_ns)
        return fields


class PageRequest(msgspec.Struct, frozen=True):
    """What the page says, one thing at a time.

    Attributes:
        choose: let somebody else collect.
        start: begin.
        stop: end, and use what there is.
        cancel: end, and forget it.
        shown: a target is there.
        point: something is looked at.
        want: the page is ready for one more picture.
    """

    choose: Choice | None = None
    start: Literal["calibration", "validation"] | None = None
    stop: bool = False
    cancel: bool = False
    shown: Shown | None = None
    point: Pointing | None = None
    want: Literal["preview"] | None = None

    @classmethod
    def parse(cls, message: str | bytes) -> PageRequest:
        """Read a message of the page.

        Raises:
            RemoteProtocolError: it is none.
        """
        try:
            return _decoder.decode(message)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise RemoteProtocolError(
                f"malformed message of the calibration page: {error}"
            ) from error

    def notifications(self) -> list[tuple[str, Mapping[str, object]]]:
        """Subjects and fields of the notifications by which the service is told."""
        told: list[tuple[str, Mapping[str, object]]] = []
        if self.choose is not None:
            args: dict[str, object] = {"selected_gazer_class_name": self.choose.gazer}
            if self.choose.choreography == "SingleMarkerChoreographyPlugin":
                args["marker_mode"] = self.choose.marker_mode
            told.append(("start_plugin", {"name": self.choose.choreography, "args": args}))
        if self.start is not None:
            told.append((f"{self.start}.should_start", {"record": True}))
        if self.stop:
            told.append(("calibration.should_stop", {"record": True}))
        if self.cancel:
            told.append(("calibration.should_cancel", {"record": True}))
        if self.shown is not None:
            told.append(("calibration.target_shown", msgspec.to_builtins(self.shown)))
        if self.point is not None:
            told.append(("calibration.add_feature", self.point.fields()))
        return told


_decoder = msgspec.json.Decoder(PageRequest)
_LENGTH = struct.Struct(">I")


def preview_bytes(message: Message) -> bytes:
    """Write a picture of the scene as a binary message for the page.

    Raises:
        RemoteProtocolError: this is no such picture.
    """
    fields = message.map()
    fields.pop(RAW_DATA_KEY, None)
    if len(message.extra) != 1:
        raise RemoteProtocolError("a picture of the scene is one JPEG")
    told = msgspec.json.encode(fields)
    return _LENGTH.pack(len(told)) + told + bytes(message.extra[0])
