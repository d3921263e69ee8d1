"""The monitor page: what the device sees, in a browser."""

from gazewire.device.monitor.routes import monitor_routes

__all__ = ["monitor_routes"]
