"""Pairing by the rule of the official client, for whoever must have the same pairs.

It takes the first item *after* a frame, or else the newest before it, and throws away what it
passed over. That is not the nearest (`gazewire.flow.Aligner` finds that one), and one item never
belongs to two frames.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from gazewire.flow.playback import Timed

__all__ = ["OfficialMatch", "OfficialMatcher"]

F = TypeVar("F", bound=Timed)
G = TypeVar("G", bound=Timed)
E = TypeVar("E", bound=Timed)
A = TypeVar("A", bound=Timed)
T = TypeVar("T", bound=Timed)

_CACHED = 200
# Sound this far from a frame still belongs to it. Milliseconds were surely meant, but seconds they
# are.
_AUDIO_TOLERANCE_NS = 34_000_000_000


@dataclass(frozen=True, slots=True)
class OfficialMatch(Generic[F, G, E, A]):
    """A scene frame and what the official rule gives it.

    Attributes:
        scene: the frame.
        gaze: None where no gaze was cached; then there is no pair of frame and gaze.
        eyes: None where there is no gaze, or no eyes frame was cached; then there is no triple.
        audio: in order; where it is empty there is no pair of frame and sound.
    """

    scene: F
    gaze: G | None
    eyes: E | None
    audio: tuple[A, ...]


class OfficialMatcher(Generic[F, G, E, A]):
    """Pairs scene frames with gaze, eyes and sound as the official client 1.9.0 does.

    Items count in the order in which they come; nothing is sorted and nothing is waited for.
    """

    def __init__(self) -> None:
        self._gaze: deque[G] = deque(maxlen=_CACHED)
        self._eyes: deque[E] = deque(maxlen=_CACHED)
        self._audio: deque[A] = deque(maxlen=_CACHED)

    def restart(self) -> None:
        """Forget all that is cached; the official client does so when any stream (re)starts."""
        self._gaze.clear()
        self._eyes.clear()
        self._audio.clear()

    def receive_gaze(self, datum: G) -> None:
        """Cache a gaze datum; of more than 200 the oldest goes."""
        self._gaze.append(datum)

    def receive_eyes(self, frame: E) -> None:
        """Cache an eyes frame; of more than 200 the oldest goes."""
        self._eyes.append(frame)

    def receive_audio(self, sound: A) -> None:
        """Cache a piece of sound; of more than 200 the oldest goes."""
        self._audio.append(sound)

    def receive_scene(self, frame: F) -> OfficialMatch[F, G, E, A]:
        """Take a scene frame and pair it with what is cached, at once."""
        at_ns = frame.timestamp_unix_ns
        gaze = _pick(self._gaze, at_ns)
        eyes = None if gaze is None else _pick(self._eyes, at_ns)
        return OfficialMatch(frame, gaze, eyes, _pick_around(self._audio, at_ns))


def _pick(cache: deque[T], at_ns: int) -> T | None:
    """Pop until one is later; give that one, or else the last."""
    picked = None
    while cache:
        picked = cache.popleft()
        if picked.timestamp_unix_ns > at_ns:
            break
    return picked


def _pick_around(cache: deque[T], at_ns: int) -> tuple[T, ...]:
    """Pop all up to the end of the tolerance; give those within it."""
    picked = []
    while cache and cache[0].timestamp_unix_ns <= at_ns + _AUDIO_TOLERANCE_NS:
        item = cache.popleft()
        if item.timestamp_unix_ns >= at_ns - _AUDIO_TOLERANCE_NS:
            picked.append(item)
    return tuple(picked)
