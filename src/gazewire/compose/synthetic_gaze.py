"""Where the synthetic wearer looks, fixates and blinks: the truth, in the place of measurement."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from gazewire.compose.synthetic_eye import life_from, synthetic_wearer
from gazewire.model import (
    BlinkResponse,
    DatumReference,
    DispersionFixation,
    EyeId,
    GazeRay,
    MappedGaze,
    Point2,
    PupilDatum,
    Vector3,
)
from gazewire.service import MappingMode
from gazewire.sim import EyeTruth, Wearer, WearerTruth
from gazewire.sim.binocular import gaze_points_mm

__all__ = ["TruthfulGaze", "TruthfulMovement", "WearerMemory"]

_NS_PER_MS = 1_000_000
# The truth is known on this grid of Unix time.
_TRUTH_INTERVAL_NS = 5 * _NS_PER_MS
# How long the truth is remembered: pupils come some milliseconds late, on a busy machine more.
_REMEMBERED = 400
# From so far behind it is quicker to begin anew; it takes a while all the same.
_FAR_NS = 5_000 * _NS_PER_MS
# How long one eye waits for the other.
_PATIENCE_NS = 50 * _NS_PER_MS
# Eyes of one instant are as near as this, though a busy machine leaves out some of their images.
_FURTHEST_NS = 30 * _NS_PER_MS
_MIN_CONFIDENCE = 0.6

_MIN_FIXATION_NS = 300 * _NS_PER_MS
_FIXATION_TOLD_NS = 33 * _NS_PER_MS
_LONGEST_GAP_NS = 100 * _NS_PER_MS

_BLINK_WINDOW_NS = 200 * _NS_PER_MS
# Lids that move faster than this, as a share of their way in a second, blink.
_BLINK_SPEED_HZ = 2.0
_STRONGEST_SPEED_HZ = 10.0


class WearerMemory:
    """What was true of a wearer at the instants of late. Used on one event loop.

    To make the wearer and to come to the present take a second, and go on beside; the wearer is not
    known until then.

    Args:
        seed: who the wearer is.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
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
            begin_ns = timestamp_unix_ns - _PATIENCE_NS
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
        life = life_from(synthetic_wearer(self._seed), unix_ns)
        return itertools.chain([next(life)], life)


class TruthfulGaze:
    """Tells where the wearer looks, once pupils show it: a `gazewire.service.GazeMapper`.

    The eyes of one instant are paired; who waits for the other in vain is told alone, 50 ms later,
    and at once where the other eye does not run.

    Args:
        memory: of the wearer.
        mode: which pupils, and so which gaze.
    """

    def __init__(self, memory: WearerMemory, mode: MappingMode) -> None:
        self.mode = mode
        self._memory = memory
        self._waiting: dict[EyeId, deque[PupilDatum]] = {0: deque(), 1: deque()}

    def map(self, pupil: PupilDatum, running: frozenset[EyeId]) -> Sequence[MappedGaze]:
        """Gaze of both eyes where both are well seen, else of each."""
        truth = self._memory.at(pupil.timestamp_unix_ns)
        if truth is None:
            return ()
        other: EyeId = 0 if pupil.eye_id else 1
        if other not in running:
            return self._told([pupil])
        known: list[MappedGaze] = []
        for waiting in self._waiting.values():
            while waiting and waiting[0].timestamp_unix_ns < pupil.timestamp_unix_ns - _PATIENCE_NS:
                known += self._told([waiting.popleft()])
        partner = self._partner(pupil, self._waiting[other], known)
        if partner is None:
            self._waiting[pupil.eye_id].append(pupil)
            return known
        pair = sorted([pupil, partner], key=lambda datum: datum.eye_id)
        if all(datum.confidence >= _MIN_CONFIDENCE for datum in pair):
            return known + self._told(pair)
        return known + self._told(pair[:1]) + self._told(pair[1:])

    def _partner(
        self, pupil: PupilDatum, partners: deque[PupilDatum], known: list[MappedGaze]
    ) -> PupilDatum | None:
        """Take out the nearest in time, and tell those before it alone."""

        def distance(index: int) -> int:
            return abs(partners[index].timestamp_unix_ns - pupil.timestamp_unix_ns)

        nearest = min(range(len(partners)), key=distance, default=None)
        if nearest is None or distance(nearest) > _FURTHEST_NS:
            return None
        for _ in range(nearest):
            known += self._told([partners.popleft()])
        return partners.popleft()

    def _told(self, base: list[PupilDatum]) -> list[MappedGaze]:
        truth = self._memory.at(base[0].timestamp_unix_ns)
        if truth is None:
            return []
        camera = self._memory.wearer.scene.camera
        x_px, y_px = truth.gaze_px
        norm_pos: Point2 = x_px / camera.width, 1.0 - y_px / camera.height
        confidence = sum(datum.confidence for datum in base) / len(base)
        instant = sum(datum.timestamp_unix_ns for datum in base) // len(base)
        if self.mode == "2d":
            return [
                MappedGaze(
                    timestamp_unix_ns=instant,
                    confidence=confidence,
                    base=tuple(base),
                    norm_pos=norm_pos,
                )
            ]
        tangents = camera.unproject(np.array([truth.gaze_px]))
        return [
            MappedGaze(
                timestamp_unix_ns=instant,
                confidence=confidence,
                base=tuple(base),
                norm_pos=norm_pos,
                rays=tuple(self._ray(datum.eye_id, truth) for datum in base),
                point_mm=_triple(gaze_points_mm(tangents)[0].tolist()),
            )
        ]

    def _ray(self, eye_id: EyeId, truth: WearerTruth) -> GazeRay:
        person = self._memory.wearer.person
        eye = person.left if eye_id else person.right
        axis = _eye(eye_id, truth).visual_axis
        return GazeRay(eye_id=eye_id, center_mm=eye.ball.center_mm, normal=axis)


