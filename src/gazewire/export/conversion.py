"""A recording in another layout, with all that the other layout has a place for."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import structs

from gazewire.camera import AudioShape, GlassesInfo, SoundPlayer, VideoShape
from gazewire.errors import RecordingError
from gazewire.media import CodedFile, H264Encoder
from gazewire.model import AccessUnit, AudioChunk
from gazewire.recording import (
    EyesUnit,
    Recordable,
    Recording,
    RecordingFolder,
    VideoSeries,
    open_playable,
    open_recording,
)
from gazewire.recording.core import CoreRecordingWriter
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice, Wearer
from gazewire.recording.playable import Playable, PlayedVideo

__all__ = ["Conversion", "convert_recording"]

Target = Literal["neon", "core"]
_NAMES = {"neon": "Neon", "core": "Core"}
_AnyWriter = NeonRecordingWriter | CoreRecordingWriter
_T = TypeVar("_T")

# Pictures that have to be coded anew: what that costs must not be seen.
_QUANTISER = 16
_CHECKPOINT_RECORDS = 2000
# What Neon writes by itself.
_OWN_EVENTS = frozenset({"recording.begin", "recording.end"})
# What a Core recording may hold, and Neon has no place for.
_CORE_ONLY = {
    "pupil.pldata": "pupils in the pictures of the eyes, and confidence",
    "surfaces.pldata": "surfaces",
    "notify.pldata": "notifications and calibrations",
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of a recording.

    Attributes:
        folder: the new recording.
        left_out: what the new layout has no place for, in words.
    """

    folder: Path
    left_out: tuple[str, ...]


def convert_recording(
    folder: Path,
    to: Target,
    out: Path,
    progress: Callable[[float], None] = lambda _: None,
) -> Conversion:
    """Write a recording in another layout, at the same instants.

    The scene's pictures are taken as they are where they are coded as H.264, else coded anew; those
    of the eyes are always coded anew, as one layout has them side by side and the other apart.

    Args:
        folder: the recording.
        to: in which layout.
        out: a folder that does not exist yet.
        progress: told how much is done, 0 to 1.

    Raises:
        SourceError: it is no recording, or broken.
        RecordingError: the new one cannot be written.
    """
    played = open_playable(folder)
    with open_recording(folder) as recording:
        if recording.facts.layout == to:
            raise RecordingError(f"{folder} is in the layout of {_NAMES[to]} already")
        return _Converter(played, recording, progress).convert(to, out)


class _Passed:
    """The pictures of a video, coded as they are."""

    def __init__(self, parts: Sequence[tuple[CodedFile, Sequence[int]]]) -> None:
        self._parts = parts
        first, _ = parts[0]
        self.parameter_sets = first.parameter_sets

    def units(self) -> Iterator[AccessUnit]:
        for coded, times in self._parts:
            for instant_ns, unit in zip(times, coded.units(), strict=False):
                yield structs.replace(unit, timestamp_unix_ns=instant_ns)


class _Encoded:
    """The pictures of a video, coded anew."""

    def __init__(self, video: PlayedVideo) -> None:
        self._video = video
        self._encoder = H264Encoder(
            width=video.width, height=video.height, rate_hz=video.rate_hz, quantiser=_QUANTISER
        )
        self.parameter_sets = self._encoder.parameter_sets

    def units(self) -> Iterator[AccessUnit]:
        for frame in self._video.frames():
            yield self._encoder.encode(frame)


def _coded_scene(world: VideoSeries | None, scene: PlayedVideo | None) -> _Passed | _Encoded | None:
    if world is None or scene is None:
        return None
    parts = []
    for part in world.parts:
        coded = CodedFile.look_into(part.path)
        size = (scene.width, scene.height)
        if coded is None or (coded.width, coded.height) != size:
            return _Encoded(scene)
        parts.append((coded, part.times_unix_ns.tolist()))
    if len({coded.parameter_sets for coded, _ in parts}) != 1:
        return _Encoded(scene)
    return _Passed(parts)


def _shape(video: PlayedVideo) -> VideoShape:
    return VideoShape(width=video.width, height=video.height, rate_hz=video.rate_hz)


def _instant(record: AccessUnit | AudioChunk) -> int:
    return record.timestamp_unix_ns


