from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from gazewire.errors import NetworkError
from gazewire.net.shared_images import SharedImageReader, SharedImageWriter, is_available

pytestmark = pytest.mark.skipif(not is_available(), reason="there is such memory on Linux alone")

NBYTES = 5000
SLOTS = 3


def image(number: int) -> bytes:
    return bytes([number]) * NBYTES


@pytest.fixture
def writer() -> Iterator[SharedImageWriter]:
    writer = SharedImageWriter(NBYTES, SLOTS)
    yield writer
    writer.close()


def test_an_image_is_read_in_place_and_cannot_be_changed(writer: SharedImageWriter) -> None:
    slot = SharedImageReader().read(writer.write(image(7)), NBYTES)
    assert slot is not None
    assert slot.pixels.tobytes() == image(7)
    assert slot.is_intact
    with pytest.raises(ValueError, match="read-only"):
        slot.pixels[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        slot.pixels.flags.writeable = True


def test_an_image_stays_until_all_slots_have_been_used(writer: SharedImageWriter) -> None:
    slot = SharedImageReader().read(writer.write(image(0)), NBYTES)
    assert slot is not None
    for number in range(1, SLOTS):
        writer.write(image(number))
        assert slot.is_intact
    writer.write(image(SLOTS))
    assert not slot.is_intact
    assert slot.pixels[0] == SLOTS


def test_an_image_that_was_written_over_is_not_given(writer: SharedImageWriter) -> None:
    places = [writer.write(image(number)) for number in range(SLOTS + 1)]
    reader = SharedImageReader()
    assert reader.read(places[0], NBYTES) is None
    newest = reader.read(places[-1], NBYTES)
    assert newest is not None
    assert newest.pixels[0] == SLOTS


def test_an_image_outlives_its_writer(writer: SharedImageWriter) -> None:
    slot = SharedImageReader().read(writer.write(image(7)), NBYTES)
    writer.close()
    assert slot is not None
    assert slot.is_intact
    assert slot.pixels[-1] == 7


def test_a_writer_that_is_gone_cannot_be_attached_to(writer: SharedImageWriter) -> None:
    place = writer.write(image(0))
    writer.close()
    with pytest.raises(NetworkError, match="cannot be reached"):
        SharedImageReader().read(place, NBYTES)


def test_a_reader_follows_to_another_writer(writer: SharedImageWriter) -> None:
    reader = SharedImageReader()
    assert reader.read(writer.write(image(1)), NBYTES) is not None
    later = SharedImageWriter(2 * NBYTES, SLOTS)
    slot = reader.read(later.write(2 * image(2)), 2 * NBYTES)
    later.close()
    assert slot is not None
    assert slot.pixels[-1] == 2


def test_what_is_not_the_memory_is_not_read(writer: SharedImageWriter, tmp_path: Path) -> None:
    place = writer.write(image(0))
    with pytest.raises(NetworkError, match="another program"):
        SharedImageReader().read(replace(place, token=bytes(16)), NBYTES)
    with tempfile.TemporaryFile(dir=tmp_path) as file, pytest.raises(NetworkError):
        SharedImageReader().read(replace(place, descriptor=file.fileno()), NBYTES)
    reading, writing = os.pipe()
    with pytest.raises(NetworkError, match="no memory with images"):
        SharedImageReader().read(replace(place, descriptor=reading), NBYTES)
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("wrong", [{"offset": 1 << 40}, {"slot": 1 << 40}, {"offset": 0}])
def test_a_place_outside_is_refused(writer: SharedImageWriter, wrong: dict[str, int]) -> None:
    place = writer.write(image(0))
    with pytest.raises(NetworkError, match="outside"):
        SharedImageReader().read(replace(place, **wrong), NBYTES)


def test_nothing_is_left_open(writer: SharedImageWriter) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        other = SharedImageWriter(NBYTES, SLOTS)
        slot = SharedImageReader().read(other.write(image(1)), NBYTES)
        other.close()
        assert np.all(slot.pixels == 1)  # type: ignore[union-attr]
    del slot, other
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before
