"""Recording all cameras: begun and ended together, and proved at the end to be whole."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from gazewire.camera import DropCause, VideoShape
from gazewire.errors import RecordingError
from gazewire.media import find_encoder
from gazewire.multicam.config import CameraConfig, CamerasConfig
from gazewire.multicam.recorded_sets import RecordedSets, SetProof
from gazewire.multicam.recording import CameraRecorder, RecordingPlan, Written
from gazewire.time import Clock

__all__ = ["RecordedCamera", "RecordingStatus", "Recordings"]

_log = logging.getLogger(__name__)

_NS_PER_S = 1_000_000_000
_BYTES_PER_MB = 1_000_000


class RecordedCamera(Protocol):
    """What a recording needs of a camera."""

    @property
    def config(self) -> CameraConfig:
        """What it is."""

    @property
    def shape(self) -> VideoShape:
        """Of its images."""

    @property
    def newest_ns(self) -> int | None:
        """Instant of its newest image."""

    def lose(self, cause: DropCause) -> None:
        """Count an image that was lost after it had come."""

    def record(self, recorder: CameraRecorder, from_unix_ns: int) -> None:
        """Offer it all images that are exposed from that instant on."""

    def end_recording(self, until_unix_ns: int) -> CameraRecorder | None:
        """Offer no images any more that are exposed from that instant on; give the recorder."""


class RecordingStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the recording of all cameras is.

    Attributes:
        active: whether one runs.
        seconds: for which it has run.
        folder: where it goes.
        disk_free_mb: left there; None where nobody knows.
        told: what the last recording came to, in words, or what is wrong with this one.
    """

    active: bool
    seconds: float
    folder: str
    disk_free_mb: float | None
    told: str


class Recordings:
    """Begins and ends recordings of all cameras. Any thread may use it; its methods take a while.

    Args:
        cameras: all of them.
        config: how they are recorded.
        folder: where to.
        clock: the program's.
    """

    def __init__(
        self,
        cameras: Sequence[RecordedCamera],
        config: CamerasConfig,
        folder: Path,
        clock: Clock,
    ) -> None:
        self._cameras = cameras
        self._config = config
        self._folder = folder
        self._clock = clock
        self._began_ns: int | None = None
        self._sets: RecordedSets | None = None
        self._told = ""
        self._lock = threading.Lock()

    @property
    def is_active(self) -> bool:
        """Whether a recording runs."""
        return self._began_ns is not None

    def start(self) -> None:
        """Begin to record all cameras, at one instant. Harmless when it has begun.

        Raises:
            RecordingError: one of them cannot be recorded; then none is.
        """
        with self._lock:
            if self.is_active:
                return
            recorders = self._open_all(datetime.now().astimezone())
            for told in dict.fromkeys(recorder.told for recorder in recorders if recorder.told):
                _log.warning("%s", told)
            self._began_ns = self._boundary_ns()
            self._told = ""
            for camera, recorder in zip(self._cameras, recorders, strict=True):
                recorder.start()
                camera.record(recorder, self._began_ns)

    def stop(self) -> None:
        """End the recording of all cameras, at one instant. Harmless when none runs."""
        with self._lock:
            if self._began_ns is None:
                return
            until_ns = self._boundary_ns()
            ended = [camera.end_recording(until_ns) for camera in self._cameras]
            recorders = [recorder for recorder in ended if recorder is not None]
            for recorder in recorders:
                recorder.end()
            proof = self._prove()
            accounts = [recorder.finish(proof) for recorder in recorders]
            self._began_ns = None
        counts = [account.written for account in accounts]
        passed_over = sum(account.passed_over for account in accounts)
        self._told = _sentence(counts, passed_over, proof)
        _log.info("%s", self._told)

    def status(self) -> RecordingStatus:
        """Tell how it is."""
        began_ns = self._began_ns
        elapsed_ns = 0 if began_ns is None else max(0, self._clock.unix_ns() - began_ns)
        free_mb = None
        with suppress(OSError):
            free_mb = round(shutil.disk_usage(_existing(self._folder)).free / _BYTES_PER_MB)
        return RecordingStatus(
            active=self.is_active,
            seconds=round(elapsed_ns / _NS_PER_S, 1),
            folder=str(self._folder),
            disk_free_mb=free_mb,
            told=self._told,
        )

    def _open_all(self, started: datetime) -> list[CameraRecorder]:
        recorders: list[CameraRecorder] = []
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sets = self._open_sets(started)
            for number, camera in enumerate(self._cameras):
                recorders.append(CameraRecorder(self._plan(number, camera, started)))
        except (RecordingError, OSError) as error:
            for recorder in recorders:
                recorder.end()
            self._prove()
            raise RecordingError(f"cannot record to {self._folder}: {error}") from error
        return recorders

    def _plan(self, number: int, camera: RecordedCamera, started: datetime) -> RecordingPlan:
        encoding = self._config.encoding
        return RecordingPlan(
            folder=self._folder,
            camera=camera.config,
            shape=camera.shape,
            encoding=encoding,
            encoder=find_encoder(encoding.coding(camera.config.downsampling_factor)),
            started=started,
            least_free_mb=self._config.recording.least_free_mb,
            written=self._written(number),
            lost=camera.lose,
        )

    def _open_sets(self, started: datetime) -> RecordedSets | None:
        sets = self._config.sets
        if sets is None or len(self._cameras) < 2:
            return None
        fastest_hz = max(camera.shape.rate_hz for camera in self._cameras)
        return RecordedSets(
            self._folder / f"sets_{started:%Y-%m-%d-%H%M%S}.csv",
            [camera.config.name for camera in self._cameras],
            tolerance_ns=sets.tolerance_ns(fastest_hz),
        )

    def _written(self, number: int) -> Written | None:
        sets = self._sets
        if sets is None:
            return None
        return lambda index, instant_ns, frame: sets.add(number, index, instant_ns, frame)

    def _prove(self) -> SetProof | None:
        sets, self._sets = self._sets, None
        if sets is None:
            return None
        try:
            return sets.finish()
        except OSError as error:
            _log.error("the end of %s is lost: %s", sets.path, error)
            return None

    def _boundary_ns(self) -> int:
        """An instant a little ahead, half-way between exposures where cameras expose together."""
        rate_hz = max(camera.shape.rate_hz for camera in self._cameras)
        interval_ns = round(_NS_PER_S / rate_hz)
        now_ns = self._clock.unix_ns()
        newest_ns = self._cameras[0].newest_ns
        if newest_ns is None or not 0 <= now_ns - newest_ns < _NS_PER_S:
            return now_ns
        steps = (now_ns - newest_ns) // interval_ns + 2
        return newest_ns + steps * interval_ns + interval_ns // 2


def _sentence(counts: Sequence[int], passed_over: int, proof: SetProof | None) -> str:
    listed = ", ".join(str(count) for count in counts)
    told = f"recorded {listed} images" if counts else "recorded nothing"
    if passed_over:
        told += f"; {passed_over} came and were not written, which their rows tell"
    return told if proof is None else f"{told}: {proof.sentence}"


def _existing(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
