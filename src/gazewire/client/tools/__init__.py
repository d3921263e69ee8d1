"""What the client's commands are made of: the parts that find, write down, watch and judge."""

from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.statistics import StreamState
from gazewire.client.tools.capture import Capture, CaptureCounts
from gazewire.client.tools.choice import (
    SeveralDevicesError,
    choose_device,
    device_id,
    device_name,
    device_place,
    search_network,
)
from gazewire.client.tools.connection import linked
from gazewire.client.tools.lines import CsvLines, JsonLines, Lines
from gazewire.client.tools.samples import PictureSample, Sample, SampleStream, SoundSample
from gazewire.client.tools.scene_coding import SceneCoding
from gazewire.client.tools.shifted_clock import ShiftedClock
from gazewire.client.tools.vitals import ClockVitals, DeviceVitals, StreamVitals
from gazewire.client.tools.watched_device import WatchedDevice
from gazewire.client.tools.watching import Watching

__all__ = [
    "Capture",
    "CaptureCounts",
    "ClockVitals",
    "CsvLines",
    "DeviceLink",
    "DeviceVitals",
    "JsonLines",
    "Lines",
    "PictureSample",
    "Sample",
    "SampleStream",
    "SceneCoding",
    "SeveralDevicesError",
    "ShiftedClock",
    "SoundSample",
    "StreamState",
    "StreamVitals",
    "WatchedDevice",
    "Watching",
    "choose_device",
    "device_id",
    "device_name",
    "device_place",
    "linked",
    "search_network",
]
