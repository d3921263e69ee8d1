"""The calibration page: a browser shows targets, follows what goes on, and starts and ends it.

It speaks to the service over the bus alone, so any program that reaches one can serve it, and any
number of browsers can show it, on the wearer's display and on the operator's.
"""

from gazewire.service.calibration_page.routes import (
    PAGE_PATH,
    Notify,
    calibration_page,
    calibration_routes,
)

__all__ = ["PAGE_PATH", "Notify", "calibration_page", "calibration_routes"]
