"""The board of a window that is over: by-time figures as the API tells them, the values of its end as recorded."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kmm_tui.api.answers import Cost
from kmm_tui.api.errors import KmmError, LimitExceeded
from kmm_tui.api.number import Number
from kmm_tui.api.query import resolve_metrics
from kmm_tui.api.window import MINUTE, Window
from kmm_tui.board.derived import known_metrics
from kmm_tui.board.figure import Figures
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.look import Look
from kmm_tui.board.own import own
from kmm_tui.board.past import PastAnswer, is_settled
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Listing, Roster, Snapshot, Trend
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, Content, Section, Topic, TopicState
from kmm_tui.feed.history import LOGIN, PastAsker, PastMemory, PastStore, Person, by_time, whole_minutes
from kmm_tui.feed.poller import trouble_of
from kmm_tui.feed.usual_of import Comparable
from kmm_tui.metrics import Kind, Method

REACH = 5 * MINUTE
"""How far from a window's end, in ms, a value may have been recorded to count as one of that moment."""

NOT_KEPT = "NOT KEPT"
NO_TREND = "the API keeps counts over time for 24 hours only; this machine's record and the map of hours reach further"
MOST_TRENDS = 32
"""Past trends that are kept: the API has no more than a day of them."""

logger = logging.getLogger(__name__)


class Moments(Protocol):
    """What was on the board at a moment."""

    async def at(self, at_ms: int, reach_ms: int) -> tuple[TopicState, ...]:
        """The states that were recorded nearest to `at_ms` (epoch ms), none further from it than `reach_ms`."""
        ...


class NoMoments:
    """Stands in where nothing is recorded."""

    async def at(self, at_ms: int, reach_ms: int) -> tuple[TopicState, ...]:  # noqa: ARG002
        """Nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class Archive:
    """What is known of the past without asking, and which windows of past days are comparable to one at a time (ms).

    Without `comparable` nothing is filled in by itself.
    """

    store: PastStore = field(default_factory=PastMemory)
    moments: Moments = field(default_factory=NoMoments)
    comparable: Callable[[Window, int], Sequence[Comparable]] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a past board is to show: metrics by request name, of which only by-time ones are asked for."""

    metrics: tuple[str, ...]
    agent_metrics: tuple[str, ...]
    look: Look
    subgroups: bool = False


