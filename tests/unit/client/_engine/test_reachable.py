import asyncio

import pytest

from gazewire.client._engine.reachable import first_reachable


@pytest.fixture
async def port():
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_the_first_that_answers_is_taken(port: int) -> None:
    # Nothing listens at the first and the second; the last is another way to the third.
    addresses = ["::1", "127.0.0.2", "127.0.0.1", "localhost"]
    assert await first_reachable(addresses, port, timeout_s=5) == "127.0.0.1"


async def test_none_is_found_where_nothing_listens(port: int) -> None:
    assert await first_reachable(["::1", "127.0.0.2"], port, timeout_s=5) is None


async def test_what_is_no_host_name_is_passed_over(port: int) -> None:
    addresses = [f"{'x' * 70}.local", "127.0.0.1"]
    assert await first_reachable(addresses, port, timeout_s=5) == "127.0.0.1"


async def test_the_search_has_a_time_limit(port: int) -> None:
    # The second has no start before the limit is reached.
    assert await first_reachable(["::1", "127.0.0.1"], port, timeout_s=0.01) is None
