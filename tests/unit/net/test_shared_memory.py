from __future__ import annotations

import gc
import mmap
import os
import tempfile
from collections.abc import Iterator

import pytest

from gazewire.errors import NetworkError
from gazewire.net.shared_memory import SharedMemoryReader, SharedMemoryWriter, is_available

pytestmark = pytest.mark.skipif(not is_available(), reason="there is such memory on Linux alone")

NBYTES = 5000
SLOTS = 3


def image(number: int) -> bytes:
    return bytes([number]) * NBYTES


@pytest.fixture
def writer() -> Iterator[SharedMemoryWriter]:
    writer = SharedMemoryWriter(NBYTES, SLOTS)
    yield writer
    writer.close()


@pytest.fixture
def reader(writer: SharedMemoryWriter) -> SharedMemoryReader:
    return SharedMemoryReader(writer.descriptor)


def test_an_image_is_read_in_place_and_cannot_be_changed(
    writer: SharedMemoryWriter, reader: SharedMemoryReader
) -> None:
    assert reader.count == 0
    assert reader.read(0) is None
    writer.write(b"header", image(7))
    assert reader.count == 1
    slot = reader.read(0)
    assert slot is not None
    assert (slot.header, slot.pixels[:NBYTES].tobytes()) == (b"header", image(7))
    assert slot.is_intact
    with pytest.raises(ValueError, match="read-only"):
        slot.pixels[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        slot.pixels.flags.writeable = True
    with pytest.raises(PermissionError):
        mmap.mmap(writer.descriptor, 0)


def test_an_image_stays_until_all_slots_have_been_used(
    writer: SharedMemoryWriter, reader: SharedMemoryReader
) -> None:
    writer.write(b"", image(0))
    slot = reader.read(0)
    assert slot is not None
    for number in range(1, SLOTS):
        writer.write(b"", image(number))
        assert slot.is_intact
    writer.write(b"", image(SLOTS))
    assert not slot.is_intact
    assert slot.pixels[0] == SLOTS
    assert reader.read(0) is None
    assert reader.read(SLOTS) is not None


def test_an_image_outlives_its_writer(
    writer: SharedMemoryWriter, reader: SharedMemoryReader
) -> None:
    writer.write(b"", image(7))
    writer.close()
    slot = reader.read(0)
    assert slot is not None
    assert slot.pixels[0] == 7


def test_a_header_that_is_too_long_is_refused(writer: SharedMemoryWriter) -> None:
    with pytest.raises(NetworkError, match="no room"):
        writer.write(bytes(1024), image(0))


def test_what_is_not_such_memory_is_not_read() -> None:
    with tempfile.TemporaryFile() as file, pytest.raises(NetworkError):
        SharedMemoryReader(file.fileno())
    reading, writing = os.pipe()
    with pytest.raises(NetworkError, match="no memory with images"):
        SharedMemoryReader(reading)
    os.close(reading)
    os.close(writing)


def test_nothing_is_left_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        writer = SharedMemoryWriter(NBYTES, SLOTS)
        reader = SharedMemoryReader(writer.descriptor)
        writer.close()
    del reader
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before + 1  # the writer's mapping has one
