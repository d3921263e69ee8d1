"""One peer: how its messages are numbered, and for how long its silence is borne."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from gazewire.wire.zre.endpoint import Endpoint
from gazewire.wire.zre.events import PeerCard

__all__ = ["EVASIVE_NS", "EXPIRED_NS", "Peer"]

EVASIVE_NS = 10_000_000_000
"""Silence after which a peer is asked whether it is there."""

EXPIRED_NS = 30_000_000_000
"""Silence after which it is not."""

# The protocol counts modulo 65 536, the incumbent modulo 65 535.
_LAST_OF_INCUMBENT = 65_534
_LAST = 65_535


class Peer:
    """What a node knows of another, from the moment at which it opens a link to it.

    Args:
        endpoint: where the link goes.
        now_ns: any clock that does not run backwards.
        uuid: None where only the endpoint was told to us.

    Attributes:
        uuid: None until it is known.
        endpoint: where the link goes.
        card: who it says it is; None until it has said HELLO, and until then nothing else that it
            says counts.
        groups: that it is in, in the order of joining.
        pinged: it has been asked whether it is there, and was silent since.
    """

    def __init__(self, endpoint: Endpoint, now_ns: int, uuid: UUID | None = None) -> None:
        self.uuid = uuid
        self.endpoint = endpoint
        self.card: PeerCard | None = None
        self.groups: dict[str, None] = {}
        self.pinged = False
        self._heard_ns = now_ns
        self._greeted_ns = now_ns
        self._sent = 0
        self._received = 0
        self._last_of_ours = _LAST_OF_INCUMBENT

    def greeted(self, card: PeerCard, groups: Iterable[str], now_ns: int) -> None:
        """Take over what it has said in its HELLO."""
        self.card = card
        self.groups = dict.fromkeys(groups)
        self._greeted_ns = now_ns
        self.heard(now_ns)

    def was_greeted_within(self, span_ns: int, now_ns: int) -> bool:
        """Its HELLO came no longer ago than that."""
        return now_ns - self._greeted_ns < span_ns

    def heard(self, now_ns: int) -> None:
        """Note a sign of life.

        A peer that beacons but does not answer our HELLO has perhaps never got it; so beacons do
        not keep it, and it is met again when its time is over.
        """
        if self.card is not None:
            self._heard_ns = now_ns
            self.pinged = False

    @property
    def evasive_at_ns(self) -> int:
        """When it should be asked whether it is there."""
        return self._heard_ns + EVASIVE_NS

    @property
    def expired_at_ns(self) -> int:
        """When it is given up."""
        return self._heard_ns + EXPIRED_NS

    @property
    def next_timer_ns(self) -> int:
        """When something is to be done about it, unless it is heard of before."""
        awaits_ping = self.card is not None and not self.pinged
        return self.evasive_at_ns if awaits_ping else self.expired_at_ns

    def next_sequence(self) -> int:
        """The number of the next message to it, from 1 on.

        At the turn we do as the incumbent, which skips 65 535, until the peer has shown that it
        does not. One of the two kinds would take the other's turn for a loss.
        """
        self._sent = 0 if self._sent >= self._last_of_ours else self._sent + 1
        return self._sent

    def takes(self, sequence: int) -> bool:
        """Count a message from it; False where it is not the next one, and some were lost."""
        expected = {self._received + 1} if self._received < _LAST else {0}
        if self._received == _LAST_OF_INCUMBENT:
            expected.add(0)
        if sequence not in expected:
            return False
        if sequence == _LAST:
            self._last_of_ours = _LAST
        self._received = sequence
        return True
