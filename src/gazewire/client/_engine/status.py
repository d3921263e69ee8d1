"""The status of a device, kept up to date while the device comes and goes.

    watcher = StatusWatcher(session)
    await watcher.read()
    watcher.add_listener(print)
    await watcher.run()

The whole status is read whenever a connection has come about, and what changes is told over a
websocket. Only news is passed on: a component that says what was known already is none, whether a
device repeats it by itself or tells everything again after the connection was lost.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace

import msgspec

from gazewire.client._engine.policy import DEFAULT_POLICY, RetryDelay
from gazewire.client._engine.session import DeviceSession, result_of
from gazewire.client.device_error import DeviceError
from gazewire.client.models import (
    APIPath,
    Component,
    Event,
    Hardware,
    NetworkDevice,
    Phone,
    Recording,
    Sensor,
    SensorName,
    Status,
    UnknownComponentError,
    parse_component,
)

__all__ = ["StatusCounts", "StatusLink", "StatusWatcher"]

logger = logging.getLogger("gazewire.client.status")

_OK = 200
_MOST_ERRORS = 100
_MOST_REPORTED = 32
# Components that may come before the Phone; devices have told it first since there have been any.
_MOST_EARLY = 64


class StatusLink(enum.Enum):
    """Whether changes of the status would be heard of."""

    IDLE = "idle"
    """Nobody asks for them."""

    CONNECTING = "connecting"
    """Not yet: there has been no connection so far."""

    LIVE = "live"
    """They are told as they happen."""

    RECONNECTING = "reconnecting"
    """Not now: the connection was lost, and is tried again and again."""


@dataclass(slots=True)
class StatusCounts:
    """What came from a device.

    Attributes:
        unknown: components of a model that this version does not know, and messages that are none.
        incomplete: components that lack something, or have a value that cannot be.
        repeated: components that said what was known already.
        connections: how often the device was connected to.
    """

    unknown: int = 0
    incomplete: int = 0
    repeated: int = 0
    connections: int = 0


class StatusWatcher:
    """Keeps a live status.

    Args:
        session: to the device.

    Attributes:
        counts: what came so far.
    """

    def __init__(self, session: DeviceSession) -> None:
        self.counts = StatusCounts()
        self._session = session
        self._link = StatusLink.IDLE
        self._status: Status | None = None
        self._early: list[Component] = []
        self._listeners: list[Callable[[Component], None]] = []
        self._errors: deque[str] = deque(maxlen=_MOST_ERRORS)
        self._failing: set[tuple[str, str]] = set()
        self._reported: set[str] = set()

    @property
    def status(self) -> Status:
        """All that is known. Each change makes a new one, so that this one stays as it is.

        Raises:
            DeviceError: nothing is known yet.
        """
        if self._status is None:
            raise DeviceError(None, f"{self._session.address} has not told its status yet")
        return self._status

    @property
    def link(self) -> StatusLink:
        """Whether changes would be heard of now."""
        return self._link

    def take_errors(self) -> list[str]:
        """Hand out, once, what the device has reported as errors; of very many, the latest.

        They are failures of streams, told when they begin, and of recordings.
        """
        errors = list(self._errors)
        self._errors.clear()
        return errors

    def add_listener(self, listener: Callable[[Component], None]) -> None:
        """Have each change told to a function, on the event loop, while `run` runs.

        When it is called, `status` has the change already. What it raises ends `run`.
        """
        self._listeners.append(listener)

    def remove_listener(self, listener: Callable[[Component], None]) -> None:
        """Tell a listener no more."""
        self._listeners.remove(listener)

    async def run(self) -> None:
        """Follow the device and tell the listeners, until cancelled or the session is closed."""
        async with aclosing(self.changes()) as changes:
            async for component in changes:
                for listener in tuple(self._listeners):
                    listener(component)

    async def changes(self) -> AsyncGenerator[Component, None]:
        """Follow the device; ends when the session is closed.

        Yields:
            Each component that changed, and each event. To begin with that is the whole status, in
            so far as it was not read before.
        """
        delay = RetryDelay(DEFAULT_POLICY)
        time_s = asyncio.get_running_loop().time
        self._link = StatusLink.CONNECTING
        try:
            while True:
                begun_s = time_s()
                try:
                    async with aclosing(self._connection()) as connection:
                        async for component in connection:
                            yield component
                    reason = "the device closed the connection"
                except DeviceError as error:
                    reason = str(error)
                if self._session.is_closed:
                    break
                lasted = time_s() - begun_s > DEFAULT_POLICY.longest_retry_s
                if lasted:
                    delay.reset()
                self._lose(reason, is_worth_a_line=lasted)
                await asyncio.sleep(delay.next_s())
        finally:
            self._link = StatusLink.IDLE

    async def _connection(self) -> AsyncGenerator[Component, None]:
        """Follow one connection to its end."""
        # The websocket first: what changes while the status is read is told over it.
        async with self._session.websocket(APIPath.STATUS) as socket:
            try:
                changes = await self.read()
            except DeviceError as error:
                # The websocket tells everything too, but for what has ended meanwhile.
                self._report("status", f"cannot read the status: {error}")
                changes = []
            if self._link is StatusLink.RECONNECTING:
                logger.info("status updates of %s are back", self._session.address)
            self._link = StatusLink.LIVE
            self.counts.connections += 1
            for component in changes:
                yield component
            async for message in socket:
                for component in self._heard(_decoded(message)):
                    yield component

    def _lose(self, reason: str, *, is_worth_a_line: bool) -> None:
        if self._link is StatusLink.CONNECTING:
            self._report("connection", f"no status updates yet, trying again: {reason}")
        elif self._link is StatusLink.LIVE:
            self._link = StatusLink.RECONNECTING
            # A device that closes each connection at once would fill the log.
            if is_worth_a_line:
                address = self._session.address
                logger.warning("lost the status updates of %s, trying again: %s", address, reason)

    async def read(self) -> list[Component]:
        """Ask for the whole status; what is no longer in it is over.

        Returns:
            The components that changed by it. Listeners are not told.

        Raises:
            DeviceError: there is no answer, or none that can be read.
        """
        told = result_of(await self._session.request("GET", APIPath.STATUS))
        if not isinstance(told, list):
            raise DeviceError(_OK, f"a status is a list of components, not {told!r:.200}")
        incomplete_before = self.counts.incomplete
        components = [part for part in map(self._parsed, told) if part is not None]
        changes = [part for part in components if self._take(part)]
        if self._status is None:
            raise DeviceError(_OK, "the status has no Phone")
        # What could not be read may be what seems to be missing.
        if self.counts.incomplete == incomplete_before:
            changes += [part for part in self._missing(components) if self._take(part)]
            if not any(isinstance(part, Recording) for part in components):
                self._status = replace(self._status, recording=None)
        return changes

    def _missing(self, components: Iterable[Component]) -> list[Component]:
        """What an answer that lacks known components says of them."""
        told = {_sensor_key(part) for part in components if isinstance(part, Sensor)}
        missing: list[Component] = [
            sensor._replace(connected=False)
            for sensor in self.status.sensors
            if sensor.connected
            and _sensor_key(sensor) not in told
            and sensor.sensor != SensorName.AUDIO.value
        ]
        has_hardware = any(isinstance(part, Hardware) for part in components)
        if not has_hardware and self.status.hardware != Hardware():
            missing.append(Hardware())
        return missing

    def _heard(self, raw: object) -> list[Component]:
        component = self._parsed(raw)
        return [component] if component is not None and self._take(component) else []

    def _parsed(self, raw: object) -> Component | None:
        """Read a component; one that cannot be read is counted, and reported once."""
        model = raw.get("model") if isinstance(raw, dict) else None
        try:
            component = parse_component(raw)  # type: ignore[arg-type]  # it checks what it is given
        except UnknownComponentError as error:
            self.counts.unknown += 1
            self._report(f"unknown {model!r:.40}", str(error))
            return None
        except ValueError as error:
            self.counts.incomplete += 1
            self._report(f"incomplete {model!r:.40}", str(error))
            return None
        self._note_errors(component, raw)
        return component

    def _note_errors(self, component: Component, raw: object) -> None:
        match component, raw:
            case Recording(action="ERROR"), _ if not self._is_known(component):
                self._errors.append(component.message)
            case Sensor(), {"data": {**said}}:
                # An app that does not speak of errors has none: the True that stands for its
                # silence is the official client's.
                key = _sensor_key(component)
                if component.connected and said.get("stream_error") is True:
                    error = f"Stream error in sensor {component.sensor}"
                    if key not in self._failing and error not in self._errors:
                        self._errors.append(error)
                    if len(self._failing) < _MOST_REPORTED:
                        self._failing.add(key)
                else:
                    self._failing.discard(key)

    def _take(self, component: Component) -> bool:
        """Take a component into the status; tells whether it is news."""
        if isinstance(component, Event | NetworkDevice):
            return True
        if self._status is None:
            if len(self._early) < _MOST_EARLY:
                self._early.append(component)
            if isinstance(component, Phone):
                self._status = Status.from_components(self._early)
                self._early.clear()
            return True
        is_news = not self._is_known(component)
        if not is_news:
            self.counts.repeated += 1
        if is_news or isinstance(component, Recording):
            status = replace(self._status, sensors=list(self._status.sensors))
            status.update(component)
            self._status = status
        return is_news

    def _is_known(self, component: Component) -> bool:
        """Whether the status says the same already."""
        if self._status is None:
            return False
        match component:
            case Recording():
                # Its duration is another each time it is told.
                known = self._status.recording
                return known is not None and component == known._replace(
                    rec_duration_ns=component.rec_duration_ns
                )
            case Sensor():
                return component in self._status.sensors
            case _:
                return component in (self._status.phone, self._status.hardware)

    def _report(self, what: str, message: str) -> None:
        """Log something, if it is the first of its kind."""
        if what not in self._reported and len(self._reported) < _MOST_REPORTED:
            self._reported.add(what)
            logger.warning("%s: %s", self._session.address, message)


def _sensor_key(sensor: Sensor) -> tuple[str, str]:
    return sensor.sensor, sensor.conn_type


def _decoded(message: str | bytes) -> object:
    """Decode a message; None, which is no component, for what is no JSON."""
    try:
        return msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
