"""What the pollers ask for within one short moment goes out as the fewest calls: a data loader.

One `metrics` call answers up to 50 skills or groups, and the account's figures ride along in its `all` section as long
as it is not filtered; one sweep of `agent_view` serves everybody who wants agents.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kmm_tui.api.answers import MetricsAnswer, MetricsRow
from kmm_tui.api.errors import TooManyAgents
from kmm_tui.api.query import METRICS_PAGE, GroupBy, HistoricalQuery, MetricsQuery
from kmm_tui.api.window import KEPT, MINUTE, Window
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, AgentDetail, Listing, Roster, Snapshot, Trend, figures_of, trend_of
from kmm_tui.feed.agents import Agents
from kmm_tui.feed.asker import Asker
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.extra import Extra
from kmm_tui.metrics import BY_NAME, Method

MOMENT = 0.02
"""Seconds for which asking is held back so that others may join."""

_Waiting: TypeAlias = dict[Scope, asyncio.Future[Snapshot]]
_LOGGED_IN = tuple(BY_NAME[name].field for name in ("online_agents", "away_agents", "back_soon_agents"))
_GROUP_BY: dict[Level, GroupBy] = {Level.SKILL: "skillId", Level.GROUP: "agentGroupId"}


@dataclass(frozen=True, slots=True)
class Wants:
    """What the board asks for: request names by method, and the widths of the usual windows in ms."""

    window: int
    metrics: tuple[str, ...]
    agent_metrics: tuple[str, ...]
    trend_metrics: tuple[str, ...]
    trend_window: int
    trend_interval: int


class Gatherer:
    """Answers scopes, with as few calls as the API allows. Every method raises the `KmmError` of the call behind it.

    `discovered` hears of every answer that was to name all skills or groups.
    """

    def __init__(
        self,
        asker: Asker,
        wants: Wants,
        clock: Clock,
        discovered: Callable[[Level, MetricsAnswer], None],
    ) -> None:
        self._asker = asker
        self._agents = Agents(asker)
        self._clock = clock
        self._discovered = discovered
        self._waiting: _Waiting = {}
        self._flush: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._known: dict[Level, int] = {Level.SKILL: 0, Level.GROUP: 0}
        self._swept_at: dict[Level, int] = {}
        self._sweeping = {level: asyncio.Lock() for level in _GROUP_BY}
        self._sizes: dict[str, float] = {}
        self._skills: tuple[str, ...] = ()
        self.calls: dict[str, int] = {}
        self.wants = wants
        # A width in ms up to now, or whatever tells the window of this moment.
        self.window: int | Callable[[], Window] = wants.window
        self.extra = Extra()
        self.subgroups = False

    async def figures(self, scope: Scope) -> Snapshot:
        """The figures of `scope` now. A scope that the answer does not name has figures, and none of them a value."""
        future = self._waiting.get(scope)
        if future is None:
            future = self._waiting[scope] = asyncio.get_running_loop().create_future()
        if self._flush is None:
            self._flush = asyncio.create_task(self._ask_soon())
            # The loop itself holds tasks only weakly.
            self._tasks.add(self._flush)
            self._flush.add_done_callback(self._tasks.discard)
        # Shielded: one poller that is cancelled must not take the answer from the others.
        return await asyncio.shield(future)

    async def agents(self) -> Roster:
        """Everybody who is logged in, and those who have logged out where they are wanted, too."""
        try:
            roster = await self._roster()
        except TooManyAgents:
            if self._sizes:
                raise
            # Parts are made of groups, and which there are is not known yet.
            await self._learn_groups()
            roster = await self._roster()
        self.calls["agents"] = roster.cost.calls
        return roster

    async def agent(self, key: str) -> AgentDetail:
        """Everything about one agent."""
        detail = await self._agents.detail(key, self.present())
        self.calls["agent"] = detail.cost.calls
        return detail

    async def _roster(self) -> Roster:
        return await self._agents.roster(
            self.present(),
            (*self.wants.agent_metrics, *self.extra.agent_metrics),
            self._sizes,
            self._skills,
            offline=self.extra.offline,
        )

    async def _learn_groups(self) -> None:
        async with self._sweeping[Level.GROUP]:
            if self._sizes:
                return
        await self._sweep(Level.GROUP, self.present(), want_all=False)

    async def trend(self, scope: Scope = ACCOUNT) -> Trend:
        """Counts over time of any scope: of whole intervals only, none that still goes on."""
        now = int(self._clock.now() * 1000)
        return await self.past_trend(scope, Window(now - MINUTE, now))

    async def past_trend(self, scope: Scope, window: Window) -> Trend:
        """The trend that ends where `window` does, as far back as the API has it. Raises `LimitExceeded` beyond."""
        step = self.wants.trend_interval * MINUTE
        end = window.end // step * step
        reach = KEPT[Method.HISTORICAL] - step
        start = max(end - self.wants.trend_window, -(-(int(self._clock.now() * 1000) - reach) // step) * step)
        return await self._trend(scope, Window(start if start < end else end - self.wants.trend_window, end))

    async def _trend(self, scope: Scope, window: Window) -> Trend:
        query = HistoricalQuery(
            window=window,
            metrics=self.wants.trend_metrics,
            interval=self.wants.trend_interval,
            skill_ids=(scope.key,) if scope.level is Level.SKILL else (),
            group_ids=(scope.key,) if scope.level is Level.GROUP else (),
            agent_ids=(scope.key,) if scope.level is Level.AGENT else (),
        )
        return trend_of(scope, await self._asker.historical(query))

    async def everything(self, level: Level) -> list[Snapshot]:
        """The figures of every skill (and of the account, which comes with them) or of every group there is."""
        with_account = level is Level.SKILL
        answer = await self._sweep(level, self.present(), want_all=with_account)
        snapshots = [self._snapshot(Scope(level, row.key), row, answer) for row in answer.rows]
        return [self._snapshot(ACCOUNT, None, answer), *snapshots] if with_account else snapshots

    def listing(self, level: Level) -> Listing | None:
        """How many skills or groups the last sweep found, and when; None before the first."""
        if level not in self._swept_at:
            return None
        return Listing(level, self._known[level], self._swept_at[level])

    def present(self) -> Window:
        """The window of what is asked now."""
        if callable(self.window):
            return self.window()
        return Window.last(self.window, int(self._clock.now() * 1000))

    def parts(self) -> tuple[Mapping[str, float], Sequence[str]]:
        """How many agents each group has, and which skills there are, as last answered."""
        return self._sizes, self._skills

    def last_seen(self, key: str) -> Agent | None:
        """An agent as the last sweep has it."""
        return self._agents.last(key)

    def close(self) -> None:
        """Let go of whoever still waits."""
        for task in self._tasks:
            task.cancel()
        for future in self._waiting.values():
            future.cancel()
        self._waiting.clear()

    @property
    def _metrics(self) -> tuple[str, ...]:
        return (*self.wants.metrics, *self.extra.metrics)

    async def _ask_soon(self) -> None:
        await asyncio.sleep(MOMENT)
        waiting, self._waiting, self._flush = self._waiting, {}, None
        try:
            await self._ask_for(waiting)
        except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to those who asked
            _fail(waiting, waiting, error)
        finally:
            # Cancelled: nobody is left waiting.
            for future in waiting.values():
                future.cancel()

    async def _ask_for(self, waiting: _Waiting) -> None:
        for family in {scope.level.value for scope in waiting}:
            self.calls[family] = 0
        window = self.present()
        skills = [scope for scope in waiting if scope.level is Level.SKILL]
        groups = [scope for scope in waiting if scope.level is Level.GROUP]
        account = ACCOUNT in waiting
        parts: list[Awaitable[None]] = []
        # Whether the account's figures come along with a call that is made anyway, or need one of their own.
        rides = account and self._unfiltered_is_cheaper(Level.SKILL, len(skills), account)
        if skills or rides:
            parts.append(self._answer(waiting, window, Level.SKILL, skills, account=rides))
        if groups:
            parts.append(self._answer(waiting, window, Level.GROUP, groups, account=False))
        if account and not rides:
            parts.append(self._answer_account(waiting, window))
        await asyncio.gather(*parts)

    def _unfiltered_is_cheaper(self, level: Level, wanted: int, account: bool) -> bool:
        everything = max(1, math.ceil(self._known[level] / METRICS_PAGE))
        return everything <= math.ceil(wanted / METRICS_PAGE) + account

    async def _answer(
        self, waiting: _Waiting, window: Window, level: Level, scopes: list[Scope], *, account: bool
    ) -> None:
        if account or self._unfiltered_is_cheaper(level, len(scopes), account=False):
            concerned = [*scopes, ACCOUNT] if account else scopes
            await self._share(
                waiting,
                concerned,
                level.value if scopes else "account",
                lambda: self._sweep(level, window, want_all=account),
            )
            return
        chunks = [scopes[i : i + METRICS_PAGE] for i in range(0, len(scopes), METRICS_PAGE)]
        await asyncio.gather(*(self._answer_chosen(waiting, window, level, chunk) for chunk in chunks))

    async def _answer_chosen(self, waiting: _Waiting, window: Window, level: Level, scopes: list[Scope]) -> None:
        keys = tuple(scope.key for scope in scopes)
        await self._share(waiting, scopes, level.value, lambda: self._chosen(level, window, keys))

    async def _answer_account(self, waiting: _Waiting, window: Window) -> None:
        query = MetricsQuery(window=window, metrics=self._metrics, sections=("all",))
        await self._share(waiting, [ACCOUNT], "account", lambda: self._asker.metrics(query, every_page=False))

    async def _share(
        self, waiting: _Waiting, scopes: list[Scope], family: str, ask: Callable[[], Awaitable[MetricsAnswer]]
    ) -> None:
        try:
            answer = await ask()
            self.calls[family] = self.calls.get(family, 0) + answer.cost.calls
            rows = {row.key: row for row in answer.rows}
            for scope in scopes:
                _deliver(waiting, scope, self._snapshot(scope, rows.get(scope.key), answer))
        except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to those who asked
            _fail(waiting, scopes, error)

    async def _sweep(self, level: Level, window: Window, *, want_all: bool) -> MetricsAnswer:
        async with self._sweeping[level]:
            return await self._swept(level, window, want_all=want_all)

    async def _swept(self, level: Level, window: Window, *, want_all: bool) -> MetricsAnswer:
        answer = await self._asker.metrics(
            MetricsQuery(
                window=window,
                metrics=self._metrics,
                group_by=_GROUP_BY[level],
                sections=("all", "groupBy") if want_all else ("groupBy",),
                include_subgroups=self.subgroups and level is Level.GROUP,
            ),
            every_page=True,
        )
        self._known[level] = answer.count
        self._swept_at[level] = answer.cost.asked_at
        if level is Level.GROUP:
            self._sizes = {row.key: sum(row.metrics.get(field) or 0 for field in _LOGGED_IN) for row in answer.rows}
        else:
            self._skills = tuple(row.key for row in answer.rows)
        self._discovered(level, answer)
        return answer

    async def _chosen(self, level: Level, window: Window, keys: tuple[str, ...]) -> MetricsAnswer:
        return await self._asker.metrics(
            MetricsQuery(
                window=window,
                metrics=self._metrics,
                group_by=_GROUP_BY[level],
                sections=("groupBy",),
                include_subgroups=self.subgroups and level is Level.GROUP,
                skill_ids=keys if level is Level.SKILL else (),
                group_ids=keys if level is Level.GROUP else (),
            ),
            every_page=False,
        )

    def _snapshot(self, scope: Scope, row: MetricsRow | None, answer: MetricsAnswer) -> Snapshot:
        """The figures of a row, or of the account; a scope that the answer does not name has none."""
        found = answer.all if scope == ACCOUNT else row.metrics if row else None
        figures = figures_of(Method.METRICS, answer.asked, found or {}, self._asker.refused(Method.METRICS))
        return Snapshot(scope, row.name if row else None, answer.window, figures, answer.cost.asked_at, answer.cost)


def _deliver(waiting: _Waiting, scope: Scope, snapshot: Snapshot) -> None:
    future = waiting.get(scope)
    if future and not future.done():
        future.set_result(snapshot)


def _fail(waiting: _Waiting, scopes: Iterable[Scope], error: Exception) -> None:
    for scope in scopes:
        future = waiting.get(scope)
        if future and not future.done():
            future.set_exception(error)
            # Retrieved here, so that a poller that was cancelled meanwhile leaves no warning behind.
            future.exception()
