"""What was recorded, as a replay needs it: which moments there are, and the board as it stood at one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from kmm_tui.api.number import Number
from kmm_tui.api.window import HOUR, MINUTE, SECOND, Window
from kmm_tui.board.figure import Figures
from kmm_tui.board.freshness import GONE_LEAST, LATE_AFTER, Trouble
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import AgentDetail, Listing, Roster, Snapshot
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Section, Topic, TopicState, agent_topic
from kmm_tui.board.windowed import BY_TIME_FIELDS, is_alike, of_the_moment
from kmm_tui.metrics import BY_NAME, camel

REACH = int(GONE_LEAST) * SECOND
"""How far before the last answer, in ms, the others of the board may have been taken."""
TOGETHER = SECOND
"""Answers that came within so many ms are one step: those of one turn of asking."""
HISTORY = HOUR
"""How much of the account's past, in ms, is known at once wherever a replay begins."""
POINTS = 120
"""The most answers of it."""
NOT_RECORDED = "NOT RECORDED"


class Recorded(Protocol):
    """The record of one account. Reading finds nothing where nothing can be read; `trouble` says why, on one line."""

    @property
    def trouble(self) -> str:
        """What is wrong with the record; '' if nothing is."""
        ...

    async def at(self, at_ms: int, reach_ms: int) -> tuple[TopicState, ...]:
        """Each topic's last answer at or before `at_ms` (epoch ms) that is not older than `reach_ms`."""
        ...

    async def next_after(self, at_ms: int) -> int | None:
        """The moment (epoch ms) of the first answers after `at_ms`; None if there are none."""
        ...

    async def span(self) -> tuple[int, int] | None:
        """The first and the last recorded moment, epoch ms; None if nothing is recorded."""
        ...

    async def series(
        self, scope: Scope, name: str, start_ms: int, end_ms: int, points: int, fits: Callable[[Window], bool] | None
    ) -> list[tuple[int, float | None]]:
        """At most `points` values of a metric (request name) between two moments, oldest first.

        With `fits` only what was counted over such windows.
        """
        ...


async def last_before(record: Recorded, at_ms: int) -> int | None:
    """The moment (epoch ms) of the last answers before `at_ms`; None if there are none."""
    span = await record.span()
    if span is None or span[0] >= at_ms:
        return None
    # Back in ever longer steps until there is an answer in between, then nearer and nearer to the last of them.
    low, step, found = at_ms, SECOND, span[0]
    while low > span[0]:
        low, step = max(span[0], at_ms - step), step * 4
        first = await record.next_after(low)
        if first is not None and first < at_ms:
            found = first
            break
    high = at_ms
    while (following := await record.next_after(found)) is not None and following < at_ms:
        found = following
        middle = (found + high) // 2
        later = await record.next_after(middle)
        if later is not None and later < at_ms:
            found = later
        else:
            high = middle
    return found


async def step_after(record: Recorded, at_ms: int) -> int | None:
    """Where the next step from `at_ms` leads: to the last answer of the next turn of asking."""
    first = found = await record.next_after(at_ms)
    while first is not None and found is not None:
        following = await record.next_after(found)
        if following is None or following - first > TOGETHER:
            break
        found = following
    return found


async def step_before(record: Recorded, at_ms: int) -> int | None:
    """Where a step back from `at_ms` leads: to the last answer of the turn of asking before."""
    shown = await last_before(record, at_ms + 1)
    if shown is None or at_ms - shown > TOGETHER:
        return shown
    return await last_before(record, shown - TOGETHER)


@dataclass(frozen=True, slots=True)
class Moment:
    """The board as it stood: what was answered last of everything, and how the account had been in the hour before."""

    states: tuple[TopicState, ...]
    history: tuple[TopicState, ...] = ()


async def moment(record: Recorded, at_ms: int, names: Iterable[str] = ()) -> Moment:
    """The board of `at_ms`, epoch ms, however long ago its last answers were; `names` are the metrics of its history.

    Without a single answer before that, an empty one.
    """
    last = await last_before(record, at_ms + 1)
    if last is None:
        return Moment(())
    states = arranged(await record.at(last, REACH))
    account = next((each for each in states if each.topic == ACCOUNT_FIGURES), None)
    return Moment(states, await _history(record, account, names) if account else ())


