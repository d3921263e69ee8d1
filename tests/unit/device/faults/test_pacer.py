import asyncio

from gazewire.device.faults.pacer import Pacer


async def test_what_need_not_wait_is_done_at_once() -> None:
    done: list[int] = []
    Pacer().put(0, lambda: done.append(1))
    assert done == [1]


async def test_nothing_overtakes_what_was_put_in_before(bench) -> None:
    pacer, done = Pacer(), []
    for number, delay_s in enumerate((0.01, 0, 0.005, 0.02, 0)):
        pacer.put(delay_s, lambda number=number: done.append(number))
    assert done == []
    assert len(pacer) == 5
    await bench.until(lambda: not pacer)
    assert done == [0, 1, 2, 3, 4]


async def test_something_waits_as_long_as_told(bench) -> None:
    loop, pacer, done_s = asyncio.get_running_loop(), Pacer(), []
    begin_s = loop.time()
    pacer.put(0.02, lambda: done_s.append(loop.time()))
    await bench.until(lambda: not pacer)
    assert done_s[0] - begin_s >= 0.02 - 0.001  # the resolution of the loop's clock


async def test_flushing_does_all_and_dropping_does_nothing(bench) -> None:
    pacer, done = Pacer(), []
    pacer.put(60, lambda: done.append("flushed"))
    pacer.flush()
    pacer.put(60, lambda: done.append("dropped"))
    pacer.drop()
    assert done == ["flushed"]
    assert not pacer
    pacer.put(0.001, lambda: done.append("again"))
    await bench.until(lambda: not pacer)
    assert done == ["flushed", "again"]
