import time

from gazewire.client._engine.machine_clock import MachineClock


def test_it_tells_what_a_user_would_read() -> None:
    clock = MachineClock()
    before = time.time_ns(), time.monotonic_ns()
    told = clock.unix_ns(), clock.mono_ns()
    after = time.time_ns(), time.monotonic_ns()
    assert before[0] <= told[0] <= after[0]
    assert before[1] <= told[1] <= after[1]
