"""A feed on an account that answers at once, and the board that it feeds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kmm_tui.api.answers import (
    AgentRecord,
    AgentViewAnswer,
    Cost,
    HistoricalAnswer,
    MetricsAnswer,
    MetricsRow,
    Point,
    StateDuration,
)
from kmm_tui.api.errors import KmmError
from kmm_tui.api.query import LOGGED_IN, AgentViewQuery, HistoricalQuery, MetricsQuery, resolve_metrics
from kmm_tui.board.board import Board
from kmm_tui.board.scope import Level, Watch
from kmm_tui.board.state import Topic, TopicState
from kmm_tui.feed.feed import Feed
from kmm_tui.feed.kept import KeptBoard
from kmm_tui.feed.memory import Memory
from kmm_tui.metrics import Method


class SignedIn:
    """Notes what the feed does with a session."""

    def __init__(self, every: float | None) -> None:
        self.keep_alive_every = every
        self.kept: list[float] = []
        self.retried = 0
        self.fails: Exception | None = None
        self.clock: Any = None

    async def keep_alive(self) -> None:
        self.kept.append(self.clock.now())
        if self.fails:
            raise self.fails

    def retry(self) -> None:
        self.retried += 1


class Account:
    """A client of an account with skills and groups by name, and agents by id with their states.

    `others` are the calls that are not of the metrics method, `queries` what they asked.
    """

    def __init__(self, clock: Any, every: float | None = None) -> None:
        self.clock = clock
        self.account = "12345678"
        self.sign_in = SignedIn(every)
        self.sign_in.clock = clock
        self.names = {"skillId": ["Billing", "Sales", "Café"], "agentGroupId": ["Main", "Night"]}
        self.staff: dict[str, str] = {}
        self.online: Callable[[int], int] = lambda n: n
        self.left_out = 0
        self.asked: list[tuple[float, MetricsQuery]] = []
        self.others: list[str] = []
        self.queries: list[Any] = []
        self.fails: Callable[[MetricsQuery], KmmError | None] = lambda _: None
        self.gate: asyncio.Event | None = None
        self.closed = False

    async def metrics(self, query: MetricsQuery) -> MetricsAnswer:
        self.asked.append((self.clock.now(), query))
        if error := self.fails(query):
            raise error
        fields = [metric.field for metric in resolve_metrics(query.metrics, Method.METRICS)]
        found = [
            MetricsRow(str(n), name, {**dict.fromkeys(fields, 1), "onlineAgents": self.online(n)})
            for n, name in enumerate(self.names.get(query.group_by or "", []), 1)
            if name and str(n) in (query.skill_ids or query.group_ids or (str(n),))
        ]
        return MetricsAnswer(
            query.window, resolve_metrics(query.metrics, Method.METRICS), len(found) + self.left_out, tuple(found),
            {**dict.fromkeys(fields, 1), "onlineAgents": 99}, Cost(self.clock.ms, 0.1, 10), self.left_out,
        )  # fmt: skip

    all_metrics = metrics

    async def all_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
        self._note("agent" if query.agent_ids else "agents", query)
        if self.gate and query.agent_ids:
            await self.gate.wait()
        asked = resolve_metrics(query.metrics, Method.AGENT_VIEW)
        numbers = {metric.field: 1 for metric in asked if metric.is_number}
        durations = (StateDuration("ONLINE", 1000), StateDuration("AWAY", 500, "Lunch"))
        records = tuple(
            AgentRecord(
                key, f"Agent {key}", None, None, "1", "Main", (), state, None, None, None, 3, numbers,
                durations[:1] if "agent_status_duration" in (query.metrics or ()) else (),
                durations if "agent_status_with_reason_duration" in (query.metrics or ()) else (),
            )
            for key, state in self.staff.items()
            if state in (query.states or LOGGED_IN) and key in (query.agent_ids or (key,))
        )  # fmt: skip
        return AgentViewAnswer(query.window, asked, len(records), records, Cost(self.clock.ms, 0.1, 10))

    async def historical(self, query: HistoricalQuery) -> HistoricalAnswer:
        self._note("trend", query)
        points = (Point(query.window.end, {"closedConversations": 4}),)
        return HistoricalAnswer(query.window, (), 5, points, Cost(self.clock.ms, 0.1, 10))

    def _note(self, kind: str, query: Any) -> None:
        self.others.append(kind)
        self.queries.append(query)

    async def reconnect(self) -> None: ...

    async def close(self) -> None:
        self.closed = True


class Fed:
    """A feed on such an account, and the board that it feeds. With `folder` the board is kept there."""

    def __init__(
        self, account: Account, clock: Any, settle: Any, wants: Any, watch: tuple[str, ...], folder: Path | None = None
    ) -> None:
        self.account, self.clock, self.settle = account, clock, settle
        self.board = Board()
        self.states: list[TopicState] = []
        self.tasks: list[asyncio.Task[None]] = []
        kept = KeptBoard(Memory(folder, "1"), clock, "default", (), 30.0) if folder else None
        client: Any = account
        self.feed = Feed(client, wants, Watch(watch), 30.0, clock, self._spawn, self._publish, kept=kept)

    def _spawn(self, work: Any, name: str) -> object:
        self.tasks.append(asyncio.create_task(work, name=name))
        return self.tasks[-1]

    def _publish(self, state: TopicState) -> None:
        self.states.append(state)
        self.board.put(state)

    async def pass_(self, seconds: float) -> None:
        await self.clock.pass_(seconds, self.settle)
        await self.settle()

    def shown(self, level: Level) -> list[str]:
        return sorted(row.label for row in self.board.rows(level, self.clock.now()))

    def withdrawn(self) -> list[Topic]:
        return [state.topic for state in self.states if state.is_withdrawn]

    async def end(self) -> None:
        """Ends it as its owner does. Until then no worker may have ended but those of what was withdrawn."""
        if self.account.closed:
            return
        over = {f"{topic.section.value} of {topic.scope}" for topic in self.withdrawn()}
        assert {task.get_name() for task in self.tasks if task.done()} <= over
        for task in self.tasks:
            task.cancel()
        for task in self.tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.feed.close()
        assert self.account.closed
