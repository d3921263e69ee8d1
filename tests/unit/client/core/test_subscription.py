from __future__ import annotations

import threading

import pytest
from loopback.core_program import CoreProgram

from gazewire.client.core import BackgroundSubscription, Message, NotConnectedError, Subscription

LIMIT_MS = 20_000


def make(kind: type[Subscription], program: CoreProgram, **more: object) -> Subscription:
    options: dict[str, object] = {"port": program.bus.sub_port, "pub_port": program.bus.pub_port}
    if kind is BackgroundSubscription:
        options["buffer_size"] = 3
    return kind(topics="data", **options | more)


@pytest.fixture(params=[Subscription, BackgroundSubscription])
def kind(request: pytest.FixtureRequest) -> type[Subscription]:
    kind: type[Subscription] = request.param
    return kind


async def test_messages_come_in_order(program: CoreProgram, kind: type[Subscription]) -> None:
    with make(kind, program) as subscription:
        assert subscription.is_connected
        assert subscription.topics == ("data",)
        for number in range(3):
            program.publish("data", n=number)
        for number in range(3):
            assert subscription.recv_new_message(LIMIT_MS) == Message("data", {"n": number})


async def test_nothing_new_is_none(program: CoreProgram, kind: type[Subscription]) -> None:
    with make(kind, program) as subscription:
        assert not subscription.has_new_message
        assert subscription.recv_new_message(timeout_ms=0) is None
        assert subscription.recv_new_message(timeout_ms=20) is None


async def test_looking_for_a_message_does_not_take_it(
    program: CoreProgram, kind: type[Subscription]
) -> None:
    with make(kind, program) as subscription:
        program.publish("data", n=1)
        program.publish("data", n=2)
        first = subscription.recv_new_message(LIMIT_MS)
        while not subscription.has_new_message:
            pass
        assert subscription.has_new_message
        second = subscription.recv_new_message(0)
    assert [message.payload for message in (first, second)] == [{"n": 1}, {"n": 2}]


async def test_without_raw_frames_there_is_no_raw_data(program: CoreProgram) -> None:
    with make(Subscription, program) as subscription:
        program.publish("data", __raw_data__=[b"a", b"b"])
        program.publish("data")
        raw = [subscription.recv_new_message(LIMIT_MS).raw_data for _ in range(2)]
    assert [bytes(part) for part in raw[0]] == [b"a", b"b"]
    assert raw[1] is None


async def test_what_cannot_be_read_is_left_out(
    program: CoreProgram, kind: type[Subscription]
) -> None:
    with make(kind, program) as subscription:
        program.publish_frames(b"data", b"\xc1")
        program.publish_frames(b"data")
        program.publish_frames(b"data", b"\x81\x01\x02")
        program.publish("data", n=1)
        assert subscription.recv_new_message(LIMIT_MS) == Message("data", {"n": 1})


async def test_disconnected_it_says_so(program: CoreProgram, kind: type[Subscription]) -> None:
    subscription = make(kind, program)
    subscription.disconnect()
    subscription.disconnect()
    assert not subscription.is_connected
    with pytest.raises(NotConnectedError):
        subscription.recv_new_message(0)
    subscription.connect()
    subscription.connect()
    program.publish("data", n=1)
    assert subscription.recv_new_message(LIMIT_MS) is not None
    subscription.disconnect()


async def test_in_the_background_the_newest_wait(program: CoreProgram) -> None:
    with (
        make(BackgroundSubscription, program) as subscription,
        make(Subscription, program) as witness,
    ):
        for number in range(10):
            program.publish("data", n=number)
        for _ in range(10):
            witness.recv_new_message(LIMIT_MS)
        got = [0]
        while got[-1] != 9:
            message = subscription.recv_new_message(LIMIT_MS)
            assert message is not None
            got.append(message.payload["n"])
    assert got == sorted(got)


async def test_disconnecting_ends_a_wait(program: CoreProgram) -> None:
    subscription = make(BackgroundSubscription, program)
    got: list[Message | None] = []
    reader = threading.Thread(target=lambda: got.append(subscription.recv_new_message()))
    reader.start()
    subscription.disconnect()
    # Whichever was first: the reader has been told that there is nothing, or never began.
    reader.join(10)
    assert not reader.is_alive()


async def test_without_the_port_of_publishers_nobody_is_greeted(program: CoreProgram) -> None:
    with Subscription("127.0.0.1", port=program.bus.sub_port, topics=["data"]) as subscription:
        while (message := subscription.recv_new_message(10)) is None:
            program.publish("data", n=1)
        assert message.topic == "data"
