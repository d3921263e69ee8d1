"""The companion device: a phone and a pair of glasses, in software."""

from gazewire.device.config import DeviceConfig
from gazewire.device.figures import Figure
from gazewire.device.playback import Playback
from gazewire.device.product import INVISIBLE, NEON, Product
from gazewire.device.refusals import Refusal
from gazewire.device.server import RunningDevice, serve_device
from gazewire.device.templates import DEFAULT_TEMPLATE, load_template

__all__ = [
    "DEFAULT_TEMPLATE",
    "INVISIBLE",
    "NEON",
    "DeviceConfig",
    "Figure",
    "Playback",
    "Product",
    "Refusal",
    "RunningDevice",
    "load_template",
    "serve_device",
]
