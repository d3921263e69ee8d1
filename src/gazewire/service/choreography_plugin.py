"""What all choreographies share: they collect by the rules of a guide, and have it fitted."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import asdict

from gazewire.model import Notification, PupilDatum, Vector3
from gazewire.service.calibration import GazerName
from gazewire.service.calibration_machine import CalibrationMachine, Collection
from gazewire.service.collected_data import CollectedData
from gazewire.service.fitting import Fitting
from gazewire.service.guide import Guide, Kind
from gazewire.service.pipeline import Pass, Pipeline
from gazewire.service.plugin import Plugin, PluginContext

__all__ = ["STATE_SUBJECT", "Choreography"]

_LOG = logging.getLogger(__name__)

STATE_SUBJECT = "calibration.state"
"""Ours: where a calibration or validation is, and what is to be shown."""

_KINDS: dict[str, Kind] = {"calibration": "calibration", "validation": "validation"}


class Choreography(Plugin):
    """Collects by the rules of a guide, and has what was collected fitted.

    Args:
        context: of the service.
        pipeline: through which pupils come.
        fitting: fits in the end.
        guide: says what counts.
        name: of the plugin, as it is told.
        gazer: which mapping is fitted.
    """

    def __init__(
        self,
        context: PluginContext,
        pipeline: Pipeline,
        fitting: Fitting,
        guide: Guide,
        *,
        name: str,
        gazer: GazerName,
    ) -> None:
        self.gazer = gazer
        self._name = name
        self._context = context
        self._pipeline = pipeline
        self._fitting = fitting
        self._machine = CalibrationMachine(guide)
        self._collected: asyncio.Queue[Collection] = asyncio.Queue()
        self._changed = asyncio.Event()
        # Of each eye: how many pupils came in this collection, and how many of them are confident.
        self._pupils: dict[int, list[int]] = {0: [0, 0], 1: [0, 0]}

    def on_notify(self, notification: Notification) -> None:
        """calibration.should_start and should_stop; validation.should_start and should_stop.

        And calibration.should_cancel, which throws away what has been collected, and
        calibration.should_tell_state, which is answered by calibration.state.
        """
        kind, _, act = notification.subject.partition(".")
        if kind not in _KINDS:
            return
        match act:
            case "should_start":
                self._start(_KINDS[kind], notification)
            case "should_stop":
                self._stop()
            case "should_cancel":
                self._cancel()
            case "should_tell_state":
                self._tell_state()
            case "add_ref_data":
                self._add(notification.fields.get("ref_data"))

    def cleanup(self) -> None:
        """Forget what has been collected."""
        self._end()
        self._machine.cancel()

    async def run(self) -> None:
        """Fit what has been collected, one after the other, and keep the guide's times."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wake())
            while True:
                await self._fit(await self._collected.get())

    async def _fit(self, done: Collection) -> None:
        stopped = f"{done.kind}.stopped"
        if done.kind == "validation":
            await self._tell_validation(done.data)
            succeeded = await self._fitting.judge(
                "validation", done.data, gazer=self.gazer, targets=done.targets
            )
            self._tell(stopped)
        else:
            has_data = done.data.references or done.data.pupils
            if not has_data:
                self._tell(stopped)
            succeeded = await self._fitting.fit(
                self.gazer,
                done.data,
                done.translations,
                then=[stopped] if has_data else [],
                targets=done.targets,
            )
        if succeeded:
            self._machine.succeed()
        else:
            self._machine.fail()
        self._change()

    async def _wake(self) -> None:
        while True:
            wake_at_ns = self._machine.wake_at_ns
            now_ns = self._context.clock.unix_ns()
            if wake_at_ns is not None and wake_at_ns <= now_ns:
                self._take_whole(self._machine.wake(now_ns))
                self._change()
                continue
            wait_s = None if wake_at_ns is None else (wake_at_ns - now_ns) / 1e9
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            self._changed.clear()

    def _start(self, kind: Kind, notification: Notification) -> None:
        if self._machine.active is not None:
            _LOG.warning("Calibration already running.")
            return
        reason = self._obstacle(kind, notification)
        if reason is not None:
            _LOG.error("%s", reason)
            self._fitting.fail(self.gazer, reason)
            self._machine.fail()
            self._change()
            return
        now_ns = self._context.clock.unix_ns()
        self._machine.start(kind, now_ns, self._translations(notification))
        self._pupils = {0: [0, 0], 1: [0, 0]}
        self._pipeline.listeners.append(self._take)
        _LOG.info("Starting  %s", kind.capitalize())
        self._tell(f"{kind}.started")
        self._change()

    def _obstacle(self, kind: Kind, notification: Notification) -> str | None:
        """Why it cannot start; None where it can."""
        return None

    def _translations(self, notification: Notification) -> tuple[Vector3, Vector3] | None:
        """Where the eyes are in a headset's frame."""
        return None

    def _add(self, references: object) -> None:
        if self._machine.active is None:
            _LOG.error("Ref data can only be added when calibration is running.")

    def _stop(self) -> None:
        whole = self._machine.stop()
        if whole is None:
            _LOG.debug("no calibration is running")
            return
        self._take_whole(whole)
        self._change()

    def _cancel(self) -> None:
        kind = self._machine.kind
        if self._machine.cancel():
            self._end()
            self._tell(f"{kind}.stopped")
            self._change()

    def _take_whole(self, whole: Collection | None) -> None:
        if whole is not None:
            self._collected.put_nowait(whole)
            self._end()

    def _end(self) -> None:
        if self._take in self._pipeline.listeners:
            self._pipeline.listeners.remove(self._take)

    def _take(self, done: Pass) -> None:
        pupil = done.pupil
        if pupil is None:
            return
        self._machine.take(pupil)
        if self._is_mapped(pupil):
            counts = self._pupils[pupil.eye_id]
            counts[0] += 1
            counts[1] += pupil.confidence >= self._fitting.min_confidence

    def _is_mapped(self, pupil: PupilDatum) -> bool:
        return ("2d" if self.gazer == "Gazer2D" else "3d") in pupil.method

    async def _tell_validation(self, data: CollectedData) -> None:
        fitting, context = self._fitting, self._context
        maps = await asyncio.to_thread(data.maps, context.timebase)
        fields = {
            "gazer_class_name": fitting.gazer or self.gazer,
            "gazer_params": dict(fitting.params or {}),
            **maps,
            "timestamp": context.timebase.core_s(context.clock.unix_ns()),
            "record": True,
        }
        context.outlet.notify(Notification(subject="validation.data", fields=fields))

    def _tell(self, subject: str) -> None:
        self._context.outlet.notify(Notification(subject=subject))

    def _change(self) -> None:
        """Let the guide's times be looked at again: something is no longer as it was."""
        self._changed.set()

    def _tell_state(self) -> None:
        core_s = self._context.timebase.core_s(self._context.clock.unix_ns())
        fields = {**self._state(), "timestamp": core_s}
        self._context.outlet.notify(Notification(subject=STATE_SUBJECT, fields=fields))

    def _state(self) -> dict[str, object]:
        machine, guide = self._machine, self._machine.guide
        return {
            "choreography": self._name,
            "gazer_class_name": self.gazer,
            "state": machine.state.value,
            "kind": machine.kind,
            "run": machine.run,
            "target": guide.current if machine.active is not None else None,
            "targets": [asdict(target) for target in guide.targets],
            "note": guide.note,
            "eyes": [
                {"eye_id": eye_id, "pupils": pupils, "confident": confident}
                for eye_id, (pupils, confident) in self._pupils.items()
            ],
        }
