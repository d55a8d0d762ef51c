"""An app that goes on after exceptions and with a terminal that does not read; and that ends once there is none."""

from __future__ import annotations

import gc
import logging
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.app import App, ReturnType
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from kmm_tui.ui import guard
from kmm_tui.ui.driver import Patient, patient
from kmm_tui.ui.lean import lean
from kmm_tui.ui.mishaps import Mishaps
from kmm_tui.ui.writer import PATIENCE

logger = logging.getLogger("kmm_tui.ui")

STARTED = 60.0
"""Seconds after which what a start leaves behind has been collected."""
SELDOM = 50
"""How many collections of the middle generation there are to one of everything: five minutes; Python's 10 are one.

Each looks at all that there is, 100 ms on a large board, and after the start it finds next to nothing.
"""


class EnduringApp(App[ReturnType]):
    """See the module's text. Until its first screen stands, an exception ends it: there is nothing to go on with.

    `outlives` is None for: on a terminal yes, headless no. So no test overlooks an exception that it has not asked for.
    """

    BINDINGS: ClassVar[list[BindingType]] = (
        []
        if sys.platform == "win32"
        else [Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="board.suspend")]
    )
    outlives: bool | None = None

    def __init__(self) -> None:
        guard.install()
        super().__init__()
        self.mishaps = Mishaps()

    @property
    def stands(self) -> bool:
        """Whether the first screen has all its widgets, so that it can be drawn on."""
        return self._is_mounted and bool(self._screen_stack) and self._screen_stack[0]._is_mounted

    def on_ready(self) -> None:
        """Lets the collector look at everything less often, once the start is over."""
        if not self.is_headless:
            self.set_timer(STARTED, lambda: gc.set_threshold(*gc.get_threshold()[:2], SELDOM))

    # -- exceptions

    def survives(self, error: Exception) -> bool:
        """Whether the board goes on after `error`, which is in the log then."""
        outlives = not self.is_headless if self.outlives is None else self.outlives
        # Where there are several first screens, another may have yet to come up.
        has_stood = any(stack and stack[0]._is_mounted for stack in self._screen_stacks.values())
        if not outlives or not (self._exit or (self._is_mounted and has_stood and self._running)):
            return False
        self.mishaps.note(error)
        return True

    def _handle_exception(self, error: Exception) -> None:
        if self.survives(error):
            return
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._fatal_error()

    def _fatal_error(self) -> None:
        # In place of Textual's, which prints the locals of every frame: among them could be a credential.
        error = self._exception
        logger.error("the board had to end", exc_info=error)
        trace = error.__traceback__ if error else None
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        self._exit_renderables.append(Text(f"kmm-tui: unexpected {type(error).__name__}{place}; please report it"))
        self._close_messages_no_wait()

    def on_worker_state_changed(self, message: Worker.StateChanged) -> None:
        """A worker that ended by an exception is a line in the log."""
        error = message.worker.error
        if message.state is WorkerState.ERROR and isinstance(error, Exception):
            self.mishaps.note(error)

    # -- keys

    async def on_event(self, event: events.Event) -> None:
        """Each key has done its work before the next one is looked at.

        Keys that arrive all at once, over a slow line or from a password manager, overtake each other otherwise: what
        is typed behind a `/` would be commands, and a password would be written into the field before it.
        """
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif not await self._check_bindings(event.key, priority=True):
            at = self.focused
            if isinstance(at, Input) and event.is_printable and event.character:
                at.replace(event.character, *at.selection)
            else:
                await self._check_bindings(event.key)

    # -- the terminal

    def get_driver_class(self) -> type[Driver]:
        """Textual's choice, made patient."""
        return patient(super().get_driver_class())

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        driver = self._driver if isinstance(self._driver, Patient) else None
        if driver and driver.is_behind:
            return
        if driver and driver.is_stale and renderable is not None:
            renderable = screen._compositor.render_update(full=True, screen_stack=self._background_screens)
        with driver.frame() if driver else nullcontext():
            super()._display(screen, lean(renderable))

    def terminal_caught_up(self, seconds: float) -> None:
        """Paints all anew."""
        if seconds >= PATIENCE:
            logger.warning("the terminal did not read for %.0f s", seconds)
        self.refresh()

    def terminal_back(self) -> None:
        """Paints all anew."""
        self.refresh(layout=True)

    def terminal_gone(self) -> None:
        """Ends the app, as its person has."""
        logger.warning("the terminal was closed, and the board with it")
        self.exit()
