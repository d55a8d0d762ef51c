"""A lock of which of several processes is in charge: the system frees it at the process's end, whichever."""

from __future__ import annotations

import sys
from typing import IO


def locked(file: IO[bytes]) -> bool:
    """Whether this process holds the lock of `file` from now on, as long as it is open; it does not wait for it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
