from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from gazewire.errors import ConnectionLostError
from gazewire.net.http_message import HttpLimits
from gazewire.net.websocket import WebSocket, pumping

TEXT, BINARY, CLOSED = 1, 2, 257


@dataclass
class Message:
    type: int
    data: object


class Wire:
    """The library's side of a websocket, in memory."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.sent: list[str | bytes] = []
        self.room = asyncio.Event()
        self.room.set()
        self.closed_with: list[int] = []
        self.aborted = False

    async def send_str(self, data: str) -> None:
        await self.room.wait()
        self.sent.append(data)

    async def send_bytes(self, data: bytes) -> None:
        await self.room.wait()
        self.sent.append(data)

    async def receive(self) -> Message:
        return await self.incoming.get()

    async def close(self, code: int) -> None:
        await self.room.wait()
        self.closed_with.append(code)

    def abort(self) -> None:
        self.aborted = True

    def say(self, *messages: str | bytes) -> None:
        for message in messages:
            kind = TEXT if isinstance(message, str) else BINARY
            self.incoming.put_nowait(Message(kind, message))

    def hang_up(self) -> None:
        self.incoming.put_nowait(Message(CLOSED, None))


def on(wire: Wire, **limits: float) -> WebSocket:
    return WebSocket(
        wire,
        close=wire.close,
        abort=wire.abort,
        subprotocol=None,
        peer="somebody",
        limits=HttpLimits(**{"websocket_close_s": 0.05, **limits}),
    )


async def test_messages_come_in_order_and_in_kind():
    wire = Wire()
    wire.say("a", b"b", "")
    async with pumping(websocket := on(wire)):
        assert [await websocket.receive() for _ in range(3)] == ["a", b"b", ""]


async def test_what_was_said_before_the_farewell_is_received_after_it():
    wire = Wire()
    wire.say("a", "b")
    wire.hang_up()
    gone = asyncio.Event()
    async with pumping(websocket := on(wire), on_gone=gone.set):
        await gone.wait()
        assert [message async for message in websocket] == ["a", "b"]
        with pytest.raises(ConnectionLostError, match="somebody"):
            await websocket.receive()


@pytest.mark.parametrize("inbox", [1, 2, 3])
async def test_a_full_inbox_ends_like_any_other(inbox):
    wire = Wire()
    gone = asyncio.Event()
    async with pumping(websocket := on(wire, websocket_inbox=inbox), on_gone=gone.set):
        wire.say("first")
        assert await websocket.receive() == "first"
        wire.say(*"ab")
        wire.hang_up()
        assert [message async for message in websocket] == ["a", "b"]
        await gone.wait()


async def test_every_receiver_learns_of_the_farewell():
    wire = Wire()
    async with pumping(websocket := on(wire)):
        waiting = [asyncio.create_task(websocket.receive()) for _ in range(2)]
        await asyncio.sleep(0)
        wire.hang_up()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ConnectionLostError] * 2


async def test_cancelling_a_receive_loses_nothing():
    wire = Wire()
    async with pumping(websocket := on(wire)):
        receiving = asyncio.create_task(websocket.receive())
        await asyncio.sleep(0)
        receiving.cancel()
        wire.say("kept")
        await asyncio.wait({receiving})
        assert await websocket.receive() == "kept"


async def test_a_reader_that_falls_behind_holds_the_peer_up_and_loses_nothing():
    wire = Wire()
    async with pumping(websocket := on(wire, websocket_inbox=2)):
        wire.say("0")
        assert await websocket.receive() == "0"
        wire.say(*(str(n) for n in range(1, 20)))
        await asyncio.sleep(0)
        assert wire.incoming.qsize() > 10
        assert [await websocket.receive() for _ in range(1, 20)] == [str(n) for n in range(1, 20)]


async def test_whoever_never_receives_does_not_hold_the_pump_up():
    wire = Wire()
    gone = asyncio.Event()
    async with pumping(on(wire, websocket_inbox=2), on_gone=gone.set):
        wire.say(*"abcdefgh")
        wire.hang_up()
        await gone.wait()


async def test_a_peer_that_makes_no_room_is_dropped(caplog):
    wire = Wire()
    wire.room.clear()
    async with pumping(websocket := on(wire, send_timeout_s=0.01)):
        with pytest.raises(ConnectionLostError):
            await websocket.send_text("unread")
        assert wire.aborted
        assert websocket.gone
        with pytest.raises(ConnectionLostError):
            await websocket.send_bytes(b"more")
    assert len(caplog.records) == 1


async def test_senders_take_turns():
    wire = Wire()
    wire.room.clear()
    async with pumping(websocket := on(wire)):
        sending = [asyncio.create_task(websocket.send_text(text)) for text in "abc"]
        await asyncio.sleep(0)
        sending[0].cancel()
        await asyncio.wait({sending[0]})
        wire.room.set()
        await asyncio.gather(*sending[1:])
    assert wire.sent == ["b", "c"]


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), RuntimeError("not connected")])
async def test_a_broken_connection_is_lost(error):
    class Broken(Wire):
        async def send_str(self, data: str) -> None:
            raise error

    async with pumping(websocket := on(Broken())):
        with pytest.raises(ConnectionLostError) as caught:
            await websocket.send_text("x")
    assert caught.value.__cause__ is error


async def test_leaving_closes_in_words():
    wire = Wire()
    async with pumping(on(wire)):
        pass
    assert wire.closed_with == [1000]
    assert not wire.aborted


async def test_leaving_does_not_wait_for_a_peer_that_does_not_read():
    wire = Wire()
    wire.room.clear()
    async with pumping(on(wire)):
        pass
    assert wire.aborted


async def test_an_error_of_the_connection_is_logged_once(caplog):
    wire = Wire()
    wire.incoming.put_nowait(Message(258, ValueError("garbage")))
    async with pumping(websocket := on(wire)):
        assert [message async for message in websocket] == []
    assert [record.getMessage() for record in caplog.records] == [
        "closed websocket of somebody: garbage"
    ]
