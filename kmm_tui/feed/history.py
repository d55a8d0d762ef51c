"""Figures of windows that are over: each is asked for once, kept, and never asked for again."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kmm_tui.api.answers import AgentRecord, Cost, Skill
from kmm_tui.api.number import Number
from kmm_tui.api.query import AgentViewQuery, GroupBy, MetricsQuery, Section, resolve_metrics
from kmm_tui.api.window import Window, ceil_minute, floor_minute
from kmm_tui.board.past import PastAnswer, is_settled
from kmm_tui.board.scope import Level
from kmm_tui.feed.agents import EVERY_STATE
from kmm_tui.feed.asker import Asker
from kmm_tui.metrics import BY_NAME, Kind, Method, Metric

MOST_ANSWERS = 64
"""Answers that are kept in memory where nothing is recorded: more than two weeks of one window, skills and groups."""
MOST_PEOPLE = 5000
"""Agents whose name, group and skills are remembered."""
LOGIN = BY_NAME["agent_login_duration"]
"""Tells whether an agent who is there now was there then, too."""

_METHODS = {Level.SKILL: Method.METRICS, Level.GROUP: Method.METRICS, Level.AGENT: Method.AGENT_VIEW}
_GROUP_BY: Mapping[Level, GroupBy] = {Level.SKILL: "skillId", Level.GROUP: "agentGroupId"}
_SECTIONS: Mapping[Level, tuple[Section, ...]] = {Level.SKILL: ("all", "groupBy"), Level.GROUP: ("groupBy",)}

logger = logging.getLogger(__name__)


class PastStore(Protocol):
    """Where answers about windows that are over are kept."""

    async def past(self, level: Level, window: Window, asked: frozenset[str]) -> PastAnswer | None:
        """What is kept of `window`, if only some of the `asked` response fields; None where nothing is."""
        ...

    async def keep_past(self, answer: PastAnswer) -> None:
        """Keeps `answer`, in place of or besides what was kept of its window."""
        ...

    async def has_past(self, level: Level, windows: Iterable[Window], asked: frozenset[str]) -> set[Window]:
        """Those of `windows` of which all `asked` response fields are kept."""
        ...


class PastMemory:
    """Keeps the `most` answers that were used last, as long as the board lives: for where nothing is recorded."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[Level, Window], PastAnswer] = OrderedDict()

    async def past(self, level: Level, window: Window, asked: frozenset[str]) -> PastAnswer | None:  # noqa: ARG002
        """See `PastStore`."""
        found = self._kept.get((level, window))
        if found is not None:
            self._kept.move_to_end((level, window))
        return found

    async def keep_past(self, answer: PastAnswer) -> None:
        """See `PastStore`."""
        self._kept[answer.level, answer.window] = answer
        self._kept.move_to_end((answer.level, answer.window))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    async def has_past(self, level: Level, windows: Iterable[Window], asked: frozenset[str]) -> set[Window]:
        """See `PastStore`."""
        found = ((window, self._kept.get((level, window))) for window in windows)
        return {window for window, answer in found if answer and asked <= answer.asked}


@dataclass(frozen=True, slots=True)
class Person:
    """Who an agent is, as last answered: the API tells an agent's present group and skills, whatever the window."""

    name: str | None
    group_id: str | None
    group_name: str | None
    skills: tuple[Skill, ...]


@dataclass(eq=False)
class _Asking:
    """A question under way, and the response fields that it asks for."""

    fields: frozenset[str]
    task: asyncio.Task[PastAnswer]


