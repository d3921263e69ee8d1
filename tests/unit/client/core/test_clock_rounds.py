from __future__ import annotations

import asyncio

import pytest
from loopback.core_program import CoreProgram

from gazewire.client.core.clock_rounds import measure_offset
from gazewire.errors import ConnectionLostError
from gazewire.time import SystemClock


async def test_the_zero_of_core_time_is_found(program: CoreProgram) -> None:
    program.timebase.set_now(1234.5, program.clock.unix_ns())
    offset = await asyncio.to_thread(
        measure_offset, program.url, keys=None, timeout_s=5, rounds=5, clock=program.clock
    )
    assert offset.rounds == 5
    error_ns = offset.zero_unix_ns - program.timebase.zero_unix_ns
    # Core seconds resolve half a nanosecond here.
    assert abs(error_ns) <= offset.uncertainty_ns + 1
    assert offset.uncertainty_ns <= offset.smallest_roundtrip_ns


def test_nobody_is_not_waited_for_beyond_the_limit() -> None:
    with pytest.raises(ConnectionLostError, match=r"not answered in 0\.05 s"):
        measure_offset(
            "tcp://127.0.0.1:1", keys=None, timeout_s=0.05, rounds=5, clock=SystemClock()
        )
