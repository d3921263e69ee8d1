from __future__ import annotations

import numpy as np
import pytest

from gazewire.camera.raw_pixels import converter, formats_for

WIDTH, HEIGHT = 8, 6
# Blue, green, red: far apart, so that no two are mistaken for each other.
BGR = (20, 120, 220)
GRAY = round(0.114 * BGR[0] + 0.587 * BGR[1] + 0.299 * BGR[2])
_ORDERS = {
    "BGR8": (0, 1, 2),
    "BGR8Packed": (0, 1, 2),
    "RGB8": (2, 1, 0),
    "RGB8Packed": (2, 1, 0),
    "RGBa8": (2, 1, 0, None),
    "BGRa8": (0, 1, 2, None),
}


def one_colour(source: str) -> np.ndarray:
    """An image of one colour as a camera sends it, (H, bytes of a row)."""
    if source == "Mono8":
        return np.full((HEIGHT, WIDTH), GRAY, np.uint8)
    if source in _ORDERS:
        pixel = [255 if place is None else BGR[place] for place in _ORDERS[source]]
        return np.tile(np.array(pixel, np.uint8), (HEIGHT, WIDTH))
    # The first two pixels of the first row are in the name, and green is across from green.
    first, second = source.removeprefix("Bayer")[:2]
    rows = [first + second, "G" + ({"B", "R"} - {first, second}).pop()]
    if first == "G":
        rows[1] = rows[1][::-1]
    cell = [[BGR["BGR".index(name)] for name in row] for row in rows]
    return np.tile(np.array(cell, np.uint8), (HEIGHT // 2, WIDTH // 2))


@pytest.mark.parametrize("padding", [0, 3])
@pytest.mark.parametrize("source", formats_for("bgr24"))
def test_a_colour_is_the_same_in_every_format(source: str, padding: int) -> None:
    rows = one_colour(source)
    data = np.pad(rows, ((0, 0), (0, padding))).tobytes()
    pixels = converter(source, "bgr24", WIDTH, HEIGHT)(data, padding)
    expected = (GRAY,) * 3 if source == "Mono8" else BGR
    assert np.array_equal(np.frombuffer(pixels, np.uint8).reshape(-1, 3), [expected] * 48)


@pytest.mark.parametrize("source", formats_for("gray"))
def test_its_brightness_is_too(source: str) -> None:
    pixels = converter(source, "gray", WIDTH, HEIGHT)(one_colour(source).tobytes(), 0)
    assert len(pixels) == WIDTH * HEIGHT
    assert np.abs(np.frombuffer(pixels, np.uint8).astype(int) - GRAY).max() <= 1


def test_images_do_not_share_memory_with_the_driver() -> None:
    buffer = bytearray(WIDTH * HEIGHT)
    pixels = converter("Mono8", "gray", WIDTH, HEIGHT)(memoryview(buffer), 0)
    buffer[0] = 255
    assert pixels[0] == 0


def test_a_buffer_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="buffer"):
        converter("Mono8", "gray", WIDTH, HEIGHT)(bytes(WIDTH * HEIGHT - 1), 0)
    assert formats_for("gray")[0] == "Mono8"
