"""A real browser without a screen, driven over its DevTools protocol.

async with Browser(folder) as browser:
    page = await browser.open("http://127.0.0.1:8080/")
    await page.wait_for("document.title !== ''")
    await page.click("#record")
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

__all__ = ["OTHER_HOST", "Browser", "Page", "find_chromium"]

ANSWERS_WITHIN_S = 30.0

OTHER_HOST = "glasses.test"

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    # This machine by a name that is not its own: a page from there is not of a secure origin.
    f"--host-resolver-rules=MAP {OTHER_HOST} 127.0.0.1",
)


def find_chromium() -> str | None:
    """Path of a Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


_KEY_CODES = {
    "Enter": 13,
    "Escape": 27,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}


class Browser:
    """A Chromium with a profile of its own; leaving the context ends it.

    Args:
        folder: for its profile.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pages: dict[str, Page] = {}

    async def __aenter__(self) -> Self:
        chromium = find_chromium()
        assert chromium is not None
        self._process = await asyncio.create_subprocess_exec(
            chromium,
            *OPTIONS,
            f"--user-data-dir={self._folder}",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                address = await self._address()
                self._session = aiohttp.ClientSession()
                self._socket = await self._session.ws_connect(address, max_msg_size=0)
        except BaseException:
            self._process.kill()
            await self._process.wait()
            raise
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._drain())]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self.call("Browser.close")
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        finally:
            await self._session.close()
            await asyncio.gather(*self._tasks)

    @asynccontextmanager
    async def page(self, url: str, *, width: int = 1280, height: int = 800) -> AsyncIterator[Page]:
        """Open a page in a window of that size, in CSS pixels; it is closed afterwards."""
        target = await self.call("Target.createTarget", {"url": "about:blank"})
        attached = await self.call("Target.attachToTarget", target | {"flatten": True})
        session = attached["sessionId"]
        page = self._pages[session] = Page(self, session)
        try:
            for domain in ("Runtime", "Log", "Page"):
                await page.call(f"{domain}.enable")
            await page.resize(width, height)
            await page.call("Page.navigate", {"url": url})
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await page.loaded.wait()
            yield page
        finally:
            del self._pages[session]
            await self.call("Target.closeTarget", target)

    async def call(
        self, method: str, params: dict[str, Any] | None = None, session: str | None = None
    ) -> dict[str, Any]:
        """Ask something of the browser, or of one of its pages.

        Raises:
            AssertionError: it refused.
        """
        number = next(self._numbers)
        answered = self._answers[number] = asyncio.get_running_loop().create_future()
        request: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
        if session is not None:
            request["sessionId"] = session
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await self._socket.send_json(request)
                answer = await answered
        finally:
            del self._answers[number]
        assert "error" not in answer, f"{method}: {answer['error']}"
        return dict(answer.get("result", {}))

    async def _address(self) -> str:
        assert self._process.stderr is not None
        said = b""
        async for line in self._process.stderr:
            said += line
            if line.startswith(b"DevTools listening on "):
                return line.split()[-1].decode()
        raise AssertionError(f"Chromium did not start:\n{said.decode(errors='replace')}")

    async def _drain(self) -> None:
        assert self._process.stderr is not None
        while await self._process.stderr.read(65536):
            pass

    async def _read(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                # Who asked may have been cancelled, and waits no more.
                answered = self._answers.get(said["id"])
                if answered is not None and not answered.done():
                    answered.set_result(said)
            elif (page := self._pages.get(said.get("sessionId", ""))) is not None:
                page.hear(said)


class Page:
    """One page.

    Attributes:
        loaded: set when the page and its scripts are there.
        errors: exceptions that no script caught, and what the browser complained of.
    """

    def __init__(self, browser: Browser, session: str) -> None:
        self.loaded = asyncio.Event()
        self.errors: list[str] = []
        self._browser = browser
        self._session = session

    async def call(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask something of this page."""
        return await self._browser.call(method, params, self._session)

    def hear(self, event: dict[str, Any]) -> None:
        """Note what is worth knowing of an event."""
        params = event["params"]
        if event["method"] == "Page.loadEventFired":
            self.loaded.set()
        elif event["method"] == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(params["exceptionDetails"]))
        elif event["method"] == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])

    async def resize(
        self, width: int, height: int, *, scale: float = 1, mobile: bool = False
    ) -> None:
        """Give the window another size, in CSS pixels, of so many device pixels each."""
        size = {"width": width, "height": height}
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            {**size, "deviceScaleFactor": scale, "mobile": mobile},
        )

    async def prefer(self, **features: str) -> None:
        """Set what the user prefers, by the names of CSS media features, `-` written `_`."""
        wanted = [
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()
        ]
        await self.call("Emulation.setEmulatedMedia", {"features": wanted})

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited where it is a promise.

        Raises:
            AssertionError: it threw.
        """
        answer = await self.call(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True},
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def wait_for(self, expression: str) -> Any:
        """Wait until a JavaScript expression is true, looking at each repaint; its value."""
        look = f"""new Promise((resolve) => {{
            const look = () => {{
                const found = ({expression});
                if (found) resolve(found); else requestAnimationFrame(look);
            }};
            look();
        }})"""
        try:
            return await self.evaluate(look)
        except TimeoutError:
            raise AssertionError(f"never true: {expression}\n{self.errors}") from None

    async def click(self, selector: str) -> None:
        """Click on the middle of an element, as a mouse does."""
        place = await self._middle_of(selector)
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent",
                {"type": kind, **place, "button": "left", "clickCount": 1},
            )

    async def point_at(self, selector: str) -> None:
        """Move the mouse to the middle of an element."""
        place = await self._middle_of(selector)
        await self.call("Input.dispatchMouseEvent", {"type": "mouseMoved", **place})

    async def _middle_of(self, selector: str) -> dict[str, float]:
        place: dict[str, float] = await self.evaluate(
            f"""(() => {{
                const element = document.querySelector({json.dumps(selector)});
                element.scrollIntoView({{ block: "nearest" }});
                const {{ x, y, width, height }} = element.getBoundingClientRect();
                return {{ x: x + width / 2, y: y + height / 2 }};
            }})()"""
        )
        return place

    async def write(self, text: str) -> None:
        """Write into the element that has the focus."""
        await self.call("Input.insertText", {"text": text})

    async def press(self, key: str) -> None:
        """Press and release a key that writes one letter, or Enter, Escape, or an arrow."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        code = _KEY_CODES.get(key, ord(key[0].upper()))
        for kind in ("keyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent",
                {"type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code},
            )

    async def screenshot(self) -> bytes:
        """What the window shows, as a PNG file."""
        picture = await self.call("Page.captureScreenshot", {"format": "png"})
        return base64.b64decode(picture["data"])
