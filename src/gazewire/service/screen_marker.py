"""Markers on a display, one after the other, looked for by the scene camera.

A display shows the marker of the current target and says when it is there. From a while after that
on each picture with one steady marker counts, until there are enough or the time is over. A display
that says nothing is given the time that it can take at most.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gazewire.model import Point2
from gazewire.service.calibration import Reference
from gazewire.service.guide import Guide, Kind, SightingGate, Target
from gazewire.service.sighting import Sighting

__all__ = ["ScreenMarkerArgs", "ScreenMarkers"]

# The Core program's, in its order.
_MIDDLE: Point2 = (0.5, 0.5)
_CORNERS: tuple[Point2, ...] = ((0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0))
_EDGES: tuple[Point2, ...] = ((0.5, 1.0), (1.0, 0.5), (0.5, 0.0), (0.0, 0.5))
_MAX_TARGETS = 100
_NS = 1_000_000_000
# After so many targets in a row of which nothing was seen, nobody looks at the display.
_MOST_MISSED = 2


class ScreenMarkerArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What ``ScreenMarkerChoreographyPlugin`` is started with.

    Attributes:
        selected_gazer_class_name: which mapping is fitted; None for the one in three dimensions.
        sample_duration: samples wanted of each target: pictures of the scene, not seconds.
        marker_scale: size of the marker, 1 for an eighth of the display's shorter side.
        calibration_targets: places on the display in their order, 0 to 1 from the bottom left.
        validation_targets: the same; other ones.
        settle_s: what the eyes are given to arrive at a target.
        show_s: what a display is given to show a target before it is taken to be there.
        target_timeout_s: how long a target is waited for.
        max_speed: of the marker in the scene, widths of the picture a second.
    """

    selected_gazer_class_name: str | None = None
    sample_duration: int = 40
    marker_scale: float = 1.0
    calibration_targets: tuple[Point2, ...] = (
        (0.5, 0.5),
        (0.0, 1.0),
        (1.0, 1.0),
        (1.0, 0.0),
        (0.0, 0.0),
    )
    validation_targets: tuple[Point2, ...] = ((0.5, 1.0), (1.0, 0.5), (0.5, 0.0), (0.0, 0.5))
    settle_s: float = 0.4
    show_s: float = 1.5
    target_timeout_s: float = 8.0
    max_speed: float = 0.25

    def __post_init__(self) -> None:
        for places in (self.calibration_targets, self.validation_targets):
            if not 0 < len(places) <= _MAX_TARGETS:
                raise ValueError(f"there are 1 to {_MAX_TARGETS} targets")
            if not all(0.0 <= number <= 1.0 for place in places for number in place):
                raise ValueError("places on the display are 0 to 1")
        if not 0 < self.sample_duration <= 10_000:
            raise ValueError("1 to 10000 samples are wanted of a target")
        if not 0.1 <= self.marker_scale <= 8.0:
            raise ValueError("a marker is scaled by 0.1 to 8")
        if not (0 <= self.settle_s <= 60 and 0 <= self.show_s <= 60):
            raise ValueError("eyes and displays are given 0 to 60 s")
        if not 0 < self.target_timeout_s <= 600:
            raise ValueError("a target is waited for up to 600 s")
        if not 0 < self.max_speed <= 100:
            raise ValueError("a marker may move up to 100 widths a second")


class ScreenMarkers(Guide):
    """Leads from target to target.

    Args:
        args: which ones, and how long.
    """

    def __init__(self, args: ScreenMarkerArgs) -> None:
        super().__init__()
        self._args = args
        self._gate = SightingGate(args.max_speed)
        self._announced_ns = 0
        self._shown_ns: int | None = None
        self._missed = 0

    def begin(self, kind: Kind, now_ns: int) -> None:
        """Start with the first target of a calibration or validation."""
        super().begin(kind, now_ns)
        args = self._args
        places = args.calibration_targets if kind == "calibration" else args.validation_targets
        self.targets = [
            Target(number, place, args.sample_duration) for number, place in enumerate(places)
        ]
        self._missed = 0
        self._announce(0, now_ns)

    def shown(self, target: int, now_ns: int) -> None:
        """The display shows the target now; what is said of another one is too late."""
        if target == self.current and self._shown_ns is None:
            self._shown_ns = now_ns
            self.targets[target].state = "collecting"
            self.wake_at_ns = now_ns + round(self._args.target_timeout_s * _NS)

    def see(self, sighting: Sighting) -> Sequence[Reference]:
        """One steady marker is what the wearer looks at."""
        if self.current is None:
            return ()
        places = sighting.places("calibration")
        if len(places) != 1:
            self._gate.close()
            if self._shown_ns is not None:
                self.note = _count_note(len(places))
            return ()
        self.note = None
        is_steady = self._gate.passes(sighting, places[0])
        settled_ns = (self._shown_ns or 0) + round(self._args.settle_s * _NS)
        if self._shown_ns is None or sighting.timestamp_unix_ns < settled_ns:
            return ()
        if not is_steady:
            self.note = "The marker moves: hold the head still."
            return ()
        number = self.current
        target = self.targets[number]
        target.add_sample()
        if target.state == "done":
            self._go_on(sighting.timestamp_unix_ns)
        return (
            Reference(
                timestamp_unix_ns=sighting.timestamp_unix_ns,
                norm_pos=sighting.norm_pos(places[0]),
                screen_pos=places[0],
                target=number,
            ),
        )

    def wake(self, now_ns: int) -> None:
        """Take a silent display's target for shown, or go on to the next one."""
        if self.current is None or self.wake_at_ns is None or now_ns < self.wake_at_ns:
            return
        if self._shown_ns is None:
            self.shown(self.current, now_ns)
        else:
            self._go_on(now_ns)

    def _announce(self, number: int, now_ns: int) -> None:
        self.current = number
        self.targets[number].state = "showing"
        self._shown_ns = None
        self._gate.close()
        self.wake_at_ns = now_ns + round(self._args.show_s * _NS)

    def _go_on(self, now_ns: int) -> None:
        assert self.current is not None
        target = self.targets[self.current]
        target.end()
        self._missed = self._missed + 1 if target.state == "missed" else 0
        following = target.number + 1
        if following < len(self.targets) and self._missed < _MOST_MISSED:
            self._announce(following, now_ns)
            return
        for left in self.targets[following:]:
            left.end()
        self.current, self.wake_at_ns, self.is_complete = None, None, True


def _count_note(count: int) -> str:
    if not count:
        return "No marker is seen: is the display in the scene camera's view?"
    return f"{count} markers are seen: there may be one alone."
