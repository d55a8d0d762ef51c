"""The whole board as data: what is known of everything, and the rows that tables are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from kmm_tui.board.figure import Number
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.insight import is_away_with_work
from kmm_tui.board.judge import CALM as UNJUDGED
from kmm_tui.board.judge import Judge, Judged
from kmm_tui.board.lately import Lately
from kmm_tui.board.limits import StateLimits
from kmm_tui.board.outlook_text import WATCHED
from kmm_tui.board.own import own
from kmm_tui.board.recent import Recent
from kmm_tui.board.rows import AgentRow, ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, AgentDetail, Roster, Snapshot, Trend
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, Section, Topic, TopicState, agent_topic

RECENT = (
    "unassigned_conversations",
    "queue_wait_time_90th_percentile",
    "overdue_conversations_total",
    "online_agents",
    "human_online_load",
    "avg_time_to_first_response_first_assignment",
    "avg_time_to_response",
    "closed_conversations",
    "csat",
)
"""Metrics whose last values are remembered, for the small lines beside them."""

_BADNESS = {Age.PAST: -1, Age.LIVE: 0, Age.AWAITED: 1, Age.LATE: 2, Age.STALE: 3, Age.GONE: 4}


class Board:
    """Collects states of topics. The only thing here that changes; what it hands out does not."""

    def __init__(self, judge: Judge | None = None, state_limits: StateLimits | None = None) -> None:
        self._states: dict[Topic, TopicState] = {}
        self._names: dict[Scope, str] = {}
        self._judged: dict[Topic, Judged] = {}
        self._rows: dict[Topic, ScopeRow] = {}
        self._fresh: dict[Topic, Freshness] = {}
        self._fresh_at = 0.0
        self._overall: Freshness | None = None
        self._agents: dict[str, AgentRow] = {}
        self._agents_of: tuple[Scope, Sequence[AgentRow]] | None = None
        self._sources: dict[str, TopicState] = {}
        self._detailed: AgentRow | None = None
        self.recent = Recent(RECENT)
        self.lately = Lately(WATCHED)
        self.judge = judge or Judge(())
        self.state_limits = state_limits or StateLimits()

    def put(self, state: TopicState) -> None:
        """Takes note of a topic's newest state."""
        if state.is_withdrawn:
            self.drop(state.topic)
            return
        if state.topic.section is Section.SOURCE:
            # Of the board's own age it is no part: what a source fails to say makes nothing else old.
            self._sources[state.topic.scope.key] = state
            return
        before = self._states.get(state.topic)
        self._states[state.topic] = state
        self._fresh.pop(state.topic, None)
        self._overall = None
        content = state.content
        if before and before.content is content:
            return
        if isinstance(content, Snapshot):
            if content.name:
                self._names[content.scope] = content.name
            at = content.taken_at / 1000
            self._judged[state.topic] = self.judge.judge(content.scope, content.name, content.figures, at)
            if not state.is_past:
                self.lately.note(content)
            if content.scope == ACCOUNT:
                # Of hundreds of scopes it would be megabytes, and only the strip shows it.
                self.recent.note(content, state.interval)
        elif isinstance(content, AgentDetail):
            self._detailed = self._detail_row(content)
        elif isinstance(content, Roster):
            self._agents = {agent.key: self._agent_row(agent, content) for agent in content.agents}
            self._agents_of = None

    def refit(self, fitted: Callable[[TopicState], TopicState]) -> None:
        """Takes for each state what `fitted` makes of it; see `Present.fitted`.

        So by-time figures of the window before are withheld: they would be taken for those of this one.
        """
        for state in list(self._states.values()):
            if (changed := fitted(state)) is not state:
                self.put(changed)

    def drop(self, topic: Topic) -> None:
        """Forgets a topic, and the name of what it is about."""
        self._states.pop(topic, None)
        self._overall = None
        self._names.pop(topic.scope, None)
        self._judged.pop(topic, None)
        self._rows.pop(topic, None)
        if topic.section is Section.FIGURES:
            self.judge.forget(topic.scope)
            self.recent.forget(topic.scope)
            self.lately.forget(topic.scope)

    def state(self, topic: Topic) -> TopicState | None:
        """The newest state of `topic`; None before it was ever asked for."""
        return self._states.get(topic)

    @property
    def sources(self) -> Mapping[str, TopicState]:
        """Where each of the person's own sources stands, by name."""
        return self._sources

    def has_live_sources(self, now: float) -> bool:
        """Whether none of the person's own sources has grown old at `now`, epoch s."""
        return all(state.freshness(now).age in (Age.LIVE, Age.AWAITED) for state in self._sources.values())

    def source_freshness(self, metric: str, now: float) -> Freshness | None:
        """The worst freshness at `now`, epoch s, of the sources that one's own `metric` needs; None without any."""
        states = [self._sources[name] for name in own().sources_of(metric) if name in self._sources]
        return worst([state.freshness(now) for state in states]) if states else None

    def freshness(self, topic: Topic, now: float) -> Freshness:
        """How fresh `topic` is at `now`, epoch seconds."""
        state = self._states.get(topic)
        return self._freshness(state, now) if state else Freshness(Age.AWAITED, None)

    def _freshness(self, state: TopicState, now: float) -> Freshness:
        # Asked for several times within one moment, for hundreds of topics, each second.
        if now != self._fresh_at:
            self._turn(now)
        found = self._fresh.get(state.topic)
        if found is None:
            found = self._fresh[state.topic] = state.freshness(now)
        return found

    def _turn(self, now: float) -> None:
        self._fresh.clear()
        self._overall = None
        self._fresh_at = now

    def label(self, scope: Scope) -> str:
        """The name of a scope, or what it is and its id where it has none."""
        return "the account" if scope == ACCOUNT else self._names.get(scope) or str(scope)

    def named(self, scope: Scope) -> str | None:
        """The name of a scope, None where it has none."""
        return self._names.get(scope)

    def account(self) -> Snapshot | None:
        """The account's last figures."""
        state = self._states.get(ACCOUNT_FIGURES)
        return state.content if state and isinstance(state.content, Snapshot) else None

    def roster(self) -> Roster | None:
        """The last sweep of agents."""
        state = self._states.get(AGENTS)
        return state.content if state and isinstance(state.content, Roster) else None

    def trend(self, scope: Scope = ACCOUNT) -> Trend | None:
        """The last trend of the account, or of another scope."""
        state = self._states.get(Topic(Section.TREND, scope))
        return state.content if state and isinstance(state.content, Trend) else None

    def detail(self, key: str) -> AgentDetail | None:
        """The last answer about everything of one agent."""
        state = self._states.get(agent_topic(key))
        return state.content if state and isinstance(state.content, AgentDetail) else None

    def rows(self, level: Level, now: float) -> list[ScopeRow]:
        """A row for each watched skill or group, in no particular order."""
        return [
            self._row(topic.scope, state, now)
            for topic, state in self._states.items()
            if topic.section is Section.FIGURES and topic.scope.level is level and topic.scope.key
        ]

    def listed(self, level: Level) -> bool:
        """Whether it is known which skills or groups there are."""
        state = self._states.get(LISTS[level])
        return state is not None and state.content is not None

    def row(self, scope: Scope, now: float) -> ScopeRow | None:
        """The row of the account, a skill or a group; None where nothing of it was ever asked."""
        state = self._states.get(Topic(Section.FIGURES, scope))
        return self._row(scope, state, now) if state and (state.content or scope.key) else None

    def account_row(self, now: float) -> ScopeRow | None:
        """The account as a row, once there is something to say of it."""
        state = self._states.get(ACCOUNT_FIGURES)
        return self._row(ACCOUNT, state, now) if state and state.content else None

    def agents_of(self, scope: Scope) -> list[Agent]:
        """The agents of the account, with a skill, or of a group."""
        roster = self.roster()
        return [agent for agent in roster.agents if agent.is_in(scope)] if roster else []

    def agent_rows(self, scope: Scope) -> Sequence[AgentRow]:
        """The same as rows; the same object as long as nothing new is known of agents."""
        if self._agents_of is None or self._agents_of[0] != scope:
            self._agents_of = scope, [row for row in self._agents.values() if row.agent.is_in(scope)]
        return self._agents_of[1]

    def agent_row(self, key: str) -> AgentRow | None:
        """The row of one agent of the last sweep."""
        return self._agents.get(key)

    def judged(self, topic: Topic) -> Judged:
        """What the figures of a topic are worth; calm where there are none."""
        return self._judged.get(topic, UNJUDGED)

    def detail_row(self, key: str) -> AgentRow | None:
        """The row of one agent with every figure, or as the last sweep has it."""
        found = self._detailed
        return found if found and found.key == key and self.detail(key) else self._agents.get(key)

    def line(self, scope: Scope, name: str, now: float, count: int) -> list[Number | None]:
        """The last `count` steps of a metric of `RECENT`, oldest first, None where nothing is known; see `Recent`."""
        state = self._states.get(Topic(Section.FIGURES, scope))
        return self.recent.values(scope, name, now, state.interval, count) if state else []

    def ages_until(self, now: float) -> float:
        """Until when, if nothing is answered, everything looks as old as it does at `now`; epoch seconds."""
        return min((state.age_until(now) for state in self._states.values()), default=math.inf)

    def section(self, level: Level, now: float) -> Freshness:
        """How fresh a table of skills or groups is as a whole: as its worst row, or as its list while there is none."""
        found = [
            self._freshness(state, now)
            for topic, state in self._states.items()
            if topic.section is Section.FIGURES
            and topic.scope.level is level
            and topic.scope.key
            and not state.is_paused
        ]
        return worst(found) if found else self.freshness(LISTS[level], now)

    def overall(self, now: float) -> Freshness:
        """The worst of everything that is asked for; a trend is asked for rarely, and counts when it is not well."""
        if now != self._fresh_at:
            self._turn(now)
        if self._overall is None:
            self._overall = self._worst_of_all(now)
        return self._overall

    def _worst_of_all(self, now: float) -> Freshness:
        asked = [state for state in self._states.values() if not state.is_paused]
        rare = [state for state in asked if state.topic.section is Section.TREND]
        asked = [s for s in asked if s not in rare or not self._freshness(s, now).is_live or len(rare) == len(asked)]
        states = [s for s in asked if s.topic.scope.key or s.topic.scope == ACCOUNT or s.trouble]
        return worst([self._freshness(state, now) for state in states])

    def _row(self, scope: Scope, state: TopicState, now: float) -> ScopeRow:
        figures = state.content.figures if isinstance(state.content, Snapshot) else None
        judged = self._judged.get(state.topic, UNJUDGED) if figures else UNJUDGED
        age, label, known = self._freshness(state, now).age, self.label(scope), self._rows.get(state.topic)
        # The same object as long as it says the same: tables compare by identity first.
        if (
            known is None
            or known.figures is not figures
            or known.judged is not judged
            or (known.age, known.label) != (age, label)
        ):
            known = self._rows[state.topic] = ScopeRow(scope, label, figures, age, judged)
        return known

    def _agent_row(self, agent: Agent, roster: Roster) -> AgentRow:
        judged = self.judge.judge(Scope(Level.AGENT, agent.key), agent.name, agent.figures, roster.taken_at / 1000)
        known = self._agents.get(agent.key)
        if known and known.agent is agent and known.judged == judged:
            return known
        return AgentRow(agent, judged, self.state_limits.of(agent.status, agent.reason), is_away_with_work(agent))

    def _detail_row(self, detail: AgentDetail) -> AgentRow | None:
        agent = detail.agent
        if agent is None:
            return None
        scope, at = Scope(Level.AGENT, agent.key), detail.taken_at / 1000
        judged = self.judge.judge(scope, agent.name, agent.figures, at)
        return AgentRow(agent, judged, self.state_limits.of(agent.status, agent.reason), is_away_with_work(agent))


def badness(age: Age) -> int:
    """How much an age is to be worried about: the higher, the more."""
    return _BADNESS[age]


def worst(found: list[Freshness]) -> Freshness:
    """The one to worry about most: the oldest, and of equally old ones one that tells a reason."""
    if not found:
        return Freshness(Age.AWAITED, None)
    return max(found, key=lambda f: (_BADNESS[f.age], f.trouble is not None, f.seconds or 0.0))
