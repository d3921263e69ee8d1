"""Somebody who does not exist, wearing glasses that do not exist either, with the truth known.

    wearer = Wearer(product="neon", seed=7)
    for record in wearer.records(clock.unix_ns()):
        ...  # frames, gaze and eye events, in order of time, without end

The same seed and the same start give the same records. All instants are ticks of 90 kHz.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from gazewire.camera.source import GlassesInfo, Record, VideoShape
from gazewire.model import Fixation, Frame, GazeDatum, Onset, Saccade
from gazewire.sim.gaze_path import GazePath, Movement, Rest
from gazewire.sim.pinhole import Product, scene_camera
from gazewire.sim.scene import Scene
from gazewire.sim.ticks import TICKS_PER_S, tick_at_or_after, unix_ns_of_tick

__all__ = ["Wearer"]

_FRAME_RATE_HZ = 30
_GAZE_RATE_HZ = 200
_TICKS_PER_FRAME = TICKS_PER_S // _FRAME_RATE_HZ
_TICKS_PER_GAZE = TICKS_PER_S // _GAZE_RATE_HZ
# How finely a movement is sampled to find its velocities, mean and path: 1 kHz.
_TICKS_PER_STEP = TICKS_PER_S // 1000


class Wearer:
    """A `Timeline` of a synthetic wearer who looks about in a furnished room.

    Attributes:
        info: what the glasses have.
        scene: what the scene camera sees, for whoever wants to compare with the truth.

    Args:
        product: whose scene camera is imitated.
        seed: decides the room and everything the wearer does; 0 or more.
    """

    def __init__(self, *, product: Product, seed: int) -> None:
        camera = scene_camera(product)
        self.scene = Scene(camera, seed)
        self.info = GlassesInfo(
            description=f"synthetic wearer, seed {seed}",
            scene=VideoShape(width=camera.width, height=camera.height, rate_hz=_FRAME_RATE_HZ),
            gaze_rate_hz=_GAZE_RATE_HZ,
            has_eye_events=True,
        )
        self._path = GazePath(self.scene.landmarks, self.scene.head, seed)

    def records(self, start_unix_ns: int) -> Iterator[Record]:
        """Make frames, gaze and eye events, in order of `timestamp_unix_ns`, without end.

        Every call begins anew. Where instants are equal a frame comes before an eye event and this
        before a gaze datum, so that gaze follows the picture and the movement it belongs to.

        Args:
            start_unix_ns: the wearer's time begins at the first tick at or after this instant: the
                first frame and the first gaze datum are taken then.
        """
        zero = tick_at_or_after(start_unix_ns)
        streams: list[Iterator[Record]] = [self._frames(zero), self._gaze_and_events(zero)]
        return heapq.merge(*streams, key=attrgetter("timestamp_unix_ns"))

    def _frames(self, zero: int) -> Iterator[Record]:
        camera, tick, index = self.scene.camera, zero, 0
        while True:
            timestamp_unix_ns = unix_ns_of_tick(tick)
            pixels = self.scene.render(timestamp_unix_ns - unix_ns_of_tick(zero))
            yield Frame(
                camera="world",
                index=index,
                timestamp_unix_ns=timestamp_unix_ns,
                width=camera.width,
                height=camera.height,
                pixel_format="yuv420p",
                data=pixels.data,
            )
            tick, index = tick + _TICKS_PER_FRAME, index + 1

    def _gaze_and_events(self, zero: int) -> Iterator[Record]:
        sampled = 0  # the tick of the next gaze datum, counted from zero
        for movement in self._path.movements():
            yield Onset(
                kind="fixation" if isinstance(movement, Rest) else "saccade",
                start_unix_ns=unix_ns_of_tick(zero + movement.start_tick),
            )
            ticks = np.arange(sampled, movement.end_tick, _TICKS_PER_GAZE)
            gaze_px = self._gaze_px(movement, ticks)
            for tick, (x_px, y_px) in zip(ticks.tolist(), gaze_px.tolist(), strict=True):
                timestamp_unix_ns = unix_ns_of_tick(zero + tick)
                yield GazeDatum(timestamp_unix_ns=timestamp_unix_ns, x_px=x_px, y_px=y_px)
            sampled += len(ticks) * _TICKS_PER_GAZE
            yield self._completed(movement, zero)

    def _gaze_px(self, movement: Movement, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
        tangents = movement.tangents(ticks / TICKS_PER_S, self.scene.head)
        return self.scene.camera.project(tangents)

    def _completed(self, movement: Movement, zero: int) -> Fixation | Saccade:
        """What the wire tells of a movement: all of it of the gaze point in the picture.

        Amplitude is between start and end, so that of a fixation is how far it was carried by the
        head and by drift. Velocities are along the path: its length by its duration, and the
        greatest over one millisecond.
        """
        steps = np.arange(movement.start_tick, movement.end_tick, _TICKS_PER_STEP)
        ticks = np.append(steps, movement.end_tick)
        gaze_px = self._gaze_px(movement, ticks)
        lengths_px = np.hypot(*np.diff(gaze_px, axis=0).T)
        times_s = np.diff(ticks) / TICKS_PER_S
        start_px, end_px = gaze_px[0], gaze_px[-1]
        kind = Fixation if isinstance(movement, Rest) else Saccade
        return kind(
            start_unix_ns=unix_ns_of_tick(zero + movement.start_tick),
            end_unix_ns=unix_ns_of_tick(zero + movement.end_tick),
            start_gaze_px=(float(start_px[0]), float(start_px[1])),
            end_gaze_px=(float(end_px[0]), float(end_px[1])),
            mean_gaze_px=(float(gaze_px[:, 0].mean()), float(gaze_px[:, 1].mean())),
            amplitude_px=float(np.hypot(*(end_px - start_px))),
            amplitude_deg=self.scene.camera.angle_deg(start_px, end_px),
            mean_velocity_px_s=float(lengths_px.sum() / times_s.sum()),
            max_velocity_px_s=float((lengths_px / times_s).max()),
        )
