"""The page of `gazewire cameras` in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
import zmq
from browser import Browser, find_chromium

from gazewire.multicam import load_config, serve_cameras
from gazewire.time import SystemClock

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed")

CONFIG = """
box_ttl_s = 30
[[cameras]]
name = "arena"
fps = 20
[[cameras]]
name = "door"
width = 96
height = 64
fps = 20
"""


async def test_the_page_shows_images_boxes_and_figures(tmp_path: Path) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text(CONFIG)
    async with (
        serve_cameras(load_config(path), SystemClock(), first_port=0) as running,
        Browser(tmp_path) as browser,
    ):
        with zmq.Context() as context, context.socket(zmq.PUSH) as boxes:
            boxes.connect(running.cameras[0].boxes_url)
            boxes.send_json({"DRAW_BOX": {"TOP_LEFT": [10, 20], "BOTTOM_RIGHT": [110, 220]}})
        async with browser.page(running.http_url) as page:
            await page.wait_for("document.querySelectorAll('article').length === 2")
            await page.wait_for("document.querySelector('img').naturalWidth === 640")
            await page.wait_for("document.querySelector('rect')?.getAttribute('width') === '100'")
            assert await page.evaluate("document.querySelector('h2').textContent") == "arena"
            assert "a second" in await page.evaluate("document.querySelector('dd').textContent")
