"""What is recorded together: subjects of cameras, and the folder that all of it goes to."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from gazewire.multicam.config import CamerasConfig, ConfigError
from gazewire.multicam.incumbent import label_subjects

__all__ = ["find_experiment"]


def find_experiment(config: CamerasConfig, experiment: str | None) -> tuple[CamerasConfig, Path]:
    """Apply an experiment to a configuration.

    Args:
        config: of all cameras.
        experiment: a name, which becomes a folder; or the path of an experiment file of the
            incumbent, which names the subject of each camera; or None.

    Returns:
        The configuration with subjects, and the folder of recordings.

    Raises:
        ConfigError: the file cannot be read, or the name is none of a folder.
    """
    folder = Path(config.recording.folder)
    if experiment is None:
        return config, folder
    if not experiment.endswith(".json"):
        if experiment in ("", ".", "..") or Path(experiment).name != experiment:
            raise ConfigError(f"an experiment is the name of a folder, not {experiment!r}")
        return config, folder / experiment
    try:
        subjects, data_dir = label_subjects(Path(experiment).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read {experiment}: {error}") from error
    cameras = [
        replace(camera, subject=subjects.get(camera.name, subjects.get(camera.id, camera.subject)))
        for camera in config.cameras
    ]
    return replace(config, cameras=cameras), Path(data_dir) if data_dir else folder
