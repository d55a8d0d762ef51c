"""Textual's driver of a web page, made to end with its server, and to tell that the board still turns."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from textual.drivers.web_driver import WebDriver

BEAT = 5.0
"""Seconds between two signs of life."""
GRACE = 3.0
"""Seconds that the board has to end by itself once nobody is there any more."""


class PageDriver(WebDriver):
    """See the module's text. Textual's own would go on for ever where its server was killed."""

    _app: Any
    _beating: asyncio.TimerHandle | None = None

    def start_application_mode(self) -> None:
        """The base's; and the first sign of life."""
        super().start_application_mode()
        self._beat()

    def stop_application_mode(self) -> None:
        """The base's, without a word where nobody listens."""
        if self._beating:
            self._beating.cancel()
        try:
            super().stop_application_mode()
        except OSError:
            self.exit_event.set()

    def _beat(self) -> None:
        self.write_meta({"type": "beat"})
        self._beating = asyncio.get_running_loop().call_later(BEAT, self._beat)

    def write(self, data: str) -> None:
        """Draws; a server that is gone ends the board."""
        try:
            super().write(data)
        except OSError:
            self._app.exit()

    def write_meta(self, data: dict[str, object]) -> None:
        """The same."""
        try:
            super().write_meta(data)
        except OSError:
            self._app.exit()

    def run_input_thread(self) -> None:
        """Reads what the page sends; the end of it is the end of the board, even of one that hangs."""
        super().run_input_thread()
        if self.exit_event.is_set():
            return
        self._loop.call_soon_threadsafe(self._app.exit)
        if not self.exit_event.wait(GRACE):
            os._exit(1)
