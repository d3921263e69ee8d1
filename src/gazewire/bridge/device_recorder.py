"""The recorder of a bridge: what is asked of the Core network, the phone does."""

from __future__ import annotations

import asyncio

from gazewire.client import Device, DeviceError
from gazewire.client.models import Recording
from gazewire.model import Notification
from gazewire.service import Plugin, PluginContext, PluginType
from gazewire.service.recorder import RecorderArgs

__all__ = ["DeviceRecorder", "device_recorder"]

_NS_PER_S = 1_000_000_000


class DeviceRecorder(Plugin):
    """Starts and stops recordings on the device, and tells of all that it makes.

    Args:
        context: of the service.
        device: that records.
    """

    def __init__(self, context: PluginContext, device: Device) -> None:
        self._context = context
        self._device = device
        self._wishes = asyncio.Queue[Notification]()
        self._recording_id: str | None = None
        self._ended_id: str | None = None
        self._began_ns = 0
        self._last_failure: str | None = None

    def on_notify(self, notification: Notification) -> None:
        """recording.should_start and recording.should_stop, which the device is asked for.

        Answered by recording.started and recording.stopped {rec_path}, of which the path is the id
        of the recording on the device, or by recording.failed {reason}. The same is told of
        recordings that somebody starts on the device itself. recording.should_tell_state is
        answered by recording.state.
        """
        match notification.subject:
            case "recording.should_start" | "recording.should_stop":
                self._wishes.put_nowait(notification)
            case "recording.should_tell_state":
                self._tell_state()

    async def run(self) -> None:
        """Do what is wanted, and follow what happens."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            while True:
                wish = await self._wishes.get()
                try:
                    if wish.subject == "recording.should_start":
                        self._began(await self._device.recording_start())
                    elif self._recording_id is not None:
                        await self._device.recording_stop_and_save()
                        self._ended()
                except DeviceError as error:
                    self._last_failure = str(error)
                    session = wish.fields.get("session_name")
                    self._tell("recording.failed", reason=str(error), session_name=session)

    async def _follow(self) -> None:
        async for component in self._device.status_updates():
            if not isinstance(component, Recording):
                continue
            if component.action == "START":
                self._began(component.id)
            elif component.id == self._recording_id:
                if component.action == "ERROR":
                    self._last_failure = component.message
                    self._tell("recording.failed", reason=component.message)
                self._ended()

    def _began(self, recording_id: str) -> None:
        # The device tells of it as well as it answers, in any order, and perhaps when it is over.
        if recording_id in {self._recording_id, self._ended_id}:
            return
        self._recording_id = recording_id
        self._began_ns = self._context.clock.unix_ns()
        self._tell(
            "recording.started",
            rec_path=recording_id,
            session_name=recording_id,
            record_eye=True,
            compression=True,
            start_time_synced=self._context.timebase.core_s(self._began_ns),
        )

    def _ended(self) -> None:
        if self._recording_id is not None:
            self._tell("recording.stopped", rec_path=self._recording_id)
            self._ended_id, self._recording_id = self._recording_id, None

    def _tell_state(self) -> None:
        is_recording = self._recording_id is not None
        elapsed_ns = self._context.clock.unix_ns() - self._began_ns if is_recording else 0
        self._tell(
            "recording.state",
            is_recording=is_recording,
            rec_path=self._recording_id,
            session_name=self._recording_id,
            duration_s=elapsed_ns / _NS_PER_S,
            last_failure=self._last_failure,
        )

    def _tell(self, subject: str, **fields: object) -> None:
        self._context.outlet.notify(Notification(subject=subject, fields=fields))


def device_recorder(device: Device) -> PluginType[RecorderArgs]:
    """Make the plugin that takes the place of the service's own recorder."""

    def start(context: PluginContext, args: RecorderArgs) -> Plugin:
        return DeviceRecorder(context, device)

    return PluginType("Recorder", RecorderArgs, start, order=0.9)
