"""Reads native recordings of Neon and of Pupil Invisible.

    recording = NeonRecording(Path("2025-10-17_17-53-08"))
    for datum in recording.gaze.data():
        print(datum.timestamp_unix_ns, datum.x_px, datum.y_px)

Streams that were not recorded are empty. Files are read when a stream is asked for, and no stream
needs another one, so that a damaged one takes no other with it.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import msgspec

from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.model import Event
from gazewire.recording.eye_pairs import pair_eyes
from gazewire.recording.neon import layout
from gazewire.recording.neon.archive import open_neon
from gazewire.recording.neon.recorded_eye_events import RecordedEyeEvents
from gazewire.recording.neon.recorded_gaze import RecordedGaze
from gazewire.recording.neon.recorded_imu import RecordedImu
from gazewire.recording.neon.recorded_info import RecordedInfo, means_lack_offset
from gazewire.recording.neon.recorded_sound import RecordedSound
from gazewire.recording.neon.recorded_video import RecordedVideo
from gazewire.recording.neon.samples import find_parts, read_array
from gazewire.recording.playable import PlayedVideo

__all__ = ["NeonRecording"]

_INFO_DECODER = msgspec.json.Decoder(RecordedInfo)


class NeonRecording:
    """A native recording, opened for reading.

    Attributes:
        folder: where it lies.
        info: what ``info.json`` says; all fields are at their defaults where there is none.
    """

    def __init__(self, folder: Path) -> None:
        """Look at what is there; no stream is read yet.

        Args:
            folder: the recording.

        Raises:
            UnreadableSourceError: there is no such folder.
            UndecodableSourceError: it is no recording, or its ``info.json`` is broken.
        """
        if not folder.is_dir():
            raise UnreadableSourceError(
                str(folder), f"there is no recording folder {folder}; check the path"
            )
        self.folder = folder
        path = folder / layout.INFO_FILE
        if path.exists():
            self.info = _read_info(path)
        elif find_parts(folder, layout.GAZE.base, ".raw"):
            self.info = RecordedInfo()
        else:
            raise UndecodableSourceError(
                str(folder),
                f"{folder} is not a recording: it has neither {layout.INFO_FILE} nor "
                f"{layout.GAZE.raw_file(1)!r}; name the folder that the phone exported",
            )

    @property
    def is_invisible(self) -> bool:
        """It comes from Pupil Invisible, else from Neon."""
        return (self.info.data_format_version or "").startswith("1.")

    @property
    def serial(self) -> str | None:
        """Serial number of the module or the glasses."""
        return self.info.module_serial_number or self.info.glasses_serial_number

    @property
    def calibration(self) -> bytes | None:
        """``calibration.bin`` as it is: 803 bytes for Neon, 213 for Pupil Invisible."""
        content = read_array(self.folder / layout.CALIBRATION_FILE, layout.OCTET).tobytes()
        return content or None

    @cached_property
    def gaze(self) -> RecordedGaze:
        """Gaze, with the state of the eyes."""
        return RecordedGaze(self.folder)

    @cached_property
    def imu(self) -> RecordedImu:
        """Inertial samples."""
        return RecordedImu(self.folder, is_invisible=self.is_invisible)

    @cached_property
    def eye_events(self) -> RecordedEyeEvents:
        """Fixations, saccades and blinks."""
        offset = self.info.gaze_offset if means_lack_offset(self.info.app_version) else (0.0, 0.0)
        return RecordedEyeEvents(self.folder, mean_offset_px=offset)

    @cached_property
    def scene(self) -> RecordedVideo | None:
        """The scene camera's video; None where there is no picture of it."""
        if self.is_invisible:
            return self._video(layout.INVISIBLE_SCENE_VIDEO, "world")
        return self._video(layout.SCENE_VIDEO, "world")

    @cached_property
    def eyes(self) -> PlayedVideo | None:
        """The video of both eyes side by side; None where there is no picture of it.

        Pupil Invisible has a video for each eye, which are not in step; they are paired.
        """
        if self.is_invisible:
            return pair_eyes(open_neon(self.folder).videos)
        return self._video(layout.EYES_VIDEO, "eyes")

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What users marked, in order of time, ``recording.begin`` and ``recording.end`` too.

        Raises:
            SourceError: a file cannot be read, or the names are not UTF-8.
        """
        path = self.folder / layout.EVENT_NAMES_FILE
        content = read_array(path, layout.OCTET).tobytes()
        try:
            names = content.decode().splitlines()
        except UnicodeDecodeError as error:
            raise UndecodableSourceError(str(path), f"{path} is not UTF-8: {error}") from error
        times = read_array(self.folder / layout.EVENT_TIMES_FILE, layout.TIME).tolist()
        # Cut to the shorter of the two, as a kill between their writes leaves them.
        events = (
            Event(name=name, timestamp_unix_ns=time_ns, recording_id=self.info.recording_id)
            for name, time_ns in zip(names, times, strict=False)
        )
        return tuple(sorted(events, key=lambda event: event.timestamp_unix_ns))

    def sound(self, begin_unix_ns: int) -> RecordedSound | None:
        """What was recorded with the scene, from an instant on; None where nothing was."""
        scene = layout.INVISIBLE_SCENE_VIDEO if self.is_invisible else layout.SCENE_VIDEO
        return RecordedSound.look_into(self.folder, scene, begin_unix_ns)

    def _video(self, video: layout.VideoLayout, camera: str) -> RecordedVideo | None:
        if not find_parts(self.folder, video.base, ".mp4"):
            return None
        try:
            return RecordedVideo(self.folder, video, camera=camera)
        except UndecodableSourceError:
            # A program that was killed in the first half second leaves containers like this.
            return None


def _read_info(path: Path) -> RecordedInfo:
    try:
        return _INFO_DECODER.decode(path.read_bytes())
    except OSError as error:
        raise UnreadableSourceError(
            str(path), f"{path} cannot be read ({error.strerror}); check its permissions"
        ) from error
    except msgspec.DecodeError as error:
        raise UndecodableSourceError(
            str(path), f"{path} does not describe a recording: {error}"
        ) from error
