"""What was true of the synthetic wearer at the instants of late, for whoever judges by it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

from gazewire.compose.synthetic_eye import life_from, synthetic_wearer
from gazewire.sim import Attention, Wearer, WearerTruth

__all__ = ["WearerMemory"]

_NS_PER_MS = 1_000_000
# The truth is known on this grid of Unix time.
_TRUTH_INTERVAL_NS = 5 * _NS_PER_MS
# How long the truth is remembered: gaze comes some milliseconds late, on a busy machine more.
_REMEMBERED = 400
# From so far behind it is quicker to begin anew; it takes a while all the same.
_FAR_NS = 5_000 * _NS_PER_MS
# So much is known of what was before.
_BEFORE_NS = 50 * _NS_PER_MS


class WearerMemory:
    """What was true of a wearer at the instants of late. Used on one event loop.

    To make the wearer and to come to the present take a second, and go on beside; the wearer is not
    known until then.

    Args:
        seed: who the wearer is.
        attention: what the wearer is asked to look at; None: nobody asks for anything.
    """

    def __init__(self, seed: int, attention: Attention | None = None) -> None:
        self._seed = seed
        self._attention = attention
        self._life: Iterator[WearerTruth] | None = None
        self._known: dict[int, WearerTruth] = {}
        self._latest_ns = 0
        self._coming: asyncio.Future[Iterator[WearerTruth]] | None = None

    @property
    def wearer(self) -> Wearer:
        """Who it is; asked for when something has been true of the wearer already."""
        return synthetic_wearer(self._seed)

    def at(self, timestamp_unix_ns: int) -> WearerTruth | None:
        """What was true at the instant of an exposure; None where it is not known."""
        if self._coming is not None:
            if not self._coming.done():
                return None
            self._life, self._coming = self._coming.result(), None
            self._known.clear()
            self._latest_ns = 0
        is_far = abs(timestamp_unix_ns - self._latest_ns) > _FAR_NS
        if self._life is None or (self._latest_ns and is_far):
            loop = asyncio.get_running_loop()
            begin_ns = timestamp_unix_ns - _BEFORE_NS
            self._coming = loop.run_in_executor(None, self._come_to, begin_ns)
            return None
        while self._latest_ns < timestamp_unix_ns:
            truth = next(self._life)
            self._latest_ns = truth.timestamp_unix_ns
            self._known[truth.timestamp_unix_ns] = truth
            if len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
        return self._known.get(timestamp_unix_ns)

    def near(self, unix_ns: int) -> WearerTruth | None:
        """What was true within 2.5 ms of an instant; None where it is not known."""
        return self.at(round(unix_ns / _TRUTH_INTERVAL_NS) * _TRUTH_INTERVAL_NS)

    def _come_to(self, unix_ns: int) -> Iterator[WearerTruth]:
        life = life_from(synthetic_wearer(self._seed), unix_ns, self._attention)
        return itertools.chain([next(life)], life)
