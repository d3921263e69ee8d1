"""How listeners of the status websocket are told, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from gazewire.device.faults.seam import Seam
from gazewire.model import Component
from gazewire.wire.rest import serialize_component

__all__ = ["StatusTelling", "TellingFault"]


TellingFault = Callable[[Component, list[str]], list[str]]
"""Changes the messages that tell one listener of a component: usually there is one."""


class StatusTelling:
    """Tells each listener of components, with what is put in.

    Attributes:
        faults: each is called once for a listener, when it is told something for the first time
            after the fault began.
    """

    def __init__(self) -> None:
        self.faults = Seam[Callable[[], TellingFault]]()

    def begin(self) -> Callable[[Component], list[str]]:
        """Make what tells one listener."""
        return _Listener(self.faults).tell


class _Listener:
    def __init__(self, faults: Seam[Callable[[], TellingFault]]) -> None:
        self._faults = faults
        self._mine: dict[Callable[[], TellingFault], TellingFault] = {}

    def tell(self, component: Component) -> list[str]:
        messages = [serialize_component(component)]
        for make in self._faults:
            if make not in self._mine:
                self._mine[make] = make()
            messages = self._mine[make](component, messages)
        return messages
