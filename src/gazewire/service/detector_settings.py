"""What the network may set of an eye's detectors: on or off, region of interest, properties.

The names of the properties are those of the Core program, misspelt where they are, as scripts have
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from gazewire.model import DetectorSettings2d, EyeId, Notification

__all__ = [
    "DETECTOR_2D",
    "DETECTOR_3D",
    "Detector3dProperties",
    "DetectorControl",
    "DetectorSettings",
    "Roi",
]

DETECTOR_2D = "Detector2DPlugin"
DETECTOR_3D = "Pye3DPlugin"

# Lower-case words alone: pupil_detector.3d.reset_model and pupil_detector.properties... are others.
_ACTION = re.compile(r"pupil_detector\.([a-z_]+)")


class Detector3dProperties(msgspec.Struct, frozen=True, kw_only=True):
    """Properties of ``Pye3DPlugin``.

    Attributes:
        is_long_term_model_frozen: the model of the eyeball stays as it is.
    """

    is_long_term_model_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Roi:
    """A region of an image, in pixels, all bounds inclusive; origin top left.

    Attributes:
        min_x: leftmost column.
        min_y: topmost row.
        max_x: rightmost column.
        max_y: lowest row.
    """

    min_x: int
    min_y: int
    max_x: int
    max_y: int

    def contains(self, x: float, y: float) -> bool:
        """A point lies in it."""
        return self.min_x <= x <= self.max_x and self.min_y <= y <= self.max_y


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSettings:
    """All that is set of one eye's detectors.

    Attributes:
        enabled: class names of the detectors that are on.
        roi: region in which pupils are looked for; None for the whole image.
        detector_2d: properties of the 2-D detector.
        detector_3d: properties of the 3-D detector.
    """

    enabled: frozenset[str] = frozenset({DETECTOR_2D, DETECTOR_3D})
    roi: Roi | None = None
    detector_2d: DetectorSettings2d = field(default_factory=DetectorSettings2d)
    detector_3d: Detector3dProperties = field(default_factory=Detector3dProperties)

    def properties(self, detector: str) -> DetectorSettings2d | Detector3dProperties:
        """Properties of a detector by its class name."""
        return self.detector_2d if detector == DETECTOR_2D else self.detector_3d

    def scaled(self, before: tuple[int, int], after: tuple[int, int]) -> DetectorSettings:
        """The same for images of another size: the region grows or shrinks with them."""
        if self.roi is None:
            return self
        across, down = after[0] / before[0], after[1] / before[1]
        roi = Roi(
            int(self.roi.min_x * across),
            int(self.roi.min_y * down),
            min(int(self.roi.max_x * across), after[0] - 1),
            min(int(self.roi.max_y * down), after[1] - 1),
        )
        return replace(self, roi=roi)


class DetectorControl:
    """Follows the notifications ``pupil_detector.…`` for one eye.

    Attributes:
        settings: as they are now.

    Args:
        eye_id: whose.
        log_error: takes each line of what is wrong with a notification.
    """

    def __init__(self, eye_id: EyeId, log_error: Callable[[str], None]) -> None:
        self.settings = DetectorSettings()
        self._eye_id = eye_id
        self._log_error = log_error

    def handle(self, notification: Notification, size: tuple[int, int]) -> list[Notification]:
        """Do what a notification asks for, where it is for this eye; return what is answered.

        Args:
            notification: of any subject.
            size: width and height of the images.
        """
        matched = _ACTION.fullmatch(notification.subject)
        fields = notification.fields
        if matched is None or fields.get("eye_id", self._eye_id) != self._eye_id:
            return []
        name = fields.get("detector_plugin_class_name")
        detectors = [d for d in (DETECTOR_2D, DETECTOR_3D) if name in {None, d}]
        match matched[1]:
            case "set_enabled":
                self._set_enabled(fields, detectors)
            case "set_roi":
                self._set_roi(fields, detectors, size)
            case "set_properties":
                self._set_properties(fields)
            case "broadcast_properties":
                return [self._broadcast(detector) for detector in detectors]
        return []

    def _broadcast(self, detector: str) -> Notification:
        values = msgspec.to_builtins(self.settings.properties(detector))
        return Notification(
            subject=f"pupil_detector.properties.{self._eye_id}.{detector}",
            fields={"values": values},
        )

    def _set_enabled(self, fields: Mapping[str, object], detectors: list[str]) -> None:
        if "value" not in fields:
            self._log_error("Malformed notification: missing 'value' key")
            return
        value = fields["value"]
        if not isinstance(value, bool):
            self._log_error("Enabled value must be a bool")
            self._log_error(f"Invalid value: {value}")
            return
        enabled = self.settings.enabled
        changed = enabled | set(detectors) if value else enabled - set(detectors)
        self.settings = replace(self.settings, enabled=frozenset(changed))

    def _set_roi(
        self, fields: Mapping[str, object], detectors: list[str], size: tuple[int, int]
    ) -> None:
        if not detectors:
            return
        if "value" not in fields:
            self._log_error("Malformed notification: missing 'value' key")
            return
        value = fields["value"]
        try:
            min_x, min_y, max_x, max_y = (_integer(number) for number in _sequence(value))
        except (TypeError, ValueError, OverflowError):
            self._log_error("ROI needs to be 4 integers: (minX, minY, maxX, maxY)")
            self._log_error(f"Invalid value: {value}")
            return
        width, height = size
        # The last bound is one too far in the program, which then moves it in. Kept, as the texts.
        if not (0 <= min_x < max_x < width and 0 <= min_y < max_y <= height):
            self._log_error(
                f"Received ROI with invalid dimensions! (minX={min_x}, minY={min_y}, "
                f"maxX={max_x}, maxY={max_y}) for frame size ({width} x {height})"
            )
            self._log_error(f"Invalid value: {value}")
            return
        roi = Roi(min_x, min_y, max_x, min(max_y, height - 1))
        self.settings = replace(self.settings, roi=roi)

    def _set_properties(self, fields: Mapping[str, object]) -> None:
        for key in ("detector_plugin_class_name", "values"):
            if key not in fields:
                self._log_error(f"Malformed notification: missing '{key}' key")
                return
        name, values = fields["detector_plugin_class_name"], fields["values"]
        if not isinstance(name, str):
            self._log_error("Detector plugin class name must be a string")
            return
        if not isinstance(values, Mapping):
            self._log_error(f"Invalid value: {values}")
            return
        if name not in {DETECTOR_2D, DETECTOR_3D}:
            return
        for key, value in values.items():
            # Those before a bad one stay.
            try:
                self._set_property(name, key, value)
            except (TypeError, ValueError, OverflowError):
                self._log_error(f"Invalid value: {value}")
                return

    def _set_property(self, detector: str, key: object, value: object) -> None:
        properties = self.settings.properties(detector)
        if not isinstance(key, str) or key not in properties.__struct_fields__:
            return
        changed = msgspec.structs.replace(
            properties, **{key: _cast(value, type(getattr(properties, key)))}
        )
        if isinstance(changed, DetectorSettings2d):
            self.settings = replace(self.settings, detector_2d=changed)
        else:
            self.settings = replace(self.settings, detector_3d=changed)


def _sequence(value: object) -> list[object]:
    if isinstance(value, list | tuple):
        return list(value)
    raise TypeError("not a sequence")


def _integer(value: object) -> int:
    # Text that is a number, and fractions, are converted.
    if isinstance(value, str | int | float):
        return int(value)
    raise TypeError("not a number")


def _cast(value: object, kind: type) -> object:
    """Cast as the program does: any text but the empty one is true."""
    if kind is bool:
        return bool(value)
    if isinstance(value, str | int | float):
        return kind(value)
    raise TypeError("not a number")
