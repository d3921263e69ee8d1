from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from gazewire.device.ports import enter_on_port
from gazewire.errors import AddressInUseError


class Machine:
    """Knows which ports are taken; a server is its own port."""

    def __init__(self, *taken: int) -> None:
        self.taken = set(taken)

    @asynccontextmanager
    async def server(self, port: int):
        if port in self.taken:
            raise AddressInUseError("127.0.0.1", port, "test")
        self.taken.add(port)
        yield port
        self.taken.remove(port)


async def test_a_port_asked_for_is_that_port_or_nothing() -> None:
    machine = Machine(8080)
    async with AsyncExitStack() as stack:
        assert await enter_on_port(stack, machine.server, 8081, 8080) == 8081
        with pytest.raises(AddressInUseError, match="8080"):
            await enter_on_port(stack, machine.server, 8080, 8080)


async def test_a_taken_default_gives_way_to_the_next_free_port() -> None:
    machine = Machine(8080, 8081)
    async with AsyncExitStack() as stack:
        assert await enter_on_port(stack, machine.server, None, 8080) == 8082


async def test_leaving_frees_the_port() -> None:
    machine = Machine()
    async with AsyncExitStack() as stack:
        await enter_on_port(stack, machine.server, None, 8080)
    assert machine.taken == set()


async def test_many_devices_leave_no_port() -> None:
    machine = Machine(*range(8080, 9000))
    async with AsyncExitStack() as stack:
        with pytest.raises(AddressInUseError):
            await enter_on_port(stack, machine.server, None, 8080)
