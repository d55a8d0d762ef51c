"""The board as OpenMetrics, by Prometheus's conventions: base units in the names, and nothing old that looks live.

Each level has families of its own, since an account's figure and its skills' must not meet in one sum:
``kmm_account_...``, ``kmm_skill_...``, ``kmm_group_...`` and ``kmm_agent_...``. All figures are gauges: current ones
are read at a moment, by-time ones are counted over the window of ``kmm_window_seconds`` and fall as well as rise.
Durations are in seconds, ratios and shares end in ``_ratio``. A figure without a value has no sample, nor has any
figure of a scope once it is STALE; ``kmm_..._answer_age_seconds`` and ``kmm_freshness`` tell how old each is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    StateSetMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family

from kmm_tui import __version__
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.insight import time_in_state_ms
from kmm_tui.board.judge import Judged
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, Section, Topic
from kmm_tui.metrics import Combine, Kind, Metric, Unit
from kmm_tui.output.plain import shown_figures

MOST_SCOPES = 1000
"""Skills, groups or agents that are exported; those beyond, the last by id, are counted in ``kmm_scopes_left_out``."""
FRESH = (Age.LIVE, Age.LATE)
"""The ages at which figures are exported."""
AGES = ("awaited", "live", "late", "stale", "gone")
STATES = ("ONLINE", "AWAY", "BACK_SOON", "OFFLINE")

_LABELS: Mapping[Level, tuple[str, ...]] = {
    Level.ACCOUNT: ("account",),
    Level.SKILL: ("account", "skill_id", "skill"),
    Level.GROUP: ("account", "group_id", "group"),
    Level.AGENT: ("account", "agent_id", "agent"),
}
_BASE: Mapping[Unit, tuple[str, float]] = {
    Unit.DURATION: ("seconds", 1000.0),
    Unit.RATIO: ("ratio", 1.0),
    Unit.SHARE: ("ratio", 1.0),
}
# These ends mean something else to whoever reads the names.
_RESERVED = re.compile(r"_(total|count|sum|bucket|info|created|gcount|gsum)$")
_UNFIT = re.compile(r"[^a-zA-Z0-9_]+")


def family_name(level: Level, metric: Metric) -> str:
    """The name of a metric's family at a level, its unit included; ``own`` sets a person's own metrics apart."""
    name = _UNFIT.sub("_", metric.name)
    while (shorter := _RESERVED.sub("", name)) != name:
        name = shorter
    unit = _BASE.get(metric.unit, ("", 1.0))[0]
    return "_".join(filter(None, ("kmm", level.value, "own" if metric.is_own else "", name, unit)))


def _help(metric: Metric) -> str:
    over = "At this moment." if metric.kind is Kind.CURRENT else "Counted over the window of kmm_window_seconds."
    never = " Not to be added up or averaged." if metric.combine is Combine.NEVER else ""
    return f"{metric.meaning} {over}{never}"


class _Families:
    """Gauges by name, in the order of their first sample; of families without a sample nothing is told."""

    def __init__(self) -> None:
        self.found: dict[str, GaugeMetricFamily] = {}

    def put(
        self, name: str, text: str, names: Sequence[str], labels: Sequence[str], value: float, unit: str = ""
    ) -> None:
        """One sample. Of two metrics whose names come out the same the first one has the family."""
        family = self.found.get(name)
        if family is None:
            family = self.found[name] = GaugeMetricFamily(name, text, labels=names, unit=unit)
        if family.documentation == text:
            family.add_metric(labels, value)


class BoardCollector:
    """Collects what the board knows at the moment of the scrape.

    `clock` gives epoch seconds, `interval` is how often is asked, in seconds. `calls` counts the calls to the API so
    far by HTTP status, where 0 had no answer. `agents` is whether agents are exported.
    """

    def __init__(
        self,
        board: Board,
        account: str,
        clock: Callable[[], float],
        interval: float,
        calls: Mapping[int, int],
        *,
        agents: bool,
    ) -> None:
        self._board = board
        self._account = account
        self._clock = clock
        self._interval = interval
        self._calls = calls
        self._agents = agents

    def collect(self) -> Iterator[Family]:
        """The families, each once."""
        now = self._clock()
        families = _Families()
        self._scopes(families, now)
        yield from self._about(now)
        if self._agents:
            yield from self._agent_families(families, now)
        yield from families.found.values()

    def _about(self, now: float) -> Iterator[Family]:
        yield InfoMetricFamily("kmm_build", "The version that exports.", value={"version": __version__})
        interval = GaugeMetricFamily(
            "kmm_interval", "How often each scope is asked for.", labels=["account"], unit="seconds"
        )
        interval.add_metric([self._account], self._interval)
        yield interval
        calls = CounterMetricFamily(
            "kmm_api_calls", "Calls to the API by HTTP status; none is without an answer.", labels=["account", "status"]
        )
        for status, count in sorted(self._calls.items()):
            calls.add_metric([self._account, str(status) if status else "none"], count)
        yield calls
        yield from self._truth(now)

    def _truth(self, now: float) -> Iterator[Family]:
        ages = StateSetMetricFamily(
            "kmm_freshness", "How fresh a part of the board is as a whole, by its worst.", labels=["account", "part"]
        )
        troubles = GaugeMetricFamily(
            "kmm_trouble",
            "1 for the word of what is in the way of a part of the board.",
            labels=["account", "part", "word"],
        )
        board = self._board
        parts = {
            "account": board.freshness(ACCOUNT_FIGURES, now),
            "skills": board.section(Level.SKILL, now),
            "groups": board.section(Level.GROUP, now),
        }
        if self._agents:
            parts["agents"] = board.freshness(AGENTS, now)
        for part, fresh in parts.items():
            ages.add_metric([self._account, part], {age: fresh.age.name.lower() == age for age in AGES})
            if fresh.trouble:
                troubles.add_metric([self._account, part, fresh.trouble.word], 1)
        yield ages
        if troubles.samples:
            yield troubles

    def _scopes(self, families: _Families, now: float) -> None:
        for level in (Level.ACCOUNT, Level.SKILL, Level.GROUP):
            rows = self._board.rows(level, now)
            scopes = sorted((row.scope for row in rows), key=lambda scope: (len(scope.key), scope.key))
            if level is Level.ACCOUNT:
                scopes = [ACCOUNT]
            for scope in scopes[:MOST_SCOPES]:
                self._scope(families, scope, now)
            self._leave_out(families, level, len(scopes))

    def _leave_out(self, families: _Families, level: Level, count: int) -> None:
        if count > MOST_SCOPES:
            text = f"Scopes of a level beyond the first {MOST_SCOPES}, which are not exported."
            families.put(
                "kmm_scopes_left_out", text, ("account", "level"), (self._account, level.value), count - MOST_SCOPES
            )

    def _scope(self, families: _Families, scope: Scope, now: float) -> None:
        topic = Topic(Section.FIGURES, scope)
        state, fresh = self._board.state(topic), self._board.freshness(topic, now)
        if state is None or not isinstance(state.content, Snapshot):
            return
        content, level = state.content, scope.level
        labels = (self._account,) if scope == ACCOUNT else (self._account, scope.key, content.name or "")
        self._age(families, level, labels, fresh)
        if fresh.age not in FRESH:
            return
        if scope == ACCOUNT:
            text = "What by-time figures are counted over."
            families.put("kmm_window", text, ("account",), labels, content.window.width / 1000, "seconds")
        self._figures(families, level, labels, content.figures, self._board.judged(topic))

    def _age(self, families: _Families, level: Level, labels: tuple[str, ...], fresh: Freshness) -> None:
        if fresh.seconds is not None:
            text = "How long ago the last good answer was asked for."
            families.put(f"kmm_{level.value}_answer_age", text, _LABELS[level], labels, fresh.seconds, "seconds")

    def _figures(
        self, families: _Families, level: Level, labels: tuple[str, ...], figures: Figures, judged: Judged
    ) -> None:
        for metric, figure in shown_figures(figures):
            if not isinstance(figure, Absent):
                unit, divisor = _BASE.get(metric.unit, ("", 1.0))
                name = family_name(level, metric)
                families.put(name, _help(metric), _LABELS[level], labels, figure / divisor, unit)
        text = (
            "How bad a figure is by its limits: 0 calm, 1 unknown, 2 warn, 3 critical. The worst of a scope is its max."
        )
        for verdict in judged.verdicts.values():
            names = (*_LABELS[level], "metric")
            families.put(f"kmm_{level.value}_severity", text, names, (*labels, verdict.metric), verdict.severity)

    def _agent_families(self, families: _Families, now: float) -> Iterator[Family]:
        fresh = self._board.freshness(AGENTS, now)
        self._age_of_agents(families, fresh)
        if fresh.age not in FRESH:
            return
        rows = sorted(self._board.agent_rows(ACCOUNT), key=lambda row: (len(row.key), row.key))
        states = StateSetMetricFamily("kmm_agent_state", "The agent's state.", labels=_LABELS[Level.AGENT])
        for row in rows[:MOST_SCOPES]:
            agent = row.agent
            labels = (self._account, agent.key, agent.name or "")
            self._figures(families, Level.AGENT, labels, agent.figures, row.judged)
            states.add_metric(labels, {state.lower(): agent.status == state for state in STATES})
            if (spent := time_in_state_ms(agent, round(now * 1000))) is not None:
                text = "How long the agent has been in the state for its reason."
                families.put("kmm_agent_time_in_state", text, _LABELS[Level.AGENT], labels, spent / 1000, "seconds")
        self._leave_out(families, Level.AGENT, len(rows))
        if states.samples:
            yield states

    def _age_of_agents(self, families: _Families, fresh: Freshness) -> None:
        if fresh.seconds is not None:
            text = "How long ago the last good sweep of agents was begun."
            families.put("kmm_agents_answer_age", text, ("account",), (self._account,), fresh.seconds, "seconds")