async def _history(record: Recorded, account: TopicState, names: Iterable[str]) -> tuple[TopicState, ...]:
    now = account.content
    if not isinstance(now, Snapshot):
        return ()
    found: dict[int, dict[str, Number | None]] = {}
    for name in names:
        field = BY_NAME[name].field if name in BY_NAME else camel(name)
        end = now.taken_at - 1
        fits = partial(is_alike, now.window) if field in BY_TIME_FIELDS else None
        for at, value in await record.series(ACCOUNT, name, end - HISTORY, end, POINTS, fits):
            found.setdefault(at, {})[field] = value
    return tuple(
        replace(
            account,
            content=replace(
                now,
                taken_at=at,
                figures=Figures(now.figures.method, frozenset(values), values),
            ),
        )
        for at, values in sorted(found.items())
    )


def arranged(states: Iterable[TopicState]) -> tuple[TopicState, ...]:
    """What is left of a turn of asking, as the board wants it.

    Minutes age as what comes once a minute. Whoever was asked for when the account was not looked at any more is left
    to age by itself, and what its own kind was answered without is no more. Counts over another window than the
    account's, which is the one that is told, are left out.
    """
    known = {each.topic: _at_its_beat(each) for each in states if each.content is not None}
    newest: dict[Topic | Level, int] = {}
    for topic, state in known.items():
        family = _family(topic)
        newest[family] = max(newest.get(family, 0), _taken_at(state))
    account = known.get(ACCOUNT_FIGURES)
    over = account.content.window if account and isinstance(account.content, Snapshot) else None
    found = []
    for topic, state in known.items():
        behind = newest[_family(topic)] - _taken_at(state)
        if topic.section is Section.FIGURES and behind > LATE_AFTER * state.interval * SECOND:
            continue
        unasked = account is not None and _taken_at(account) - _taken_at(state) > LATE_AFTER * state.interval * SECOND
        found.append(replace(_counted_over(over, state), is_paused=unasked and topic != ACCOUNT_FIGURES))
    return tuple(found)


def absent(topics: Iterable[Topic], interval: float, at: float) -> list[TopicState]:
    """What the board has a place for and nobody recorded; `at` is the moment, epoch s."""
    trouble = Trouble(NOT_RECORDED, "nothing of it was asked for then, or it is not kept any more", at)
    return [TopicState(topic, interval, trouble=trouble, is_paused=True) for topic in topics]


def lists_of(states: Iterable[TopicState]) -> list[TopicState]:
    """That skills and groups are known, and how many: the record has the answers themselves only."""
    found: list[TopicState] = []
    rows = list(states)
    for level, topic in LISTS.items():
        of_level = [each for each in rows if each.topic.section is Section.FIGURES and each.topic.scope.level is level]
        if of_level:
            newest = max(of_level, key=_taken_at)
            found.append(replace(newest, topic=topic, content=Listing(level, len(of_level), _taken_at(newest))))
    return found


def detail_of(key: str, roster: TopicState | None) -> TopicState | None:
    """All that was recorded of one agent: what the list of agents told. None where there is no list."""
    content = roster.content if roster else None
    if roster is None or not isinstance(content, Roster):
        return None
    agent = next((each for each in content.agents if each.key == key), None)
    detail = AgentDetail(key, agent, (), (), content.window, content.taken_at, content.cost)
    return replace(roster, topic=agent_topic(key), content=detail)


PLACES = (*LISTS.values(), ACCOUNT_FIGURES, AGENTS, TREND)
"""What every board has a place for."""


def _counted_over(window: Window | None, state: TopicState) -> TopicState:
    content = state.content
    if window is None or not isinstance(content, Snapshot | Roster) or is_alike(window, content.window):
        return state
    return replace(state, content=of_the_moment(content))


def _at_its_beat(state: TopicState) -> TopicState:
    """An answer that stands for its whole minute, which is known by having cost nothing, comes once a minute."""
    content = state.content
    is_minute = isinstance(content, Snapshot) and not content.cost.calls
    return replace(state, interval=max(state.interval, MINUTE / SECOND)) if is_minute else state


def _family(topic: Topic) -> Topic | Level:
    is_row = topic.section is Section.FIGURES and topic.scope.level in LISTS
    return topic.scope.level if is_row else topic


def _taken_at(state: TopicState) -> int:
    return state.content.taken_at if state.content else 0
