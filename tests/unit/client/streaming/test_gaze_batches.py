from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from loopback.station import LIMIT_S, Station

from gazewire.client._engine.arrays import GAZE_DTYPE
from gazewire.client.streaming import RTSPGazeBatchStreamer, receive_gaze_batches
from gazewire.errors import LocalProtocolError, NetworkError

RTP_TICK_NS = 1_000_000_000 // 90_000 + 1


async def test_what_has_come_since_the_last_look_is_one_array(station: Station) -> None:
    station.measure()
    async with RTSPGazeBatchStreamer(station.url()) as streamer, asyncio.timeout(LIMIT_S):
        arrays = streamer.receive()
        first = await anext(arrays)
        while streamer.reader.statistics.items < len(first) + 20:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        gaze = await anext(arrays)
    assert gaze.dtype == GAZE_DTYPE
    assert len(gaze) >= 20
    # The station counts in the first coordinate.
    index = round(first["x_px"][0])
    together = [*first, *gaze]
    assert [row["x_px"] for row in together] == list(range(index, index + len(together)))
    for row in together:
        apart_ns = int(row["timestamp_unix_ns"]) - station.sent[round(row["x_px"])]
        assert abs(apart_ns) <= RTP_TICK_NS


async def test_a_device_that_is_not_there_is_an_error(station: Station) -> None:
    url = station.url()
    await station.stop()
    with pytest.raises(NetworkError):
        async with asyncio.timeout(LIMIT_S), aclosing(receive_gaze_batches(url)) as arrays:
            await anext(arrays)


async def test_who_has_not_entered_is_told(station: Station) -> None:
    with pytest.raises(LocalProtocolError, match="async with"):
        await anext(RTSPGazeBatchStreamer(station.url()).receive())
