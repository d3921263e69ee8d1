"""The client of the Core network API: Pupil Remote and the bus of a Core program.

Two faces. `CoreDevice`, and `BlockingCoreDevice` for programs without an event loop, have typed
records, instants of our own clock, and find a program that has started again::

    async with CoreDevice("127.0.0.1") as core, core.gaze() as gaze:
        async for datum in gaze:
            ...

`Device` and what belongs to it have the names of the public network client; to change over, change
the import.
"""

from gazewire.errors import MissingExtraError

try:
    import gazewire.net.remote  # noqa: F401
except MissingExtraError as error:
    # Less than what its servers need.
    raise MissingExtraError("core") from error

from gazewire import __version__
from gazewire.client.core.blocking import BlockingCoreDevice, BlockingCoreSubscription
from gazewire.client.core.clock_offset import CoreClockOffset
from gazewire.client.core.core_device import CoreDevice
from gazewire.client.core.core_subscription import CoreSubscription
from gazewire.client.core.decorators import NotConnectedError
from gazewire.client.core.device import ClockFunction, ClockOffsetStatistics, Device
from gazewire.client.core.frame import CoreFrame
from gazewire.client.core.hmd_camera import HmdCamera
from gazewire.client.core.records import CoreRecord
from gazewire.client.core.subscription import BackgroundSubscription, Message, Subscription
from gazewire.net.bus_security import BusKeys, KeyPair
from gazewire.net.key_file import KeyFileError, load_bus_keys, make_key_files

__all__ = [
    "BackgroundSubscription",
    "BlockingCoreDevice",
    "BlockingCoreSubscription",
    "BusKeys",
    "ClockFunction",
    "ClockOffsetStatistics",
    "CoreClockOffset",
    "CoreDevice",
    "CoreFrame",
    "CoreRecord",
    "CoreSubscription",
    "Device",
    "HmdCamera",
    "KeyFileError",
    "KeyPair",
    "Message",
    "NotConnectedError",
    "Subscription",
    "__version__",
    "load_bus_keys",
    "make_key_files",
]
