"""What a calibration is made of, and the seam where the fit is put in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from gazewire.errors import GazewireError, RemoteProtocolError
from gazewire.gaze import Diagnosis
from gazewire.model import Point2, PupilDatum, Vector3
from gazewire.service.accuracy import GazeAccuracy
from gazewire.service.gaze_mapper import GazeMapper
from gazewire.time import TimeBase

__all__ = [
    "GAZERS",
    "CalibrationFailedError",
    "CalibrationOutcome",
    "CalibrationRequest",
    "Calibrator",
    "GazerName",
    "Reference",
    "parse_point",
    "parse_reference",
    "parse_vector",
]

GazerName = Literal["Gazer2D", "Gazer3D", "NeonGazer3D", "GazerHMD3D", "PosthocGazerHMD3D"]
"""Class name of what maps, as notifications have it."""

GAZERS: tuple[GazerName, ...] = (
    "Gazer2D",
    "Gazer3D",
    "NeonGazer3D",
    "GazerHMD3D",
    "PosthocGazerHMD3D",
)


class CalibrationFailedError(GazewireError):
    """No gaze can be mapped from these data; the text is the reason that clients know.

    Args:
        reason: in the words that clients know.
        diagnosis: what the data were like, where the fit has looked; None where it has not.
    """

    def __init__(self, reason: str, diagnosis: Diagnosis | None = None) -> None:
        super().__init__(reason)
        self.diagnosis = diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What the wearer was asked to look at, at one instant.

    Attributes:
        timestamp_unix_ns: the instant.
        mm_pos: where it was in the headset's frame, y up and z forward; None of a screen's.
        norm_pos: where it was in the scene image; None of a headset's.
        screen_pos: the same in pixels, where it was seen there.
        target: number of what it is a sample of, where that is known.
    """

    timestamp_unix_ns: int
    mm_pos: Vector3 | None = None
    norm_pos: Point2 | None = None
    screen_pos: Point2 | None = None
    target: int | None = None

    def fields(self) -> dict[str, object]:
        """What ``ref_list`` has of it besides its time."""
        places = {
            "mm_pos": self.mm_pos,
            "norm_pos": self.norm_pos,
            "screen_pos": self.screen_pos,
        }
        return {name: list(place) for name, place in places.items() if place is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRequest:
    """What is to be fitted.

    Attributes:
        gazer: which kind of mapping.
        references: in the order in which they came.
        pupils: of both eyes and all detectors, in the order in which they came.
        eye_translations: of a headset: where its eyes are, the right one first, millimetres.
        min_confidence: pupils below are left out.
    """

    gazer: GazerName
    references: tuple[Reference, ...]
    pupils: tuple[PupilDatum, ...]
    eye_translations: tuple[Vector3, Vector3] | None = None
    min_confidence: float = 0.8


@dataclass(frozen=True, slots=True)
class CalibrationOutcome:
    """What has been fitted.

    Attributes:
        mapper: maps from now on.
        params: of the fit, as ``calibration.result.v2`` tells them.
    """

    mapper: GazeMapper
    params: Mapping[str, object]


class Calibrator(Protocol):
    """Fits mappings."""

    def fit(self, request: CalibrationRequest) -> CalibrationOutcome:
        """Fit; called in a worker thread.

        Raises:
            CalibrationFailedError: the data do not suffice, or the fit did not converge.
        """

    def judge(
        self, request: CalibrationRequest, params: Mapping[str, object]
    ) -> GazeAccuracy | None:
        """Compare the gaze of a mapping with references; called in a worker thread.

        Args:
            request: references and pupils; what else it has is as in a fit.
            params: of the mapping; empty where nobody has calibrated.

        Returns:
            None where no gaze belongs to a reference.
        """

    def restore(self, gazer: GazerName, params: Mapping[str, object]) -> GazeMapper:
        """Make the mapper of an earlier fit.

        Raises:
            CalibrationFailedError: these are no parameters of such a fit.
        """


def parse_reference(value: object, timebase: TimeBase) -> Reference:
    """Read one item of ``ref_data`` or ``ref_list``; any numbers will do.

    Raises:
        RemoteProtocolError: it has neither place, or no time.
    """
    if not isinstance(value, Mapping):
        raise RemoteProtocolError(f"a reference is a map, not {value!r:.80}")
    core_s = value.get("timestamp")
    if isinstance(core_s, bool) or not isinstance(core_s, int | float):
        raise RemoteProtocolError("a reference has a timestamp in Core seconds")
    try:
        instant = timebase.unix_ns(core_s)
    except (ValueError, OverflowError) as error:
        raise RemoteProtocolError(str(error)) from error
    mm_pos = parse_vector(value.get("mm_pos"))
    norm_pos = parse_point(value.get("norm_pos"))
    if mm_pos is None and norm_pos is None:
        raise RemoteProtocolError("a reference has mm_pos or norm_pos")
    return Reference(
        timestamp_unix_ns=instant,
        mm_pos=mm_pos,
        norm_pos=norm_pos,
        screen_pos=parse_point(value.get("screen_pos")),
    )


def parse_vector(value: object) -> Vector3 | None:
    """Read three finite numbers; None where they are not."""
    numbers = _numbers(value, 3)
    return None if numbers is None else (numbers[0], numbers[1], numbers[2])


def parse_point(value: object) -> Point2 | None:
    """Read two finite numbers; None where they are not."""
    numbers = _numbers(value, 2)
    return None if numbers is None else (numbers[0], numbers[1])


def _numbers(value: object, count: int) -> list[float] | None:
    if not isinstance(value, list | tuple) or len(value) != count:
        return None
    numbers = [
        float(number)
        for number in value
        if isinstance(number, int | float) and math.isfinite(number)
    ]
    return numbers if len(numbers) == count else None
