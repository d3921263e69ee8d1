from __future__ import annotations

import select
from collections.abc import Iterator

import pytest

from gazewire.errors import NetworkError
from gazewire.net.shared_images import SharedImageLink, SharedImages
from gazewire.net.shared_memory import is_available
from gazewire.wire.camera import FrameHeader

pytestmark = pytest.mark.skipif(not is_available(), reason="there is such memory on Linux alone")

SLOTS = 3
LIMIT_S = 10


def header(index: int, shape: tuple[int, ...] = (2, 3)) -> FrameHeader:
    return FrameHeader(
        id="7-synthetic", index=index, exposure_unix_ns=1, pixel_format="gray", shape=shape
    )


def send(images: SharedImages, *indices: int) -> None:
    for index in indices:
        assert images.send(header(index), bytes([index]) * 6)


@pytest.fixture
def images() -> Iterator[SharedImages]:
    images = SharedImages(SLOTS)
    yield images
    images.close()


@pytest.fixture
def link(images: SharedImages) -> Iterator[SharedImageLink]:
    with SharedImageLink(images.name) as link:
        images.accept()
        yield link


def test_nothing_is_written_for_nobody(images: SharedImages) -> None:
    assert not images.send(header(0), bytes(6))
    assert images.readers == 0


def test_a_reader_is_woken_and_finds_the_image(images: SharedImages, link: SharedImageLink) -> None:
    assert link.receive(newest=True) is None
    send(images, 5)
    assert select.select([link], [], [], LIMIT_S)[0]
    image = link.receive(newest=True)
    assert image is not None
    assert image.frame == header(5)
    assert image.slot.pixels[:6].tolist() == [5] * 6
    assert link.receive(newest=True) is None
    assert not select.select([link], [], [], 0)[0]


def test_the_newest_is_had_however_late_a_reader_is(
    images: SharedImages, link: SharedImageLink
) -> None:
    for _ in range(2000):  # more than anybody keeps for it
        send(images, 1)
    send(images, 9)
    image = link.receive(newest=True)
    assert image is not None
    assert image.frame.index == 9
    assert link.receive(newest=True) is None


def test_images_come_in_turn_as_far_as_they_are_there(
    images: SharedImages, link: SharedImageLink
) -> None:
    send(images, 0)
    assert link.receive(newest=False) is not None
    send(images, 1, 2, 3, 4, 5)
    received = [link.receive(newest=False) for _ in range(4)]
    assert [image and image.frame.index for image in received] == [3, 4, 5, None]
    assert link.overwritten == 2


def test_images_of_another_size_come_in_other_memory(
    images: SharedImages, link: SharedImageLink
) -> None:
    send(images, 1)
    first = link.receive(newest=True)
    for number in (2, 3):
        images.send(header(number, (20, 300)), bytes([number]) * 6000)
    image = link.receive(newest=False)
    assert image is not None
    assert (image.frame.index, image.frame.shape) == (2, (20, 300))
    assert first is not None
    assert first.slot.is_intact


def test_who_comes_late_sees_the_newest_image(images: SharedImages, link: SharedImageLink) -> None:
    send(images, 1, 2)
    with SharedImageLink(images.name) as late:
        images.accept()
        assert late.receive(newest=True) is None
        send(images, 3)
        image = late.receive(newest=True)
    assert image is not None
    assert image.frame.index == 3


def test_a_reader_that_is_gone_is_forgotten(images: SharedImages, link: SharedImageLink) -> None:
    send(images, 1)
    assert images.readers == 1
    link.close()
    assert images.send(header(2), bytes(6))
    assert images.readers == 0


def test_a_writer_that_is_gone_is_noticed(images: SharedImages, link: SharedImageLink) -> None:
    send(images, 1)
    image = link.receive(newest=True)
    images.close()
    with pytest.raises(NetworkError, match="gone"):
        link.receive(newest=True)
    with pytest.raises(NetworkError, match="cannot be reached"):
        SharedImageLink(images.name)
    assert image is not None
    assert image.slot.is_intact


def test_readers_that_come_and_vanish_while_there_is_no_image_leave_room(
    images: SharedImages,
) -> None:
    for _ in range(1000):
        SharedImageLink(images.name).close()
        images.accept()
    assert images.readers <= 1
    with SharedImageLink(images.name) as link:
        images.accept()
        send(images, 1)
        assert link.receive(newest=True) is not None


def test_there_is_room_for_so_many_readers(images: SharedImages) -> None:
    links = [SharedImageLink(images.name) for _ in range(70)]
    images.accept()
    assert images.readers == 64
    for link in links:
        link.close()
