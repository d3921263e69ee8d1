"""References and pupils, as a calibration or validation collects them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.model import PupilDatum, Vector3
from gazewire.service.calibration import Reference, parse_reference
from gazewire.time import TimeBase
from gazewire.wire.ipc import wire_pupil

__all__ = ["CollectedData"]

_LOG = logging.getLogger(__name__)

_MAX_PLACES = 100


@dataclass(slots=True)
class CollectedData:
    """What a calibration collects. Instants are Unix time: ``T`` in between changes nothing.

    Attributes:
        references: maps of ``ref_data`` as they came, and what they say.
        pupils: of both eyes and all detectors.
    """

    references: list[tuple[Mapping[str, object], Reference]] = field(default_factory=list)
    pupils: list[PupilDatum] = field(default_factory=list)
    _places_mm: dict[Vector3, int] = field(default_factory=dict)

    def add_reference(self, fields: object, timebase: TimeBase) -> None:
        """Keep one item of ``ref_data``; what is none is logged and dropped."""
        try:
            reference = parse_reference(fields, timebase)
        except RemoteProtocolError as error:
            _LOG.warning("a reference is dropped: %s", error)
        else:
            assert isinstance(fields, Mapping)
            self.references.append((fields, self._numbered(reference)))

    def _numbered(self, reference: Reference) -> Reference:
        """A headset does not number its targets: references in one place are of one."""
        place_mm = reference.mm_pos
        if place_mm is None:
            return reference
        if place_mm not in self._places_mm:
            if len(self._places_mm) >= _MAX_PLACES:
                return reference  # it is one that moves
            self._places_mm[place_mm] = len(self._places_mm)
        return replace(reference, target=self._places_mm[place_mm])

    def maps(self, timebase: TimeBase) -> dict[str, object]:
        """The same as ``calib_data`` has it; takes a while."""
        return {
            "ref_list": [
                {**fields, "timestamp": timebase.core_s(reference.timestamp_unix_ns)}
                for fields, reference in self.references
            ],
            "pupil_list": [
                msgspec.to_builtins(wire_pupil(pupil, timebase)) for pupil in self.pupils
            ],
        }
