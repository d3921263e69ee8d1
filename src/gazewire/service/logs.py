"""Log records onto the bus: topic ``logging.<level>``, one for each record of ours."""

from __future__ import annotations

import asyncio
import copy
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gazewire.wire.ipc import Message, log_message

__all__ = ["logs_published"]

_ROOT = "gazewire"


@contextmanager
def logs_published(
    publish: Callable[[Message], None], process_name: str, level: int = logging.INFO
) -> Iterator[None]:
    """Publish what is logged by any part of gazewire while the context lasts.

    Args:
        publish: takes a message on the event loop's thread.
        process_name: told in each record, as the Core programs tell it: ``service``, ``eye0``.
        level: the least that is published. To debug over the bus costs a message for each.
    """
    logger = logging.getLogger(_ROOT)
    handler = _BusHandler(publish, process_name, level)
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
    def __init__(self, publish: Callable[[Message], None], process_name: str, level: int) -> None:
        super().__init__(level)
        self._publish = publish
        self._process_name = process_name
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._is_publishing = False

    def emit(self, record: logging.LogRecord) -> None:
        told = copy.copy(record)
        told.processName = self._process_name
        message = log_message(told)
        if threading.get_ident() == self._thread:
            self._pass_on(message)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._pass_on, message)

    def _pass_on(self, message: Message) -> None:
        # What publishing itself has to say would go round.
        if self._is_publishing:
            return
        self._is_publishing = True
        try:
            self._publish(message)
        finally:
            self._is_publishing = False
