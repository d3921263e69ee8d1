"""Log records onto the bus: topic ``logging.<level>``, one for each record of ours."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gazewire.errors import GazewireError
from gazewire.wire.ipc import Message, log_message

__all__ = ["logs_published"]

_ROOT = "gazewire"


@contextmanager
def logs_published(
    push: Callable[[Message], None], process_name: str, level: int = logging.INFO
) -> Iterator[None]:
    """Push onto the bus what is logged by any part of gazewire while the context lasts.

    Args:
        push: takes a message on the reliable way, on any thread.
        process_name: told in each record, as the Core programs tell it: ``service``, ``eye0``.
        level: the least that is pushed. To debug over the bus costs a message for each.
    """
    logger = logging.getLogger(_ROOT)
    handler = _BusHandler(push, process_name, level)
    before = logger.level
    logger.addHandler(handler)
    # What nobody lets through is not even made.
    logger.setLevel(min(level, logger.getEffectiveLevel()))
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


class _BusHandler(logging.Handler):
    def __init__(self, push: Callable[[Message], None], process_name: str, level: int) -> None:
        super().__init__(level)
        self._push = push
        self._process_name = process_name
        self._state = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        # What pushing itself has to say would go round.
        if getattr(self._state, "is_pushing", False):
            return
        told = copy.copy(record)
        told.processName = self._process_name
        self._state.is_pushing = True
        try:
            self._push(log_message(told))
        except GazewireError:
            # There is no bus any more, or it takes nothing. Other handlers have the record.
            pass
        finally:
            self._state.is_pushing = False
