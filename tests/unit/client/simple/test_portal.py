from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gazewire.client.simple._portal import Portal, PortalEndedError
from gazewire.errors import LocalProtocolError

LIMIT_S = 10


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def wait_for_ever(begun: threading.Event) -> None:
    begun.set()
    await asyncio.Event().wait()


def is_running() -> bool:
    return any(thread.name == "gazewire client" for thread in threading.enumerate())


def test_coroutines_are_run_and_their_results_and_errors_come_back() -> None:
    portal = Portal.enter()
    assert portal.call(double, 21) == 42
    with pytest.raises(TypeError):
        portal.call(double, None)
    portal.leave()


def test_all_share_one_thread_that_ends_with_the_last() -> None:
    first, second = Portal.enter(), Portal.enter()
    assert first is second
    first.leave()
    assert is_running()
    second.leave()
    assert not is_running()
    third = Portal.enter()
    assert third is not first
    third.leave()


def test_leaving_once_more_takes_nothing_from_others() -> None:
    first = Portal.enter()
    first.leave()
    second = Portal.enter()
    first.leave()
    assert second.call(double, 1) == 2
    second.leave()


def test_what_is_under_way_at_the_end_is_called_off() -> None:
    portal = Portal.enter()
    begun = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(portal.call, wait_for_ever, begun)
        assert begun.wait(LIMIT_S)
        portal.leave()
        with pytest.raises(PortalEndedError):
            waiting.result(LIMIT_S)


def test_after_the_end_nothing_is_taken() -> None:
    portal = Portal.enter()
    portal.leave()
    with pytest.raises(PortalEndedError):
        portal.call(double, 1)
    with pytest.raises(PortalEndedError):
        portal.post(print)


def test_many_calls_at_the_end_all_come_back() -> None:
    def ask(portal: Portal) -> BaseException:
        try:
            while True:
                portal.call(double, 1)
        except PortalEndedError as error:
            return error

    for _ in range(20):
        portal = Portal.enter()
        with ThreadPoolExecutor(4) as threads:
            asking = [threads.submit(ask, portal) for _ in range(4)]
            assert portal.call(double, 1) == 2
            portal.leave()
            assert all(each.result(LIMIT_S) for each in asking)


def test_the_portals_own_thread_cannot_wait_for_itself() -> None:
    portal = Portal.enter()

    async def call_from_inside() -> None:
        assert portal.is_here
        with pytest.raises(LocalProtocolError):
            portal.call(double, 1)

    portal.call(call_from_inside)
    assert not portal.is_here
    portal.leave()


def test_leaving_from_inside_does_not_wait() -> None:
    portal = Portal.enter()
    (thread,) = (each for each in threading.enumerate() if each.name == "gazewire client")
    portal.post(portal.leave)
    thread.join(LIMIT_S)
    assert not thread.is_alive()


def test_threads_that_look_up_names_end_too() -> None:
    portal = Portal.enter()

    async def look_up() -> None:
        await asyncio.get_running_loop().getaddrinfo("localhost", 80)

    before = set(threading.enumerate())
    portal.call(look_up)
    portal.leave()
    assert set(threading.enumerate()) < before
