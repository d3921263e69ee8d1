"""``/faults``: what is wrong with the device, and what shall be."""

from __future__ import annotations

import msgspec

from gazewire.device.envelope import answer, refusing
from gazewire.device.faults.board import FaultBoard
from gazewire.device.faults.spec import parse_fault
from gazewire.errors import RemoteProtocolError
from gazewire.net import HttpRequest, HttpResponse, HttpRoute

__all__ = ["fault_routes"]

_PATH = "/faults"


def fault_routes(board: FaultBoard) -> list[HttpRoute]:
    """Make the routes by which tests steer a device; they lie outside of the API.

    ``GET`` lists the faults, ``POST`` starts the one whose text is the body, ``DELETE`` ends and
    forgets all of them, and lists them for the last time.
    """

    async def tell(_: HttpRequest) -> HttpResponse:
        return answer(msgspec.json.encode(board.reports()))

    async def start(request: HttpRequest) -> HttpResponse:
        try:
            text = request.body.decode()
        except UnicodeDecodeError as error:
            raise RemoteProtocolError("a fault is written in UTF-8") from error
        return answer(msgspec.json.encode(await board.start(parse_fault(text))))

    async def clear(_: HttpRequest) -> HttpResponse:
        return answer(msgspec.json.encode(await board.clear()))

    return [
        HttpRoute("GET", _PATH, tell),
        HttpRoute("POST", _PATH, refusing(start)),
        HttpRoute("DELETE", _PATH, clear),
    ]
