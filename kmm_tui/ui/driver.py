"""Textual's driver of a terminal, made patient: nothing that a terminal does or leaves undone stops the board."""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from textual.driver import Driver

from kmm_tui.ui.writer import TerminalWriter, open_door

if TYPE_CHECKING:
    _Base = Driver
else:
    _Base = object

logger = logging.getLogger("kmm_tui.ui")


class Guest(Protocol):
    """Who draws on the terminal. Each of these is called in the thread of its event loop."""

    def terminal_caught_up(self, seconds: float) -> None:
        """It reads again, after `seconds`: all has to be painted anew."""
        ...

    def terminal_gone(self) -> None:
        """It was closed."""
        ...

    def terminal_back(self) -> None:
        """The process was stopped and goes on: all has to be painted anew."""
        ...


class Patient(_Base):
    """What is changed of a driver. Frames are drawn inside `frame`; its app is a `Guest`."""

    _app: Any
    _file: Any
    _writer: TerminalWriter | None = None
    _frame: list[str] | None = None
    _drawing_thread = 0
    is_stale = False
    """Whether frames were lost, so that the next one has to be a whole screen."""

    @property
    def is_behind(self) -> bool:
        """Whether the terminal does not read, so that drawing is in vain."""
        return self._writer is not None and self._writer.behind

    @contextmanager
    def frame(self) -> Iterator[None]:
        """What is written meanwhile gets to the terminal as a whole, or not at all."""
        self._frame, self._drawing_thread = [], threading.get_ident()
        try:
            yield
        finally:
            text, self._frame = "".join(self._frame), None
            if text and self._writer:
                self.is_stale = not self._writer.frame(text)

    def write(self, data: str) -> None:
        """Never waits."""
        if self._frame is not None and threading.get_ident() == self._drawing_thread:
            self._frame.append(data)
        elif self._writer:
            self._writer.write(data)

    def start_application_mode(self) -> None:
        """The base's, with our own thread to write; the base's has nothing to do."""
        self._writer = TerminalWriter(
            open_door(self._file),
            lambda seconds: self._tell("terminal_caught_up", seconds),
            lambda: self._tell("terminal_gone"),
        )
        self._writer.start()
        super().start_application_mode()  # type: ignore[safe-super]

    def close(self) -> None:
        """Ends the writing, whether somebody reads or not."""
        if self._writer:
            self._writer.stop()
            self._writer = None
        super().close()

    def _tell(self, what: str, *details: float) -> None:
        """From any thread: calls that method of the app in its own."""
        with suppress(RuntimeError):  # its loop has just ended
            self._loop.call_soon_threadsafe(lambda: self._app.call_later(getattr(self._app, what), *details))


def patient(base: type[Driver]) -> type[Driver]:
    """`base` made patient, if it draws on a terminal of this process; `base` itself otherwise."""
    if sys.platform == "win32":
        from textual.drivers.windows_driver import WindowsDriver

        return type("PatientWindowsDriver", (Patient, base), {}) if issubclass(base, WindowsDriver) else base
    from textual.drivers.linux_driver import LinuxDriver

    return type("PatientLinuxDriver", (PatientPosix, base), {}) if issubclass(base, LinuxDriver) else base


if sys.platform != "win32":

    class PatientPosix(Patient):
        """Besides: the end of the input is the end of the terminal, and the process can be stopped at any moment."""

        _auto_restart: bool
        _must_signal_resume: bool
        _debug: bool
        fileno: int
        input_tty: bool
        exit_event: threading.Event
        _bell: tuple[int, int] | None = None

        def start_application_mode(self) -> None:
            """The base's, with what ends the reading of keys at once."""
            self._bell = os.pipe()
            super().start_application_mode()

        def disable_input(self) -> None:
            """The base's, which waits until no more keys are read."""
            bell, self._bell = self._bell, None
            if bell:
                os.write(bell[1], b"!")
            super().disable_input()  # type: ignore[safe-super]
            for end in bell or ():
                os.close(end)

        # -- input

        def _run_input_thread(self) -> None:
            try:
                self.run_input_thread()
            except Exception:
                logger.exception("the keyboard cannot be read any more")

        def run_input_thread(self) -> None:
            """Reads keys and the mouse until the terminal is closed. Whatever cannot be understood is left out."""
            from textual._xterm_parser import XTermParser

            parser = XTermParser(self._debug)
            decode = getincrementaldecoder("utf-8")("replace").decode
            sources = [self.fileno, *(self._bell or ())[:1]]
            while not self.exit_event.is_set():
                text = ""
                # Only an escape that may be a key, or the beginning of one, is waited on: the base looks ten times a
                # second, all day.
                waits = 0.1 if parser._timeout_time is not None else None
                if self.fileno in select.select(sources, [], [], waits)[0]:
                    try:
                        data = os.read(self.fileno, 4096)
                    except OSError:
                        data = b""
                    if not data:
                        if self.input_tty:
                            self._tell("terminal_gone")
                        return
                    text = decode(data)
                try:
                    for event in (*(parser.feed(text) if text else ()), *parser.tick()):
                        self.process_message(event)
                except Exception:
                    logger.exception("what the terminal sent could not be understood")
                    parser = XTermParser(self._debug)

        # -- being stopped; handled in the loop, where nothing of the board is half done

        def _sigtstp_application(self, *_: object) -> None:
            self._loop.call_soon_threadsafe(self._be_stopped)

        def _be_stopped(self) -> None:
            if self._auto_restart and self._writer:
                self.suspend_application_mode()
                self._must_signal_resume = True
            os.kill(os.getpid(), signal.SIGSTOP)

        def _sigcont_application(self, *_: object) -> None:
            self._loop.call_soon_threadsafe(self._go_on)

        def _go_on(self) -> None:
            if not self._auto_restart:
                return
            if self._writer:
                # Stopped without being asked: whoever has had the terminal meanwhile may have changed it.
                self.suspend_application_mode()
            self.resume_application_mode()
            self.is_stale = True
            self._app.call_later(self._app.terminal_back)
