"""The companion device: a phone and a pair of glasses, in software."""

from gazewire.device.config import DeviceConfig
from gazewire.device.product import INVISIBLE, NEON, Product
from gazewire.device.server import RunningDevice, serve_device

__all__ = ["INVISIBLE", "NEON", "DeviceConfig", "Product", "RunningDevice", "serve_device"]
