"""One device, by blocking calls.

    with Device("10.0.0.2", 8080) as device:
        print(device.receive_gaze_datum())
        for datum in device.gaze():
            ...

Any thread may call, also one that runs an event loop, such as a notebook's. All work is done in a
thread in the background.
"""

from __future__ import annotations

import logging
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from gazewire.client._engine.link import SENSORS
from gazewire.client._engine.reachable import first_reachable
from gazewire.client._engine.statistics import StreamStatistics
from gazewire.client._engine.supply import sensor_named
from gazewire.client._engine.transport import Transport
from gazewire.client.base import DeviceBase
from gazewire.client.device import Device as AsyncDevice
from gazewire.client.simple._commands import Commands
from gazewire.client.simple._connection import Connection
from gazewire.client.simple._iterating import Iterating
from gazewire.client.simple._outlets import UnreadCounts
from gazewire.client.simple._portal import Portal
from gazewire.client.simple._receiving import Receiving
from gazewire.client.simple._status_properties import StatusProperties
from gazewire.client.simple.models import (
    MatchedGazeEyesSceneItem,
    MatchedItem,
    MatchedSceneAudioItem,
    SimpleVideoFrame,
)
from gazewire.client.streaming.audio import AudioFrame
from gazewire.client.streaming.gaze import GazeDataType
from gazewire.client.streaming.imu import IMUData
from gazewire.client.time_echo import TimeEchoEstimates, TimeOffsetEstimator
from gazewire.time.offset import ClockOffset

if TYPE_CHECKING:
    from gazewire.client.models import DiscoveredDeviceInfo, SensorName

__all__ = ["Device", "ReceivedItemType", "UnreadCounts"]

logger = logging.getLogger("gazewire.client")

# From a search for the one of several addresses that answers.
_REACHED_WITHIN_S = 3.0

ReceivedItemType: TypeAlias = (
    SimpleVideoFrame
    | GazeDataType
    | IMUData
    | AudioFrame
    | MatchedItem
    | MatchedGazeEyesSceneItem
    | MatchedSceneAudioItem
    | None
)
"""What the calls that receive single items give, but for those of eye events."""


