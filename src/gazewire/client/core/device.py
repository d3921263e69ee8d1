"""A Core program under the names of the public network client, so that one import line changes.

::

    device = Device()
    device.request_recording_start("pilot")
    with device.subscribe_in_background("fixations", buffer_size=10) as fixations:
        print(fixations.recv_new_message(timeout_ms=1000))
    device.disconnect()

Times are Core seconds, and on our side those of `client_clock`. Whoever begins afresh has
`gazewire.client.core.CoreDevice`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple

from gazewire.client.core.decorators import ensure_connected
from gazewire.client.core.subscription import BackgroundSubscription, Subscription
from gazewire.errors import NetworkError
from gazewire.net.bus_client import BusPublisher
from gazewire.net.bus_security import BusKeys
from gazewire.net.remote import DEFAULT_REMOTE_PORT, BlockingRemoteClient, Request
from gazewire.wire.ipc import Message as WireMessage
from gazewire.wire.remote import (
    AskPublishPort,
    AskSubscribePort,
    AskTime,
    AskVersion,
    Forward,
    StartCalibration,
    StartRecording,
    StopCalibration,
    StopRecording,
    parse_port_reply,
    parse_time_reply,
)

__all__ = ["ClockFunction", "ClockOffsetStatistics", "Device"]

ClockFunction = Callable[[], float]
"""A clock: seconds since whenever."""

_FEWEST_MEASUREMENTS = 2
_NOTIFY = "notify."
# How often a device that should reconnect by itself looks whether the program is another one.
_LOOKS_S = 1.0
_ANSWERS_WITHIN_S = 5.0


class ClockOffsetStatistics(NamedTuple):
    """What several measurements of the clock offset come to.

    Attributes:
        mean_offset: Core seconds less those of the client's clock.
        std_offset: standard deviation of the sample.
        num_measurements: how many there were.
    """

    mean_offset: float
    std_offset: float
    num_measurements: int


class Device:
    """A Core program: connected when made. Any thread may call it.

    Every call has a time limit of 5 seconds, after which it raises `ConnectionLostError`.

    Args:
        address: of the program's machine.
        port: of Pupil Remote.
        client_clock: ours, in which `current_pupil_time` is told.
        should_auto_reconnect: whether calls look, once a second, if the program has started again,
            and then learn its ports and its clock anew.
        keys: where the program wants them; see `load_bus_keys`.

    Attributes:
        address: as given.
        port: as given.
        client_clock: as given.
        ipc_pub_port: of the bus, for publishers.
        ipc_sub_port: of the bus, for subscribers.
        clock_offset_statistics: of the latest estimate.

    Raises:
        ConnectionLostError: no program answers.
    """

    def __init__(
        self,
        address: str = "127.0.0.1",
        port: int = DEFAULT_REMOTE_PORT,
        client_clock: ClockFunction = time.monotonic,
        should_auto_reconnect: bool = False,
        *,
        keys: BusKeys | None = None,
    ) -> None:
        self.address = address
        self.port = port
        self.client_clock = client_clock
        self._should_auto_reconnect = should_auto_reconnect
        self._keys = keys
        self._remote: BlockingRemoteClient | None = None
        self._publisher: BusPublisher | None = None
        self._looked_s = -_LOOKS_S
        self.connect()

    @property
    def is_connected(self) -> bool:
        """Whether it can be asked."""
        return self._remote is not None

    def connect(self) -> None:
        """Connect; where that is done already, learn the program's ports and clock anew.

        Raises:
            ConnectionLostError: no program answers.
        """
        if self._remote is None:
            remote = BlockingRemoteClient(
                f"tcp://{self.address}:{self.port}", keys=self._keys, timeout_s=_ANSWERS_WITHIN_S
            )
            self._remote = remote.__enter__()
        try:
            self.ipc_pub_port, self.ipc_sub_port = self._ask_ports()
            self._looked_s = time.monotonic()
            self.estimate_client_to_remote_clock_offset()
        except BaseException:
            self.disconnect()
            raise

    def disconnect(self) -> None:
        """Let go of the program; subscriptions go on. Harmless when repeated."""
        remote, self._remote = self._remote, None
        if remote is not None:
            remote.__exit__(None, None, None)

    @contextmanager
    def high_frequency_message_sending(self) -> Iterator[None]:
        """Let messages take the short way inside of this context: onto the bus, unconfirmed.

        `send_message`, `send_notification` and `send_annotation` then return ``OK`` at once. A
        context within another changes nothing.

        Raises:
            NetworkError: there is no bus.
            NotConnectedError: it is not connected.
        """
        if self._publisher is not None:
            yield
            return
        self._look()
        bus = f"tcp://{self.address}:{self.ipc_pub_port}"
        with BusPublisher(bus, keys=self._keys) as publisher:
            self._publisher = publisher
            try:
                yield
            finally:
                self._publisher = None

    @ensure_connected
    def current_pupil_time(self) -> float:
        """Core time by our own clock and the offset: asks nobody."""
        return self.client_clock() + self.clock_offset_statistics.mean_offset

    def request_current_pupil_time(self) -> float:
        """Ask for Core time, as it was somewhere on the way."""
        return parse_time_reply(self._request(AskTime()))

    def request_version(self) -> str:
        """Ask for the version of the program."""
        return self._ask(AskVersion())

    def request_recording_start(self, session_name: str | None = None) -> str:
        """Ask for a recording; the reply is ``OK`` whatever comes of it.

        Args:
            session_name: None or empty for a name by date.
        """
        return self._ask(StartRecording(session_name or ""))

    def request_recording_stop(self) -> str:
        """Ask for the recording's end; the reply is ``OK`` whatever comes of it."""
        return self._ask(StopRecording())

    def request_calibration_start(self) -> str:
        """Ask for a calibration; the reply is ``OK`` whatever comes of it."""
        return self._ask(StartCalibration())

    def request_calibration_stop(self) -> str:
        """Ask for the calibration's end; the reply is ``OK`` whatever comes of it."""
        return self._ask(StopCalibration())

    def request_plugin_start(
        self, plugin_class_name: str, args: Mapping[str, object] | None = None
    ) -> str:
        """Ask for a plugin.

        Args:
            plugin_class_name: as it is registered.
            args: its arguments.
        """
        fields: dict[str, object] = {"subject": "start_plugin", "name": plugin_class_name}
        return self.send_notification(fields if args is None else {**fields, "args": args})

    def request_plugin_start_eye_process(
        self,
        eye_id: Literal[0, 1],
        plugin_class_name: str,
        args: Mapping[str, object] | None = None,
    ) -> str:
        """Ask for a plugin of an eye.

        Args:
            eye_id: 0 is the right eye, 1 the left.
            plugin_class_name: as it is registered.
            args: its arguments.
        """
        fields: dict[str, object] = {
            "subject": "start_eye_plugin",
            "target": f"eye{eye_id}",
            "name": plugin_class_name,
        }
        return self.send_notification(fields if args is None else {**fields, "args": args})

    def send_notification(self, notification: Mapping[str, object]) -> str:
        """Send a notification, and wait until the program has it.

        Args:
            notification: with a ``subject``; a ``topic``, if any, begins with ``notify.``.

        Returns:
            The program's confirmation.

        Raises:
            ValueError: it has no subject, or another topic.
            LocalProtocolError: it cannot travel.
        """
        if "subject" not in notification:
            raise ValueError("a notification needs a `subject`")
        topic = str(notification.get("topic", f"{_NOTIFY}{notification['subject']}"))
        if not topic.startswith(_NOTIFY):
            raise ValueError(f"the `topic` of a notification begins with {_NOTIFY}, not {topic!r}")
        return self.send_message({**notification, "topic": topic})

    def send_annotation(self, label: str, timestamp: float | None = None, **kwargs: object) -> str:
        """Send an annotation, and wait until the program has it.

        Args:
            label: what happened.
            timestamp: when, in Core seconds; None is now.
            **kwargs: columns of your own, and ``duration`` in seconds.

        Returns:
            The program's confirmation.
        """
        when = self.current_pupil_time() if timestamp is None else timestamp
        return self.send_message(
            {"topic": "annotation", "label": label, "timestamp": when, **kwargs}
        )

    @ensure_connected
    def send_message(self, payload: Mapping[str, object]) -> str:
        """Send any message; it is not changed.

        Args:
            payload: with a ``topic``; buffers under ``__raw_data__`` become raw frames.

        Returns:
            The program's confirmation, or ``OK`` where it was sent by the short way.

        Raises:
            ValueError: it has no topic.
            LocalProtocolError: it cannot travel.
        """
        if "topic" not in payload:
            raise ValueError("a message needs a `topic`")
        message = WireMessage.from_map(str(payload["topic"]), payload)
        if self._publisher is not None:
            self._publisher.publish(message)
            return "OK"
        return self._ask(Forward(tuple(bytes(frame) for frame in message.serialize())))

    def estimate_client_to_remote_clock_offset(
        self, num_measurements: int = 10
    ) -> ClockOffsetStatistics:
        """Measure the clock offset some times; `current_pupil_time` goes by the mean from now on.

        Raises:
            ValueError: fewer than two measurements.
        """
        if num_measurements < _FEWEST_MEASUREMENTS:
            raise ValueError(f"an estimate takes at least two measurements, not {num_measurements}")
        offsets = [
            self.measure_one_client_to_remote_clock_offset() for _ in range(num_measurements)
        ]
        self.clock_offset_statistics = ClockOffsetStatistics(
            statistics.mean(offsets), statistics.stdev(offsets), num_measurements
        )
        return self.clock_offset_statistics

    def measure_one_client_to_remote_clock_offset(self) -> float:
        """Measure the clock offset once, as if the ways to and fro took equally long.

        Returns:
            Core seconds less those of `client_clock`.
        """
        before_s = self.client_clock()
        core_s = parse_time_reply(self._request(AskTime()))
        after_s = self.client_clock()
        return core_s - (before_s + after_s) / 2

    def subscribe(self, topics: str | Sequence[str]) -> Subscription:
        """Subscribe; whoever calls this reads, and disconnects in the end.

        Args:
            topics: how they begin; one, or several.

        Raises:
            NetworkError: there is no bus.
        """
        self._look()
        return Subscription(
            self.address,
            port=self.ipc_sub_port,
            topics=topics,
            pub_port=self.ipc_pub_port,
            keys=self._keys,
        )

    def subscribe_in_background(
        self, topics: str | Sequence[str], buffer_size: int | None = None
    ) -> BackgroundSubscription:
        """Subscribe, and let a thread read.

        Args:
            topics: how they begin; one, or several.
            buffer_size: how many messages wait; the oldest are lost. None lets any number wait.

        Raises:
            NetworkError: there is no bus.
        """
        self._look()
        return BackgroundSubscription(
            self.address,
            port=self.ipc_sub_port,
            topics=topics,
            buffer_size=buffer_size,
            pub_port=self.ipc_pub_port,
            keys=self._keys,
        )

    @ensure_connected
    def _look(self) -> None:
        """See whether the program is still the same, where that is wanted and not just done."""
        if not self._should_auto_reconnect or time.monotonic() - self._looked_s < _LOOKS_S:
            return
        if self._ask_ports() != (self.ipc_pub_port, self.ipc_sub_port):
            self.connect()
        self._looked_s = time.monotonic()

    def _ask(self, request: Request) -> str:
        self._look()
        return self._request(request).decode(errors="replace")

    def _ask_ports(self) -> tuple[int, int]:
        return (
            parse_port_reply(self._request(AskPublishPort())),
            parse_port_reply(self._request(AskSubscribePort())),
        )

    @ensure_connected
    def _request(self, request: Request) -> bytes:
        remote = self._remote
        if remote is None:
            raise NetworkError("disconnected by another thread")
        return remote.request(request)
