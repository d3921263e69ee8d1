"""Asking a Core program for its time, as close to the wire as can be.

On a thread that waits for nothing else: an event loop reads its clock when it comes round to it,
which is later than the answer was there, and by as much the offset would be wrong.
"""

from __future__ import annotations

from gazewire.client.core.clock_offset import ClockRound, CoreClockOffset
from gazewire.net.bus_security import BusKeys
from gazewire.net.remote import BlockingRemoteClient
from gazewire.time import Clock
from gazewire.wire.remote import AskTime

__all__ = ["measure_offset"]


def measure_offset(
    url: str, *, keys: BusKeys | None, timeout_s: float, rounds: int, clock: Clock
) -> CoreClockOffset:
    """Ask for the time some times, and one time more to connect. Blocks; any thread may call it.

    Args:
        url: of Pupil Remote.
        keys: where the program wants them.
        timeout_s: how long each question may take.
        rounds: at least one.
        clock: ours.

    Raises:
        ConnectionLostError: a question is not answered in time.
        RemoteProtocolError: an answer is no time.
    """
    with BlockingRemoteClient(url, keys=keys, timeout_s=timeout_s) as remote:
        remote.request(AskTime())
        return CoreClockOffset.from_rounds([_round(remote, clock) for _ in range(rounds)])


def _round(remote: BlockingRemoteClient, clock: Clock) -> ClockRound:
    sent_unix_ns = clock.unix_ns()
    reply = remote.request(AskTime())
    return ClockRound.from_reply(sent_unix_ns, reply, clock.unix_ns())
