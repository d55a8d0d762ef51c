"""What the vendor asks of clients, written down once more: how often a board may ask while something is wrong.

Figures are seconds. Not taken from the product, which is what is held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, chain, count, repeat, takewhile

JITTER = 1.1
"""Waits may be longer than the table's by a tenth."""
PROBE = 600.0
"""What only a person can mend is looked at so rarely."""


def _server_or_network() -> Iterator[float]:
    return chain((5.0, 10.0, 15.0, 120.0, 240.0), repeat(480.0))


def _throttled(retry_after: float) -> Iterator[float]:
    # At least 1 s or what is asked for, "then goes slower": twice as long each time, up to some minutes.
    return (max(2.0 ** min(times, 8), retry_after) for times in count())


def waits_of(word: str, interval: float, retry_after: float = 0.0) -> Iterator[float]:
    """The least waits after the first, second, ... failure of this word."""
    if word in ("OFFLINE", "SERVER", "GARBLED"):
        return _server_or_network()
    if word == "THROTTLED":
        return _throttled(retry_after)
    if word in ("AUTH", "DENIED", "REFUSED"):
        return repeat(PROBE)
    return repeat(interval)


def most_tries(word: str, lasted: float, interval: float, retry_after: float = 0.0) -> int:
    """How often one scope may try in `lasted` seconds."""
    moments = accumulate(waits_of(word, interval, retry_after), initial=0.0)
    return sum(1 for _ in takewhile(lambda moment: moment <= lasted, moments))


def longest_wait(word: str, lasted: float, interval: float, retry_after: float = 0.0) -> float:
    """After how many seconds at most the first try comes, once what had lasted `lasted` seconds is over."""
    moment, wait = 0.0, 0.0
    for wait in waits_of(word, interval, retry_after):
        moment += wait
        if moment > lasted:
            break
    return max(wait * JITTER, interval)
