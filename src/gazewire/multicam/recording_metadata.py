"""What is known of a recording beside its images: JSON, with the incumbent's keys and more."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gazewire.multicam.config import CameraConfig
from gazewire.multicam.recorded_sets import SetProof

__all__ = ["Accounts", "write_metadata"]


@dataclass(frozen=True, slots=True)
class Accounts:
    """What became of each image.

    Attributes:
        came: images that came from the camera.
        written: those that are in the video.
        passed_over: images that came and are not, because the encoder was too slow, or the disk
            full.
        lost: images that are not, by cause; those that never came, too.
    """

    came: int
    written: int
    passed_over: int
    lost: Mapping[str, int]

    @property
    def unaccounted(self) -> int:
        """Images that came and are neither in the video nor told to be lost; 0, or we are wrong."""
        return self.came - self.written - self.passed_over


def write_metadata(
    path: Path,
    config: CameraConfig,
    size: tuple[int, int],
    coded: Mapping[str, object],
    started: datetime,
    accounts: Accounts,
    *,
    ended: datetime | None = None,
    proof: SetProof | None = None,
) -> None:
    """Write the file; one that is there stays whole until the new one is.

    Args:
        path: of the file.
        config: of the camera.
        size: width and height of its images.
        coded: how the video is coded.
        started: when the recording began.
        accounts: of its images so far.
        ended: when it did; None: it goes on.
        proof: of sets with other cameras.

    Raises:
        OSError: it cannot be written.
    """
    serial, _, backend = config.id.rpartition("-")
    metadata: dict[str, object] = {
        "subject_ID": config.subject,
        "camera_unique_id": config.id,
        "camera_name": config.name,
        "FPS": config.fps,
        "exposure_time": config.exposure_us,
        "gain": config.gain_db,
        "pixel_format": config.pixel_format,
        "downsampling_factor": config.downsampling_factor,
        "device_model": backend,
        "device_serial_number": serial,
        "start_time": started.isoformat(timespec="milliseconds"),
        "end_time": None if ended is None else ended.isoformat(timespec="milliseconds"),
        "duration": None if ended is None else str(ended - started),
        "recorded_frames": accounts.written,
        "dropped_frames": None if ended is None else sum(accounts.lost.values()),
        "dropped_by_cause": dict(accounts.lost),
        "frames": accounts.came,
        "unaccounted_frames": accounts.unaccounted,
        "width": size[0],
        "height": size[1],
        "encoding": dict(coded),
        "host": platform.node(),
    }
    if proof is not None:
        metadata["sets"] = {
            "cameras": list(proof.cameras),
            "whole": proof.sets,
            "images": list(proof.images),
            "unmatched": list(proof.unmatched),
            "equal": proof.is_equal,
            "sentence": proof.sentence,
        }
    text = json.dumps(metadata, indent=4, ensure_ascii=False)
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)
