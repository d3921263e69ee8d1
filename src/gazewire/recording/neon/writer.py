"""A native recording of Neon, or of Pupil Invisible, written as the records come.

::

    folder = RecordingFolder.create(root, recording_id=recording_id, start_unix_ns=now_unix_ns)
    writer = NeonRecordingWriter(
        folder,
        recording_id=recording_id,
        start_unix_ns=now_unix_ns,
        device=RecordingDevice(device_name="lab 2", device_id="d55a33b5ab845785",
                               module_serial="841684"),
        glasses=source.info,
        scene_parameter_sets=encoder.parameter_sets,
    )
    writer.write(gaze_datum)
    writer.finish(end_unix_ns)

Only whole rows ever stand in the files and nothing waits in a buffer of ours, so that a program
that is killed leaves a recording that lacks its last half second of video, its end event, its
duration and its manifest, and nothing else.
"""

from __future__ import annotations

import contextlib
import logging
import math
import zlib
from collections.abc import Callable, Iterator
from typing import assert_never

import msgspec
import numpy as np

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.errors import RecordingError
from gazewire.media import H264Encoder
from gazewire.model import (
    AccessUnit,
    AudioChunk,
    Blink,
    Event,
    Eyelid,
    EyeState,
    Fixation,
    Frame,
    GazeDatum,
    ImuDatum,
    Onset,
    Saccade,
)
from gazewire.recording.aligned_sound import AlignedSound
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.neon.events import EventLog
from gazewire.recording.neon.info import (
    ANONYMOUS,
    NO_QUESTIONS,
    RecordingDevice,
    Wearer,
    recording_info,
)
from gazewire.recording.neon.layout import (
    BLINK,
    BLINKS,
    CALIBRATION_FILE,
    EYE_STATE,
    EYES_VIDEO,
    FIXATION,
    FIXATIONS,
    GAZE,
    GAZE_LEFT,
    GAZE_RIGHT,
    IMU,
    INFO_FILE,
    INVISIBLE_EXTIMU,
    INVISIBLE_SCENE_VIDEO,
    MANIFEST_CRC_FILE,
    MANIFEST_FILE,
    NOT_WORN,
    RECORDING_BEGIN,
    RECORDING_END,
    SACCADE,
    SCENE_VIDEO,
    TEMPLATE_FILE,
    WEARER_FILE,
    WORN,
    WORN_VALUE,
    StreamLayout,
    dtype_text,
)
from gazewire.recording.neon.manifest import crc_text, manifest_entry
from gazewire.recording.neon.series import Series
from gazewire.recording.neon.video import VideoTrack
from gazewire.recording.writer import EyesUnit, Recordable
from gazewire.wire.template import Template, TemplateData

__all__ = ["NeonRecordingWriter"]

_LOG = logging.getLogger(__name__)

# Without its `.dtype` file, readers guess the columns of a stream, and for some they guess wrongly.
_DESCRIBED = (GAZE, WORN, EYE_STATE, IMU, FIXATIONS, BLINKS)

_MID_GRAY = 128


