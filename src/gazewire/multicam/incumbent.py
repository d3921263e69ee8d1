"""The files of pyMultiVideo, read as they are."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["cameras_from_incumbent", "label_subjects"]

_SOURCES = {
    "synthetic": "synthetic:{}",
    "pylon": "pylon:{}",
    "genicam": "genicam:{}",
    "opencv": "v4l2:/dev/video{}",
    # By the GenTL producers of their makers, in place of the libraries that it uses.
    "spinnaker": "genicam:{}",
    "ximea": "genicam:{}",
}
# Where it waits for an edge.
_TRIGGER_LINES = {"spinnaker": "Line2"}


class _Camera(msgspec.Struct, forbid_unknown_fields=True):
    """An entry of ``camera_configs.json``; a frame rate is a text until it is first edited."""

    unique_id: str
    name: str | None = None
    fps: float | str = 60.0
    exposure_time: float | str | None = 15_000.0
    gain: float | str | None = 0.0
    pixel_format: str | None = "Mono"
    external_trigger: bool | None = False
    downsampling_factor: int | None = 1
    pub_server_address: str | None = None
    pull_server_address: str | None = None


class _Placed(msgspec.Struct):
    label: str
    subject_id: str = ""


class _Experiment(msgspec.Struct):
    cameras: list[_Placed]
    data_dir: str | None = None


def cameras_from_incumbent(text: str) -> list[dict[str, Any]]:
    """Read ``camera_configs.json`` as the table ``cameras`` of a configuration.

    All cameras have the same addresses there, unless somebody has edited them: what an earlier one
    has already is left to be found anew.

    Raises:
        ValueError: it is something else.
    """
    cameras: list[dict[str, Any]] = []
    taken: set[str] = set()
    for entry in msgspec.json.decode(text, type=list[_Camera]):
        serial, _, backend = entry.unique_id.rpartition("-")
        if backend not in _SOURCES:
            raise ValueError(
                f"{entry.unique_id}: no camera of the kind {backend} can be opened; there are: "
                f"{', '.join(_SOURCES)}"
            )
        named = (entry.pub_server_address, entry.pull_server_address)
        addresses = {address for address in named if address is not None}
        is_free = len(addresses) == 2 and not addresses & taken
        taken |= addresses
        cameras.append(
            {
                "id": entry.unique_id,
                "name": entry.name or entry.unique_id,
                "source": _SOURCES[backend].format(serial),
                "fps": float(entry.fps),
                # Its webcams expose as they like.
                "exposure_us": None if backend == "opencv" else _number(entry.exposure_time),
                "gain_db": None if backend == "opencv" else _number(entry.gain),
                "pixel_format": entry.pixel_format or "Mono",
                "downsampling_factor": entry.downsampling_factor or 1,
                "trigger": _TRIGGER_LINES.get(backend, "external")
                if entry.external_trigger
                else "free",
                "images": entry.pub_server_address if is_free else None,
                "boxes": entry.pull_server_address if is_free else None,
            }
        )
    return cameras


def label_subjects(text: str) -> tuple[dict[str, str], str | None]:
    """Read an experiment file: the subject of each camera, by its name or id, and the data folder.

    Raises:
        ValueError: it is something else.
    """
    experiment = msgspec.json.decode(text, type=_Experiment)
    return {placed.label: placed.subject_id for placed in experiment.cameras}, experiment.data_dir


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)