class PastBoard:
    """Makes boards of windows that are over. Everything on one is marked as past.

    `wants` tells which skills and groups are watched, `who` is an agent as last seen, `trend` asks for a trend that
    ends with a window, `name_of` the present name of a scope, for where it is kept without one.
    """

    def __init__(
        self,
        asker: PastAsker,
        moments: Moments,
        wants: Callable[[Level, str, str | None], bool],
        who: Callable[[str], Person | Agent | None],
        trend: Callable[[Scope, Window], Awaitable[Trend]],
        name_of: Callable[[Scope], str | None],
    ) -> None:
        self._asker = asker
        self._moments = moments
        self._wants = wants
        self._who = who
        self._trend = trend
        self._name_of = name_of
        self._trends: OrderedDict[tuple[Scope, Window], Trend] = OrderedDict()

    async def look_at(self, window: Window, question: Question) -> tuple[TopicState, ...]:
        """Every topic of `question.look` in `window`.

        What cannot be asked for is a trouble of its topic; where that is all there is, its `KmmError` is raised. An
        agent's name, group and skills are the present ones: the API tells no others.
        """
        window, look = whole_minutes(window), question.look
        recorded = await self._recorded(window)
        parts = [self._part(LISTS[Level.SKILL], self._figures(Level.SKILL, window, question, recorded))]
        if Level.GROUP in look.levels:
            parts.append(self._part(LISTS[Level.GROUP], self._figures(Level.GROUP, window, question, recorded)))
        if look.agents:
            parts.append(self._part(AGENTS, self._roster(window, question, recorded)))
        if look.trend:
            topic = Topic(Section.TREND, look.trend)
            parts.append(self._part(topic, self._line(topic, window)))
        found = await asyncio.gather(*parts)
        errors = [part for part in found if isinstance(part, _Failed)]
        # A trend reaches less far back than everything else: by itself it makes no board.
        asked = [part for part in errors if part.topic.section is not Section.TREND]
        if asked and len(asked) == len(parts) - bool(look.trend):
            raise asked[0].error
        states = [state for part in found for state in (part.states if isinstance(part, _Failed) else part)]
        return tuple(states)

    async def _part(self, topic: Topic, work: Awaitable[list[TopicState]]) -> list[TopicState] | _Failed:
        try:
            return await work
        except KmmError as error:
            return _Failed(topic, error, self._asker.now() / 1000)

    async def _figures(
        self, level: Level, window: Window, question: Question, recorded: Mapping[Topic, Content]
    ) -> list[TopicState]:
        answer = await self._asker.answer(level, window, question.metrics, subgroups=question.subgroups)
        current = _current(question.metrics, Method.METRICS)
        refused = self._asker.refused(level)
        by_time_fields = frozenset(metric.field for metric in by_time(question.metrics, Method.METRICS))
        scopes = {Scope(level, key): name for key, name in answer.names.items()}
        scopes = {scope: name or self._name_of(scope) for scope, name in scopes.items()}
        for topic, content in recorded.items():
            if topic.section is Section.FIGURES and topic.scope.level is level and topic.scope not in scopes:
                scopes[topic.scope] = content.name if isinstance(content, Snapshot) else None
        rows: dict[Scope, Mapping[str, Number | None]] = {
            scope: answer.rows.get(scope.key, {})
            for scope, name in scopes.items()
            if self._wants(level, scope.key, name)
        }
        if level is Level.SKILL:
            rows = {ACCOUNT: answer.account or {}, **rows}
        listing = Listing(level, len(answer.rows), window.end)
        states = [_state(LISTS[level], listing)]
        for scope, values in rows.items():
            known = recorded.get(Topic(Section.FIGURES, scope))
            # Groups with their sub-groups were something else than what is recorded of them.
            own = (
                known.figures
                if isinstance(known, Snapshot) and not (question.subgroups and level is Level.GROUP)
                else None
            )
            figures = _of_that_moment(Method.METRICS, by_time_fields & answer.asked, values, current, own, refused)
            snapshot = Snapshot(scope, scopes.get(scope), window, figures, window.end, _kept(window))
            states.append(_state(Topic(Section.FIGURES, scope), snapshot))
        return states

    async def _roster(self, window: Window, question: Question, recorded: Mapping[Topic, Content]) -> list[TopicState]:
        names = (*question.agent_metrics, LOGIN.name)
        answer = await self._asker.answer(Level.AGENT, window, names)
        fields = frozenset(metric.field for metric in by_time(question.agent_metrics, Method.AGENT_VIEW))
        current = _current(question.agent_metrics, Method.AGENT_VIEW)
        known = recorded.get(AGENTS)
        seen = known if isinstance(known, Roster) else None
        by_key = {agent.key: agent for agent in seen.agents} if seen else {}
        agents = tuple(
            self._agent(key, answer, fields, current, by_key.get(key), is_out=bool(seen and seen.is_whole))
            for key, values in answer.rows.items()
            if was_there(values) or key in by_key
        )
        is_whole = await self._asker.is_whole(window)
        return [_state(AGENTS, Roster(agents, window, window.end, _kept(window), is_whole))]

    def _agent(
        self,
        key: str,
        answer: PastAnswer,
        fields: frozenset[str],
        current: frozenset[str],
        then: Agent | None,
        *,
        is_out: bool,
    ) -> Agent:
        refused = self._asker.refused(Level.AGENT)
        own = then.figures if then else None
        figures = _of_that_moment(Method.AGENT_VIEW, fields & answer.asked, answer.rows[key], current, own, refused)
        if then:
            return Agent(
                key, then.name or answer.names.get(key), then.group_id, then.group_name, then.skills, then.status,
                then.since, then.reason, then.reason_since, then.slots, figures,
            )  # fmt: skip
        person = self._asker.people.get(key) or self._who(key)
        # Whoever is not among all who were logged in at that moment had logged out.
        return Agent(
            key=key,
            name=answer.names.get(key) or (person.name if person else None),
            group_id=person.group_id if person else None,
            group_name=person.group_name if person else None,
            skills=person.skills if person else (),
            status="OFFLINE" if is_out else None,
            since=None,
            reason=None,
            reason_since=None,
            slots=None,
            figures=figures,
        )

    async def _line(self, topic: Topic, window: Window) -> list[TopicState]:
        key = (topic.scope, window)
        trend = self._trends.get(key)
        if trend is None:
            trend = await self._trend(topic.scope, window)
            if is_settled(window, self._asker.now()):
                self._trends[key] = trend
                while len(self._trends) > MOST_TRENDS:
                    self._trends.popitem(last=False)
        return [_state(topic, trend)]

    async def _recorded(self, window: Window) -> dict[Topic, Content]:
        try:
            states = await self._moments.at(window.end, REACH)
        except Exception:
            logger.exception("what was recorded cannot be read")
            return {}
        return {
            state.topic: state.content
            for state in states
            if state.content is not None and abs(state.content.taken_at - window.end) <= REACH
        }


