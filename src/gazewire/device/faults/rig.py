"""The places of one device in which something can be put in."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gazewire.device.faults.answering import AnswerFault
from gazewire.device.faults.echoing import EchoManners
from gazewire.device.faults.manners import RtspManners
from gazewire.device.faults.power import Power
from gazewire.device.faults.seam import Seam
from gazewire.device.faults.tap import TappedStream
from gazewire.device.faults.tapped_catalog import TappedCatalog
from gazewire.device.faults.telling import StatusTelling
from gazewire.device.product import SensorName, StreamName
from gazewire.device.state import DeviceState
from gazewire.errors import DeviceRefusedError
from gazewire.net import Catalog, RtpStream
from gazewire.time import Clock

__all__ = ["FaultRig", "Seams"]


class Seams:
    """What the servers of a device are made with, so that faults can be put in.

    Args:
        streams: all streams, by name.
        catalog: finds them.
        clock: the device's.

    Attributes:
        streams: the same, tapped.
        catalog: the same, with tapped streams.
        rtsp: makes the sessions of RTSP clients.
        http: answers requests to the API.
        telling: tells listeners of the status websocket.
        echo: the clock and the writing of the time echo.
        power: what a reboot takes from the network.
        clock: the device's.
    """

    def __init__(
        self, streams: Mapping[StreamName, RtpStream], catalog: Catalog, clock: Clock
    ) -> None:
        self.streams = {name: TappedStream(stream) for name, stream in streams.items()}
        self.catalog = TappedCatalog(catalog, self.streams.values())
        self.rtsp = RtspManners()
        self.http = Seam[AnswerFault]()
        self.telling = StatusTelling()
        self.echo = EchoManners(clock)
        self.power = Power()
        self.clock = clock


class FaultRig:
    """A device from the side of its faults.

    Args:
        seams: what its servers were made with.
        state: its status.

    Attributes:
        seams: the same.
        state: the same.
        clock: the device's.
    """

    def __init__(self, seams: Seams, state: DeviceState) -> None:
        self.seams = seams
        self.state = state
        self.clock = seams.clock
        self._sensors = state.sensors

    def select(self, name: StreamName | None) -> Mapping[StreamName, TappedStream]:
        """Find the stream of that name, or all of them.

        Raises:
            DeviceRefusedError: this device has no such stream.
        """
        streams = self.seams.streams
        if name is None:
            return streams
        if name not in streams:
            names = ", ".join(streams) or "none"
            raise DeviceRefusedError(400, f"this device has no stream {name}; there are: {names}")
        return {name: streams[name]}

    def check_sensor(self, name: SensorName | None) -> None:
        """See that the device has a sensor, connected or not.

        Raises:
            DeviceRefusedError: it has not.
        """
        names = list(dict.fromkeys(sensor.sensor for sensor in self._sensors))
        if name is not None and name not in names:
            raise DeviceRefusedError(
                400, f"this device has no sensor {name}; there are: {', '.join(names)}"
            )

    def tell_unplugged(self) -> None:
        """Tell in the status which sensors are connected, now that some were unplugged or not."""
        unplugged = set[str]().union(*self.seams.catalog.unplugged)
        for sensor in self._sensors:
            is_connected = sensor.connected and sensor.sensor not in unplugged
            self.state.update(msgspec.structs.replace(sensor, connected=is_connected))
