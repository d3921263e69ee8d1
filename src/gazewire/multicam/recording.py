"""The images of one camera on disk: a video, the time of each image, and what is known of it all.

    SUBJECT_2026-11-20-170733.mp4              the video, readable also after a kill
    SUBJECT_2026-11-20-170733_frames.csv       a row for each image, and for each gap
    SUBJECT_2026-11-20-170733_GPIO_data.csv    the lines of the camera, where it tells them
    SUBJECT_2026-11-20-170733_metadata.json    keys of the incumbent, and more

Where the encoder falls behind, or the disk is full, images are not written, and their rows say so.
So each image that came is accounted for.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path

import msgspec.structs

from gazewire.camera import DropCause, Shot, VideoShape
from gazewire.errors import RecordingError
from gazewire.media import CodedFrames, FoundEncoder
from gazewire.multicam.acquisition import DROP_CAUSES
from gazewire.multicam.config import CameraConfig
from gazewire.multicam.frame_rows import FrameRows
from gazewire.multicam.recorded_sets import SetProof
from gazewire.multicam.recording_metadata import Accounts, write_metadata
from gazewire.multicam.tables import EncodingConfig

__all__ = ["NOT_IN_NAMES", "CameraRecorder", "RecordingPlan"]

_log = logging.getLogger(__name__)

NOT_IN_NAMES = frozenset('<>:"/\\|?*')
"""Characters that some system does not take in the name of a file."""

_DISK_LOOKED_AT_EVERY_S = 1.0
_BYTES_PER_MB = 1_000_000

Written = Callable[[int, int, int], None]
"""Takes index, instant and number in the video of an image that was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPlan:
    """What is to be recorded, and how.

    Attributes:
        folder: where to; made where it is not there.
        camera: what is recorded.
        shape: of its images.
        encoding: as the configuration has it.
        encoder: that was found for it.
        started: date and time, in the names.
        least_free_mb: the recording ends while the disk still has so much.
        written: is told of each image that is in the video, in the recorder's thread.
        lost: is told of each image that was taken, and then lost.
    """

    folder: Path
    camera: CameraConfig
    shape: VideoShape
    encoding: EncodingConfig
    encoder: FoundEncoder
    started: datetime
    least_free_mb: float = 0.0
    written: Written | None = None
    lost: Callable[[DropCause], None] | None = None


