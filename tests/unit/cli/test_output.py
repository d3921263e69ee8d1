from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gazewire.cli.output import ClosedOutputError, Output

# More than any pipe holds.
MUCH = b"0123456789abcdef" * 65_536


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for descriptor in (reader, writer):
        try:
            os.close(descriptor)
        except OSError:
            continue


async def test_what_is_written_comes_out_in_order(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    async with Output(writer) as output:
        await output.write(b"one\n")
        await output.write(b"two\n")
    assert os.read(reader, 100) == b"one\ntwo\n"


async def test_a_file_gets_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with path.open("wb") as file:
        async with Output(file.fileno()) as output:
            await output.write(MUCH)
    assert path.read_bytes() == MUCH


@pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be asked there")
async def test_a_reader_that_pauses_keeps_nobody_else_waiting(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    async with Output(writer) as output:
        writing = asyncio.create_task(output.write(MUCH))
        read = b""
        while len(read) < len(MUCH):
            read += await asyncio.to_thread(os.read, reader, 65_536)
        await writing
    assert read == MUCH


@pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be asked there")
async def test_a_reader_that_never_comes_back_does_not_keep_it_from_ending(
    pipe: tuple[int, int],
) -> None:
    async with asyncio.timeout(10), Output(pipe[1]) as output:
        writing = asyncio.create_task(output.write(MUCH))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait({writing})


async def test_that_nobody_reads_any_more_is_told(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    os.close(reader)
    async with Output(writer) as output:
        with pytest.raises(ClosedOutputError):
            await output.write(b"hello\n")
