"""Answers of about the same moment as one blob: the figures of many scopes, a roster, trends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias

from kmm_tui.api.answers import Cost, Skill
from kmm_tui.api.number import Number
from kmm_tui.api.window import Window
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Agent, Roster, Snapshot, Trend, TrendPoint
from kmm_tui.board.state import AGENTS, Section, Topic, TopicState
from kmm_tui.metrics import Method
from kmm_tui.record.packed import Places, pack, rows_of, table_of, unpack


class Kind(IntEnum):
    """What a blob holds. The numbers are those of the file."""

    ACCOUNT = 1
    SKILL = 2
    GROUP = 3
    ROSTER = 4
    TREND = 5


LEVELS = {Kind.ACCOUNT: Level.ACCOUNT, Kind.SKILL: Level.SKILL, Kind.GROUP: Level.GROUP}
KINDS = {level: kind for kind, level in LEVELS.items()}

Shape: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""What figures know besides their values: method, fields asked, refused, unrecorded."""


def kind_of(state: TopicState) -> Kind | None:
    """Where `state` is recorded; None if it is nothing to record: no answer, or one about a time that is over."""
    content = state.content
    if state.is_withdrawn or state.is_past or content is None:
        return None
    if isinstance(content, Snapshot):
        return KINDS.get(content.scope.level) if state.topic == Topic(Section.FIGURES, content.scope) else None
    if isinstance(content, Roster):
        return Kind.ROSTER if state.topic == AGENTS else None
    if isinstance(content, Trend):
        return Kind.TREND if state.topic == Topic(Section.TREND, content.scope) else None
    return None


def identity(state: TopicState) -> tuple[str, str, int]:
    """What makes an answer of one kind the same as another: its scope, and when it was taken (epoch ms)."""
    content = state.content
    assert content is not None  # noqa: S101 - only answers that have a kind come here
    return state.topic.scope.level.value, state.topic.scope.key, content.taken_at


def encode(kind: Kind, states: Sequence[TopicState], *, names: bool) -> bytes:
    """The blob of `states`, which are all of `kind`. Without `names` no name is in it, ids only."""
    if kind is Kind.ROSTER:
        return pack([_roster_plain(state, names=names) for state in states])
    if kind is Kind.TREND:
        return pack([_trend_plain(state) for state in states])
    return pack(_figures_plain(states, names=names))


def decode(kind: Kind, data: Any) -> list[TopicState]:
    """The states of `encode`. Raises one of `packed.UNUSABLE`."""
    plain = unpack(data)
    if kind is Kind.ROSTER:
        return [_roster_state(each) for each in plain]
    if kind is Kind.TREND:
        return [_trend_state(each) for each in plain]
    return FiguresBatch.read(kind, plain).states()


@dataclass(frozen=True, slots=True)
class FiguresBatch:
    """The figures of many scopes as they stand in the blob: in columns. `about` is of `_about`."""

    kind: Kind
    keys: list[str]
    names: list[str | None]
    about: list[list[Any]]
    which: list[int]
    shapes: list[Shape]
    shape: list[int]
    table: list[Any]

    @classmethod
    def of(cls, kind: Kind, data: Any) -> FiguresBatch:
        """The batch of a blob. Raises one of `packed.UNUSABLE`."""
        return cls.read(kind, unpack(data))

    @classmethod
    def read(cls, kind: Kind, plain: Any) -> FiguresBatch:
        """The batch of a blob that is unpacked already."""
        keys, names, about, which, shapes, shape, table = plain
        found = [(method, tuple(asked), tuple(no), tuple(gone)) for method, asked, no, gone in shapes]
        return cls(kind, keys, names or [None] * len(keys), about, which, found, shape, table)

    def taken_at(self, place: int) -> int:
        """When the answer at `place` was taken, epoch ms."""
        return int(self.about[self.which[place]][0])

    def window(self, place: int) -> Window:
        """What the answer at `place` counts over."""
        return Window(*(int(edge) for edge in self.about[self.which[place]][2:4]))

    def values_of(self, key: str, field: str) -> Iterator[tuple[int, Window, Number | None]]:
        """When the scope was answered, over which window, and its value then; None where there was none."""
        for place, each in enumerate(self.keys):
            if each == key:
                yield self.taken_at(place), self.window(place), self._value(place, field)

    def _value(self, place: int, field: str) -> Number | None:
        for fields, places, columns in self.table:
            if place in places:
                found: Number | None = columns[fields.index(field)][places.index(place)] if field in fields else None
                return found
        return None

    def states(self, places: Iterable[int] | None = None) -> list[TopicState]:
        """What was noted: everything, or that at `places`."""
        figures = [shape_figures(shape) for shape in self.shapes]
        rows = rows_of(len(self.keys), self.table)
        level = LEVELS[self.kind]
        states = []
        for place in range(len(self.keys)) if places is None else places:
            key = self.keys[place]
            taken_at, interval, window, cost = _of_about(self.about[self.which[place]])
            scope, (method, asked, refused, gone) = Scope(level, key), figures[self.shape[place]]
            known = Figures(method, asked, rows[place], refused, gone)
            snapshot = Snapshot(scope, self.names[place], window, known, taken_at, cost)
            states.append(TopicState(Topic(Section.FIGURES, scope), interval, snapshot))
        return states


