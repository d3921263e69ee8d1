"""What the synthetic wearer's glasses give that nobody need measure: scene, sound, head motion."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import dropwhile
from operator import attrgetter

import msgspec

from gazewire.camera import GlassesInfo, Record, Wants
from gazewire.compose.synthetic_eye import LIFE_NS, synthetic_wearer
from gazewire.model import Frame
from gazewire.sim import Attention, Exhibit, Wearer
from gazewire.sim.imu import Imu
from gazewire.sim.sound import RoomSound
from gazewire.sim.ticks import TICKS_PER_S, tick_at_or_after, unix_ns_of_tick

__all__ = ["Surroundings"]

_SCENE_RATE_HZ = 30


class Surroundings:
    """A `gazewire.camera.Timeline` of all that is around the wearer's eyes.

    It shows the wearer whom `gazewire.compose.synthetic_eye.SyntheticEye` shows with the same seed,
    at the same instants, in whichever process that is.

    Args:
        seed: who the wearer is.
        attention: what the wearer is asked to look at, which is seen; None: nothing is.
    """

    def __init__(self, seed: int, attention: Attention | None = None) -> None:
        self._seed = seed
        self._attention = attention or Attention()
        self._wearer = synthetic_wearer(seed)
        self.info: GlassesInfo = msgspec.structs.replace(
            self._wearer.info, eyes=None, gaze_rate_hz=None, has_eye_events=False
        )

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        """Make pictures, sound and inertial data from an instant on, without end."""
        self._wearer.scene.paint()
        index = 0
        while True:
            life_ns = start_unix_ns - start_unix_ns % LIFE_NS
            end_ns = life_ns + LIFE_NS
            zero_ns = unix_ns_of_tick(tick_at_or_after(life_ns))
            streams: list[Iterator[Record | _View]] = [
                _views(life_ns, start_unix_ns, index),
                _between(Imu(self._wearer.scene.head, self._seed).samples(zero_ns), start_unix_ns),
                _between(RoomSound(self._seed).chunks(zero_ns), start_unix_ns),
            ]
            together = heapq.merge(*streams, key=attrgetter("timestamp_unix_ns"))
            for record in together:
                if record.timestamp_unix_ns >= end_ns:
                    break
                if not isinstance(record, _View):
                    yield record
                    continue
                index = record.index + 1
                if wants is None or wants("world", record.index):
                    shown = self._attention.shown(record.timestamp_unix_ns)
                    yield record.frame(self._wearer, shown)
            start_unix_ns = end_ns


class _View:
    """A picture of the scene that can be drawn."""

    __slots__ = ("index", "life_ns", "timestamp_unix_ns")

    def __init__(self, index: int, timestamp_unix_ns: int, life_ns: int) -> None:
        self.index = index
        self.timestamp_unix_ns = timestamp_unix_ns
        self.life_ns = life_ns

    def frame(self, wearer: Wearer, exhibit: Exhibit | None) -> Frame:
        camera = wearer.scene.camera
        return Frame(
            camera="world",
            index=self.index,
            timestamp_unix_ns=self.timestamp_unix_ns,
            width=camera.width,
            height=camera.height,
            pixel_format="yuv420p",
            data=wearer.scene.render(self.life_ns, exhibit).data,
        )


def _views(life_ns: int, start_unix_ns: int, index: int) -> Iterator[_View]:
    zero, ticks = tick_at_or_after(life_ns), TICKS_PER_S // _SCENE_RATE_HZ
    first = max(0, -(-(tick_at_or_after(start_unix_ns) - zero) // ticks))
    for number in range(first, _SCENE_RATE_HZ * LIFE_NS // 1_000_000_000):
        instant_ns = unix_ns_of_tick(zero + number * ticks)
        yield _View(index, instant_ns, instant_ns - unix_ns_of_tick(zero))
        index += 1


def _between(records: Iterator[Record], start_unix_ns: int) -> Iterator[Record]:
    return dropwhile(lambda record: record.timestamp_unix_ns < start_unix_ns, records)