class PastAsker:
    """Answers about past windows, from `store` or, once, from the account.

    `now` is the server's present in epoch ms. `parts` tells how many agents each group has and which skills there are:
    by them a large account is read in parts.
    """

    def __init__(
        self,
        asker: Asker,
        store: PastStore,
        now: Callable[[], int],
        parts: Callable[[], tuple[Mapping[str, float], Sequence[str]]] = lambda: ({}, ()),
    ) -> None:
        self._asker = asker
        self._store = store
        self.now = now
        self._parts = parts
        # What a kept answer has no word for: whether groups are counted with their sub-groups, or agents are missing.
        self._with_subgroups = PastMemory()
        self._in_part = PastMemory(4)
        self._asking: dict[tuple[Level, Window, bool], _Asking] = {}
        self._keeping: dict[tuple[PastStore, Level, Window], PastAnswer] = {}
        self._keepers: set[asyncio.Task[None]] = set()
        self.costs: dict[Level, Cost] = {}
        """What the last question about each level cost."""
        self.people: OrderedDict[str, Person] = OrderedDict()

    async def answer(
        self, level: Level, window: Window, names: Iterable[str], *, subgroups: bool = False
    ) -> PastAnswer:
        """The by-time figures among `names` (request names) of `window`, of all skills, groups or agents.

        The account's are those that come with the skills. The answer may hold more than was asked for; a metric that
        this account refuses is in none. Raises the `KmmError` of the call behind it, and then nothing is kept.
        """
        level = Level.SKILL if level is Level.ACCOUNT else level
        window = whole_minutes(window)
        subgroups = subgroups and level is Level.GROUP
        metrics = by_time(names, _METHODS[level])
        key = (level, window, subgroups)
        while True:
            fields = self._offered(level, metrics)
            under_way = self._asking.get(key)
            if under_way is None:
                task = asyncio.create_task(self._answered(level, window, metrics, subgroups=subgroups))
                under_way = self._asking[key] = _Asking(fields, task)
                task.add_done_callback(functools.partial(self._over, key))
            if fields <= under_way.fields:
                # Shielded: one who does not wait any longer must not take the answer from the others.
                return await asyncio.shield(under_way.task)
            await asyncio.wait((under_way.task,))

    async def is_kept(self, level: Level, windows: Iterable[Window], names: Iterable[str]) -> set[Window]:
        """Those of `windows` of which all that could be asked for is kept."""
        return await self._store.has_past(level, windows, self.fields(level, names))

    async def kept(self, level: Level, window: Window, names: Iterable[str]) -> PastAnswer | None:
        """What is kept of `window`; asks for nothing."""
        return await self._recalled(self._store, level, window, self.fields(level, names))

    async def is_whole(self, window: Window) -> bool:
        """Whether the last answer about the agents of `window` named all of them."""
        return await self._in_part.past(Level.AGENT, whole_minutes(window), frozenset()) is None

    def fields(self, level: Level, names: Iterable[str]) -> frozenset[str]:
        """The response fields that `names` are answered under, without those of metrics that this account refuses."""
        return self._offered(level, by_time(names, _METHODS[level]))

    def refused(self, level: Level) -> frozenset[str]:
        """The response fields of the metrics that this account refuses."""
        return self._asker.refused(_METHODS[level])

    def close(self) -> None:
        """Lets go of what is being asked."""
        for each in list(self._asking.values()):
            each.task.cancel()

    def _offered(self, level: Level, metrics: Iterable[Metric]) -> frozenset[str]:
        return frozenset(metric.field for metric in metrics) - self.refused(level)

    def _over(self, key: tuple[Level, Window, bool], task: asyncio.Task[PastAnswer]) -> None:
        if (asking := self._asking.get(key)) and asking.task is task:
            del self._asking[key]
        if not task.cancelled():
            # Retrieved here, so that nobody who stopped waiting leaves a warning behind.
            task.exception()

    async def _answered(
        self, level: Level, window: Window, metrics: tuple[Metric, ...], *, subgroups: bool
    ) -> PastAnswer:
        store = self._with_subgroups if subgroups else self._store
        fields = self._offered(level, metrics)
        kept = await self._recalled(store, level, window, fields)
        if kept is None and level is Level.AGENT:
            kept = await self._in_part.past(level, window, fields)
        missing = tuple(metric.name for metric in metrics if metric.field in fields - (kept.asked if kept else set()))
        if kept and not missing:
            return kept
        found, is_whole = await self._ask(level, window, missing, subgroups=subgroups)
        answer = together(kept, found) if kept else found
        if is_settled(window, self.now()) and says_something(found):
            if is_whole:
                self._keep_soon(store, answer)
            elif level is Level.AGENT:
                await self._in_part.keep_past(answer)
        return answer

    async def _ask(
        self, level: Level, window: Window, names: tuple[str, ...], *, subgroups: bool
    ) -> tuple[PastAnswer, bool]:
        if level is Level.AGENT:
            return await self._ask_agents(window, names)
        query = MetricsQuery(
            window=window,
            metrics=names,
            group_by=_GROUP_BY[level],
            sections=_SECTIONS[level],
            include_subgroups=subgroups,
        )
        answer = await self._asker.metrics(query, every_page=True)
        self.costs[level] = answer.cost
        found = PastAnswer(
            level,
            window,
            frozenset(metric.field for metric in answer.asked),
            {row.key: dict(row.metrics) for row in answer.rows},
            {row.key: row.name for row in answer.rows},
            dict(answer.all or {}) if level is Level.SKILL else None,
        )
        return found, not answer.left_out and answer.count <= len(answer.rows)

    async def _ask_agents(self, window: Window, names: tuple[str, ...]) -> tuple[PastAnswer, bool]:
        sizes, skills = self._parts()
        query = AgentViewQuery(window=window, metrics=names, states=EVERY_STATE)
        population = await self._asker.agents(query, sizes, skills)
        answer = population.answer
        self.costs[Level.AGENT] = answer.cost
        for record in answer.records:
            self._meet(record)
        fields = frozenset(metric.field for metric in answer.asked)
        found = PastAnswer(
            Level.AGENT,
            window,
            fields,
            {record.agent_id: {f: v for f, v in record.metrics.items() if f in fields} for record in answer.records},
            {record.agent_id: record.name for record in answer.records},
        )
        return found, population.is_whole and not answer.left_out

    def _meet(self, record: AgentRecord) -> None:
        self.people[record.agent_id] = Person(record.name, record.group_id, record.group_name, record.skills)
        self.people.move_to_end(record.agent_id)
        while len(self.people) > MOST_PEOPLE:
            self.people.popitem(last=False)

    async def _recalled(
        self, store: PastStore, level: Level, window: Window, fields: frozenset[str]
    ) -> PastAnswer | None:
        if answer := self._keeping.get((store, level, window)):
            return answer
        try:
            return await store.past(level, window, fields)
        except Exception:
            # A disk that fails costs a call, and not the figures.
            logger.exception("what is kept of a past window cannot be read")
            return None

    def _keep_soon(self, store: PastStore, answer: PastAnswer) -> None:
        # Nobody waits for a disk: until it is kept there, it is known here.
        self._keeping[store, answer.level, answer.window] = answer
        keeper = asyncio.create_task(self._keep(store, answer))
        self._keepers.add(keeper)
        keeper.add_done_callback(self._keepers.discard)

    async def _keep(self, store: PastStore, answer: PastAnswer) -> None:
        key = (store, answer.level, answer.window)
        try:
            await store.keep_past(answer)
        except Exception:
            logger.exception("a past window cannot be kept")
        finally:
            if self._keeping.get(key) is answer:
                del self._keeping[key]


