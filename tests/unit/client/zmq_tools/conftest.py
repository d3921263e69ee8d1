"""A Core program, which clients can be tested with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from loopback.core_program import CoreProgram


@pytest.fixture
async def program() -> AsyncIterator[CoreProgram]:
    """A program that runs, with nothing in it."""
    async with CoreProgram() as program:
        yield program
