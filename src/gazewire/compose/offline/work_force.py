"""Processes that share the work, or this one alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from gazewire.compose.image_threads import work_on_images_alone

__all__ = ["work_force"]

_P = ParamSpec("_P")
_T = TypeVar("_T")


def work_force(processes: int | None) -> tuple[Executor, int]:
    """Make what work is handed to; the caller shuts it down.

    Args:
        processes: how many; one is this process itself, None is one for each core.

    Returns:
        The executor, and how many work at once.
    """
    count = processes or os.cpu_count() or 1
    if count == 1:
        return _Alone(), 1
    context = get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_begin), count


def _begin() -> None:
    # An interrupt from the keyboard reaches all processes; the one that hands out the work ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work_on_images_alone()


class _Alone(Executor):
    """Does work when it is handed over."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future
