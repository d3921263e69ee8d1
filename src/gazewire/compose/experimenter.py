"""Who calibrates the synthetic wearer: shows markers in the room, and asks to look at them.

What a display, a print or a helper is for people, this is for the wearer. It does what
``calibration.state`` wants of each choreography:

* markers on a display: the wearer's monitor shows the marker in the place of each target;
* a single marker: a card with the marker is held up in each ninth of the scene, and then one with
  the stop marker;
* things in the scene: the wearer points at something with a light pointer, and goes on looking at
  its dot until somebody has clicked on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gazewire.compose.looking_request import LookingRequest
from gazewire.compose.synthetic_eye import LIFE_NS, synthetic_wearer
from gazewire.model import Notification, Point2
from gazewire.service import NoArgs, Plugin, PluginContext, PluginType
from gazewire.sim import Attention, Exhibit, Wearer

__all__ = ["EXPERIMENTER", "SHOWN_AFTER_NS", "Experimenter", "experimenter"]

EXPERIMENTER = "Synthetic_Experimenter"

SHOWN_AFTER_NS = 300_000_000
"""So long before something is there the request is sent: pictures are drawn a quarter of a second
ahead, and nobody may be surprised by it."""

_STATE = "calibration.state"
_DONE = {"done", "partial", "missed"}

# Of a card held up: diameter of its marker, as a tangent. 72 pixels of the scene camera.
_CARD_DIAMETER = 0.08
_DOT_DIAMETER = 0.03
# What the pointer is pointed at, in the scene's picture, in turn: the middle, then all around.
_POINTED_AT: tuple[Point2, ...] = (
    (0.50, 0.50),
    (0.22, 0.74),
    (0.78, 0.28),
    (0.76, 0.72),
    (0.24, 0.26),
    (0.50, 0.80),
    (0.52, 0.22),
    (0.18, 0.50),
    (0.82, 0.50),
)

# Any: fields of a notification, looked into as they come.
_State = Mapping[str, Any]


class Experimenter(Plugin):
    """Follows the state of calibrations.

    Args:
        context: of the service.
        seed: who the wearer is.
        attention: of that wearer, in this process.
        shown_after_ns: how long it takes from a state until its target is there.
    """

    def __init__(
        self,
        context: PluginContext,
        seed: int,
        attention: Attention,
        *,
        shown_after_ns: int = SHOWN_AFTER_NS,
    ) -> None:
        self._shown_after_ns = shown_after_ns
        self._context = context
        self._seed = seed
        self._attention = attention
        # What is shown, by what it is shown for: it stays in its place in the room.
        self._occasion: object = None
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def _wearer(self) -> Wearer:
        return synthetic_wearer(self._seed)

    def on_notify(self, notification: Notification) -> None:
        """calibration.state: shows what it wants to be shown."""
        if notification.subject != _STATE:
            return
        state = notification.fields
        try:
            occasion, show = self._wanted(state)
        except (KeyError, IndexError, TypeError, ValueError):
            return  # somebody else's idea of a state
        if occasion == self._occasion:
            return
        self._occasion = occasion
        at_ns = self._context.clock.unix_ns() + self._shown_after_ns
        request = LookingRequest(unix_ns=at_ns, exhibit=None if show is None else show(at_ns))
        self._attention.ask(request.exhibit, at_ns)
        self._context.outlet.notify(request.notification())
        if isinstance(state.get("target"), int) and request.exhibit is not None:
            self._say_when_shown({"run": state["run"], "target": state["target"]})

    def cleanup(self) -> None:
        """Show nothing more."""
        for timer in self._timers:
            timer.cancel()

    def _wanted(self, state: _State) -> tuple[object, Callable[[int], Exhibit] | None]:
        """What it is for, and what makes it as of an instant; None: nothing is to be seen."""
        if state["state"] != "collecting":
            return None, None
        targets, run = state["targets"], state["run"]
        match state["choreography"]:
            case "ScreenMarkerChoreographyPlugin" if state["target"] is not None:
                return (run, state["target"]), self._on_display(state)
            case "SingleMarkerChoreographyPlugin":
                zone = _first_open(targets)
                return (run, zone), self._card(None if zone is None else targets[zone]["place"])
            case "NaturalFeatureChoreographyPlugin":
                finished = sum(target["state"] in _DONE for target in targets)
                place = _POINTED_AT[finished % len(_POINTED_AT)]
                return (run, finished), self._dot(place)
        return None, None

    def _on_display(self, state: _State) -> Callable[[int], Exhibit]:
        x, y = state["targets"][state["target"]]["place"]
        scale = float(state["display"].get("marker_scale", 1.0))
        display = self._wearer.scene.display
        return lambda at_ns: Exhibit.on_display(display, (x, y), scale=scale)

    def _card(self, place: Sequence[float] | None) -> Callable[[int], Exhibit]:
        if place is None:
            return lambda at_ns: Exhibit.on_card(
                "stop", self._in_room((0.5, 0.5), at_ns), _CARD_DIAMETER
            )
        x, y = place
        return lambda at_ns: Exhibit.on_card(
            "calibration", self._in_room((x, y), at_ns), _CARD_DIAMETER
        )

    def _dot(self, place: Point2) -> Callable[[int], Exhibit]:
        return lambda at_ns: Exhibit(
            kind="dot", point=self._in_room(place, at_ns), diameter=_DOT_DIAMETER
        )

    def _in_room(self, norm_pos: Point2, at_ns: int) -> Point2:
        """What is seen in a place of the scene's picture at an instant."""
        camera, head = self._wearer.scene.camera, self._wearer.scene.head
        place_px = np.array([(norm_pos[0] * camera.width, (1.0 - norm_pos[1]) * camera.height)])
        turned = head.tangents(np.array([at_ns % LIFE_NS / 1e9]))
        x, y = (camera.unproject(place_px) + turned)[0].tolist()
        return x, y

    def _say_when_shown(self, shown: Mapping[str, object]) -> None:
        told = Notification(subject="calibration.target_shown", fields=shown)

        def say() -> None:
            self._timers.discard(timer)
            self._context.outlet.notify(told)

        timer = asyncio.get_running_loop().call_later(self._shown_after_ns / 1e9, say)
        self._timers.add(timer)


def _first_open(targets: Sequence[_State]) -> int | None:
    """Number of the first target of which more samples are wanted; None where none is."""
    for number, target in enumerate(targets):
        if target["samples"] < target["wanted"]:
            return number
    return None


def experimenter(seed: int, attention: Attention) -> PluginType[NoArgs]:
    """Make the type of the plugin.

    Args:
        seed: who the wearer is.
        attention: of that wearer, in this process; eyes elsewhere hear what is asked of the wearer.
    """
    return PluginType(
        EXPERIMENTER, NoArgs, lambda context, args: Experimenter(context, seed, attention)
    )
