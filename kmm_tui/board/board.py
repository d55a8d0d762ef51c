"""The whole board as data: what is known of everything, and the rows that tables are made of."""

from __future__ import annotations

from dataclasses import dataclass

from kmm_tui.board.figure import Absent, Figure, Figures, Number
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Roster, Snapshot, Trend
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Section, Topic, TopicState
from kmm_tui.metrics import BY_NAME, Metric

EVERYTHING = ""
"""The key of the row that stands for the account in a table of skills or groups."""

_BADNESS = {Age.LIVE: 0, Age.AWAITED: 1, Age.LATE: 2, Age.STALE: 3, Age.GONE: 4}


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One line of a table of skills or groups. Without `figures` there never was an answer."""

    scope: Scope
    label: str
    figures: Figures | None
    age: Age

    def get(self, metric: Metric) -> Figure:
        """The figure of `metric`, or why there is none."""
        return Absent.NOT_ANSWERED if self.figures is None else self.figures.get(metric)

    def number(self, name: str) -> Number | None:
        """The value of the metric of this request name, for sorting; None without one."""
        return None if self.figures is None else self.figures.number(BY_NAME[name])


class Board:
    """Collects states of topics. The only thing here that changes; what it hands out does not."""

    def __init__(self) -> None:
        self._states: dict[Topic, TopicState] = {}
        self._names: dict[Scope, str] = {}

    def put(self, state: TopicState) -> None:
        """Takes note of a topic's newest state."""
        if state.is_withdrawn:
            self.drop(state.topic)
            return
        self._states[state.topic] = state
        if isinstance(state.content, Snapshot) and state.content.name:
            self._names[state.content.scope] = state.content.name

    def drop(self, topic: Topic) -> None:
        """Forgets a topic, and the name of what it is about."""
        self._states.pop(topic, None)
        self._names.pop(topic.scope, None)

    def state(self, topic: Topic) -> TopicState | None:
        """The newest state of `topic`; None before it was ever asked for."""
        return self._states.get(topic)

    def freshness(self, topic: Topic, now: float) -> Freshness:
        """How fresh `topic` is at `now`, epoch seconds."""
        state = self._states.get(topic)
        return state.freshness(now) if state else Freshness(Age.AWAITED, None)

    def label(self, scope: Scope) -> str:
        """The name of a scope, or what it is and its id where it has none."""
        return "the account" if scope == ACCOUNT else self._names.get(scope) or str(scope)

    def account(self) -> Snapshot | None:
        """The account's last figures."""
        state = self._states.get(ACCOUNT_FIGURES)
        return state.content if state and isinstance(state.content, Snapshot) else None

    def roster(self) -> Roster | None:
        """The last sweep of agents."""
        state = self._states.get(AGENTS)
        return state.content if state and isinstance(state.content, Roster) else None

    def trend(self) -> Trend | None:
        """The account's last trend."""
        state = self._states.get(TREND)
        return state.content if state and isinstance(state.content, Trend) else None

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

    def account_row(self, now: float) -> ScopeRow | None:
        """The account as a row, once there is something to say of it."""
        state = self._states.get(ACCOUNT_FIGURES)
        return self._row(ACCOUNT, state, now) if state and state.content else None

    def agents_of(self, scope: Scope) -> list[Agent]:
        """The agents of the account, with a skill, or of a group."""
        roster = self.roster()
        return [agent for agent in roster.agents if agent.is_in(scope)] if roster else []

    def section(self, level: Level, now: float) -> Freshness:
        """How fresh a table of skills or groups is as a whole: as its worst row, or as its list while there is none."""
        found = [
            state.freshness(now)
            for topic, state in self._states.items()
            if topic.section is Section.FIGURES
            and topic.scope.level is level
            and topic.scope.key
            and not state.is_paused
        ]
        return worst(found) if found else self.freshness(LISTS[level], now)

    def overall(self, now: float) -> Freshness:
        """The worst of everything that is asked for."""
        asked = [state for state in self._states.values() if not state.is_paused]
        states = [s for s in asked if s.topic.scope.key or s.topic.scope == ACCOUNT or s.trouble]
        return worst([state.freshness(now) for state in states])

    def _row(self, scope: Scope, state: TopicState, now: float) -> ScopeRow:
        figures = state.content.figures if isinstance(state.content, Snapshot) else None
        return ScopeRow(scope, self.label(scope), figures, state.freshness(now).age)


def worst(found: list[Freshness]) -> Freshness:
    """The one to worry about most: the oldest, and of equally old ones one that tells a reason."""
    if not found:
        return Freshness(Age.AWAITED, None)
    return max(found, key=lambda f: (_BADNESS[f.age], f.trouble is not None, f.seconds or 0.0))
