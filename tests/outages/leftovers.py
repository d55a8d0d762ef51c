"""What a process holds: memory, open files and sockets."""

from __future__ import annotations

import ctypes
import gc
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

MB = 1024 * 1024
_STATM = Path("/proc/self/statm")
_FILES = Path("/dev/fd")


def resident() -> int:
    """Bytes of memory of this process that are resident, after everything that is garbage has been given back."""
    gc.collect()
    if sys.platform == "linux":
        # Where the C library is another one, its free pages stay with the process.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim:
            trim(0)
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, check=True, text=True)
    return int(told.stdout) * 1024


def open_files() -> int:
    """How many files and sockets this process holds open."""
    return len(list(_FILES.iterdir()))


def growth(samples: Sequence[tuple[float, float]]) -> float:
    """By how much a quantity grows over the span of `samples` (moment, value).

    The median of the slopes between all pairs (Theil and Sen), so that single samples that are off do not matter.
    """
    slopes = [(b - a) / (later - earlier) for (earlier, a), (later, b) in combinations(samples, 2)]
    return statistics.median(slopes) * (samples[-1][0] - samples[0][0])
