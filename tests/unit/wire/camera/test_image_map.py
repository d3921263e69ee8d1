from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.camera import ImageMap

IMAGE = ImageMap(unique_id="1-opencv", timestamp=5, height=2, width=3)
# fixmap of four, keys in their order
HEADER = bytes.fromhex(
    "84a9756e697175655f6964a8312d6f70656e6376a974696d657374616d7005a668656967687402a5776964746803"
)


def test_a_message_has_topic_map_and_pixels() -> None:
    assert IMAGE.message(b"abcdef") == [b"image", HEADER, b"abcdef"]


def test_what_is_written_is_read() -> None:
    assert ImageMap.parse([b"image", HEADER, b"abcdef"]) == (IMAGE, b"abcdef")


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"image", HEADER],
        [b"other", HEADER, b"abcdef"],
        [b"image", b"\xc1", b"abcdef"],
        [b"image", HEADER, b"abcde"],
    ],
)
def test_garbage_is_refused(parts: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        ImageMap.parse(parts)


def test_pixels_that_are_missing_are_our_fault() -> None:
    with pytest.raises(LocalProtocolError):
        IMAGE.message(b"abcde")
