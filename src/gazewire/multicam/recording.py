"""The images of one camera on disk: a video, the time of each image, and what is known of it all.

    SUBJECT_2026-11-20-170733.mp4              H.264 in fragments that survive a kill
    SUBJECT_2026-11-20-170733_frames.csv       a row for each image, and for each gap
    SUBJECT_2026-11-20-170733_metadata.json    keys of the incumbent, and more

A row is ``index,timestamp_unix_ns,video_frame,lost_before,cause``. Where the encoder falls behind,
images are not written, and their rows say so: ``video_frame`` is empty. So each image that came is
accounted for.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from gazewire.camera import DropCause, Shot
from gazewire.errors import RecordingError
from gazewire.media import FragmentedMp4Writer, H264Encoder
from gazewire.multicam.config import CameraConfig

__all__ = ["CameraRecorder"]

_log = logging.getLogger(__name__)

# A second at 60 images a second, which is longer than any disk of a laboratory should pause.
_WAITING = 60
_NOT_IN_NAMES = frozenset('<>:"/\\|?*')
_HEADER = "index,timestamp_unix_ns,video_frame,lost_before,cause\n"


class CameraRecorder:
    """Writes what it is offered, in a thread of its own.

    Args:
        folder: where to; made where it is not there.
        config: of the camera.
        width: pixels in a row.
        height: rows.
        rate_hz: nominal.
        quantiser: of H.264.
        started: date and time, in the names.

    Attributes:
        path: of the video.

    Raises:
        RecordingError: files cannot be made.
    """

    def __init__(
        self,
        folder: Path,
        config: CameraConfig,
        width: int,
        height: int,
        rate_hz: float,
        *,
        quantiser: int,
        started: datetime,
    ) -> None:
        self._config = config
        self._size = width, height
        self._started = started
        stem = _stem(folder, config, started)
        self.path = folder / f"{stem}.mp4"
        self._metadata_path = folder / f"{stem}_metadata.json"
        self._written = 0
        self._passed_over = 0
        self._failed = False
        self._ended = False
        self._waiting: deque[tuple[Shot, bool]] = deque()
        self._images_waiting = 0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"recorder {config.name}")
        with ExitStack() as undo:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._rows = undo.enter_context(
                    (folder / f"{stem}_frames.csv").open("w", encoding="ascii", buffering=1)
                )
                self._rows.write(_HEADER)
                self._write_metadata(None, {}, 0)
            except OSError as error:
                raise RecordingError(f"cannot record to {folder}: {error}") from error
            self._encoder = H264Encoder(
                width=width, height=height, rate_hz=rate_hz, quantiser=quantiser
            )
            self._video = undo.enter_context(
                FragmentedMp4Writer(
                    self.path,
                    width=self._encoder.width,
                    height=self._encoder.height,
                    parameter_sets=self._encoder.parameter_sets,
                )
            )
            self._files = undo.pop_all()

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def offer(self, shot: Shot) -> DropCause | None:
        """Take an image, from any thread.

        Returns:
            None; or why the image will not be in the video.
        """
        with self._changed:
            has_room = self._images_waiting < _WAITING and not self._failed
            if has_room:
                self._images_waiting += 1
            elif not self._failed and not self._passed_over:
                _log.warning(
                    "%s: the encoder cannot keep up; record fewer or smaller images, or take a "
                    "higher quantiser",
                    self._config.name,
                )
            self._passed_over += not has_room
            # What has no room leaves its row, without its pixels.
            kept = shot if has_room else Shot(replace(shot.frame, data=b""), shot.drops)
            self._waiting.append((kept, has_room))
            self._changed.notify()
            if has_room:
                return None
            return "disk" if self._failed else "queue"

    def finish(self, frames: int, dropped: Mapping[DropCause, int]) -> None:
        """Write what is waiting, and close the files.

        Args:
            frames: images that have come from the camera.
            dropped: images lost, by cause.
        """
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()
        try:
            self._files.close()
            self._write_metadata(datetime.now().astimezone(), dropped, frames)
        except (OSError, RecordingError) as error:
            _log.error("%s: the end of the recording is lost: %s", self._config.name, error)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                shot, is_whole = self._waiting.popleft()
            try:
                self._write(shot, is_whole)
            except (OSError, RecordingError, ValueError) as error:
                # ValueError: the camera has come back with images of another size.
                if not self._failed:
                    _log.error("%s: recording has failed: %s", self._config.name, error)
                self._failed = True
            with self._changed:
                self._images_waiting -= is_whole

    def _write(self, shot: Shot, is_whole: bool) -> None:
        number = ""
        if is_whole and not self._failed:
            self._video.write(self._encoder.encode(shot.frame))
            number = str(self._written)
            self._written += 1
        lost = sum(shot.drops.values())
        causes = "+".join(shot.drops)
        frame = shot.frame
        self._rows.write(f"{frame.index},{frame.timestamp_unix_ns},{number},{lost},{causes}\n")

    def _write_metadata(
        self, ended: datetime | None, dropped: Mapping[DropCause, int], frames: int
    ) -> None:
        config = self._config
        serial, _, backend = config.id.rpartition("-")
        metadata = {
            "subject_ID": config.subject,
            "camera_unique_id": config.id,
            "camera_name": config.name,
            "FPS": config.fps,
            "exposure_time": config.exposure_us,
            "gain": config.gain_db,
            "pixel_format": config.pixel_format,
            "downsampling_factor": 1,
            "device_model": backend,
            "device_serial_number": serial,
            "start_time": self._started.isoformat(timespec="milliseconds"),
            "end_time": None if ended is None else ended.isoformat(timespec="milliseconds"),
            "duration": None if ended is None else str(ended - self._started),
            "recorded_frames": self._written,
            "dropped_frames": None if ended is None else sum(dropped.values()),
            "dropped_by_cause": dict(dropped),
            "frames": frames,
            "width": self._size[0],
            "height": self._size[1],
        }
        text = json.dumps(metadata, indent=4, ensure_ascii=False)
        self._metadata_path.write_text(text, encoding="utf-8")


def _stem(folder: Path, config: CameraConfig, started: datetime) -> str:
    name = "".join("_" if letter in _NOT_IN_NAMES else letter for letter in config.subject)
    stem = f"{name or config.id}_{started:%Y-%m-%d-%H%M%S}"
    # Several cameras may look at one subject.
    return f"{stem}_{config.id}" if (folder / f"{stem}.mp4").exists() else stem
