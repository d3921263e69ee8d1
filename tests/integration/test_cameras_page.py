"""The page of `gazewire cameras` in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
import zmq
from browser import Browser, find_chromium

from gazewire.multicam import load_config, serve_cameras
from gazewire.time import SystemClock

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed")

# A key where the focus is.
PRESS = """
var press = (key, more) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...more}));
"""
SUBJECT = """
document.activeElement.value = "m7";
document.activeElement.dispatchEvent(new Event("change"));
"""
IS_SUBJECT_SAVED = """
fetch("/api/cameras").then((answer) => answer.json())
  .then(({cameras}) => cameras[1].subject === "m7")
"""
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


async def test_the_page_shows_sets_and_records_all_cameras(tmp_path: Path) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text(CONFIG)
    folder = tmp_path / "recordings"
    async with (
        serve_cameras(load_config(path), SystemClock(), first_port=0, record_dir=folder) as running,
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
            assert "a second" in await page.evaluate("document.querySelector('.rate').textContent")
            assert "left" in await page.evaluate("document.getElementById('disk').textContent")

            await page.evaluate(PRESS + "press('2'); press('i'); undefined")
            await page.evaluate(SUBJECT)
            while await page.evaluate(IS_SUBJECT_SAVED) is not True:
                pass
            await page.evaluate(PRESS + "press('Escape'); press('s'); undefined")
            await page.wait_for("document.querySelectorAll('details')[1].open")
            await page.evaluate(PRESS + "press('r', {ctrlKey: true, shiftKey: true}); undefined")
            await page.wait_for(
                "document.querySelectorAll('.state')[1].textContent.includes('rec')"
            )
            await page.wait_for(
                "/[1-9]/.test(document.querySelectorAll('.figures')[1].textContent)"
            )
            await page.evaluate(PRESS + "press('e', {ctrlKey: true, shiftKey: true}); undefined")
            await page.wait_for(
                "document.getElementById('told').textContent.startsWith('recorded')"
            )
            assert page.errors == []
    assert [one.suffix for one in sorted(folder.glob("m7_*"))] == [".mp4", ".csv", ".json"]
