"""Signals that ask a command to end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable


def on_signals(end: Callable[[int], None]) -> None:
    """Calls `end` in the running loop with the number of each signal that asks for an end: INT, TERM and HUP.

    Windows has neither the signals nor the handlers; there the console's own ways of ending are left as they are.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            with contextlib.suppress(NotImplementedError, RuntimeError):
                asyncio.get_running_loop().add_signal_handler(number, end, number)