class TruthfulMovement:
    """Tells when the wearer fixates and blinks: a detector of fixations and of blinks.

    Args:
        memory: of the wearer.
    """

    def __init__(self, memory: WearerMemory) -> None:
        self._memory = memory
        self._next_id = 0
        self._gaze: list[tuple[MappedGaze, DatumReference]] = []
        self._directions: list[Vector3] = []
        self._least_cosine = 1.0
        self._told_ns = 0
        self._window: deque[PupilDatum] = deque()
        self._openings: dict[EyeId, tuple[int, float]] = {}

    def fixations(self, gaze: MappedGaze, topic: str) -> Sequence[DispersionFixation]:
        """Tell a fixation that has lasted for 300 ms, some 30 times a second while it goes on."""
        truth = self._memory.at(gaze.base[0].timestamp_unix_ns)
        if truth is None or gaze.confidence < _MIN_CONFIDENCE:
            return ()
        last_ns = self._gaze[-1][0].timestamp_unix_ns if self._gaze else gaze.timestamp_unix_ns
        since_ns = gaze.timestamp_unix_ns - last_ns
        if truth.movement != "fixation" or not 0 <= since_ns <= _LONGEST_GAP_NS:
            self._forget()
        if truth.movement != "fixation":
            return ()
        self._extend(gaze, topic, truth)
        start_ns = self._gaze[0][0].timestamp_unix_ns
        duration_ns = gaze.timestamp_unix_ns - start_ns
        is_due = gaze.timestamp_unix_ns - self._told_ns >= _FIXATION_TOLD_NS
        if duration_ns < _MIN_FIXATION_NS or not is_due:
            return ()
        self._told_ns = gaze.timestamp_unix_ns
        data = [datum for datum, _ in self._gaze]
        places = np.array([datum.norm_pos for datum in data], np.float64)
        x, y = places.mean(axis=0).tolist()
        points = [datum.point_mm for datum in data if datum.point_mm is not None]
        middle = np.mean(points, axis=0).tolist() if len(points) == len(data) else None
        return [
            DispersionFixation(
                id=self._next_id,
                start_unix_ns=start_ns,
                duration_ns=duration_ns,
                norm_pos=(x, y),
                dispersion_deg=float(np.degrees(np.arccos(min(1.0, self._least_cosine)))),
                confidence=sum(datum.confidence for datum in data) / len(data),
                base=tuple(reference for _, reference in self._gaze),
                point_mm=None if middle is None else _triple(middle),
            )
        ]

    def blinks(self, pupil: PupilDatum) -> Sequence[BlinkResponse]:
        """Tell for every pupil while the lids move fast, closing first and then opening."""
        truth = self._memory.at(pupil.timestamp_unix_ns)
        if truth is None:
            return ()
        self._window.append(pupil)
        while self._window[0].timestamp_unix_ns < pupil.timestamp_unix_ns - _BLINK_WINDOW_NS:
            self._window.popleft()
        opening = _eye(pupil.eye_id, truth).lid_opening
        before_ns, before = self._openings.get(pupil.eye_id, (pupil.timestamp_unix_ns, opening))
        self._openings[pupil.eye_id] = pupil.timestamp_unix_ns, opening
        elapsed_ns = pupil.timestamp_unix_ns - before_ns
        if elapsed_ns <= 0:
            return ()
        speed_hz = (opening - before) / (elapsed_ns / 1e9)
        if abs(speed_hz) < _BLINK_SPEED_HZ:
            return ()
        return [
            BlinkResponse(
                kind="onset" if speed_hz < 0 else "offset",
                timestamp_unix_ns=self._window[len(self._window) // 2].timestamp_unix_ns,
                confidence=min(1.0, abs(speed_hz) / _STRONGEST_SPEED_HZ),
                base=tuple(self._window),
            )
        ]

    def _extend(self, gaze: MappedGaze, topic: str, truth: WearerTruth) -> None:
        reference = DatumReference(topic=topic, timestamp_unix_ns=gaze.timestamp_unix_ns)
        self._gaze.append((gaze, reference))
        camera = self._memory.wearer.scene.camera
        direction = gaze_points_mm(camera.unproject(np.array([truth.gaze_px])))[0]
        direction /= np.linalg.norm(direction)
        if self._directions:
            cosines = np.array(self._directions) @ direction
            self._least_cosine = min(self._least_cosine, float(cosines.min()))
        self._directions.append(_triple(direction.tolist()))

    def _forget(self) -> None:
        if self._told_ns:
            self._next_id += 1
        self._gaze.clear()
        self._directions.clear()
        self._least_cosine, self._told_ns = 1.0, 0


def _eye(eye_id: EyeId, truth: WearerTruth) -> EyeTruth:
    eye = truth.left if eye_id else truth.right
    assert eye is not None, "this wearer has eyes"
    return eye


def _triple(values: list[float]) -> Vector3:
    x, y, z = values
    return x, y, z
