"""The screen of ``gazewire watch``: a block for each device, orders by a key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Label, RichLog, Static

from gazewire.cli.panel import draw_panel, title_of
from gazewire.client.device import Device
from gazewire.client.device_error import DeviceError
from gazewire.client.tools import WatchedDevice, Watching

__all__ = ["Dashboard"]

_REFRESH_S = 0.5
_MOST_NOTES = 500

Order = Callable[[Device], Awaitable[str]]
"""Tells a device something, and returns what came of it in words."""


class Question(ModalScreen[str | None]):
    """Asks for a line of text; None where the user thinks better of it.

    Args:
        text: what to ask.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Never mind")]
    DEFAULT_CSS = """
    Question { align: center middle; }
    Question Label { width: 60; background: $panel; padding: 1 2 0 2; }
    Question Input { width: 60; background: $panel; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """Make the parts of it."""
        yield Label(self._text)
        yield Input()

    @on(Input.Submitted)
    def answer(self, submitted: Input.Submitted) -> None:
        """Take the answer."""
        self.dismiss(submitted.value.strip() or None)

    def action_leave(self) -> None:
        """Take no answer."""
        self.dismiss(None)


class Dashboard(App[None]):
    """Shows watched devices and takes orders for them.

    Orders go to the device that is chosen, and to all where none is.

    Args:
        watching: the devices; may become more.
    """

    TITLE = "gazewire watch"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "record", "Record"),
        Binding("s", "save", "Stop and save"),
        Binding("c", "cancel", "Cancel"),
        Binding("e", "mark", "Event"),
        Binding("tab,down", "choose(1)", "Next device", key_display="tab", priority=True),
        Binding("shift+tab,up", "choose(-1)", "Previous device", show=False, priority=True),
        Binding("q,ctrl+c", "quit", "Quit", key_display="q"),
    ]
    CSS = """
    #devices { height: 1fr; }
    .device { border: round $primary-darken-2; padding: 0 1; height: auto; }
    .device.chosen { border: heavy $accent; }
    #nobody { padding: 1 2; }
    #notes { height: 5; border-top: solid $primary-darken-2; padding: 0 1; }
    """

    def __init__(self, watching: Watching) -> None:
        super().__init__()
        self._watching = watching
        self._panels: list[Static] = []
        self._chosen: int | None = None

    def compose(self) -> ComposeResult:
        """Make the parts of the screen."""
        yield VerticalScroll(Static("looking for devices …", id="nobody"), id="devices")
        yield RichLog(id="notes", max_lines=_MOST_NOTES, wrap=True)
        yield Footer()

    def on_mount(self) -> None:
        """Begin to keep it up to date."""
        self.query_one("#devices").can_focus = False
        self.query_one("#notes").can_focus = False
        self.set_interval(_REFRESH_S, self.refresh_panels)
        self.call_later(self.refresh_panels)

    async def refresh_panels(self) -> None:
        """Draw all devices as they are now."""
        devices = self._watching.devices
        self.query_one("#nobody").display = not devices
        while len(self._panels) < len(devices):
            panel = Static(classes="device")
            self._panels.append(panel)
            await self.query_one("#devices").mount(panel)
        for number, (panel, device) in enumerate(zip(self._panels, devices, strict=True)):
            vitals = device.vitals()
            panel.border_title = title_of(vitals)
            panel.set_class(number == self._chosen, "chosen")
            panel.update(draw_panel(vitals))

    def note(self, text: str) -> None:
        """Tell the user something, below the devices."""
        self.query_one("#notes", RichLog).write(text)

    async def action_choose(self, step: int) -> None:
        """Choose the next device, or none, which is all of them."""
        count = len(self._watching.devices)
        place = -1 if self._chosen is None else self._chosen
        place = (place + 1 + step) % (count + 1) - 1
        self._chosen = None if place < 0 else place
        await self.refresh_panels()
        if self._chosen is not None:
            self._panels[self._chosen].scroll_visible()

    def action_record(self) -> None:
        """Start recordings."""

        async def order(device: Device) -> str:
            return f"recording {await device.recording_start()}"

        self._give(order)

    def action_save(self) -> None:
        """Stop recordings and keep them."""

        async def order(device: Device) -> str:
            await device.recording_stop_and_save()
            return "recording saved"

        self._give(order)

    def action_cancel(self) -> None:
        """Throw recordings away, if the user means it."""

        async def order(device: Device) -> str:
            await device.recording_cancel()
            return "recording thrown away"

        def decide(answer: str | None) -> None:
            if answer is not None and answer.lower() in {"y", "yes"}:
                self._give(order)

        question = f"Throw away what {self._whom()} records? Type yes:"
        self.push_screen(Question(question), decide)

    def action_mark(self) -> None:
        """Mark an event."""

        def mark(name: str | None) -> None:
            if name is not None:
                self._give(lambda device: _mark(device, name))

        self.push_screen(Question(f"Name of the event for {self._whom()}:"), mark)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep the keys of the screen below from somebody who answers a question."""
        asking = isinstance(self.screen, Question)
        return not asking or action not in {"choose", "record", "save", "cancel", "mark"}

    def _addressed(self) -> tuple[WatchedDevice, ...]:
        devices = self._watching.devices
        return devices if self._chosen is None else (devices[self._chosen],)

    def _whom(self) -> str:
        devices = self._addressed()
        return devices[0].name if len(devices) == 1 else f"all {len(devices)} devices"

    def _give(self, order: Order) -> None:
        # All at the same moment, as far as the network allows.
        for device in self._addressed():
            self.run_worker(self._ordered(device, order), exit_on_error=True)

    async def _ordered(self, device: WatchedDevice, order: Order) -> None:
        try:
            self.note(f"{device.name}: {await order(device.orders)}")
        except DeviceError as error:
            self.note(f"{device.name}: {error}")


async def _mark(device: Device, name: str) -> str:
    event = await device.send_event(name)
    return f"{event.name!r} marked at {event.timestamp}"
