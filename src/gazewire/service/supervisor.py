"""Sees to it that the eyes live that are wanted, and that nothing meant for them is lost."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from gazewire.model import EyeId, Notification
from gazewire.service.eye_launcher import EyeCrashedError, EyeLauncher, EyeStart
from gazewire.service.eye_process import RESUME_SUBJECT
from gazewire.service.outlet import Outlet
from gazewire.time import Clock
from gazewire.wire.ipc import notification_map

__all__ = ["EyeSupervisor", "eye_id_of"]

_LOG = logging.getLogger(__name__)

# An eye that is told to stop has this long before it is ended.
_PATIENCE_S = 3.0
# A crashed eye is started again after so long, three times; a long life makes up for it.
_RESTARTS_S = (0.1, 1.0, 5.0)
_LONG_LIFE_NS = 30_000_000_000

_WAITING = 100
_MAX_QUEUE = 100_000

_PLUGIN_SUBJECTS = {"start_eye_plugin", "stop_eye_plugin"}


def eye_id_of(notification: Notification) -> EyeId | None:
    """Read which eye a notification is about; None where it does not say 0 or 1."""
    match notification.fields.get("eye_id"):
        case bool():
            return None
        case 0:
            return 0
        case 1:
            return 1
    return None


@dataclass(slots=True)
class _Eye:
    """One eye as the service knows it.

    Attributes:
        life: runs it, and again where it crashes; None where it does not run.
        is_ready: it has said that it is there, and not that it ends.
        is_stopping: it has been told to end.
        again: it is to be started again when it has ended.
        waiting: notifications for it, until it is ready.
    """

    life: asyncio.Task[None] | None = None
    is_ready: bool = False
    is_stopping: bool = False
    again: Notification | None = None
    waiting: deque[Notification] = field(default_factory=lambda: deque(maxlen=_WAITING))


class EyeSupervisor:
    """Starts, stops and restarts eyes as notifications ask for it.

    Args:
        launcher: lets them live.
        make_start: with what an eye is started; told which, and how many data may wait.
        outlet: where it speaks.
        clock: tells how long they live.
        tasks: parent of the eyes.
    """

    def __init__(
        self,
        launcher: EyeLauncher,
        make_start: Callable[[EyeId, int], EyeStart],
        outlet: Outlet,
        clock: Clock,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._launcher = launcher
        self._make_start = make_start
        self._outlet = outlet
        self._clock = clock
        self._tasks = tasks
        self._eyes: dict[EyeId, _Eye] = {0: _Eye(), 1: _Eye()}
        self.running: frozenset[EyeId] = frozenset()

    def handle(self, notification: Notification) -> None:
        """Follow a notification; what is malformed is logged and dropped."""
        subject = notification.subject
        if subject in _PLUGIN_SUBJECTS:
            self._keep_for_plugins(notification)
        elif subject.startswith("pupil_detector."):
            self._keep_while_starting(notification)
        elif subject.startswith("eye_process."):
            self._handle_eye(notification)

    async def close(self) -> None:
        """Wait until all eyes have ended, for a while; then end them."""
        lives = [eye.life for eye in self._eyes.values() if eye.life is not None]
        for eye in self._eyes.values():
            eye.again = None
        if not lives:
            return
        _, late = await asyncio.wait(lives, timeout=_PATIENCE_S)
        for life in late:
            life.cancel()
        if late:
            await asyncio.wait(late)

    def _handle_eye(self, notification: Notification) -> None:
        act = notification.subject.removeprefix("eye_process.").partition(".")[0]
        acts = {
            "should_start": self._start,
            "should_stop": self._stop,
            "started": self._note_started,
            "stopped": self._note_stopped,
        }
        if act not in acts:
            return
        eye_id = eye_id_of(notification)
        if eye_id is None:
            _LOG.warning(
                "%s is dropped: its eye_id is 0 or 1, not %.80r",
                notification.subject[:80],
                notification.fields.get("eye_id"),
            )
            return
        acts[act](eye_id, notification)

    def _start(self, eye_id: EyeId, notification: Notification) -> None:
        eye = self._eyes[eye_id]
        if eye.is_stopping:
            eye.again = notification
            return
        if eye.life is not None:
            _LOG.warning("Aborting redundant eye process startup")
            return
        self._keep_source(eye_id, notification.fields.get("overwrite_cap_settings"))
        capacity = notification.fields.get("pub_socket_hwm")
        if not isinstance(capacity, int) or not 0 < capacity <= _MAX_QUEUE:
            capacity = 1000
        start = self._make_start(eye_id, capacity)
        eye.life = self._tasks.create_task(self._live(eye, start), name=f"eye{eye_id}")

    def _keep_source(self, eye_id: EyeId, settings: object) -> None:
        """Read which source the eye is to begin with: a name and arguments."""
        match settings:
            case [str() as name, dict() as args]:
                fields = {"target": f"eye{eye_id}", "name": name, "args": args}
                first = Notification(subject="start_eye_plugin", fields=fields)
                self._eyes[eye_id].waiting.appendleft(first)
            case None:
                pass
            case _:
                _LOG.warning("overwrite_cap_settings is a name and arguments, not %.80r", settings)

    async def _live(self, eye: _Eye, start: EyeStart) -> None:
        restarts = iter(_RESTARTS_S)
        try:
            while True:
                began_ns = self._clock.mono_ns()
                try:
                    await self._launcher.run(start)
                except EyeCrashedError as error:
                    _LOG.error("%s", error)
                else:
                    return
                if eye.is_stopping:
                    self._tell_stopped(eye, start.eye_id)
                    return
                self._tell_stopped(eye, start.eye_id)
                if self._clock.mono_ns() - began_ns > _LONG_LIFE_NS:
                    restarts = iter(_RESTARTS_S)
                pause_s = next(restarts, None)
                if pause_s is None:
                    _LOG.error("eye %d crashes again and again; it is left alone", start.eye_id)
                    return
                await asyncio.sleep(pause_s)
                _LOG.warning("eye %d is started again", start.eye_id)
        finally:
            self._forget(eye, start.eye_id)

    def _tell_stopped(self, eye: _Eye, eye_id: EyeId) -> None:
        """Say what a crashed eye could not."""
        if eye.is_ready:
            fields = {"eye_id": eye_id}
            self._outlet.notify(Notification(subject="eye_process.stopped", fields=fields))
        self._set_ready(eye_id, False)

    def _forget(self, eye: _Eye, eye_id: EyeId) -> None:
        eye.life, eye.is_stopping = None, False
        self._set_ready(eye_id, False)
        again, eye.again = eye.again, None
        if again is not None:
            self._start(eye_id, again)

    def _stop(self, eye_id: EyeId, notification: Notification) -> None:
        # The eye hears it too, and ends by itself.
        eye = self._eyes[eye_id]
        eye.again = None
        if eye.life is None or eye.is_stopping:
            return
        eye.is_stopping = True
        self._tasks.create_task(self._see_to_end(eye, eye.life, is_ready=eye.is_ready))

    async def _see_to_end(self, eye: _Eye, life: asyncio.Task[None], *, is_ready: bool) -> None:
        # One that is still starting has not heard it.
        if is_ready:
            await asyncio.wait([life], timeout=_PATIENCE_S)
        if not life.done():
            if is_ready:
                _LOG.warning("an eye does not end when told to, and is ended")
            life.cancel()

    def _note_started(self, eye_id: EyeId, notification: Notification) -> None:
        eye = self._eyes[eye_id]
        self._set_ready(eye_id, True)
        waiting = [notification_map(entry) for entry in eye.waiting]
        eye.waiting.clear()
        fields = {"eye_id": eye_id, "notifications": waiting}
        self._outlet.notify(Notification(subject=RESUME_SUBJECT, fields=fields))

    def _note_stopped(self, eye_id: EyeId, notification: Notification) -> None:
        self._set_ready(eye_id, False)

    def _set_ready(self, eye_id: EyeId, is_ready: bool) -> None:
        self._eyes[eye_id].is_ready = is_ready
        self.running = frozenset(one for one, eye in self._eyes.items() if eye.is_ready)

    def _keep_for_plugins(self, notification: Notification) -> None:
        fields = notification.fields
        targets: list[EyeId] = [one for one in self._eyes if fields.get("target") == f"eye{one}"]
        if not targets or not isinstance(fields.get("name"), str):
            _LOG.warning(
                "%s is dropped: it needs a target, eye0 or eye1, and a name", notification.subject
            )
            return
        for eye_id in targets:
            if not self._eyes[eye_id].is_ready:
                self._eyes[eye_id].waiting.append(notification)

    def _keep_while_starting(self, notification: Notification) -> None:
        for eye_id, eye in self._eyes.items():
            if eye.life is None or eye.is_ready or eye.is_stopping:
                continue
            if notification.fields.get("eye_id", eye_id) == eye_id:
                eye.waiting.append(notification)
