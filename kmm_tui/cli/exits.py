"""Exit codes, and which failure ends with which."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path


class Exit(IntEnum):
    """What a command ends with."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    """A mistake in the command line or in the settings, or a limit of the API that was known before asking."""
    SIGN_IN = 3
    PERMISSION = 4
    REFUSED = 5
    UNREACHABLE = 6
    """No connection, a failing server, or an answer that cannot be read."""
    THROTTLED = 7
    INTERRUPTED = 130


def exit_for(error: Exception) -> Exit:
    """The exit code for an error of the API client."""
    from kmm_tui.api import errors

    codes: dict[type[Exception], Exit] = {
        errors.LimitExceeded: Exit.USAGE,
        errors.SignInRefused: Exit.SIGN_IN,
        errors.PermissionMissing: Exit.PERMISSION,
        errors.RequestRefused: Exit.REFUSED,
        errors.Throttled: Exit.THROTTLED,
        errors.KmmError: Exit.UNREACHABLE,
    }
    return next((code for kind, code in codes.items() if isinstance(error, kind)), Exit.UNEXPECTED)


def unexpected(error: Exception) -> str:
    """One line about an error that nobody foresaw: its kind and place, and nothing of what it says."""
    return f"kmm-tui: unexpected {_what(error)}; please report it"


def _what(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