@dataclass(frozen=True, slots=True)
class _Failed:
    topic: Topic
    error: KmmError
    at: float

    @property
    def states(self) -> list[TopicState]:
        if self.topic.section is Section.TREND and isinstance(self.error, LimitExceeded):
            # Nothing is wrong: there is no more than a day of it, and so it says nothing of the board as a whole.
            return [
                TopicState(self.topic, 0.0, trouble=Trouble(NOT_KEPT, NO_TREND, self.at), is_paused=True, is_past=True)
            ]
        topics = [self.topic, ACCOUNT_FIGURES] if self.topic == LISTS[Level.SKILL] else [self.topic]
        trouble = trouble_of(self.error, self.at)
        return [TopicState(topic, 0.0, trouble=trouble, is_past=True) for topic in topics]


def was_there(values: Mapping[str, Number | None]) -> bool:
    """Whether an agent with these by-time figures was there in their window.

    Agent view lists whoever is logged in now as well; who was not logged in then and has done nothing was not there.
    """
    return values.get(LOGIN.field) != 0 or any(values.values())


def _of_that_moment(
    method: Method,
    by_time_fields: frozenset[str],
    values: Mapping[str, Number | None],
    current: frozenset[str],
    recorded: Figures | None,
    refused: frozenset[str],
) -> Figures:
    """By-time figures of a past answer with the current values that were recorded at its end."""
    known = current & recorded.asked - recorded.unrecorded if recorded else frozenset()
    found = {field: value for field, value in values.items() if field in by_time_fields}
    if recorded:
        found |= {field: value for field, value in recorded.values.items() if field in known}
        refused |= recorded.refused & current
    return Figures(method, by_time_fields | current, found, refused - known, current - known)


def _current(names: Iterable[str], method: Method) -> frozenset[str]:
    fields = {metric.field for metric in resolve_metrics(names, method) if metric.kind is Kind.CURRENT}
    # What a source said then is known of the record only, like a current value.
    mine = (known_metrics()[name] for name in own().sources)
    return frozenset(fields.union(metric.field for metric in mine if method in metric.methods))


def _state(topic: Topic, content: Content) -> TopicState:
    return TopicState(topic, 0.0, content, is_past=True)


def _kept(window: Window) -> Cost:
    """What a past answer costs to look at again: nothing. It counts as asked for when its window ended."""
    return Cost(window.end, 0.0, 0, 0)
