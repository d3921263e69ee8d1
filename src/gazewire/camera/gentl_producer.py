"""GenTL producers: the libraries by which makers of cameras give access to them.

A producer can be initialised once in a process, and whoever loads it again sees no cameras. So
cameras share it: it is loaded with the first and left with the last.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gazewire.errors import MissingExtraError, UnreadableSourceError

try:
    from genicam import gentl
    from harvesters.core import DeviceInfo, Harvester
except ImportError as missing:
    raise MissingExtraError("genicam") from missing

__all__ = ["GentlProducer", "find_producers"]

# Any: the library says little about its types.
Acquirer = Any
_Info = Any

_PATH_VARIABLE = "GENICAM_GENTL64_PATH"
_SUFFIX = ".cti"
_LIST_TIMEOUT_MS = 1000

# What the library tells by errors is told in ours, and the rest helps nobody.
_log = logging.getLogger(__name__)
_quiet = logging.getLogger(f"{__name__}.harvesters")
_quiet.propagate = False
_quiet.addHandler(logging.NullHandler())


def find_producers(cti: str = "") -> list[Path]:
    """Find the producers that there are.

    Args:
        cti: path of one; empty: all in the folders that the environment variable
            ``GENICAM_GENTL64_PATH`` names, as the standard has it.

    Raises:
        UnreadableSourceError: there is none.
    """
    if cti:
        if not Path(cti).is_file():
            raise UnreadableSourceError(cti, f"there is no GenTL producer {cti}")
        return [Path(cti).resolve()]
    folders = [Path(folder) for folder in os.environ.get(_PATH_VARIABLE, "").split(os.pathsep)]
    found = [
        path.resolve()
        for folder in folders
        if folder.parts and folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.suffix == _SUFFIX
    ]
    if not found:
        raise UnreadableSourceError(
            _PATH_VARIABLE,
            f"there is no GenTL producer; install that of the camera's maker, and name its .cti "
            f"file with cti = or its folder with {_PATH_VARIABLE}",
        )
    return found


@dataclass(slots=True)
class _Loaded:
    harvester: Harvester
    users: int = 0
    infos: list[_Info] = field(default_factory=list)


# A producer belongs to the process, whoever uses it.
_loaded: dict[Path, _Loaded] = {}
_lock = threading.Lock()


class GentlProducer:
    """One user's share of a producer.

    Args:
        path: of the ``.cti`` file.

    Raises:
        UnreadableSourceError: it cannot be loaded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_open = True
        with _lock:
            if path not in _loaded:
                _loaded[path] = _load(path)
            self._shared = _loaded[path]
            self._shared.users += 1

    def devices(self) -> list[dict[str, str]]:
        """Look for cameras, and tell ``id_``, ``serial_number``, ``vendor`` and ``tl_type``.

        What else a producer knows of one, or does not, is left out.
        """
        with _lock:
            self._shared.infos = _listed(self._shared.harvester)
            return [_described(info) for info in self._shared.infos]

    def open(self, place: int) -> Acquirer:
        """Open a camera.

        Args:
            place: in what `devices` has told last.

        Raises:
            UnreadableSourceError: it cannot be opened.
        """
        with _lock:
            info = self._shared.infos[place]
            harvester = self._shared.harvester
            try:
                return harvester.create(harvester.device_info_list.index(info))
            except (gentl.GenericException, ValueError) as error:
                id = _described(info)["id_"]
                raise UnreadableSourceError(
                    id, f"{id} cannot be opened; close other programs that use it: {error}"
                ) from error

    def close(self) -> None:
        """Give the share back. Harmless when repeated."""
        if not self._is_open:
            return
        self._is_open = False
        with _lock:
            self._shared.users -= 1
            if not self._shared.users:
                del _loaded[self._path]
                self._shared.harvester.reset()


def _load(path: Path) -> _Loaded:
    harvester = Harvester(logger=_quiet)
    try:
        harvester.add_file(str(path), check_existence=True, check_validity=True)
        harvester.update()
    except (OSError, gentl.GenericException) as error:
        raise UnreadableSourceError(str(path), f"{path} is no GenTL producer: {error}") from error
    return _Loaded(harvester)


def _listed(harvester: Harvester) -> list[_Info]:
    """Bring the library's list up to date; its own way to do so ends all cameras that are open."""
    if not harvester.device_info_list:
        harvester.update()
        return list(harvester.device_info_list)
    listed: list[_Info] = []
    parents = {id(info.parent): info.parent for info in harvester.device_info_list}
    for interface in parents.values():
        interface.module.update_device_info_list(_LIST_TIMEOUT_MS)
        listed += (
            DeviceInfo(module=module, parent=interface)
            for module in interface.module.device_info_list
        )
    known = harvester.device_info_list
    known[:] = listed or known
    return listed


def _described(info: _Info) -> dict[str, str]:
    return dict(_attributes(info, ("id_", "serial_number", "vendor", "tl_type")))


def _attributes(info: _Info, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        try:
            yield name, str(getattr(info, name))
        except gentl.GenericException:
            yield name, ""
