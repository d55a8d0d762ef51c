"""One board in a process of its own, for one page: what a browser types goes in, what it draws comes out.

The process speaks as Textual's apps do with textual-serve: packets of a letter, a size and a payload. It is started
without a shell, with an environment of its own that holds no secret, and it ends when its input does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

GRACE = 3.0
"""Seconds that the process has to end by itself."""
LARGEST = 8 * 1024 * 1024
"""Bytes of one packet; no screen is as large."""
READY = b"__GANGLION__\n"
NARROWEST, WIDEST = 20, 500
LOWEST, HIGHEST = 5, 200

logger = logging.getLogger(__name__)


class Page:
    """Runs `command` in `environ`, and hands what it draws to `draw`; `beat` is called when it gives a sign of life."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        draw: Callable[[bytes], Awaitable[None]],
        beat: Callable[[], Awaitable[None]],
    ) -> None:
        self._command = command
        self._environ = environ
        self._draw = draw
        self._beat = beat
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, width: int, height: int) -> None:
        """Starts the process, on so many cells, and returns when it has ended by itself."""
        size = {"COLUMNS": str(_between(width, NARROWEST, WIDEST)), "ROWS": str(_between(height, LOWEST, HIGHEST))}
        self._process = process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**self._environ, **size},
        )
        assert process.stdout is not None  # noqa: S101 - asked for above
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await process.stdout.readuntil(READY)
            while True:
                head = await process.stdout.readexactly(5)
                length = int.from_bytes(head[1:], "big")
                if length > LARGEST:
                    logger.warning("a page sent a packet of %d bytes", length)
                    break
                await self._take(head[:1], await process.stdout.readexactly(length))

    async def _take(self, kind: bytes, payload: bytes) -> None:
        if kind == b"D":
            await self._draw(payload)
        elif kind == b"M" and json.loads(payload).get("type") == "beat":
            await self._beat()

    async def type(self, text: str) -> None:
        """What was typed, or done with the mouse, as a terminal sends it."""
        await self._send(b"D", text.encode("utf-8", "ignore"))

    async def resize(self, width: int, height: int) -> None:
        """It has other cells from now on."""
        width, height = _between(width, NARROWEST, WIDEST), _between(height, LOWEST, HIGHEST)
        await self._tell({"type": "resize", "width": width, "height": height})

    async def focus(self, has: bool) -> None:
        """Whether its page has the keyboard."""
        await self._tell({"type": "focus" if has else "blur"})

    async def stop(self) -> None:
        """Ends the process, whatever it does; returns when it is gone."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(self._tell({"type": "quit"}), GRACE)
        if process.stdin:
            process.stdin.close()
        try:
            async with asyncio.timeout(GRACE):
                # What it still draws has to be read, or it would wait for that instead of ending.
                while process.stdout and await process.stdout.read(65536):
                    pass
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _tell(self, what: Mapping[str, str | int]) -> None:
        await self._send(b"M", json.dumps(what).encode())

    async def _send(self, kind: bytes, payload: bytes) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        with contextlib.suppress(ConnectionError):
            process.stdin.write(kind + len(payload).to_bytes(4, "big") + payload)
            await process.stdin.drain()


def _between(value: int, least: int, most: int) -> int:
    return min(max(value, least), most)