def shape_of(figures: Figures) -> Shape:
    """What `figures` know besides their values, in a form that can be written."""
    asked, refused, gone = (tuple(sorted(each)) for each in (figures.asked, figures.refused, figures.unrecorded))
    return figures.method.value, asked, refused, gone


def shape_figures(shape: Shape) -> tuple[Method, frozenset[str], frozenset[str], frozenset[str]]:
    """Method, fields asked, refused and unrecorded of `shape_of`."""
    method, asked, refused, gone = shape
    return Method(method), frozenset(asked), frozenset(refused), frozenset(gone)


def _about(content: Snapshot | Roster | Trend, interval: float) -> tuple[Any, ...]:
    window, cost = content.window, content.cost
    return (
        content.taken_at, interval, window.start, window.end, cost.asked_at, cost.took, cost.received, cost.calls,
    )  # fmt: skip


def _of_about(plain: Sequence[Any]) -> tuple[int, float, Window, Cost]:
    taken_at, interval, start, end, asked_at, took, received, calls = plain
    return taken_at, interval, Window(start, end), Cost(asked_at, took, received, calls)


def _figures_plain(states: Sequence[TopicState], *, names: bool) -> list[Any]:
    abouts: Places[tuple[Any, ...]] = Places()
    shapes: Places[Shape] = Places()
    # The same set of words belongs to many snapshots: sorted once.
    known: dict[tuple[Method, frozenset[str], frozenset[str], frozenset[str]], int] = {}
    keys, called, which, shape, rows = [], [], [], [], []
    for state in states:
        content = state.content
        assert isinstance(content, Snapshot)  # noqa: S101 - of its kind
        figures = content.figures
        words = (figures.method, figures.asked, figures.refused, figures.unrecorded)
        if words not in known:
            known[words] = shapes.of(shape_of(figures))
        keys.append(content.scope.key)
        called.append(content.name)
        which.append(abouts.of(_about(content, state.interval)))
        shape.append(known[words])
        rows.append(figures.values)
    return [keys, called if names else 0, abouts.all(), which, shapes.all(), shape, table_of(rows)]


def _roster_plain(state: TopicState, *, names: bool) -> list[Any]:
    roster = state.content
    assert isinstance(roster, Roster)  # noqa: S101 - of its kind
    shapes: Places[Shape] = Places()
    skills: Places[tuple[tuple[str, str | None], ...]] = Places()
    agents, at = roster.agents, roster.taken_at
    sets = [skills.of(tuple((each.key, each.name if names else None) for each in agent.skills)) for agent in agents]
    shape = [shapes.of(shape_of(agent.figures)) for agent in agents]
    columns = [
        [agent.key for agent in agents],
        [agent.name if names else None for agent in agents],
        [agent.group_id for agent in agents],
        [agent.group_name if names else None for agent in agents],
        sets,
        [agent.status for agent in agents],
        # How long ago takes fewer digits than when.
        [None if agent.since is None else at - agent.since for agent in agents],
        [agent.reason for agent in agents],
        [None if agent.reason_since is None else at - agent.reason_since for agent in agents],
        [agent.slots for agent in agents],
        shape,
    ]
    table = table_of([agent.figures.values for agent in agents])
    return [_about(roster, state.interval), roster.is_whole, skills.all(), shapes.all(), columns, table]


def _roster_state(plain: Any) -> TopicState:
    about, is_whole, skill_sets, shapes, columns, table = plain
    at, interval, window, cost = _of_about(about)
    skills = [tuple(Skill(key, name) for key, name in each) for each in skill_sets]
    figures = [shape_figures((method, asked, no, gone)) for method, asked, no, gone in shapes]
    rows = rows_of(len(columns[0]), table)
    agents = []
    for row, each in zip(rows, zip(*columns, strict=True), strict=True):
        key, name, group, group_name, has, status, since, reason, reason_since, slots, shape = each
        method, asked, refused, gone = figures[shape]
        known = Figures(method, asked, row, refused, gone)
        began, reason_began = (None if ago is None else at - ago for ago in (since, reason_since))
        agents.append(
            Agent(key, name, group, group_name, skills[has], status, began, reason, reason_began, slots, known)
        )
    return TopicState(AGENTS, interval, Roster(tuple(agents), window, at, cost, is_whole))


def _trend_plain(state: TopicState) -> list[Any]:
    trend = state.content
    assert isinstance(trend, Trend)  # noqa: S101 - of its kind
    scope = [trend.scope.level.value, trend.scope.key]
    ends = [point.end for point in trend.points]
    return [
        scope,
        _about(trend, state.interval),
        trend.interval,
        ends,
        table_of([each.values for each in trend.points]),
    ]


def _trend_state(plain: Any) -> TopicState:
    (level, key), about, interval, ends, table = plain
    taken_at, every, window, cost = _of_about(about)
    points = tuple(TrendPoint(end, row) for end, row in zip(ends, rows_of(len(ends), table), strict=True))
    scope = Scope(Level(level), key)
    return TopicState(Topic(Section.TREND, scope), every, Trend(scope, window, interval, points, taken_at, cost))
