"""Pupils, gaze and eye movements of recorded eyes, as the data of a recording of Core."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from uuid import uuid4

from gazewire.compose.offline.eye_in_space import SeenPupil
from gazewire.compose.offline.eye_movements import blinks_of, fixation_data, movements_of
from gazewire.compose.offline.footage import EyeFootage
from gazewire.compose.offline.gaze_mapping import mapping_of
from gazewire.compose.offline.movement_table import movement_table
from gazewire.compose.offline.pupil_line import PupilLine
from gazewire.compose.offline.report import DetectionReport, EyeReport, Stage
from gazewire.compose.offline.stored_calibration import stored_calibration
from gazewire.compose.offline.tracks import MIN_CONFIDENCE, GazeLog, PupilLog
from gazewire.errors import RecordingError
from gazewire.export import write_csv
from gazewire.gaze import GazeFitError
from gazewire.model import BlinkResponse, DetectedBlink, DetectedSaccade, EyeId, PupilDatum
from gazewire.recording import RecordingFolder
from gazewire.recording.core import CoreFiles, read_pldata
from gazewire.recording.finding import Findings
from gazewire.wire.ipc import Message, WireBlink, WireFixation, decode_pupil, wire_gaze

__all__ = ["Detection"]

_PUPILS_FILE = "pupil.pldata"
# So many pupils are mapped between two words on how far the work is.
_TOLD = 5000


class Detection:
    """The work on one wearer.

    Args:
        footage: of the eyes.
        folder: for the data; empty.
        executor: does what can be done on many cores.
        workers: how many that are.

    Attributes:
        report: what has come out; complete when `run` has ended.
    """

    def __init__(self, footage: EyeFootage, folder: Path, executor: Executor, workers: int) -> None:
        self._footage = footage
        self._folder = folder
        self._line = PupilLine(footage, executor, workers)
        self._time = footage.recorded_time()
        self._pupils = {eye_id: PupilLog() for eye_id in footage.eye_ids}
        self._gaze = GazeLog()
        self.report = DetectionReport(
            source=footage.source, out=folder, eyes={eye: EyeReport() for eye in footage.eye_ids}
        )

    def run(self) -> Iterator[Stage]:
        """Do the work.

        Raises:
            RecordingError: the data cannot be written.
            SourceError: a film cannot be opened any more.
        """
        try:
            yield from self._run()
        except OSError as error:
            raise RecordingError(
                f"cannot write into {self._folder.parent}: {error.strerror or error}"
            ) from error

    def _run(self) -> Iterator[Stage]:
        files = CoreFiles(
            RecordingFolder.existing(self._folder),
            recording_id=str(uuid4()),
            name=self._footage.name,
            start_unix_ns=self._footage.start_unix_ns,
            start_core_s=self._footage.start_core_s,
        )
        with contextlib.closing(files):
            yield from self._find_pupils(files)
            yield from self._map_gaze(files)
            yield Stage("Eye movements", 0, 1)
            self._find_movements(files)
            yield Stage("Eye movements", 1, 1)
            files.sync(max(int(film.times_unix_ns.max()) for film in self._footage.films))

    def _find_pupils(self, files: CoreFiles) -> Iterator[Stage]:
        total = self._footage.picture_count
        merged = _InOrder(self._footage.eye_ids)
        yield Stage("Pupils", 0, total)
        for eye_id, seen in self._line.run():
            for one in merged.add(eye_id, seen):
                self._write_pupil(files, *one)
            yield Stage("Pupils", self._done(), total)
        for one in merged.rest():
            self._write_pupil(files, *one)

    def _write_pupil(self, files: CoreFiles, eye_id: EyeId, seen: SeenPupil) -> None:
        for message in seen.messages:
            files.write(message)
        self._pupils[eye_id].add(seen)
        told = self.report.eyes[eye_id]
        told.damaged = self._line.damaged[eye_id]
        told.pictures += 1
        told.found += seen.confidence >= MIN_CONFIDENCE
        told.in_space += seen.normal is not None

    def _done(self) -> int:
        return sum(told.pictures + told.damaged for told in self.report.eyes.values())

    def _map_gaze(self, files: CoreFiles) -> Iterator[Stage]:
        report, scene_camera = self.report, self._footage.scene_camera
        calibration = None
        if self._footage.is_core:
            calibration = stored_calibration(self._footage.source, self._time)
        if calibration is None:
            report.why_no_gaze = "there is no calibration with these pupils"
            return
        yield Stage("Gaze", 0, 1)
        pupils = [pupil for pupil in self._written_pupils() if calibration.needs(pupil)]
        try:
            mapping = mapping_of(calibration, pupils, scene_camera)
        except GazeFitError as error:
            report.why_no_gaze = f"the calibration cannot be used: {error}"
            return
        report.calibration = mapping.use
        mapper, running = mapping.mapper, frozenset(self._footage.eye_ids)
        total = sum(told.pictures + told.in_space for told in report.eyes.values())
        for count, pupil in enumerate(self._written_pupils()):
            if mapper.mode in pupil.method:
                for gaze in mapper.map(pupil, running):
                    wire = wire_gaze(gaze, self._time)
                    files.write(Message.from_struct(wire.topic, wire))
                    self._gaze.add(gaze, wire.topic)
                    report.gaze += 1
            if not count % _TOLD:
                yield Stage("Gaze", count, total)
        yield Stage("Gaze", total, total)

    def _written_pupils(self) -> Iterator[PupilDatum]:
        # Read back, since those of an hour take gigabytes as records.
        content = (self._folder / _PUPILS_FILE).read_bytes()
        for record in read_pldata(content, _PUPILS_FILE, Findings()):
            yield decode_pupil(Message(record.topic, record.payload)).datum(self._time)

    def _find_movements(self, files: CoreFiles) -> None:
        pupils = {eye_id: log.track() for eye_id, log in self._pupils.items()}
        gaze = self._gaze.track(self._footage.scene_camera)
        movements = movements_of(gaze, pupils)
        if gaze is not None:
            for fixation in fixation_data(gaze, movements):
                wire = WireFixation.from_fixation(fixation, self._time)
                files.write(Message.from_struct(wire.topic, wire))
                self.report.fixations += 1
        blinks = blinks_of(pupils)
        for blink in blinks:
            self._write_blink(files, blink)
        self.report.blinks = len(blinks)
        self.report.saccades = sum(isinstance(one, DetectedSaccade) for _, one in movements)
        write_csv(movement_table(movements, self._time), self._folder)

    def _write_blink(self, files: CoreFiles, blink: DetectedBlink) -> None:
        for kind, at in (("onset", blink.start_unix_ns), ("offset", blink.end_unix_ns)):
            response = BlinkResponse(
                kind="onset" if kind == "onset" else "offset",
                timestamp_unix_ns=at,
                confidence=blink.confidence,
                base=(),
            )
            wire = WireBlink.from_response(response, self._time)
            files.write(Message.from_struct(wire.topic, wire))


class _InOrder:
    """Puts what was seen of several eyes in one order of time."""

    def __init__(self, eye_ids: tuple[EyeId, ...]) -> None:
        self._waiting: dict[EyeId, deque[SeenPupil]] = {eye_id: deque() for eye_id in eye_ids}

    def add(self, eye_id: EyeId, seen: list[SeenPupil]) -> Iterator[tuple[EyeId, SeenPupil]]:
        """Take what was seen of an eye, and give what nothing earlier can come before."""
        self._waiting[eye_id].extend(seen)
        while all(self._waiting.values()):
            yield self._next()

    def rest(self) -> Iterator[tuple[EyeId, SeenPupil]]:
        """Give what is left, when no more comes."""
        while any(self._waiting.values()):
            yield self._next()

    def _next(self) -> tuple[EyeId, SeenPupil]:
        first = min(
            (eye_id for eye_id, waiting in self._waiting.items() if waiting),
            key=lambda eye_id: self._waiting[eye_id][0].timestamp_unix_ns,
        )
        return first, self._waiting[first].popleft()
