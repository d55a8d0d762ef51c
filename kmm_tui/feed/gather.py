"""What the pollers ask for within one short moment goes out as the fewest calls: a data loader.

One `metrics` call answers up to 50 skills or groups, and the account's figures ride along in its `all` section as long
as it is not filtered; one sweep of `agent_view` serves everybody who wants agents.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from kmm_tui.api.answers import MetricsAnswer, MetricsRow
from kmm_tui.api.client import KmmClient
from kmm_tui.api.query import METRICS_PAGE, AgentViewQuery, GroupBy, HistoricalQuery, MetricsQuery
from kmm_tui.api.window import Window
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Listing, Roster, Snapshot, Trend, agent_of, figures_of, trend_of
from kmm_tui.feed.clock import Clock
from kmm_tui.metrics import Method

MOMENT = 0.02
"""Seconds for which asking is held back so that others may join."""

_Waiting: TypeAlias = dict[Scope, asyncio.Future[Snapshot]]
_GROUP_BY: dict[Level, GroupBy] = {Level.SKILL: "skillId", Level.GROUP: "agentGroupId"}


@dataclass(frozen=True, slots=True)
class Wants:
    """What the board asks for: request names by method, and the widths of the windows in ms."""

    window: int
    metrics: tuple[str, ...]
    agent_metrics: tuple[str, ...]
    trend_metrics: tuple[str, ...]
    trend_window: int
    trend_interval: int


class Gatherer:
    """Answers scopes, with as few calls as the API allows. Every method raises the `KmmError` of the call behind it.

    `discovered` hears of every skill and group that an unfiltered call names.
    """

    def __init__(
        self,
        client: KmmClient,
        wants: Wants,
        clock: Clock,
        discovered: Callable[[Level, Iterable[MetricsRow]], None],
    ) -> None:
        self._client = client
        self._clock = clock
        self._discovered = discovered
        self._waiting: _Waiting = {}
        self._flush: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._known: dict[Level, int] = {Level.SKILL: 0, Level.GROUP: 0}
        self._swept_at: dict[Level, int] = {}
        self.wants = wants
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
        """Everybody who is logged in."""
        query = AgentViewQuery(window=self._window(self.wants.window), metrics=self.wants.agent_metrics)
        answer = await self._client.all_agents(query)
        agents = tuple(agent_of(record, answer.asked) for record in answer.records)
        return Roster(agents, query.window, answer.cost.asked_at, answer.cost)

    async def trend(self, scope: Scope = ACCOUNT) -> Trend:
        """Counts over time of the account, a skill or a group."""
        query = HistoricalQuery(
            window=self._window(self.wants.trend_window),
            metrics=self.wants.trend_metrics,
            interval=self.wants.trend_interval,
            skill_ids=(scope.key,) if scope.level is Level.SKILL else (),
            group_ids=(scope.key,) if scope.level is Level.GROUP else (),
        )
        return trend_of(scope, await self._client.historical(query))

    async def everything(self, level: Level) -> list[Snapshot]:
        """The figures of every skill (and of the account, which comes with them) or of every group there is."""
        with_account = level is Level.SKILL
        answer = await self._sweep(level, self._window(self.wants.window), want_all=with_account)
        snapshots = [_snapshot(Scope(level, row.key), row, answer) for row in answer.rows]
        return [_account_snapshot(answer), *snapshots] if with_account else snapshots

    def listing(self, level: Level) -> Listing | None:
        """How many skills or groups the last sweep found, and when; None before the first."""
        if level not in self._swept_at:
            return None
        return Listing(level, self._known[level], self._swept_at[level])

    def close(self) -> None:
        """Let go of whoever still waits."""
        for task in self._tasks:
            task.cancel()
        for future in self._waiting.values():
            future.cancel()
        self._waiting.clear()

    def _window(self, width: int) -> Window:
        return Window.last(width, int(self._clock.now() * 1000))

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
        window = self._window(self.wants.window)
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
            await self._share(waiting, concerned, lambda: self._sweep(level, window, want_all=account))
            return
        chunks = [scopes[i : i + METRICS_PAGE] for i in range(0, len(scopes), METRICS_PAGE)]
        await asyncio.gather(*(self._answer_chosen(waiting, window, level, chunk) for chunk in chunks))

    async def _answer_chosen(self, waiting: _Waiting, window: Window, level: Level, scopes: list[Scope]) -> None:
        keys = tuple(scope.key for scope in scopes)
        await self._share(waiting, scopes, lambda: self._chosen(level, window, keys))

    async def _answer_account(self, waiting: _Waiting, window: Window) -> None:
        query = MetricsQuery(window=window, metrics=self.wants.metrics, sections=("all",))
        await self._share(waiting, [ACCOUNT], lambda: self._client.metrics(query))

    async def _share(self, waiting: _Waiting, scopes: list[Scope], ask: Callable[[], Awaitable[MetricsAnswer]]) -> None:
        try:
            answer = await ask()
            rows = {row.key: row for row in answer.rows}
            for scope in scopes:
                found = _account_snapshot(answer) if scope == ACCOUNT else _snapshot(scope, rows.get(scope.key), answer)
                _deliver(waiting, scope, found)
        except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to those who asked
            _fail(waiting, scopes, error)

    async def _sweep(self, level: Level, window: Window, *, want_all: bool) -> MetricsAnswer:
        answer = await self._client.all_metrics(
            MetricsQuery(
                window=window,
                metrics=self.wants.metrics,
                group_by=_GROUP_BY[level],
                sections=("all", "groupBy") if want_all else ("groupBy",),
                include_subgroups=self.subgroups and level is Level.GROUP,
            )
        )
        self._known[level] = answer.count
        self._swept_at[level] = answer.cost.asked_at
        self._discovered(level, answer.rows)
        return answer

    async def _chosen(self, level: Level, window: Window, keys: tuple[str, ...]) -> MetricsAnswer:
        return await self._client.metrics(
            MetricsQuery(
                window=window,
                metrics=self.wants.metrics,
                group_by=_GROUP_BY[level],
                sections=("groupBy",),
                include_subgroups=self.subgroups and level is Level.GROUP,
                skill_ids=keys if level is Level.SKILL else (),
                group_ids=keys if level is Level.GROUP else (),
            )
        )


def _snapshot(scope: Scope, row: MetricsRow | None, answer: MetricsAnswer) -> Snapshot:
    values = dict(row.metrics) if row else {}
    figures = figures_of(Method.METRICS, answer.asked, values)
    return Snapshot(scope, row.name if row else None, answer.window, figures, answer.cost.asked_at, answer.cost)


def _account_snapshot(answer: MetricsAnswer) -> Snapshot:
    figures = figures_of(Method.METRICS, answer.asked, dict(answer.all or {}))
    return Snapshot(ACCOUNT, None, answer.window, figures, answer.cost.asked_at, answer.cost)


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
