"""The client by blocking calls: a device, and how to find one.

::

    device = discover_one_device(max_search_duration_seconds=10)
    print(device.receive_gaze_datum())
    device.close()
"""

from gazewire.client._engine.mailbox import Delivery
from gazewire.client._engine.matching import Matching
from gazewire.client._engine.transport import Transport
from gazewire.client.simple._item_iterator import ItemIterator
from gazewire.client.simple.device import Device, UnreadCounts
from gazewire.client.simple.discovery import (
    discover_devices,
    discover_one_device,
    find_device,
    probe_subnet,
)
from gazewire.client.simple.models import (
    MatchedGazeEyesSceneItem,
    MatchedItem,
    SimpleVideoFrame,
)

__all__ = [
    "Delivery",
    "Device",
    "ItemIterator",
    "MatchedGazeEyesSceneItem",
    "MatchedItem",
    "Matching",
    "SimpleVideoFrame",
    "Transport",
    "UnreadCounts",
    "discover_devices",
    "discover_one_device",
    "find_device",
    "probe_subnet",
]
