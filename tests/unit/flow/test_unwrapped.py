from __future__ import annotations

import asyncio

import pytest

from gazewire.flow import unwrapped


async def fail(error: Exception) -> None:
    raise error


async def test_a_failure_in_a_task_group_is_raised_as_itself() -> None:
    with pytest.raises(LookupError, match="gone") as caught, unwrapped():
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail(LookupError("gone")))
    assert isinstance(caught.value.__cause__, ExceptionGroup)


async def test_the_first_failure_is_found_in_groups_within_groups() -> None:
    with pytest.raises(LookupError, match="gone"), unwrapped():
        async with asyncio.TaskGroup(), asyncio.TaskGroup() as inner:
            inner.create_task(fail(LookupError("gone")))


def test_what_is_no_group_passes() -> None:
    with pytest.raises(KeyError), unwrapped():
        raise KeyError("plain")
    with unwrapped():
        pass
