"""Bytes as the original writes them, down to the spaces."""

from __future__ import annotations

import base64
import json

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.camera import ImageJson

PIXELS = bytes(range(250, 256)) + bytes(6)


def image(**changed: object) -> ImageJson:
    fields: dict[str, object] = {
        "unique_id": "16401324-spinnaker",
        "timestamp": 1_795_000_000_123_456_789,
        "image": PIXELS,
        "height": 3,
        "width": 4,
    }
    return ImageJson(**(fields | changed))  # type: ignore[arg-type]  # of each field its own


def as_the_original(image: ImageJson) -> bytes:
    message = {
        "unique_id": str(image.unique_id),
        "timestamp": image.timestamp,
        "image": base64.b64encode(bytes(image.image)).decode("utf-8"),
        "height": image.height,
        "width": image.width,
    }
    return json.dumps(message).encode("utf-8")


def test_the_bytes_are_those_of_the_original() -> None:
    assert bytes(image().serialize()) == (
        b'{"unique_id": "16401324-spinnaker", "timestamp": 1795000000123456789, '
        b'"image": "+vv8/f7/AAAAAAAA", "height": 3, "width": 4}'
    )


@pytest.mark.parametrize("unique_id", ["0815-0000-pylon", 'quo"te', "Käfig", "\U0001f400"])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_the_bytes_are_those_of_json_dumps(unique_id: str, width: int) -> None:
    made = image(unique_id=unique_id, image=bytes(range(3 * width)), width=width)
    assert bytes(made.serialize()) == as_the_original(made)


def test_pixels_may_be_a_view() -> None:
    assert image(image=memoryview(PIXELS)).serialize() == image().serialize()


def test_an_image_of_640x480_has_the_length_that_was_seen() -> None:
    made = image(image=bytes(640 * 480), height=480, width=640, timestamp=0)
    assert len(made.serialize()) == 4 * 640 * 480 // 3 + len(
        '{"unique_id": "16401324-spinnaker", "timestamp": 0, "image": "", '
        '"height": 480, "width": 640}'
    )


def test_what_is_written_is_read() -> None:
    assert ImageJson.parse(image().serialize()) == image()


def test_the_object_reference_that_the_original_sends_first_is_refused() -> None:
    message = as_the_original(image(image=bytes(8)))
    with pytest.raises(RemoteProtocolError, match="an image of 4x3 has 12 bytes, not 8"):
        ImageJson.parse(message)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"image": "!"}', b"[" * 100_000])
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        ImageJson.parse(data)


def test_pixels_that_are_missing_are_our_fault() -> None:
    with pytest.raises(LocalProtocolError):
        image(image=b"").serialize()
