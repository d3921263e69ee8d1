"""The boxes and points that are shown on the images of a camera, until nobody renews them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from gazewire.wire.camera import Box, Point

__all__ = ["Overlay"]

_NS_PER_S = 1_000_000_000


class Overlay:
    """What is shown now. Any thread may use it.

    Args:
        ttl_s: for how long what does not say it itself is shown.
    """

    def __init__(self, ttl_s: float) -> None:
        self._ttl_s = ttl_s
        self._shown: list[tuple[int, Box | Point]] = []
        self._lock = threading.Lock()

    def show(self, shapes: Sequence[Box | Point], now_mono_ns: int) -> None:
        """Show these in place of those before."""
        ends = [
            now_mono_ns + round((self._ttl_s if shape.ttl_s is None else shape.ttl_s) * _NS_PER_S)
            for shape in shapes
        ]
        with self._lock:
            self._shown = list(zip(ends, shapes, strict=True))

    def shown(self, now_mono_ns: int) -> list[Box | Point]:
        """Tell what is still to be seen."""
        with self._lock:
            self._shown = [(end, shape) for end, shape in self._shown if now_mono_ns < end]
            return [shape for _, shape in self._shown]
