"""Cameras by the names that they all use: the GenICam Standard Features Naming Convention.

Basler's library, GenTL producers and Aravis reach the same features in ways of their own. Each of
ours that uses one of them brings a `Features`, and here is what is done with them: settings,
controls with their ranges, triggers, lines, and the camera's clock.

Source: GenICam SFNC 2.7; names that end in ``Abs``, ``Raw`` or ``Enabled`` are of older cameras.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from gazewire.camera.camera_settings import CameraSettings
from gazewire.camera.control import ChoiceControl, Control, NumberControl, live_control
from gazewire.camera.exposure_clock import ExposureClock
from gazewire.camera.frame_ids import GIGE_VISION_IDS
from gazewire.time import Clock

__all__ = ["Features", "StandardFeatures"]

_log = logging.getLogger(__name__)

_NS_PER_S = 1_000_000_000

# Our names, and those of cameras in the order in which they are looked for.
_LIVE_NUMBERS: dict[str, tuple[str, ...]] = {
    "exposure_us": ("ExposureTime", "ExposureTimeAbs"),
    "gain_db": ("Gain", "GainAbs"),
    "gain_raw": ("GainRaw",),
    "rate_hz": ("AcquisitionFrameRate", "AcquisitionFrameRateAbs"),
    "black_level": ("BlackLevel", "BlackLevelRaw"),
    "gamma": ("Gamma",),
}
_FIXED_NUMBERS: dict[str, tuple[str, ...]] = {
    "width": ("Width",),
    "height": ("Height",),
    "left_px": ("OffsetX",),
    "top_px": ("OffsetY",),
}
_CHOICES: dict[str, str] = {"exposure_auto": "ExposureAuto", "gain_auto": "GainAuto"}
# What has to be off before a number can be set, or counts.
_AUTOMATICS = {"exposure_us": "ExposureAuto", "gain_db": "GainAuto", "gain_raw": "GainAuto"}
_RATE_ENABLERS = ("AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled")
_RESULTING_RATES = ("ResultingFrameRate", "ResultingFrameRateAbs", "AcquisitionResultingFrameRate")

_FREE = "free"
_SOFTWARE = "software"
_EXTERNAL = "external"


class Features(Protocol):
    """The features of an open camera, by name.

    Whatever a library raises where a camera refuses or is gone comes as `SourceError`.
    """

    def is_readable(self, name: str) -> bool:
        """Whether there is such a feature, and its value can be asked for now."""

    def is_writable(self, name: str) -> bool:
        """Whether there is such a feature, and it can be set, or executed, now."""

    def number(self, name: str) -> float:
        """Tell the value of a number; that of a whole number is an int."""

    def bounds(self, name: str) -> tuple[float, float, float]:
        """Tell least and greatest value of a number, and the step between values, or 0."""

    def set_number(self, name: str, value: float) -> None:
        """Set a number."""

    def word(self, name: str) -> str:
        """Tell the entry of an enumeration."""

    def words(self, name: str) -> tuple[str, ...]:
        """Tell the entries that an enumeration can be set to now."""

    def set_word(self, name: str, entry: str) -> None:
        """Set an enumeration."""

    def set_flag(self, name: str, value: bool) -> None:
        """Set a boolean."""

    def execute(self, name: str) -> None:
        """Execute a command."""


class StandardFeatures:
    """What every camera can do, done by whatever of it this one has.

    Args:
        name: of the camera, for the log and errors.
        features: those that it has.
    """

    def __init__(self, name: str, features: Features) -> None:
        self._name = name
        self._features = features
        self._is_rate_free = False

    def apply(self, settings: CameraSettings, formats: tuple[str, ...]) -> str:
        """Set what is wanted, before images come.

        What the camera does not have is told in the log, and stays as it is.

        Args:
            settings: wanted.
            formats: pixel formats of the camera from which images can be made, the best first.

        Returns:
            The pixel format of the camera.

        Raises:
            ValueError: it has none of the formats, or does not take a value.
            SourceError: it is gone.
        """
        if self._features.is_writable("AcquisitionStop"):
            # A camera that a program has left running takes no size.
            self._features.execute("AcquisitionStop")
        pixel_format = self._choose_format(formats)
        self._place(settings)
        for name, value in (
            ("exposure_us", settings.exposure_us),
            ("gain_db", settings.gain_db),
            ("rate_hz", settings.rate_hz),
        ):
            if value is not None:
                self._set_if_there(name, value)
        self._set_trigger(settings.trigger)
        return pixel_format

    def controls(self) -> dict[str, Control]:
        """Tell what can be set, with values and ranges."""
        controls: dict[str, Control] = {}
        for names, is_live in ((_LIVE_NUMBERS, True), (_FIXED_NUMBERS, False)):
            for name, candidates in names.items():
                feature = self._first_readable(candidates)
                if feature is not None:
                    controls[name] = self._number_control(feature, is_live=is_live)
        if "gain_db" in controls:
            # The same in the sensor's own steps.
            controls.pop("gain_raw", None)
        for name, feature in _CHOICES.items():
            if self._features.is_readable(feature):
                controls[name] = ChoiceControl(
                    value=self._features.word(feature), choices=self._features.words(feature)
                )
        if self._features.is_readable("TriggerSource"):
            controls["trigger"] = self._trigger_control()
        return controls

    def set_control(self, name: str, value: float | str) -> None:
        """Set a live control.

        Raises:
            ValueError: there is no such one, or it does not take this value.
            SourceError: the camera is gone.
        """
        control = live_control(self.controls(), name)
        if isinstance(control, NumberControl):
            if isinstance(value, str):
                raise ValueError(f"{name} takes a number, not {value}")
            self._set_number(name, control.nearest(name, value))
        elif name == "trigger":
            self._set_trigger(control.checked(name, str(value)))
        else:
            self._features.set_word(_CHOICES[name], control.checked(name, str(value)))

    def fire(self) -> None:
        """Expose one image, where the trigger is ``software``."""
        self._features.execute("TriggerSoftware")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of images."""
        return int(self._features.number("Width")), int(self._features.number("Height"))

    @property
    def rate_hz(self) -> float | None:
        """The rate that the camera reaches with its settings, as it tells it."""
        candidates = (*_RESULTING_RATES, *_LIVE_NUMBERS["rate_hz"])
        feature = self._first_readable(candidates)
        return None if feature is None else float(self._features.number(feature))

    @property
    def is_free(self) -> bool:
        """Whether the camera runs at its rate, and no trigger decides."""
        mode = "TriggerMode"
        return not self._features.is_readable(mode) or self._features.word(mode) == "Off"

    @property
    def exposure_ns(self) -> int:
        """How long an image is exposed; 0 where the camera does not tell."""
        feature = self._first_readable(_LIVE_NUMBERS["exposure_us"])
        return 0 if feature is None else round(1000 * self._features.number(feature))

    def gige_ids(self) -> int | None:
        """Tell how many ids a camera of GigE Vision has; see `FrameIds`."""
        mode = "GevGVSPExtendedIDMode"
        is_long = self._features.is_readable(mode) and self._features.word(mode) == "On"
        return None if is_long else GIGE_VISION_IDS

    def line_names(self) -> tuple[str, ...]:
        """Tell the lines whose state can be asked for, as ``LineStatusAll`` numbers them."""
        if not self._features.is_readable("LineStatusAll"):
            return ()
        return self._features.words("LineSelector")

    def lines(self, names: tuple[str, ...]) -> Mapping[str, bool]:
        """Ask for the state of the lines now."""
        bits = int(self._features.number("LineStatusAll")) if names else 0
        return {name: bool(bits >> place & 1) for place, name in enumerate(names)}

    def latch(self, exposures: ExposureClock, clock: Clock) -> bool:
        """Ask the camera for its time, where it can be asked.

        Returns:
            Whether it can.
        """
        for command, value, frequency in (
            ("TimestampLatch", "TimestampLatchValue", None),
            ("GevTimestampControlLatch", "GevTimestampValue", "GevTimestampTickFrequency"),
        ):
            if self._features.is_writable(command) and self._features.is_readable(value):
                before_ns = clock.unix_ns()
                self._features.execute(command)
                after_ns = clock.unix_ns()
                ticks = int(self._features.number(value))
                exposures.latch(self._in_ns(ticks, frequency), before_ns, after_ns)
                return True
        return False

    def _in_ns(self, ticks: int, frequency: str | None) -> int:
        if frequency is None or not self._features.is_readable(frequency):
            return ticks
        return ticks * _NS_PER_S // max(1, int(self._features.number(frequency)))

    def _choose_format(self, formats: tuple[str, ...]) -> str:
        there = self._features.words("PixelFormat")
        for entry in formats:
            if entry in there:
                if entry != self._features.word("PixelFormat"):
                    self._features.set_word("PixelFormat", entry)
                return entry
        raise ValueError(f"of its pixel formats {', '.join(there)}, none can be read")

    def _place(self, settings: CameraSettings) -> None:
        """Cut out a part of the sensor. Where it lay before may leave no room for its size."""
        for size, offset in (("width", "left_px"), ("height", "top_px")):
            wanted, place = getattr(settings, size), getattr(settings, offset)
            if wanted is not None:
                self._set_if_there(offset, 0.0, is_told=False)
                self._set_if_there(size, wanted)
            if place is not None:
                self._set_if_there(offset, place)

    def _set_if_there(self, name: str, value: float, *, is_told: bool = True) -> None:
        feature = self._feature(name)
        if feature is not None:
            control = self._number_control(feature, is_live=True)
            self._set_number(name, control.nearest(name, value))
        elif is_told:
            _log.warning("%s has no %s; it stays as it is", self._name, name)

    def _set_number(self, name: str, value: float) -> None:
        automatic = _AUTOMATICS.get(name, "")
        if self._features.is_writable(automatic) and self._features.word(automatic) != "Off":
            self._features.set_word(automatic, "Off")
        if name == "rate_hz":
            for enabler in _RATE_ENABLERS:
                if self._features.is_writable(enabler):
                    self._features.set_flag(enabler, True)
        feature = self._feature(name)
        if feature is not None:
            self._features.set_number(feature, value)

    def _feature(self, name: str) -> str | None:
        return self._first_readable(_LIVE_NUMBERS.get(name) or _FIXED_NUMBERS[name])

    def _first_readable(self, candidates: tuple[str, ...]) -> str | None:
        return next((name for name in candidates if self._features.is_readable(name)), None)

    def _number_control(self, feature: str, *, is_live: bool) -> NumberControl:
        value = self._features.number(feature)
        minimum, maximum, step = self._features.bounds(feature)
        # Some cameras tell ranges that change with other settings a little late.
        return NumberControl(
            value=value,
            minimum=min(minimum, value),
            maximum=max(maximum, value),
            step=step,
            is_live=is_live,
        )

    def _trigger_control(self) -> ChoiceControl:
        sources = self._features.words("TriggerSource")
        lines = tuple(source for source in sources if source.startswith("Line"))
        software = (_SOFTWARE,) if "Software" in sources else ()
        source = self._features.word("TriggerSource")
        is_on = self._features.word("TriggerMode") == "On"
        value = {"Software": _SOFTWARE}.get(source, source) if is_on else _FREE
        choices = (_FREE, *software, *lines)
        return ChoiceControl(
            value=value, choices=choices if value in choices else (*choices, value)
        )

    def _set_trigger(self, wanted: str) -> None:
        if not self._features.is_readable("TriggerSource"):
            if wanted != _FREE:
                raise ValueError("it has no trigger")
            return
        selectors = self._features.words("TriggerSelector") if self._has_selector() else ()
        if "FrameStart" in selectors:
            # Others, such as that of a whole acquisition, are for other purposes.
            self._features.set_word("TriggerSelector", "FrameStart")
        control = self._trigger_control()
        if wanted == _EXTERNAL:
            wanted = next((name for name in control.choices if name.startswith("Line")), wanted)
        control.checked("trigger", wanted)
        self._let_trigger_decide(wanted != _FREE)
        if wanted == _FREE:
            self._features.set_word("TriggerMode", "Off")
            return
        self._features.set_word("TriggerSource", "Software" if wanted == _SOFTWARE else wanted)
        if self._features.is_writable("TriggerActivation"):
            self._features.set_word("TriggerActivation", "RisingEdge")
        self._features.set_word("TriggerMode", "On")

    def _has_selector(self) -> bool:
        return self._features.is_writable("TriggerSelector")

    def _let_trigger_decide(self, is_triggered: bool) -> None:
        """Take away the limit of the rate, so that triggers may come sooner, or put it back."""
        if is_triggered == self._is_rate_free:
            return
        for enabler in _RATE_ENABLERS:
            if self._features.is_writable(enabler):
                self._features.set_flag(enabler, not is_triggered)
                self._is_rate_free = is_triggered