def whole_minutes(window: Window) -> Window:
    """The window as the server rounds it: outwards to whole minutes."""
    return Window(floor_minute(window.start), ceil_minute(window.end))


def by_time(names: Iterable[str], method: Method) -> tuple[Metric, ...]:
    """The metrics behind request names that are counted over a window, and are numbers.

    Only these can be told of a window that is over: asked for current values, the API tells those of now. Raises
    `LimitExceeded` for a metric that `method` does not offer.
    """
    return tuple(each for each in resolve_metrics(names, method) if each.kind is Kind.BY_TIME and each.is_number)


def says_something(answer: PastAnswer) -> bool:
    """Whether there is any number in it: a server that has lost its tongue is not to be believed for ever."""
    return any(value is not None for row in _figures(answer) for value in row.values())


def together(before: PastAnswer, after: PastAnswer) -> PastAnswer:
    """Two answers about the same window as one: what the later one asked for is the later one's."""
    keys = (*before.rows, *(key for key in after.rows if key not in before.rows))
    rows = {key: _joined(before.rows.get(key), after.rows.get(key), after.asked) for key in keys}
    account = before.account if after.account is None else _joined(before.account, after.account, after.asked)
    names = {**before.names, **{key: name for key, name in after.names.items() if name is not None}}
    return replace(
        after, asked=before.asked | after.asked, rows=rows, names={key: names.get(key) for key in keys}, account=account
    )


def _joined(
    before: Mapping[str, Number | None] | None, after: Mapping[str, Number | None] | None, asked: frozenset[str]
) -> dict[str, Number | None]:
    return {field: value for field, value in (before or {}).items() if field not in asked} | dict(after or {})


def _figures(answer: PastAnswer) -> Iterable[Mapping[str, Number | None]]:
    yield from answer.rows.values()
    if answer.account is not None:
        yield answer.account
