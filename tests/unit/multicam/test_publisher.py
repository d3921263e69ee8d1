"""One camera's sockets as raw ZeroMQ clients meet them, written from the document alone."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from socket import create_connection, create_server
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
import zmq
from station import ANY, LIMIT_MS, PIXELS, Station, needs_memory

from gazewire.errors import AddressInUseError, NetworkError
from gazewire.multicam import subscribe
from gazewire.multicam.sharing import Sharing
from gazewire.net.image_sockets import ImageSockets
from gazewire.wire.camera import Box, ImageForm

SLOTS = 4  # of shared memory, at 20 images a second
INCUMBENTS = json.dumps(
    {"unique_id": "1-opencv", "timestamp": 5, "image": "AQI=", "height": 1, "width": 2}
).encode()
SLOW_COUNT = 20  # images that a slow program does not fetch in time


@pytest.fixture
def station() -> Iterator[Station]:
    station = Station()
    yield station
    station.close()


@pytest.fixture
def zeromq() -> Iterator[SimpleNamespace]:
    """Sockets of clients: nothing but pyzmq."""
    kept: list[zmq.Socket] = []
    with zmq.Context() as context:

        def socket(kind: int) -> zmq.Socket:
            client = context.socket(kind)
            client.linger = 0
            client.rcvtimeo = LIMIT_MS
            kept.append(client)
            return client

        def sub(station: Station, prefix: bytes = b"", readers: int = 1) -> zmq.Socket:
            client = socket(zmq.SUB)
            client.connect(station.sockets.images_url)
            client.setsockopt(zmq.SUBSCRIBE, prefix)
            station.until(lambda: station.publisher.subscribers == readers)
            return client

        def push(station: Station) -> zmq.Socket:
            client = socket(zmq.PUSH)
            client.connect(station.sockets.boxes_url)
            return client

        def pub() -> zmq.Socket:
            server = socket(zmq.PUB)
            server.bind("tcp://127.0.0.1:*")
            return server

        yield SimpleNamespace(sub=sub, push=push, pub=pub)
        for client in kept:
            client.close()


def test_an_existing_client_gets_the_five_keys(station: Station, zeromq: SimpleNamespace) -> None:
    client = zeromq.sub(station)
    station.expose()
    message = json.loads(client.recv().decode("utf-8"))
    assert list(message) == ["unique_id", "timestamp", "image", "height", "width"]
    assert message["unique_id"] == "7-synthetic"
    assert (message["height"], message["width"]) == (3, 4)
    assert base64.b64decode(message["image"]) == PIXELS


def test_every_form_is_on_one_address(station: Station, zeromq: SimpleNamespace) -> None:
    old = zeromq.sub(station)
    later = zeromq.sub(station, b"image", readers=2)
    ours = zeromq.sub(station, b"frame", readers=3)
    station.expose()
    assert old.recv()[:1] == b"{"
    topic, header, pixels = later.recv_multipart()
    assert (topic, list(msgspec.msgpack.decode(header)), pixels) == (
        b"image",
        ["unique_id", "timestamp", "height", "width"],
        PIXELS,
    )
    topic, header, pixels = ours.recv_multipart()
    assert (topic, msgspec.msgpack.decode(header)["drops"], pixels) == (
        b"frame",
        {"camera": 2},
        PIXELS,
    )


def test_nothing_is_made_for_nobody(station: Station, zeromq: SimpleNamespace) -> None:
    station.expose()
    client = zeromq.sub(station)
    assert station.publisher.published == {}
    client.close()
    station.until(lambda: station.publisher.subscribers == 0)


def test_images_come_at_the_rate_of_putting(zeromq: SimpleNamespace) -> None:
    station = Station(put_hz=0.01)
    try:
        client = zeromq.sub(station)
        for _ in range(5):
            station.expose()
        client.recv()
        station.expose()
        assert not client.poll(100)
    finally:
        station.close()


def test_a_box_of_the_document_is_shown(station: Station, zeromq: SimpleNamespace) -> None:
    client = zeromq.push(station)
    client.send_json({"DRAW_BOX": {"TOP_LEFT": [0, 1], "BOTTOM_RIGHT": [4, 3]}})
    station.until(lambda: station.shown == [Box(0, 1, 4, 3)])


def test_the_newest_of_many_boxes_is_shown(station: Station, zeromq: SimpleNamespace) -> None:
    client = zeromq.push(station)
    for number in range(1000):
        x = number % 4
        client.send_json({"DRAW_BOX": {"TOP_LEFT": [0, 0], "BOTTOM_RIGHT": [x, 2]}})
    client.send_json({"DRAW_BOX": {"TOP_LEFT": [1, 1], "BOTTOM_RIGHT": [2, 2]}})
    station.until(lambda: station.shown == [Box(1, 1, 2, 2)])


# The rows of the table of bad input, and whether each counts as malformed.
BAD_INPUT = [
    ([b""], True),
    ([b"not JSON"], True),
    ([b"\xff"], True),
    ([b"5"], True),
    ([b'"DRAW_BOX"'], True),
    ([b'"text"'], False),
    ([b"[1]"], False),
    ([b"{}"], False),
    ([b'{"DRAW_BOX": {"TOP_LEFT": [1, 1]}}'], True),
    ([b'{"DRAW_BOX": {"TOP_LEFT": [1, 1], "BOTTOM_RIGHT": [1, 1, 1]}}'], True),
    ([b'{"DRAW_BOX": {"TOP_LEFT": ["1", "1"], "BOTTOM_RIGHT": [1, 1]}}'], True),
    ([b'{"DRAW_BOX": []}'], True),
    ([b'{"DRAW_BOX": {"TOP_LEFT": [1, 1], "BOTTOM_RIGHT": [9, 9]}}'], False),
]


@pytest.mark.parametrize(("parts", "is_malformed"), BAD_INPUT)
def test_bad_input_leaves_what_is_shown_and_harms_nobody(
    station: Station, zeromq: SimpleNamespace, parts: list[bytes], is_malformed: bool
) -> None:
    client = zeromq.push(station)
    client.send_json({"DRAW_BOX": {"TOP_LEFT": [0, 0], "BOTTOM_RIGHT": [1, 1]}})
    station.until(lambda: station.shown == [Box(0, 0, 1, 1)])
    client.send_multipart(parts)
    station.answers.sent(99, 0)
    client.send_json({"FRAME_INDEX": 99})  # heard after the other one
    station.until(lambda: station.answers.figures())
    assert station.publisher.malformed == is_malformed
    assert station.shown == [Box(0, 0, 1, 1)]


def test_null_removes_the_box(station: Station, zeromq: SimpleNamespace) -> None:
    client = zeromq.push(station)
    client.send_json({"DRAW_BOX": {"TOP_LEFT": [0, 0], "BOTTOM_RIGHT": [1, 1]}})
    station.until(lambda: station.shown)
    client.send(b"null")
    station.until(lambda: not station.shown)


def test_each_part_of_a_message_is_a_message(station: Station, zeromq: SimpleNamespace) -> None:
    client = zeromq.push(station)
    command = b'{"DRAW_BOX": {"TOP_LEFT": [0, 0], "BOTTOM_RIGHT": [1, 1]}}'
    client.send_multipart([b"not JSON", b"5", command])
    station.until(lambda: station.shown)
    assert station.publisher.malformed == 2


def test_malformed_messages_are_told_once_a_second(
    station: Station, zeromq: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    client = zeromq.push(station)
    for _ in range(100):
        client.send(b"garbage")
    station.until(lambda: station.publisher.malformed == 100)
    assert 1 <= sum("malformed" in message for message in caplog.messages) <= 2


def test_a_reader_that_has_stopped_does_not_hold_up_the_end(zeromq: SimpleNamespace) -> None:
    station = Station()
    zeromq.sub(station)  # never receives
    image = bytes(1280 * 1024)
    for _ in range(30):
        before = sum(station.publisher.published.values())
        station.expose(image, width=1280, height=1024)
        station.until(
            lambda before=before: sum(station.publisher.published.values()) > before  # type: ignore[misc]
        )
        time.sleep(0.002)  # beyond the rate of putting
    began = time.monotonic()
    station.close()
    assert time.monotonic() - began < 1.0


def test_clients_that_come_and_vanish_leave_nothing(station: Station) -> None:
    for _ in range(50):
        with subscribe(station.sockets.images_url) as frames:
            station.expose()
            frames.receive(0)
    station.until(lambda: station.publisher.subscribers == 0)


def test_a_thousand_clients_may_connect_and_vanish(station: Station) -> None:
    host, port = station.sockets.images_url.removeprefix("tcp://").split(":")
    with zmq.Context() as context:
        for number in range(1000):
            with create_connection((host, int(port))) as raw:
                raw.sendall(b"GET / HTTP/1.1\r\n"[: number % 17])
            if number % 10 == 0:
                client = context.socket(zmq.SUB)
                client.connect(station.sockets.images_url)
                client.setsockopt(zmq.SUBSCRIBE, b"")
                client.close(linger=0)
    station.until(lambda: station.publisher.subscribers == 0)
    with subscribe(station.sockets.images_url, form="multipart") as frames:
        station.until(lambda: station.publisher.subscribers == 1)
        station.expose()
        assert frames.receive(10) is not None


def test_an_address_that_is_taken_is_told() -> None:
    with create_server(ANY) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUseError, match="the images of a port"):
            ImageSockets(("127.0.0.1", port), ANY, (ImageForm.JSON,), name="a")


@pytest.mark.parametrize("form", [None, *ImageForm])
def test_our_client_understands_every_form(station: Station, form: ImageForm | None) -> None:
    with subscribe(station.sockets.images_url, form=form, timeout_s=10) as frames:
        station.until(lambda: station.publisher.subscribers == 1)
        if form is ImageForm.SHARED:
            station.meet(frames)
        station.expose()
        frame = frames.receive(10)
    assert frame is not None
    assert frame.camera == "7-synthetic"
    assert frame.pixels.shape == (3, 4)
    assert frame.pixels.tobytes() == PIXELS
    has_index = form in {ImageForm.MULTIPART, ImageForm.SHARED}
    assert frame.index == (0 if has_index else None)


def test_an_answer_is_timed_and_shown(station: Station) -> None:
    addresses = station.sockets.images_url, station.sockets.boxes_url
    with subscribe(*addresses, client="faces") as frames:
        station.meet(frames)
        station.expose()
        frame = frames.receive(10)
        assert frame is not None
        station.until(lambda: frames.draw_box(frame, (0, 0), (2, 2)))
        station.until(lambda: station.shown == [Box(0, 0, 2, 2)])
    (figures,) = station.answers.figures()
    assert figures.name == "faces"
    assert figures.latency_ms > 0


def test_a_program_that_is_slow_sees_the_newest_image(station: Station) -> None:
    with subscribe(station.sockets.images_url) as frames:
        station.meet(frames)
        for _ in range(SLOW_COUNT):
            before = sum(station.publisher.published.values())
            station.expose()
            station.until(
                lambda before=before: sum(station.publisher.published.values()) > before  # type: ignore[misc]
            )
        indices: list[int | None] = []
        while (frame := frames.receive(10)) is not None:
            indices.append(frame.index)
            if frame.index == SLOW_COUNT - 1:
                break
    assert indices[-1] == SLOW_COUNT - 1
    assert len(indices) < SLOW_COUNT  # it did not work off a queue


@needs_memory
def test_an_image_in_shared_memory_is_not_copied_and_tells_when_it_is_gone(
    station: Station,
) -> None:
    with subscribe(station.sockets.images_url, newest=False) as frames:
        station.meet(frames)
        station.expose()
        first = frames.receive(10)
        assert first is not None
        assert first.slot is not None
        assert np.shares_memory(first.pixels, first.slot.pixels)
        kept = first.copied()
        for _ in range(SLOTS):
            assert first.is_intact
            station.expose()
            assert frames.receive(10) is not None
        assert not first.is_intact
        assert first.copied() is None
    assert kept is not None
    assert kept.is_intact
    assert kept.pixels.tobytes() == PIXELS


@needs_memory
def test_every_image_is_shared_also_while_messages_are_made(station: Station) -> None:
    with (
        subscribe(station.sockets.images_url, newest=False) as frames,
        subscribe(station.sockets.images_url, form="multipart", newest=False) as others,
    ):
        station.meet(frames)
        station.until(lambda: ImageForm.MULTIPART in station.publisher.wanted)
        for _ in range(3):
            station.expose()
        for reader in (frames, others):
            received = [reader.receive(10) for _ in range(3)]
            assert [frame and frame.index for frame in received] == [0, 1, 2]


class Elsewhere(Sharing):
    """Memory of a program that cannot be reached from here, as in another container."""

    def __init__(self) -> None:
        super().__init__("a", 20.0)
        self.name = "nowhere"


@needs_memory
def test_memory_that_cannot_be_reached_is_done_without() -> None:
    station = Station(sharing=Elsewhere())
    try:
        with subscribe(station.sockets.images_url) as frames:
            while ImageForm.MULTIPART not in station.publisher.wanted:
                assert frames.receive(0.01) is None
            station.expose()
            frame = frames.receive(10)
        assert frame is not None
        assert frame.slot is None
        with (
            subscribe(station.sockets.images_url, form="shared") as frames,
            pytest.raises(NetworkError, match="cannot be reached"),
        ):
            frames.receive(10)
    finally:
        station.close()


def test_a_publisher_with_nothing_but_json_is_understood(zeromq: SimpleNamespace) -> None:
    publisher = zeromq.pub()
    with subscribe(publisher.last_endpoint.decode()) as frames:
        frame = None
        while frame is None:
            publisher.send(INCUMBENTS)
            frame = frames.receive(0.02)
    assert (frame.camera, frame.pixels.tolist(), frame.index) == ("1-opencv", [[1, 2]], None)


def test_clients_of_the_incumbent_may_have_the_mosaic_of_colour(zeromq: SimpleNamespace) -> None:
    station = Station(mosaic=True)
    try:
        client = zeromq.sub(station)
        blue_green_red = bytes([1, 2, 3])
        station.expose(12 * blue_green_red, pixel_format="bgr24")
        message = json.loads(client.recv())
        assert base64.b64decode(message["image"]) == bytes([3, 2, 3, 2, 2, 1, 2, 1, 3, 2, 3, 2])
    finally:
        station.close()


@needs_memory
def test_who_comes_in_later_does_not_disturb_who_is_there(station: Station) -> None:
    with (
        subscribe(station.sockets.images_url, newest=False) as first,
        subscribe(station.sockets.images_url, newest=False) as second,
    ):
        station.until(
            lambda: station.sharing.readers == 2 or first.receive(0.001) or second.receive(0.001)
        )
        for index in range(5):
            station.expose()
            received = [reader.receive(10) for reader in (first, second)]
            assert [frame and frame.index for frame in received] == [index, index]
        assert station.sharing.readers == 2
