"""When it is asked again: exactly the table, and never more often than a server wants."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.errors import (
    AccountUnknown,
    Garbled,
    KmmError,
    LimitExceeded,
    PermissionMissing,
    RequestRefused,
    ServerFailure,
    SignInRefused,
    Throttled,
    Unreachable,
)
from kmm_tui.feed.retry import patiently, wait_before_retry

TRANSIENT = (ServerFailure("a", "b"), Unreachable("a", "b"), Garbled("a", "b"), RuntimeError("a"))
FINAL = (
    RequestRefused("a", "b"), PermissionMissing("a", "b"), SignInRefused("a", "b"), AccountUnknown("a", "b"),
    LimitExceeded("a", "b"),
)  # fmt: skip


def throttled(seconds: float | None) -> Throttled:
    return Throttled("a", "b", retry_after=seconds)


@pytest.mark.parametrize("error", TRANSIENT)
def test_three_tries_and_then_minutes(error: Exception) -> None:
    waits = [wait_before_retry(error, failures) for failures in range(1, 10)]
    assert waits == [5, 10, 15, 120, 240, 480, 480, 480, 480]


@pytest.mark.parametrize("error", FINAL)
def test_what_only_a_person_can_mend_is_probed_rarely(error: Exception) -> None:
    assert [wait_before_retry(error, failures) for failures in (1, 2, 50)] == [600, 600, 600]


def test_a_throttled_caller_waits_as_long_as_it_is_told_and_at_least_a_second() -> None:
    assert wait_before_retry(throttled(7), 1) == 7
    assert wait_before_retry(throttled(0), 1) == 1
    assert wait_before_retry(throttled(0.2), 1) == 1
    assert wait_before_retry(throttled(86_400), 1) == 600
    assert [wait_before_retry(throttled(None), failures) for failures in (1, 2, 3, 4, 9, 99)] == [1, 2, 4, 8, 256, 256]


@given(
    st.sampled_from([*TRANSIENT, *FINAL]) | st.floats(0, 1e9).map(throttled), st.integers(1, 10_000), st.floats(0, 1)
)
def test_chance_only_ever_lengthens_a_wait(error: Exception, failures: int, chance: float) -> None:
    least = wait_before_retry(error, failures)
    assert 1 <= least <= wait_before_retry(error, failures, chance) <= least * 1.1 + 1e-9 <= 661


class Tries:
    """Fails with each of `errors` in turn, then answers; only waiting takes time."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.tried: list[float] = []
        self.time = 0.0

    async def ask(self) -> str:
        self.tried.append(self.time)
        if self.errors:
            raise self.errors.pop(0)
        return "answer"

    async def sleep(self, seconds: float) -> None:
        self.time += seconds

    def run(self, patience: float, **more: Any) -> Awaitable[str]:
        return patiently(self.ask, patience, now=lambda: self.time, sleep=self.sleep, **more)


@pytest.mark.parametrize(
    ("errors", "patience", "tried", "answered"),
    [
        ([], 0, [0], True),
        ([Unreachable], 30, [0, 5], True),
        ([Unreachable] * 3, 30, [0, 5, 15, 30], True),
        ([Unreachable] * 9, 30, [0, 5, 15, 30], False),
        ([Unreachable] * 9, 29, [0, 5, 15], False),
        ([Unreachable] * 9, 4, [0], False),
        ([Unreachable] * 9, 0, [0], False),
        ([Unreachable] * 4, 1000, [0, 5, 15, 30, 150], True),
        ([PermissionMissing], 1000, [0], False),
        ([SignInRefused], 1000, [0], False),
        ([RequestRefused], 1000, [0], False),
        ([LimitExceeded], 1000, [0], False),
    ],
)
async def test_patience_is_the_time_of_the_last_try(
    errors: list[Callable[[str, str], KmmError]], patience: float, tried: list[float], answered: bool
) -> None:
    tries = Tries(*(error("what", "todo") for error in errors))
    if answered:
        assert await tries.run(patience) == "answer"
    else:
        with pytest.raises(KmmError, match="what; todo"):
            await tries.run(patience)
    assert tries.tried == tried


async def test_each_failure_is_told_with_the_wait_that_follows() -> None:
    told: list[tuple[str, float]] = []
    tries = Tries(throttled(7), Unreachable("gone", "wait"))
    await tries.run(60, told=lambda error, wait: told.append((str(error), wait)))
    assert told == [("a; b", 7), ("gone; wait", 10)]


async def test_what_nobody_foresaw_is_not_tried_again() -> None:
    tries = Tries(ValueError("a fault of our own"))
    with pytest.raises(ValueError, match="a fault"):
        await tries.run(1000)
    assert tries.tried == [0]
