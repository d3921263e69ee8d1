"""Somebody who does not exist, wearing glasses that do not exist either, with the truth known.

    wearer = Wearer(product="neon", seed=7)
    for record in wearer.records(clock.unix_ns()):
        ...  # frames, gaze, eye events and inertial data, in order of time, without end
    for truth in wearer.truths(clock.unix_ns()):
        ...  # what was true at the instant of each gaze datum

The same seed and the same start give the same records. The instants of video, sound, gaze and eye
events are ticks of 90 kHz; those of inertial data, which carry their own timestamps, are not.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from operator import attrgetter

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire.camera.source import GlassesInfo, Record, VideoShape, Wants
from gazewire.camera.truth import StreamTruth
from gazewire.model import Frame, GazeDatum
from gazewire.sim.attention import Attention, ObedientGaze
from gazewire.sim.eye_events import blink_events, completed, onset
from gazewire.sim.eye_video import EYE_VIDEO_HEIGHT, EYE_VIDEO_WIDTH, EyeVideo, WantedEyes
from gazewire.sim.eyes import EyeCourse, Eyes
from gazewire.sim.gaze_path import GazePath, Jump, Movement, Rest
from gazewire.sim.imu import IMU_RATE_HZ, Imu
from gazewire.sim.measurement import GazeMeasurement
from gazewire.sim.person import Person
from gazewire.sim.pinhole import Product, scene_camera
from gazewire.sim.scene import Scene
from gazewire.sim.sound import RoomSound
from gazewire.sim.ticks import TICKS_PER_S, tick_at_or_after, unix_ns_of_tick
from gazewire.sim.truth import EyeTruth, MovementName, WearerTruth

__all__ = ["Wearer"]

_FRAME_RATE_HZ = 30
_GAZE_RATE_HZ = 200
_TICKS_PER_FRAME = TICKS_PER_S // _FRAME_RATE_HZ
_TICKS_PER_GAZE = TICKS_PER_S // _GAZE_RATE_HZ
# For so many data it is asked at once where somebody wants the wearer to look. More would be
# quicker, but requests would have to come earlier.
_ASKED_AT_ONCE = 10


class Wearer:
    """A `Timeline` of a synthetic wearer who looks about in a furnished room.

    Invisible gives a scene camera and gaze points. Neon gives the state of both eyes and their lids
    with the gaze, and eye cameras, inertial data and eye events besides.

    Attributes:
        info: what the glasses have.
        scene: what the scene camera sees, for whoever wants to compare with the truth.
        person: whose eyes they are.
        eye_video: what the eye cameras see, and what is true of it; None where there are none.

    Args:
        product: whose glasses are imitated.
        seed: decides the room, the person and everything the person does; 0 or more.
        eye_rate_hz: frames a second of Neon's eye cameras, a divisor of the 200 of gaze: each frame
            comes with a gaze datum. Drawing eyes is most of a wearer's work, so a lower rate suits
            a small machine. None: no eye cameras.
        gaze_noise_deg: standard deviation of the error of published gaze points, across and down.
            Zero by default: what is published is where the person looks. Eye states have no error.
        paints_ahead: paint the room now, which takes a second, and not when the first picture of it
            is asked for.
    """

    def __init__(
        self,
        *,
        product: Product,
        seed: int,
        eye_rate_hz: int | None = _GAZE_RATE_HZ,
        gaze_noise_deg: float = 0.0,
        paints_ahead: bool = True,
    ) -> None:
        if eye_rate_hz is not None and (eye_rate_hz < 1 or _GAZE_RATE_HZ % eye_rate_hz):
            raise ValueError(
                f"the rate of eye frames divides {_GAZE_RATE_HZ}; {eye_rate_hz} does not"
            )
        camera = scene_camera(product)
        is_neon = product == "neon"
        self.scene = Scene(camera, seed)
        if paints_ahead:
            self.scene.paint()
        self.person = Person.from_seed(seed)
        self._sound = RoomSound(seed) if is_neon else None
        self.info = GlassesInfo(
            description=f"synthetic wearer, seed {seed}",
            scene=VideoShape(width=camera.width, height=camera.height, rate_hz=_FRAME_RATE_HZ),
            eyes=(
                VideoShape(width=EYE_VIDEO_WIDTH, height=EYE_VIDEO_HEIGHT, rate_hz=eye_rate_hz)
                if is_neon and eye_rate_hz is not None
                else None
            ),
            audio=None if self._sound is None else self._sound.shape,
            gaze_rate_hz=_GAZE_RATE_HZ,
            imu_rate_hz=IMU_RATE_HZ if is_neon else None,
            has_eye_events=is_neon,
        )
        self._path = GazePath(self.scene.landmarks, self.scene.head, seed, self.scene.ball)
        self._measurement = GazeMeasurement(
            px_per_deg=float(np.radians(camera.focal_px)), noise_deg=gaze_noise_deg, seed=seed
        )
        self._eyes = Eyes(self.person, seed) if is_neon else None
        self.eye_video = EyeVideo(self.person) if self.info.eyes is not None else None
        self._gaze_per_eye_frame = _GAZE_RATE_HZ // eye_rate_hz if eye_rate_hz is not None else 1
        self._imu = Imu(self.scene.head, seed) if is_neon else None

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        """Make all streams, in order of `timestamp_unix_ns`, without end.

        Every call begins anew. Where instants are equal a scene frame comes first, then eye events,
        then the eye frame and last the gaze datum, so that gaze follows the pictures and the
        movement it belongs to.

        Args:
            start_unix_ns: the wearer's time begins at the first tick at or after this instant: the
                first frame and the first datum of each stream are taken then.
            wants: frames that are not wanted are not drawn. Getting ready to draw eyes takes a
                second or two; what is wanted meanwhile is left out too.
        """
        zero = tick_at_or_after(start_unix_ns)
        with WantedEyes(self.eye_video, wants) as eyes:
            streams: list[Iterator[Record | _Exposure]] = [_exposures(zero)]
            if self._eyes is not None:
                streams.append(blink_events(self._eyes.blinks, zero))
            streams.append(self._gaze_and_events(zero, eyes))
            if self._imu is not None:
                streams.append(self._imu.samples(unix_ns_of_tick(zero)))
            if self._sound is not None:
                streams.append(self._sound.chunks(unix_ns_of_tick(zero)))
            for record in heapq.merge(*streams, key=attrgetter("timestamp_unix_ns")):
                if not isinstance(record, _Exposure):
                    yield record
                elif wants is None or wants("world", record.index):
                    yield self._scene_frame(record, zero)

    def truths(
        self,
        start_unix_ns: int,
        from_unix_ns: int | None = None,
        attention: Attention | None = None,
    ) -> Iterator[WearerTruth]:
        """Tell what is true at the instant of each gaze datum of `records`, without end.

        Args:
            start_unix_ns: as for `records`.
            from_unix_ns: movements that end before are passed over, which is several times as quick
                as to tell of them; None: all are told.
            attention: what the wearer is asked to look at; None: nobody asks for anything.
        """
        zero = tick_at_or_after(start_unix_ns)
        passed_tick = 0 if from_unix_ns is None else tick_at_or_after(from_unix_ns) - zero
        stretches = self._stretches(passed_tick)
        if attention is None:
            for stretch in stretches:
                yield from self._truths(stretch, zero)
            return
        obedient = ObedientGaze(attention, self.scene.head)
        for stretch in stretches:
            truths, ticks = self._truths(stretch, zero), iter(stretch.ticks.tolist())
            while batch := list(islice(truths, _ASKED_AT_ONCE)):
                yield from self._obeying(batch, list(islice(ticks, len(batch))), obedient)

    def _truths(self, stretch: _Stretch, zero: int) -> Iterator[WearerTruth]:
        """What is true at the instants of a stretch."""
        head_deg = np.degrees(self.scene.head.angles_rad(stretch.ticks / TICKS_PER_S)).tolist()
        landmark = None if isinstance(stretch.movement, Jump) else stretch.movement.landmark
        eyes = [_truths(course) for course in stretch.eyes or ()]
        for number, tick in enumerate(stretch.ticks.tolist()):
            x_px, y_px = stretch.gaze_px[number].tolist()
            yaw_deg, pitch_deg = head_deg[number]
            left, right = (eye[number] for eye in eyes) if eyes else (None, None)
            yield WearerTruth(
                timestamp_unix_ns=unix_ns_of_tick(zero + tick),
                movement=_name(stretch.movement),
                landmark=None if landmark is None else landmark.name,
                gaze_px=(x_px, y_px),
                head_yaw_deg=yaw_deg,
                head_pitch_deg=pitch_deg,
                left=left,
                right=right,
            )

    def _obeying(
        self, truths: list[WearerTruth], ticks: list[int], obedient: ObedientGaze
    ) -> list[WearerTruth]:
        """What is true of the wearer who looks where somebody asks to look."""
        own = self.scene.camera.unproject(np.array([truth.gaze_px for truth in truths]))
        looks = {
            number: look
            for number, (truth, tick) in enumerate(zip(truths, ticks, strict=True))
            if (look := obedient.look(truth.timestamp_unix_ns, tick, own[number])) is not None
        }
        if not looks:
            return truths
        tangents = np.array([look.tangents for look in looks.values()])
        t_s = np.array([ticks[number] for number in looks]) / TICKS_PER_S
        eyes = [] if self._eyes is None else self._eyes.at(t_s, tangents)
        pairs = list(zip(*map(_truths, eyes), strict=True)) or [(None, None)] * len(looks)
        places = self.scene.camera.project(tangents).tolist()
        for row, (number, look) in enumerate(looks.items()):
            x_px, y_px = places[row]
            left, right = pairs[row]
            truths[number] = msgspec.structs.replace(
                truths[number],
                movement="saccade" if look.is_jump else "fixation",
                landmark=look.name,
                gaze_px=(x_px, y_px),
                left=left,
                right=right,
            )
        return truths

    def stream_truths(self, start_unix_ns: int) -> Iterator[StreamTruth]:
        """Tell the same by streams, and what is true of the picture of each pupil, without end.

        Args:
            start_unix_ns: as for `records`.
        """
        for number, truth in enumerate(self.truths(start_unix_ns)):
            yield truth.of_gaze()
            index, is_between = divmod(number, self._gaze_per_eye_frame)
            if self.eye_video is not None and not is_between:
                yield from self.eye_video.stream_truths(truth, index)

    def _scene_frame(self, exposure: _Exposure, zero: int) -> Frame:
        pixels = self.scene.render(exposure.timestamp_unix_ns - unix_ns_of_tick(zero))
        return Frame(
            camera="world",
            index=exposure.index,
            timestamp_unix_ns=exposure.timestamp_unix_ns,
            width=self.scene.camera.width,
            height=self.scene.camera.height,
            pixel_format="yuv420p",
            data=pixels.data,
        )

    def _stretches(self, passed_tick: int = 0) -> Iterator[_Stretch]:
        """The instants of gaze data, a movement at a time, of those that end after a tick."""
        number = 0  # of the next gaze datum
        for movement in self._path.movements():
            if movement.end_tick <= passed_tick:
                number = -(-movement.end_tick // _TICKS_PER_GAZE)
                continue
            ticks = np.arange(number * _TICKS_PER_GAZE, movement.end_tick, _TICKS_PER_GAZE)
            t_s = ticks / TICKS_PER_S
            tangents = movement.tangents(t_s, self.scene.head)
            yield _Stretch(
                number,
                movement,
                ticks,
                self.scene.camera.project(tangents),
                None if self._eyes is None else self._eyes.at(t_s, tangents),
            )
            number += len(ticks)

    def _gaze_and_events(self, zero: int, eyes: WantedEyes) -> Iterator[Record]:
        """Gaze data, with the events of the movements they belong to and pictures of the eyes."""
        camera, head = self.scene.camera, self.scene.head
        for stretch in self._stretches():
            if self.info.has_eye_events:
                yield onset(stretch.movement, zero)
            data = self._gaze_data(stretch, zero)
            yield from data if self.eye_video is None else self._with_eyes(stretch, data, eyes)
            if self.info.has_eye_events:
                yield completed(stretch.movement, zero, camera, head)

    def _gaze_data(self, stretch: _Stretch, zero: int) -> list[GazeDatum]:
        instants = [unix_ns_of_tick(zero + tick) for tick in stretch.ticks.tolist()]
        estimates = self._measurement.estimate(stretch.gaze_px, stretch.number)
        points = estimates.both.tolist()
        if stretch.eyes is None:
            return [
                GazeDatum(timestamp_unix_ns=instant, x_px=x_px, y_px=y_px)
                for instant, (x_px, y_px) in zip(instants, points, strict=True)
            ]
        left, right = stretch.eyes
        monocular = zip(estimates.left.tolist(), estimates.right.tolist(), strict=True)
        states = zip(left.states(), right.states(), strict=True)
        lids = zip(left.eyelids(), right.eyelids(), strict=True)
        return [
            GazeDatum(
                timestamp_unix_ns=instant,
                x_px=x_px,
                y_px=y_px,
                left_px=(left_x, left_y),
                right_px=(right_x, right_y),
                eye_state_left=state_left,
                eye_state_right=state_right,
                eyelid_left=lid_left,
                eyelid_right=lid_right,
            )
            for (
                instant,
                (x_px, y_px),
                ((left_x, left_y), (right_x, right_y)),
                (state_left, state_right),
                (lid_left, lid_right),
            ) in zip(instants, points, monocular, states, lids, strict=True)
        ]

    def _with_eyes(
        self, stretch: _Stretch, data: list[GazeDatum], eyes: WantedEyes
    ) -> Iterator[Record]:
        """Put eye frames before the gaze data of their instants; each is drawn when asked for."""
        assert self.eye_video is not None
        assert stretch.eyes is not None
        left, right = (course.poses() for course in stretch.eyes)
        for number, datum in enumerate(data):
            index, is_between = divmod(stretch.number + number, self._gaze_per_eye_frame)
            if not is_between and eyes.draws(index):
                yield self.eye_video.frame(
                    left[number],
                    right[number],
                    index=index,
                    timestamp_unix_ns=datum.timestamp_unix_ns,
                )
            yield datum


@dataclass(frozen=True, slots=True)
class _Exposure:
    """A scene frame that can be drawn."""

    index: int
    timestamp_unix_ns: int


def _exposures(zero: int) -> Iterator[_Exposure]:
    for index in count():
        yield _Exposure(index, unix_ns_of_tick(zero + index * _TICKS_PER_FRAME))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The instants of the gaze data of one movement, none or more.

    Attributes:
        number: of the first of them, counted from the wearer's zero.
        movement: what the eyes do.
        ticks: (N,) instants, counted from the wearer's zero.
        gaze_px: (N, 2) true gaze points.
        eyes: the left and the right eye; None where the glasses do not look at them.
    """

    number: int
    movement: Movement
    ticks: NDArray[np.int64]
    gaze_px: NDArray[np.float64]
    eyes: tuple[EyeCourse, EyeCourse] | None


def _name(movement: Movement) -> MovementName:
    match movement:
        case Rest():
            return "fixation"
        case Jump():
            return "saccade"
        case _:
            return "pursuit"


def _truths(course: EyeCourse) -> list[EyeTruth]:
    rows = zip(course.visual_axes.tolist(), course.poses(), strict=True)
    return [
        EyeTruth(
            visual_axis=(x, y, z),
            optical_axis=pose.optical_axis,
            pupil_diameter_mm=pose.pupil_diameter_mm,
            lid_opening=pose.lid_opening,
        )
        for (x, y, z), pose in rows
    ]
