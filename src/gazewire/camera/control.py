"""What can be set in a camera, and the range that the camera itself tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ChoiceControl", "Control", "NumberControl", "live_control"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberControl:
    """A number.

    Attributes:
        value: what it is set to.
        minimum: the least it can be set to, as other controls are now.
        maximum: the most.
        step: distance of the values from `minimum` on that it takes; 0: it takes any.
        is_live: it can be set while images come; otherwise only in what a camera is opened with.
    """

    value: float
    minimum: float
    maximum: float
    step: float = 0.0
    is_live: bool = True

    def nearest(self, name: str, value: float) -> float:
        """Find the value next to one asked for that it takes.

        Args:
            name: of the control, for the error.
            value: asked for.

        Raises:
            ValueError: it is outside the range.
        """
        if not self.minimum <= value <= self.maximum:
            steps = f" in steps of {self.step:g}" if self.step > 0 else ""
            raise ValueError(
                f"{name} takes {self.minimum:.10g} to {self.maximum:.10g}{steps}, not {value:.10g}"
            )
        if self.step <= 0:
            return value
        steps_up = round((value - self.minimum) / self.step)
        nearest = self.minimum + steps_up * self.step
        return nearest if nearest <= self.maximum else nearest - self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceControl:
    """One of a few words.

    Attributes:
        value: what it is set to.
        choices: what it can be set to.
        is_live: as that of `NumberControl`.
    """

    value: str
    choices: tuple[str, ...]
    is_live: bool = True

    def checked(self, name: str, value: str) -> str:
        """Give back a word that it takes.

        Raises:
            ValueError: it takes others.
        """
        if value not in self.choices:
            raise ValueError(f"{name} takes {' or '.join(self.choices)}, not {value}")
        return value


Control = NumberControl | ChoiceControl
"""By its name: ``exposure_us``, ``gain_db``, ``rate_hz``, ``width``, ``height``, ``left_px``,
``top_px``, ``pixel_format``, ``trigger``, and whatever else a camera has."""


def live_control(controls: Mapping[str, Control], name: str) -> Control:
    """Find a control that can be set while images come.

    Raises:
        ValueError: there is no such one.
    """
    control = controls.get(name)
    if control is None:
        there = ", ".join(sorted(controls)) or "none"
        raise ValueError(f"this camera has no control {name}; there are: {there}")
    if not control.is_live:
        raise ValueError(f"{name} cannot be set while images come; set it before it is opened")
    return control