class _Converter:
    def __init__(
        self, played: Playable, recording: Recording, progress: Callable[[float], None]
    ) -> None:
        self._played = played
        self._recording = recording
        self._progress = progress
        self._scene = _coded_scene(recording.videos.get("world"), played.scene)
        self._eyes = None if played.eyes is None else _Encoded(played.eyes)
        self._streams = (played.gaze, played.imu, played.eye_events)
        self._total = max(
            1,
            sum(len(stream.times_unix_ns) for stream in self._streams)
            + (0 if played.scene is None else len(played.scene.times_unix_ns))
            + (0 if played.eyes is None else len(played.eyes.times_unix_ns)),
        )
        self._done = 0

    def convert(self, to: Target, out: Path) -> Conversion:
        begin_ns, end_ns = self._span()
        try:
            folder = RecordingFolder(out)
        except OSError as error:
            raise RecordingError(f"cannot make {out}: {error.strerror or error}") from error
        writer = self._writer(to, folder, begin_ns)
        try:
            for record in self._records(begin_ns):
                writer.write(record)
        except BaseException:
            writer.discard()
            raise
        writer.finish(end_ns)
        self._progress(1.0)
        return Conversion(out, tuple(self._left_out(writer)))

    def _span(self) -> tuple[int, int]:
        videos = [v for v in (self._played.scene, self._played.eyes) if v is not None]
        told = [s.times_unix_ns for s in self._streams] + [v.times_unix_ns for v in videos]
        times = [part for part in told if len(part)]
        first = min((int(part.min()) for part in times), default=0)
        last = max((int(part.max()) for part in times), default=0)
        facts = self._recording.facts
        begin_ns = first if facts.start_unix_ns is None else facts.start_unix_ns
        return begin_ns, max(last, begin_ns + (facts.duration_ns or 0))

    def _writer(self, to: Target, folder: RecordingFolder, begin_ns: int) -> _AnyWriter:
        facts = self._recording.facts
        recording_id = facts.recording_id or str(uuid.uuid4())
        info = self._info(begin_ns)
        scene_sets = None if self._scene is None else self._scene.parameter_sets
        eyes_sets = None if self._eyes is None else self._eyes.parameter_sets
        if to == "core":
            return CoreRecordingWriter(
                folder,
                recording_id=recording_id,
                start_unix_ns=begin_ns,
                glasses=info,
                name=facts.name or "",
                scene_parameter_sets=scene_sets,
                eyes_parameter_sets=eyes_sets,
                scene_camera=self._recording.cameras.get("world"),
            )
        serial = facts.device_serial or "000000"
        wearer = facts.wearer or "Anonymous"
        return NeonRecordingWriter(
            folder,
            recording_id=recording_id,
            start_unix_ns=begin_ns,
            device=RecordingDevice(
                device_name=facts.software or "gazewire",
                device_id=uuid.uuid5(uuid.NAMESPACE_OID, serial).hex[:16],
                module_serial=serial,
            ),
            glasses=info,
            scene_parameter_sets=scene_sets,
            eyes_parameter_sets=eyes_sets,
            wearer=Wearer(uuid=str(uuid.uuid5(uuid.NAMESPACE_OID, wearer)), name=wearer),
        )

    def _info(self, begin_ns: int) -> GlassesInfo:
        scene, eyes = self._played.scene, self._played.eyes
        sound = self._played.sound(begin_ns)
        return GlassesInfo(
            description="converted",
            scene=None if scene is None else _shape(scene),
            eyes=None if eyes is None else _shape(eyes),
            audio=None
            if sound is None
            else AudioShape(sample_rate_hz=sound.sample_rate_hz, channels=sound.channels),
            gaze_rate_hz=200.0,
            has_eye_events=len(self._played.eye_events.times_unix_ns) > 0,
            calibration=self._played.calibration,
        )

    def _records(self, begin_ns: int) -> Iterator[Recordable]:
        for event in self._recording.events:
            if event.name not in _OWN_EVENTS:
                yield event
        for stream in self._streams:
            yield from self._counted(stream.data())
        if self._scene is not None:
            yield from self._pictures_and_sound(self._scene, begin_ns)
        if self._eyes is not None:
            yield from map(EyesUnit, self._counted(self._eyes.units()))

    def _pictures_and_sound(
        self, scene: _Passed | _Encoded, begin_ns: int
    ) -> Iterator[AccessUnit | AudioChunk]:
        both: list[Iterator[AccessUnit | AudioChunk]] = [
            self._counted(scene.units()),
            self._sound(begin_ns),
        ]
        return heapq.merge(*both, key=_instant)

    def _sound(self, begin_ns: int) -> Iterator[AudioChunk]:
        sound = self._played.sound(begin_ns)
        scene = self._played.scene
        if sound is None or scene is None:
            return
        yield from SoundPlayer(sound, begin_ns).take_before(int(scene.times_unix_ns[-1]))

    def _counted(self, records: Iterator[_T]) -> Iterator[_T]:
        for record in records:
            yield record
            self._done += 1
            if self._done % _CHECKPOINT_RECORDS == 0:
                self._progress(self._done / self._total)

    def _left_out(self, writer: _AnyWriter) -> Iterator[str]:
        if isinstance(writer, CoreRecordingWriter):
            for name, count in writer.left_out.items():
                yield f"{name} ({count})"
            return
        for name, says in _CORE_ONLY.items():
            path = self._recording.folder / name
            if path.exists() and path.stat().st_size:
                yield says
        for stream, count in writer.dropped.items():
            if count:
                yield f"{count} of {stream} whose time does not rise"