class NeonRecordingWriter:
    """Writes one recording into a folder made for it.

    Within a stream, instants rise; a record whose instant does not is left out, counted and warned
    of once. Records outside the recording's time are written all the same: users may mark what was
    before. A recording in which no scene picture came gets a gray scene of two pictures, at its
    begin and its end, because the vendor's player opens none without.
    """

    def __init__(
        self,
        folder: RecordingFolder,
        *,
        recording_id: str,
        start_unix_ns: int,
        device: RecordingDevice,
        glasses: GlassesInfo,
        scene_parameter_sets: tuple[bytes, bytes] | None = None,
        eyes_parameter_sets: tuple[bytes, bytes] | None = None,
        is_invisible: bool = False,
        wearer: Wearer = ANONYMOUS,
        template: Template = NO_QUESTIONS,
        answers: Callable[[], TemplateData] = dict,
    ) -> None:
        """Write what is known when a recording begins; from then on the folder can be read.

        Args:
            folder: made for this recording; `discard` removes it.
            recording_id: UUID.
            start_unix_ns: the instant at which it begins.
            device: what records.
            glasses: what is recorded: size of the scene, calibration, streams.
            scene_parameter_sets: sequence and picture parameter set of the scene's H.264 stream;
                None where there is no scene camera.
            eyes_parameter_sets: the same of both eyes side by side.
            is_invisible: in the layout of Pupil Invisible, which knows no state of the eyes, no eye
                events and no orientation, and has a video for each eye, which is not written.
            wearer: whom.
            template: the questions asked with the recording.
            answers: asked, in the thread that writes or in that of checkpoints, each time that the
                answers are written: at the begin, at each checkpoint and at the end.

        Raises:
            RecordingError: the files cannot be made.
        """
        self._folder = folder
        self._start_unix_ns = start_unix_ns
        self._info = recording_info(
            device,
            wearer,
            template,
            recording_id=recording_id,
            start_unix_ns=start_unix_ns,
            gaze_rate_hz=glasses.gaze_rate_hz,
            is_invisible=is_invisible,
        )
        self._is_invisible = is_invisible
        self._gaze = Series(folder, GAZE)
        self._eye_state = Series(folder, EYE_STATE)
        self._imu_layout = INVISIBLE_EXTIMU if is_invisible else IMU
        self._imu = Series(folder, self._imu_layout)
        self._fixations = Series(folder, FIXATIONS)
        self._blinks = Series(folder, BLINKS)
        self._scene_layout = INVISIBLE_SCENE_VIDEO if is_invisible else SCENE_VIDEO
        self._scene: VideoTrack | None = None
        self._eyes: VideoTrack | None = None
        self._sound: AlignedSound | None = None
        if glasses.scene is not None and scene_parameter_sets is not None:
            self._scene = VideoTrack(
                folder, self._scene_layout, glasses.scene, scene_parameter_sets, glasses.audio
            )
            if glasses.audio is not None:
                audio = glasses.audio
                self._sound = AlignedSound(audio.sample_rate_hz, audio.channels)
        if glasses.eyes is not None and eyes_parameter_sets is not None and not is_invisible:
            self._eyes = VideoTrack(folder, EYES_VIDEO, glasses.eyes, eyes_parameter_sets)
        self._answers = answers
        self._warned: set[str] = set()
        with self._folder.disk_errors():
            self._events = EventLog(folder)
            try:
                self._begin(wearer, template, glasses)
            except BaseException:
                self._close()
                raise

    @property
    def dropped(self) -> dict[str, int]:
        """How many records of each stream were left out so far, as their instants did not rise."""
        return {name: part.dropped for name, part in self._parts().items()}

    def write(self, record: Recordable) -> None:
        """Write a record; an `Onset` has no place in this layout and is left out.

        Nor have eye events in that of Pupil Invisible.

        Raises:
            RecordingError: it could not be written; what was written before is whole.
        """
        with self._folder.disk_errors():
            match record:
                case GazeDatum():
                    self._write_gaze(record)
                case ImuDatum():
                    self._note("imu", self._write_imu(record))
                case AccessUnit():
                    self._note("scene", self._scene is None or self._scene.append(record))
                case EyesUnit():
                    self._note("eyes", self._eyes is None or self._eyes.append(record.unit))
                case AudioChunk():
                    self._write_sound(record)
                case Fixation() | Saccade() | Blink() if self._is_invisible:
                    pass
                case Fixation() | Saccade():
                    self._note("fixations", self._write_movement(record))
                case Blink():
                    self._note("blinks", self._write_blink(record))
                case Event():
                    name = record.name or ""
                    self._note("events", self._events.append(name, record.timestamp_unix_ns))
                case Onset():
                    pass
                case _:
                    assert_never(record)

    def checkpoint(self, now_unix_ns: int) -> None:
        """Make sure that what was written survives a power cut, and say how long it is so far.

        Args:
            now_unix_ns: how far the recording has come.

        Raises:
            RecordingError: the disk failed.
        """
        with self._folder.disk_errors():
            for part in self._parts().values():
                part.sync()
            self._write_info(self._not_before(now_unix_ns) - self._start_unix_ns)
            self._folder.sync()

    def finish(self, end_unix_ns: int) -> None:
        """Complete the recording and let go of its files, also after a write has failed.

        Each step is tried, whatever became of those before it.

        Args:
            end_unix_ns: the instant at which it ends.

        Raises:
            RecordingError: something could not be written; all that could be is there.
        """
        self._folder.complete(self._last_steps(self._not_before(end_unix_ns)))

    def _not_before(self, end_unix_ns: int) -> int:
        # Where a clock was set back meanwhile, the recording would end before it began.
        if end_unix_ns >= self._start_unix_ns:
            return end_unix_ns
        samples = (self._gaze, self._eye_state, self._imu)
        return max(self._start_unix_ns, *(series.newest_unix_ns for series in samples))

    def discard(self) -> None:
        """Remove the recording, finished or not, and nothing that it did not write.

        Raises:
            RecordingError: a file could not be removed.
        """
        self._close()
        with self._folder.disk_errors():
            self._folder.remove()

    def _begin(self, wearer: Wearer, template: Template, glasses: GlassesInfo) -> None:
        self._write_info(0)
        self._events.append(RECORDING_BEGIN, self._start_unix_ns)
        self._folder.write_file(WEARER_FILE, msgspec.json.encode(wearer))
        self._folder.write_file(TEMPLATE_FILE, msgspec.json.encode(template))
        if glasses.calibration is not None:
            self._folder.write_file(CALIBRATION_FILE, glasses.calibration)
        for layout in () if self._is_invisible else _DESCRIBED:
            self._folder.write_file(layout.dtype_file, dtype_text(layout.row).encode())
        if glasses.has_eye_events and not self._is_invisible:
            # An empty file says that there was none; a missing one that nobody looked.
            self._fixations.open()
            self._blinks.open()
        self._folder.sync()

    def _last_steps(self, end_unix_ns: int) -> Iterator[Callable[[], object]]:
        for video in (self._scene, self._eyes):
            if video is not None:
                yield video.sync
                yield video.close
        yield lambda: self._complete_scene(end_unix_ns)
        yield lambda: self._events.append(RECORDING_END, end_unix_ns)
        for part in self._parts().values():
            yield part.sync
            yield part.close
        yield lambda: self._write_info(end_unix_ns - self._start_unix_ns)
        yield self._write_manifest
        yield self._folder.sync

    def _close(self) -> None:
        for part in self._parts().values():
            # What cannot be completed is about to go.
            with contextlib.suppress(RecordingError, OSError):
                part.close()

    def _parts(self) -> dict[str, Series | EventLog | VideoTrack]:
        parts: dict[str, Series | EventLog | VideoTrack] = {
            "gaze": self._gaze,
            "eye_state": self._eye_state,
            "imu": self._imu,
            "fixations": self._fixations,
            "blinks": self._blinks,
            "events": self._events,
        }
        videos = {"scene": self._scene, "eyes": self._eyes}
        return parts | {name: video for name, video in videos.items() if video is not None}

    def _write_gaze(self, datum: GazeDatum) -> None:
        instant = datum.timestamp_unix_ns
        rows = {
            GAZE: _row(GAZE, datum.x_px, datum.y_px),
            WORN: _row(WORN, WORN_VALUE if datum.worn else NOT_WORN),
        }
        if datum.left_px is not None:
            rows[GAZE_LEFT] = _row(GAZE_LEFT, *datum.left_px)
        if datum.right_px is not None:
            rows[GAZE_RIGHT] = _row(GAZE_RIGHT, *datum.right_px)
        self._note("gaze", self._gaze.append(instant, rows))
        if self._is_invisible:
            return
        left, right = datum.eye_state_left, datum.eye_state_right
        if left is not None and right is not None:
            row = _row(
                EYE_STATE,
                *_eye_columns(left),
                *_eye_columns(right),
                *_lid_columns(datum.eyelid_left),
                *_lid_columns(datum.eyelid_right),
            )
            self._note("eye_state", self._eye_state.append(instant, {EYE_STATE: row}))

    def _write_imu(self, datum: ImuDatum) -> bool:
        instant = datum.timestamp_unix_ns
        layout = self._imu_layout
        measured = (*datum.gyro_deg_s, *datum.accel_g)
        if self._is_invisible:
            row = _row(layout, *measured)
        else:
            row = _row(layout, instant, *measured, *datum.quaternion_wxyz)
        return self._imu.append(instant, {layout: row})

    def _write_sound(self, chunk: AudioChunk) -> None:
        first_ns = None if self._scene is None else self._scene.first_unix_ns
        if self._scene is not None and self._sound is not None and first_ns is not None:
            for unit in self._sound.encode(chunk, first_ns):
                self._scene.append_sound(unit)

    def _write_movement(self, movement: Fixation | Saccade) -> bool:
        row = _row(
            FIXATIONS,
            FIXATION if isinstance(movement, Fixation) else SACCADE,
            movement.start_unix_ns,
            movement.end_unix_ns,
            *movement.start_gaze_px,
            *movement.end_gaze_px,
            *movement.mean_gaze_px,
            movement.amplitude_px,
            movement.amplitude_deg,
            movement.mean_velocity_px_s,
            movement.max_velocity_px_s,
        )
        return self._fixations.append(movement.start_unix_ns, {FIXATIONS: row})

    def _write_blink(self, blink: Blink) -> bool:
        row = _row(BLINKS, BLINK, blink.start_unix_ns, blink.end_unix_ns)
        return self._blinks.append(blink.start_unix_ns, {BLINKS: row})

    def _complete_scene(self, end_unix_ns: int) -> None:
        if self._scene is not None and self._scene.frames:
            return
        layout = self._scene_layout
        width, height, rate_hz = layout.width, layout.height, layout.rate_hz
        shape = VideoShape(width=width, height=height, rate_hz=rate_hz)
        encoder = H264Encoder(width=width, height=height, rate_hz=rate_hz)
        self._scene = VideoTrack(self._folder, layout, shape, encoder.parameter_sets)
        for index, instant in enumerate((self._start_unix_ns, end_unix_ns)):
            picture = Frame(
                camera="world",
                index=index,
                timestamp_unix_ns=instant,
                width=width,
                height=height,
                pixel_format="gray",
                data=bytes([_MID_GRAY]) * (width * height),
            )
            self._scene.append(encoder.encode(picture, force_keyframe=True))

    def _write_info(self, duration_ns: int) -> None:
        answered = msgspec.structs.replace(self._info.template_data, data=self._answers())
        info = msgspec.structs.replace(
            self._info, duration=max(0, duration_ns), template_data=answered
        )
        self._folder.write_file(INFO_FILE, msgspec.json.encode(info))

    def _write_manifest(self) -> None:
        paths = (self._folder.path / name for name in self._folder.names)
        # On a full disk, a file may have got no further than its name.
        entries = [manifest_entry(path) for path in paths if path.exists()]
        manifest = msgspec.json.encode(entries)
        self._folder.write_file(MANIFEST_FILE, manifest)
        self._folder.write_file(MANIFEST_CRC_FILE, crc_text(zlib.crc32(manifest)).encode())

    def _note(self, stream: str, was_written: bool) -> None:
        if not was_written and stream not in self._warned:
            self._warned.add(stream)
            _LOG.warning(
                "recording %s: the instants of %s do not rise; what comes late is left out",
                self._info.recording_id,
                stream,
            )


def _row(layout: StreamLayout, *columns: float) -> bytes:
    return np.array(columns, layout.row).tobytes()


def _eye_columns(eye: EyeState) -> tuple[float, ...]:
    return (eye.pupil_diameter_mm, *eye.eyeball_center_mm, *eye.optical_axis)


def _lid_columns(lid: Eyelid | None) -> tuple[float, ...]:
    if lid is None:
        return (math.nan,) * 3
    return (lid.angle_top_rad, lid.angle_bottom_rad, lid.aperture_mm)
