"""In which layouts a service records.

It writes what is on its bus as Core programs do, and where the layout of Neon is wanted, the
recording is converted when it has ended. So a recording survives whatever ends the service, and can
be converted later, too (``gazewire export --to neon``).
"""

from __future__ import annotations

import shutil
from functools import partial

from gazewire.errors import GazewireError, RecordingError
from gazewire.export import convert_recording
from gazewire.recording import LayoutChoice
from gazewire.service import OpenRecording, RecordingPlan
from gazewire.service.pldata import PldataWriter, RecordedOptics, no_optics

__all__ = ["recordings_laid_out"]

_NEON_SUFFIX = "-neon"


def recordings_laid_out(layout: LayoutChoice, optics: RecordedOptics = no_optics) -> OpenRecording:
    """Make what begins a recording of a service.

    Args:
        layout: how it is to be laid out. With Neon's, the folder ``<recording>-neon`` is made at
            the end; for that alone, the one in the layout of Core is then removed.
        optics: tells the cameras.
    """
    if layout is LayoutChoice.CORE:
        return partial(PldataWriter, optics=optics)
    return partial(_Converted, optics=optics, keeps_core=layout is LayoutChoice.BOTH)


class _Converted(PldataWriter):
    def __init__(self, plan: RecordingPlan, optics: RecordedOptics, *, keeps_core: bool) -> None:
        super().__init__(plan, optics)
        self._core_folder = plan.folder
        self._keeps_core = keeps_core

    def finish(self, end_unix_ns: int) -> None:
        super().finish(end_unix_ns)
        folder = self._core_folder
        try:
            convert_recording(folder, "neon", folder.with_name(f"{folder.name}{_NEON_SUFFIX}"))
        except GazewireError as error:
            raise RecordingError(
                f"{folder} is whole, but was not converted to the layout of Neon: {error}"
            ) from error
        if not self._keeps_core:
            shutil.rmtree(folder, ignore_errors=True)
