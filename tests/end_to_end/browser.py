"""A headless Chromium, driven over the DevTools protocol: what a page shows, and every request that it makes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
CATCH_TERMINAL = """
Object.defineProperty(Object.prototype, "_addonManager", {
  configurable: true,
  set(value) {
    Object.defineProperty(this, "_addonManager", {value, writable: true, configurable: true});
    window.__terminal = this;
  },
});
"""
"""The terminal in the page belongs to a script that hands it to nobody: it is caught as it is made."""
READ_SCREEN = """
(() => {
  if (!window.__terminal) return "";
  const buffer = window.__terminal.buffer.active, lines = [];
  for (let y = 0; y < window.__terminal.rows; y++) {
    lines.push(buffer.getLine(buffer.viewportY + y).translateToString(true));
  }
  return lines.join("\\n");
})()
"""


def chromium() -> str | None:
    """Where there is one; None if nowhere."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Tab:
    """One page. `requests` are the addresses of everything that it asked for, WebSockets included."""

    link: aiohttp.ClientWebSocketResponse
    session: str
    target: str
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """What the policy of the page kept it from."""
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _answers: dict[int, asyncio.Future[Any]] = field(default_factory=dict)

    async def call(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self.link.send_json({"id": number, "method": method, "params": params, "sessionId": self.session})
        async with asyncio.timeout(30):
            return await answer

    async def listen(self) -> None:
        async for message in self.link:
            found = json.loads(message.data)
            if found.get("sessionId") != self.session:
                continue
            if "id" in found:
                if not (answer := self._answers.pop(found["id"])).done():
                    answer.set_result(found.get("result", {}))
            elif found["method"] == "Network.requestWillBeSent":
                self.requests.append(found["params"]["request"]["url"])
            elif found["method"] == "Network.webSocketCreated":
                self.requests.append(found["params"]["url"])
            elif found["method"] == "Log.entryAdded" and "Content Security" in found["params"]["entry"]["text"]:
                self.refused.append(found["params"]["entry"]["text"])

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def screen(self) -> str:
        """What the terminal in the page shows."""
        return str(await self.evaluate(READ_SCREEN) or "")

    async def cover(self) -> str:
        """What the page says in place of the board; '' if nothing."""
        script = "document.getElementById('cover')?.hidden ? '' : document.getElementById('cover')?.innerText ?? ''"
        return str(await self.evaluate(script) or "")

    async def until(self, *words: str, seconds: float = 60) -> str:
        """Waits until the screen shows all of `words`; returns it."""
        text = ""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not all(word in text for word in words):
                    await asyncio.sleep(0.1)
                    text = await self.screen()
        for word in words:
            assert word in text, f"{word!r} is not on the screen:\n{text}\ncover: {await self.cover()}"
        return text

    async def until_covered(self, word: str, seconds: float = 60) -> str:
        text = ""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while word not in text:
                    await asyncio.sleep(0.1)
                    text = await self.cover()
        assert word in text, text
        return text

    async def press(self, key: str) -> None:
        """Types one letter."""
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=key, key=key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def press_until(self, key: str, word: str) -> None:
        """Types it until the screen shows `word`: what is said stands for a few seconds only."""
        for _ in range(10):
            await self.press(key)
            with contextlib.suppress(AssertionError):
                await self.until(word, seconds=3)
                return
        await self.until(word, seconds=0.1)

    async def picture(self, path: Path) -> None:
        found = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(found["data"]))  # noqa: ASYNC240 - a picture of a test's own

    async def close(self) -> None:
        await self.call("Target.closeTarget", targetId=self.target)


class Browser:
    """One Chromium with tabs; started with nothing of its own that calls home."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self._address = address
        self._http = http
        self._listening: list[asyncio.Task[None]] = []

    async def tab(self, width: int = 1400, height: int = 800) -> Tab:
        """A new, empty one that notes its requests from the beginning."""
        link = await self._http.ws_connect(self._address, max_msg_size=0)
        await link.send_json({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}})
        target = (await self._answer(link, 1))["targetId"]
        params = {"targetId": target, "flatten": True}
        await link.send_json({"id": 2, "method": "Target.attachToTarget", "params": params})
        tab = Tab(link, (await self._answer(link, 2))["sessionId"], target)
        self._listening.append(asyncio.create_task(tab.listen()))
        for domain in ("Network", "Page", "Runtime", "Log"):
            await tab.call(f"{domain}.enable")
        await tab.call("Page.addScriptToEvaluateOnNewDocument", source=CATCH_TERMINAL)
        await tab.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        return tab

    async def _answer(self, link: aiohttp.ClientWebSocketResponse, number: int) -> Any:
        while True:
            found = await link.receive_json(timeout=30)
            if found.get("id") == number:
                return found["result"]

    async def close(self) -> None:
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of this test's own, with a folder of its own."""
    program = chromium()
    assert program
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--disable-dev-shm-usage", "--mute-audio", f"--user-data-dir={folder}", "--remote-debugging-port=0",
            "about:blank",
            stderr=asyncio.subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "HOME": folder},
        )  # fmt: skip
        assert process.stderr
        try:
            async with asyncio.timeout(60):
                while not (line := (await process.stderr.readline()).decode()).startswith("DevTools listening on "):
                    assert line, "the browser ended at once"
            drain = asyncio.create_task(process.stderr.read())
            async with aiohttp.ClientSession() as http:
                found = Browser(line.split()[-1], http)
                try:
                    yield found
                finally:
                    await found.close()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            drain.cancel()
