"""What the tests of alerting share: a clock that only the test turns, alerts to tell of, and a channel that listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from kmm_tui.alerting.notice import Notice
from kmm_tui.alerting.outlet import ChannelError
from kmm_tui.board.alerts import Alert, Change, What
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity

NOW = 1_800_000_000.0
P90 = "queue_wait_time_90th_percentile"


@dataclass
class Turned:
    """A clock for `Clock`; nobody sleeps on it."""

    seconds: float = NOW

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


@pytest.fixture
def clock() -> Turned:
    return Turned()


def alert(number: int = 1, *, peak: Severity = Severity.CRITICAL, label: str = "") -> Alert:
    return Alert(
        id=f"a{number}", rule=f"limit:{P90}", what="P90 wait", scope=Scope(Level.SKILL, str(number)),
        label=label or f"Skill {number}", level=peak, peak=peak, since=NOW - 120, raised_at=NOW - 60, metric=P90,
        value=252_000, worst=300_000, bound="max 3:00",
    )  # fmt: skip


def raised(number: int = 1, *, peak: Severity = Severity.CRITICAL) -> Change:
    return Change(What.RAISED, alert(number, peak=peak), NOW)


@dataclass
class Ear:
    """A channel that keeps what it is told, or fails as the test says."""

    name: str = "ear"
    fails: ChannelError | None = None
    heard: list[Notice] = field(default_factory=list)
    tries: int = 0

    async def send(self, notice: Notice) -> None:
        self.tries += 1
        if self.fails:
            raise self.fails
        self.heard.append(notice)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def make_alert() -> Callable[..., Alert]:
    return alert
