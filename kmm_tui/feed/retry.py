"""When to ask again: what the vendor asks of clients, as a table.

| failure | what a client does |
| --- | --- |
| 400, 403 and a refused sign-in | asking again does not help: a rare probe, in case somebody changed something |
| 429 | at least 1 s, longer if `Retry-After` says so (at most 10 minutes) |
| 5xx, no answer, garbled | after 5, 10 and 15 s, then every 2, 4, 8 minutes, and every 8 from then on |
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from kmm_tui.api.errors import KmmError, SignInRefused, Throttled

STEPS = (5.0, 10.0, 15.0, 120.0, 240.0, 480.0)
"""Seconds to wait after the first, second, ... failure in a row."""
PROBE_EVERY = 600.0
"""Seconds between two tries of what only a person can mend."""
THROTTLED_LEAST = 1.0
LONGEST_RETRY_AFTER = 600.0
JITTER = 0.1
"""Every wait is lengthened by up to this part of itself, so that boards that failed together do not return together."""

_Result = TypeVar("_Result")


def wait_before_retry(error: Exception, failures: int, chance: float = 0.0) -> float:
    """Seconds to wait after `failures` (1 or more) failures in a row, the last of which was `error`.

    `chance` is 0..1 and makes the jitter; the waits of the table are never shortened by it.
    """
    wait: float
    if isinstance(error, Throttled):
        asked = min(error.retry_after or 0.0, LONGEST_RETRY_AFTER)
        # Without a word from the server each further 429 doubles the silence.
        wait = max(asked, THROTTLED_LEAST * 2.0 ** min(failures - 1, 8))
    elif isinstance(error, KmmError) and not error.retryable:
        wait = PROBE_EVERY
    else:
        wait = STEPS[min(failures, len(STEPS)) - 1]
    return wait * (1 + JITTER * chance)


def _worth_retrying(error: BaseException) -> bool:
    return isinstance(error, KmmError) and error.retryable and not isinstance(error, SignInRefused)


async def patiently(
    ask: Callable[[], Awaitable[_Result]],
    patience: float,
    *,
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
    told: Callable[[Exception, float], None] | None = None,
) -> _Result:
    """`ask()`, tried again by the table as long as all the waits together are `patience` seconds at most.

    After a failure later than that no further try is made.

    `told` hears of each failure and of the seconds until the next try. Raises the last `KmmError`.
    """
    began = now()

    def wait(state: RetryCallState) -> float:
        return wait_before_retry(_error(state), state.attempt_number)

    def give_up(state: RetryCallState) -> bool:
        # What is waited counts, so that the three first waits of the table fit into 30 s however long an answer takes.
        return state.idle_for + wait(state) > patience or now() - began > patience

    def before_sleep(state: RetryCallState) -> None:
        if told:
            told(_error(state), wait(state))

    retrying = AsyncRetrying(
        retry=retry_if_exception(_worth_retrying),
        wait=wait,
        stop=give_up,
        sleep=sleep,
        before_sleep=before_sleep,
        reraise=True,
    )
    return await retrying(ask)


def _error(state: RetryCallState) -> Exception:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, Exception) else Exception("no error")
