"""How long clients take, from the exposure of an image to the answer that names it."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

import msgspec

__all__ = ["Answers", "ClientFigures"]

# Ten seconds at 60 images a second; who answers later than that is not in real time.
_FRAMES_REMEMBERED = 600
_ANSWERS_REMEMBERED = 500
_MOST_CLIENTS = 64
_NS_PER_MS = 1_000_000


class ClientFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a client that answers.

    Attributes:
        name: as it calls itself.
        answers: how many of its answers name an image that is remembered.
        latency_ms: of the last one, from exposure to the arrival of the answer.
        latency_p50_ms: of the last 500.
        latency_p99_ms: of the last 500.
    """

    name: str
    answers: int
    latency_ms: float
    latency_p50_ms: float
    latency_p99_ms: float


class _Client:
    def __init__(self) -> None:
        self.answers = 0
        self.latencies_ns: deque[int] = deque(maxlen=_ANSWERS_REMEMBERED)


class Answers:
    """Latencies of the clients of a camera. Any thread may use it."""

    def __init__(self) -> None:
        self._exposed: OrderedDict[int, int] = OrderedDict()
        self._clients: OrderedDict[str, _Client] = OrderedDict()
        self._lock = threading.Lock()

    def sent(self, index: int, exposure_unix_ns: int) -> None:
        """An image has gone out."""
        with self._lock:
            self._exposed[index] = exposure_unix_ns
            if len(self._exposed) > _FRAMES_REMEMBERED:
                self._exposed.popitem(last=False)

    def answered(self, client: str, index: int, now_unix_ns: int) -> None:
        """A client has answered an image; one that was not sent, or long ago, does not count."""
        with self._lock:
            exposure_ns = self._exposed.get(index)
            if exposure_ns is None:
                return
            known = self._clients.setdefault(client, _Client())
            self._clients.move_to_end(client)
            known.answers += 1
            known.latencies_ns.append(now_unix_ns - exposure_ns)
            if len(self._clients) > _MOST_CLIENTS:
                self._clients.popitem(last=False)

    def figures(self) -> list[ClientFigures]:
        """Tell what is known of each client."""
        with self._lock:
            return [_figures(name, client) for name, client in self._clients.items()]


def _figures(name: str, client: _Client) -> ClientFigures:
    ordered = sorted(client.latencies_ns)
    at = [ordered[min(len(ordered) - 1, int(part * len(ordered)))] for part in (0.5, 0.99)]
    return ClientFigures(
        name=name,
        answers=client.answers,
        latency_ms=client.latencies_ns[-1] / _NS_PER_MS,
        latency_p50_ms=at[0] / _NS_PER_MS,
        latency_p99_ms=at[1] / _NS_PER_MS,
    )