class CameraRecorder:
    """Writes what it is offered, in a thread of its own.

    Args:
        plan: what, and how.

    Attributes:
        path: of the video.
        told: what is wrong with it, for people; empty where nothing is.

    Raises:
        RecordingError: files cannot be made.
    """

    def __init__(self, plan: RecordingPlan) -> None:
        self.told = plan.encoder.told if plan.encoding.hardware == "yes" else ""
        self._plan = plan
        self._name = plan.camera.name
        self._stem = plan.folder / _stem(plan)
        self.path = plan.encoder.path(self._stem)
        self._came = self._written = self._passed_over = 0
        self._lost: Counter[DropCause] = Counter()
        self._failed = self._ended = False
        self._most_waiting = max(2, round(plan.encoding.queue_s * plan.shape.rate_hz))
        self._waiting: deque[tuple[Shot, bool]] = deque()
        self._images_waiting = 0
        self._look_at_disk_s = 0.0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"recorder {self._name}")
        self._video: CodedFrames | None = None
        try:
            plan.folder.mkdir(parents=True, exist_ok=True)
            self._rows = FrameRows(self._stem)
            self._write_metadata()
        except OSError as error:
            raise RecordingError(f"cannot record to {plan.folder}: {error}") from error

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def offer(self, shot: Shot) -> DropCause | None:
        """Take an image, from one thread.

        Returns:
            None; or why the image will not be in the video.
        """
        with self._changed:
            self._came += 1
            self._lost.update(shot.drops)
            has_room = self._images_waiting < self._most_waiting and not self._failed
            if has_room:
                self._images_waiting += 1
                self._waiting.append((shot, True))
                self._changed.notify()
                return None
            cause: DropCause = "disk" if self._failed else "queue"
            self._passed_over += 1
            self._lost[cause] += 1
            is_first = not self.told and cause == "queue"
            if is_first:
                self.told = (
                    "the encoder cannot keep up, and images are passed over: "
                    f"{self._plan.encoding.cheaper(self._plan.camera.downsampling_factor)}"
                )
            # What has no room leaves its row, without its pixels.
            bare = msgspec.structs.replace(shot.frame, data=b"")
            self._waiting.append((replace(shot, frame=bare), False))
            self._changed.notify()
        if is_first:
            _log.warning("%s: %s", self._name, self.told)
        return cause

    @property
    def accounts(self) -> Accounts:
        """What has become of each image so far; some may be waiting."""
        with self._changed:
            lost = {str(cause): self._lost[cause] for cause in DROP_CAUSES}
            return Accounts(self._came, self._written, self._passed_over, lost)

    def end(self) -> None:
        """Write what is waiting, and close the video. Nothing is offered any more."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()
        for close in (self._close_video, self._rows.close):
            try:
                close()
            except (OSError, RecordingError) as error:
                _log.error("%s: the end of the recording is lost: %s", self._name, error)

    def finish(self, proof: SetProof | None = None) -> Accounts:
        """Write what is known of it, after its end; tell what has become of each image."""
        accounts = self.accounts
        try:
            self._write_metadata(datetime.now().astimezone(), proof)
        except OSError as error:
            _log.error("%s: what is known of the recording is lost: %s", self._name, error)
        return accounts

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                shot, is_whole = self._waiting.popleft()
            was_written = is_whole and not self._failed and self._write_image(shot)
            self._write_row(shot, self._written if was_written else None)
            with self._changed:
                self._images_waiting -= is_whole
                self._written += was_written
                if is_whole and not was_written:
                    self._passed_over += 1
                    self._lost["disk"] += 1
            if is_whole and not was_written and self._plan.lost is not None:
                self._plan.lost("disk")

    def _write_image(self, shot: Shot) -> bool:
        try:
            self._look_at_disk()
            if self._video is None:
                self._video = self._open_video(shot)
            self._video.write(shot.frame)
        except (OSError, RecordingError) as error:
            self._fail(error)
            return False
        return True

    def _write_row(self, shot: Shot, number: int | None) -> None:
        try:
            self._rows.write(shot, number)
            if number is not None and self._plan.written is not None:
                self._plan.written(shot.frame.index, shot.frame.timestamp_unix_ns, number)
        except OSError as error:
            self._fail(error)

    def _open_video(self, shot: Shot) -> CodedFrames:
        shape = self._plan.shape
        return CodedFrames(
            self._stem,
            width=shape.width,
            height=shape.height,
            pixel_format=shot.frame.pixel_format,
            rate_hz=shape.rate_hz,
            encoder=self._plan.encoder,
        )

    def _close_video(self) -> None:
        if self._video is not None:
            self._video.close()

    def _look_at_disk(self) -> None:
        now_s = time.monotonic()
        if now_s < self._look_at_disk_s:
            return
        self._look_at_disk_s = now_s + _DISK_LOOKED_AT_EVERY_S
        free_mb = shutil.disk_usage(self._plan.folder).free / _BYTES_PER_MB
        if free_mb < self._plan.least_free_mb:
            raise RecordingError(
                f"the disk has {free_mb:.0f} MB left, which least_free_mb keeps free; "
                "the recording ends here"
            )

    def _fail(self, error: Exception) -> None:
        if not self._failed:
            self.told = f"recording has failed: {error}"
            _log.error("%s: %s", self._name, self.told)
        self._failed = True

    def _write_metadata(self, ended: datetime | None = None, proof: SetProof | None = None) -> None:
        plan = self._plan
        coded = {
            "codec": plan.encoding.codec.value,
            "encoder": plan.encoder.name,
            "quality": plan.encoding.quality,
            "speed": plan.encoding.speed,
        }
        write_metadata(
            Path(f"{self._stem}_metadata.json"),
            plan.camera,
            (plan.shape.width, plan.shape.height),
            coded,
            plan.started,
            self.accounts,
            ended=ended,
            proof=proof,
        )


def _stem(plan: RecordingPlan) -> str:
    camera = plan.camera
    name = "".join("_" if letter in NOT_IN_NAMES else letter for letter in camera.subject)
    first = f"{name or camera.id}_{plan.started:%Y-%m-%d-%H%M%S}"
    # Several cameras may look at one subject, and record twice within a second.
    stems = chain(
        (first, f"{first}_{camera.id}"), (f"{first}_{camera.id}_{number}" for number in count(2))
    )
    return next(stem for stem in stems if not (plan.folder / f"{stem}_frames.csv").exists())