class Device(StatusProperties, Commands, Receiving, Iterating, DeviceBase):
    """A device on the network. Making one connects to it.

    A context manager; or close it. A program that forgets to is not kept from ending.

    What `receive_…` gives is every item in order while the caller keeps up, and the newest one for
    a call that comes more than 250 ms after the one before; see `set_delivery`. Iterators, such as
    `gaze`, give everything. Streams are started by the first call that needs them, and opened again
    when they are lost; see `statistics`.

    Args:
        address: IP address or host name.
        port: of the REST interface.
        full_name: of the service that was discovered.
        dns_name: of the machine that was discovered.
        start_streaming_by_default: start all streams at once.
        suppress_decoding_warnings: have the video decoder be silent.

    Raises:
        DeviceError: the device does not answer.
    """

    def __init__(
        self,
        address: str,
        port: int,
        full_name: str | None = None,
        dns_name: str | None = None,
        start_streaming_by_default: bool = False,
        suppress_decoding_warnings: bool = True,
    ) -> None:
        identity = (address, port, full_name, dns_name, suppress_decoding_warnings)
        DeviceBase.__init__(self, *identity)
        Receiving.__init__(self, Connection(AsyncDevice(*identity)))
        if start_streaming_by_default:
            self.streaming_start(None)

    @classmethod
    def from_discovered_device(cls, device: DiscoveredDeviceInfo) -> Self:
        """Connect to a device that was discovered, at whichever of its addresses answers."""
        portal = Portal.enter()
        try:
            found = portal.call(_reachable, tuple(device.addresses), device.port)
        finally:
            portal.leave()
        return cls(found, device.port, full_name=device.name, dns_name=device.server)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything, and let go of all connections. Harmless when repeated.

        Threads that wait in a call are told by a `DeviceError`, and iterators end.
        """
        self._connection.close()

    # Streams as such.

    @property
    def is_currently_streaming(self) -> bool:
        """Some stream is started."""
        link = self._connection.link
        return any(link.switch(name).is_on for name in link.feeds)

    def start_stream_if_needed(self, sensor: str) -> None:
        """Start a stream that is not started.

        Raises:
            ValueError: there is no such stream.
            DeviceError: the device was closed.
        """
        self.streaming_start(sensor)

    def streaming_start(self, stream_name: str | None) -> None:
        """Start a stream; harmless where it is started.

        Args:
            stream_name: ``gaze``, ``world``, ``eyes``, ``imu``, ``eye_events`` or ``audio``; all of
                them where None.

        Raises:
            ValueError: there is no such stream.
            DeviceError: the device was closed.
        """
        names = _named(stream_name)
        link = self._connection.link

        def start() -> None:
            for name in names:
                link.switch(name).turn_on()

        self._connection.run(start)

    def streaming_stop(self, stream_name: str | None = None) -> None:
        """Stop a stream; harmless where it is not started. What nobody has read is thrown away.

        The next `receive_…` that needs it starts it again; iterators wait until then.

        Args:
            stream_name: as of `streaming_start`.

        Raises:
            ValueError: there is no such stream.
            DeviceError: the device was closed.
        """
        names = _named(stream_name)
        link = self._connection.link

        async def stop() -> None:
            for name in names:
                if name in link.feeds:
                    await link.switch(name).turn_off()

        self._connection.ask(stop)
        self._outlets.discard(names)

    def statistics(self) -> dict[str, StreamStatistics]:
        """Tell the state of each stream that was started, and what came and was lost."""
        return self._connection.look(self._connection.link.statistics)

    def set_transport(self, transport: Transport) -> None:
        """Choose which way the packets of all streams come; see `Transport`.

        Streams that come another way are opened anew.

        Raises:
            DeviceError: the device was closed.
        """
        self._connection.ask(self._connection.link.set_transport, transport.over_tcp)

    # The device's clock.

    def clock_offset(self, timeout_seconds: float = 5.0) -> ClockOffset:
        """Tell how the device's clock is related to this machine's.

        From the first call on the clock is watched in the background, and each call gives what is
        known by then.

        Args:
            timeout_seconds: how long the first call may take; the usual is half a second.

        Raises:
            DeviceError: the device has no time echo, or did not answer in time.
        """
        return self._connection.ask(self._connection.link.clock_offset, timeout_seconds)

    def to_device_ns(self, local_unix_ns: int) -> int:
        """Convert an instant of this machine's clock, ``time.time_ns()``, to the device's.

        So an event is put where it belongs, however long it took to be sent::

            device.send_event("stimulus", device.to_device_ns(shown_unix_ns))

        Raises:
            DeviceError: as of `clock_offset`, which the first call waits for.
        """
        return self._known_offset().to_device_ns(local_unix_ns)

    def to_local_ns(self, device_unix_ns: int) -> int:
        """Convert an instant of the device, such as that of a datum, to this machine's clock.

        Raises:
            DeviceError: as of `clock_offset`, which the first call waits for.
        """
        return self._known_offset().to_local_ns(device_unix_ns)

    def estimate_time_offset(
        self,
        number_of_measurements: int = 100,
        sleep_between_measurements_seconds: float | None = None,
    ) -> TimeEchoEstimates | None:
        """Measure the offset of the device's clock from ours, anew; see also `clock_offset`.

        Returns:
            Round trips and offsets in milliseconds; None where the device cannot tell its time.

        Raises:
            DeviceError: the device was closed.
        """
        port = self.status.phone.time_echo_port
        if port is None:
            logger.warning("the device has no time echo; its app is too old")
            return None
        # Where the device answers; what it takes for its own address may lead nowhere.
        estimator = TimeOffsetEstimator(self.address, port)
        return self._connection.ask(
            estimator.estimate, number_of_measurements, sleep_between_measurements_seconds
        )

    def _known_offset(self) -> ClockOffset:
        return self._connection.link.known_clock_offset or self.clock_offset()


async def _reachable(addresses: tuple[str, ...], port: int) -> str:
    found = await first_reachable(addresses, port, timeout_s=_REACHED_WITHIN_S)
    return found or addresses[0]


def _named(stream_name: str | None) -> tuple[SensorName, ...]:
    return SENSORS if stream_name is None else (sensor_named(stream_name),)
