"""One channel with its patience: gathers what happens, tells it at most once a minute, and tries again what failed."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from kmm_tui.alerting.notice import Gathered, Notice
from kmm_tui.board.alerts import Change
from kmm_tui.board.severity import Severity
from kmm_tui.feed.clock import Clock

logger = logging.getLogger(__name__)

APART = 60.0
"""Seconds between two notices through one channel, at least."""
MOMENT = 2.0
"""Seconds for which what happens together is gathered before the first notice."""
WAITS = (5.0, 15.0, 60.0, 120.0, 300.0)
"""Seconds before a notice that did not arrive is tried again; the last one for as long as it takes."""


class ChannelError(Exception):
    """A notice did not get through. One line that says what to do, without a secret.

    `is_lasting`: trying again soon is of no use, as somebody has to mend something.
    """

    def __init__(self, text: str, *, is_lasting: bool = False) -> None:
        super().__init__(text)
        self.is_lasting = is_lasting


class Channel(Protocol):
    """A way to tell people."""

    @property
    def name(self) -> str:
        """What it is called on the screen and in the log: never a secret."""
        ...

    async def send(self, notice: Notice) -> None:
        """Tells them. Raises `ChannelError`; takes a bounded time."""
        ...


class Outlet:
    """A channel of its own pace. `least` is the level from which on it tells; `is_quiet` says when it does not."""

    def __init__(
        self,
        channel: Channel,
        clock: Clock,
        account: str,
        name: str,
        *,
        least: Severity = Severity.WARN,
        is_quiet: Callable[[float], bool] = lambda _: False,
    ) -> None:
        self.channel = channel
        self._clock = clock
        self._account, self._name = account, name
        self._least = least
        self._is_quiet = is_quiet
        self._is_rule_quiet: Callable[[str, float], bool] = lambda _rule, _now: False
        self._on_told: Callable[[Sequence[str]], None] = lambda _: None
        self._gathered = Gathered()
        self._failures = 0
        self._next = 0.0
        self._since: float | None = None
        self.trouble = ""

    def attach(self, is_rule_quiet: Callable[[str, float], bool], on_told: Callable[[Sequence[str]], None]) -> None:
        """`is_rule_quiet` says of a rule's key and a moment whether nobody is told; `on_told` hears of whom people
        were told, by ids.
        """
        self._is_rule_quiet, self._on_told = is_rule_quiet, on_told

    def put(self, changes: Iterable[Change]) -> None:
        """Takes note of what happened; returns at once."""
        for change in changes:
            if change.alert.peak >= self._least:
                self._gathered.put(change)

    async def run(self) -> None:
        """Tells people until it is cancelled. An error of a channel is its trouble, not its end."""
        while True:
            await self._clock.sleep(1.0)
            await self.turn()

    async def turn(self) -> None:
        """Sends what is due, if anything is."""
        now = self._clock.now()
        if self._next - now > max(APART, *WAITS):
            # The clock was set back.
            self._next = now
        due = self._due(now)
        if not due:
            self._since = None
            return
        if self._since is None:
            self._since = now
        if now < self._next or abs(now - self._since) < MOMENT:
            return
        await self._tell(tuple(due), now)

    def _due(self, now: float) -> list[Change]:
        if self._is_quiet(now):
            return []
        return [
            change
            for change in self._gathered.waiting
            if not (change.alert.is_open and change.alert.is_muted(now))
            and not self._is_rule_quiet(change.alert.rule, now)
        ]

    async def _tell(self, changes: tuple[Change, ...], now: float) -> None:
        self._next = now + APART
        try:
            await self.channel.send(self._notice(changes, now))
        except ChannelError as error:
            self._failed(str(error), is_lasting=error.is_lasting)
        except Exception:
            # A channel is other people's code, and costs neither the others nor the board.
            logger.exception("the channel %s failed", self.channel.name)
            self._failed("an error of its own, see the log", is_lasting=True)
        else:
            self._failures, self.trouble, self._since = 0, "", None
            self._gathered.done(changes)
            self._on_told([change.alert.id for change in changes])

    def _notice(self, changes: tuple[Change, ...], now: float) -> Notice:
        # The same for the same content, so that a receiver can tell a notice that is sent again.
        told = "|".join(f"{change.alert.id} {change.what.value}" for change in changes)
        notice = Notice(self._account, self._name, now, changes)
        return replace(notice, id=f"{zlib.crc32(f'{self._account}|{told}'.encode()):08x}")

    def _failed(self, text: str, *, is_lasting: bool) -> None:
        wait = WAITS[-1] if is_lasting else WAITS[min(self._failures, len(WAITS) - 1)]
        self._failures += 1
        self._next = self._clock.now() + wait
        trouble = f"{self.channel.name}: {text}"
        if trouble != self.trouble:
            logger.warning("a notice did not get through, %s", trouble)
        self.trouble = trouble
