"""One failure out of a task group, as itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["unwrapped"]


@contextmanager
def unwrapped() -> Iterator[None]:
    """Raise the first failure of a task group in place of the group.

    Where tasks are an implementation detail, callers catch errors by type as from any function.
    The other failures of the group are nearly always consequences of the first.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        failure: BaseException = group
        while isinstance(failure, BaseExceptionGroup):
            failure = failure.exceptions[0]
        raise failure from group
