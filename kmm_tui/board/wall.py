"""The pages of a wallboard: which figures stand on each, chosen from what the board knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from kmm_tui.board.asked import AGENT_FIGURES, FIGURES
from kmm_tui.board.board import Board
from kmm_tui.board.derived import requested
from kmm_tui.board.look import Look
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope, Watch
from kmm_tui.board.severity import Severity
from kmm_tui.board.state import ACCOUNT_FIGURES
from kmm_tui.metrics import Method

_WORDS = frozenset(level.value for level in Level)

MOST_FIGURES = 6
"""Figures of a page: more are not taken in at a glance."""
MOST_PAGES = 24
"""Pages that one plan makes at most: at 20 s each, a pattern that fits hundreds of skills would never come around."""
USUAL = (
    "unassigned_conversations",
    "queue_wait_time_90th_percentile",
    "overdue_conversations_total",
    "online_agents",
    "human_online_load",
    "closed_conversations",
)
"""The figures of a page that names none."""
BUSY = {Level.SKILL: "unassigned_conversations", Level.GROUP: "human_online_load", Level.ACCOUNT: USUAL[0]}
"""What is shown of a scope that breaches nothing, and orders those that breach nothing: the busiest first."""


class Names(Enum):
    """How agents are named where everybody can read it."""

    OFF = "off"
    INITIALS = "initials"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one entry of the settings asks for; it makes a page or several, or none where nothing fits.

    One scope has its `metrics` side by side. Of several scopes a single metric is shown side by side, several have
    each scope's own page, and none at all shows of each what tells most: its worst breach, or how busy it is.
    """

    on: tuple[str, ...] = (Level.ACCOUNT.value,)
    """`account`, `skill:PATTERN`, `group:PATTERN` (a bare `skill` is every skill), or an id, a name or a pattern."""
    metrics: tuple[str, ...] = ()
    size: int | None = None
    """Rows of a figure; None is as large as fits."""
    title: str = ""
    top: int | None = None
    """Only so many of the scopes: those in trouble, then the busiest; None is all, by name."""
    agents: bool = False
    """Shows the agents of each scope, instead of its figures."""

    @property
    def levels(self) -> frozenset[Level]:
        """Of which of skills and groups it can show anything."""
        found = set()
        for entry in self.on:
            head, _, _ = entry.partition(":")
            level = next((each for each in Level if each.value == head.strip().casefold()), None)
            found |= {level} if level else {Level.SKILL, Level.GROUP}
        return frozenset(found & {Level.SKILL, Level.GROUP})


DEFAULT_PLANS = (Plan(), Plan(("skill",), top=MOST_FIGURES), Plan(("group",), top=MOST_FIGURES))
"""Good pages without any setting: the account, the skills in trouble or busiest, and the groups."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One figure of a page: a metric of a scope."""

    scope: Scope
    metric: str


@dataclass(frozen=True, slots=True)
class Page:
    """Figures, or the agents of `agents_of`. `key` says which page it is, though its figures are others by now."""

    key: str
    title: str
    spots: tuple[Spot, ...] = ()
    size: int | None = None
    agents_of: Scope | None = None

    @property
    def is_of_one(self) -> bool:
        """Whether all its figures are of one scope, so that the title says which."""
        return len({spot.scope for spot in self.spots}) <= 1


def look(plans: Sequence[Plan], board: Board) -> Look:
    """What `plans` need to be asked for, and no more."""
    levels = frozenset(level for plan in plans for level in plan.levels)
    has_agents = any(plan.agents for plan in plans)
    names = requested(name for plan in plans if not plan.agents for name in plan.metrics)
    return Look(
        levels=levels,
        agents=has_agents,
        trend=None,
        metrics=tuple(sorted({*names, *board.judge.needs(Method.METRICS)} - set(FIGURES))),
        agent_metrics=tuple(sorted(board.judge.needs(Method.AGENT_VIEW) - set(AGENT_FIGURES))) if has_agents else (),
    )


def pages(plans: Sequence[Plan], board: Board, now: float) -> tuple[Page, ...]:
    """The pages of `plans` at `now`, epoch s, in their order; a scope that is not known yet has none."""
    return tuple(page for index, plan in enumerate(plans) for page in _pages_of(plan, index, board, now))


def _pages_of(plan: Plan, index: int, board: Board, now: float) -> list[Page]:
    rows = scopes(plan.on, board, now)
    if plan.top is not None:
        rows = sorted(rows, key=telling_order)[: plan.top]
    if not rows:
        return []
    if not plan.agents and (len(plan.metrics) == 1 or (not plan.metrics and len(rows) > 1)):
        spots = tuple(Spot(row.scope, name) for row in rows for name in plan.metrics or (telling(row),))
        # By its place among the settings, as what stands on it comes and goes.
        return [Page(str(index), plan.title or _titled(rows), spots[: MOST_PAGES * MOST_FIGURES], plan.size)]
    found = []
    for row in rows[:MOST_PAGES]:
        of = "" if row.scope == ACCOUNT else row.label
        title = f"{plan.title} · {of}" if plan.title and of and len(rows) > 1 else plan.title or of
        spots = () if plan.agents else tuple(Spot(row.scope, name) for name in plan.metrics or USUAL)
        found.append(Page(f"{index}:{row.scope}", title, spots, plan.size, row.scope if plan.agents else None))
    return found


def page_of(scope: Scope, metric: str, board: Board) -> Page:
    """The page that tells of a breach of one figure: that figure, and beside it what is usually looked at."""
    names = dict.fromkeys((metric, *USUAL))
    title = "" if scope == ACCOUNT else board.label(scope)
    return Page(f"breach:{scope}", title, tuple(Spot(scope, name) for name in names)[:MOST_FIGURES])


def scopes(on: Iterable[str], board: Board, now: float) -> list[ScopeRow]:
    """The rows of what `on` names, the account first, then skills and groups by name; see `Plan.on`."""
    found: list[ScopeRow] = []
    entries = tuple(on)
    if any(entry.strip().casefold() == Level.ACCOUNT.value for entry in entries):
        age = board.freshness(ACCOUNT_FIGURES, now).age
        found.append(board.account_row(now) or ScopeRow(ACCOUNT, board.label(ACCOUNT), None, age))
    watch = Watch(tuple(entry for entry in entries if entry.strip().casefold() not in _WORDS))
    for level in (Level.SKILL, Level.GROUP):
        rows = board.rows(level, now)
        if not any(entry.strip().casefold() == level.value for entry in entries):
            known = rows if watch.patterns(level) else []
            rows = [row for row in known if watch.wants(level, row.scope.key, board.named(row.scope))]
        found += sorted(rows, key=lambda row: (row.label.casefold(), row.scope.key))
    return found


def telling(row: ScopeRow) -> str:
    """The metric that says most of a scope: its worst breach, or how busy it is."""
    worst = row.judged.worst
    return worst if worst and row.judged.severity >= Severity.WARN else BUSY[row.scope.level]


def telling_order(row: ScopeRow) -> tuple[int, float, str, str]:
    """Sorts rows by trouble, then by how busy they are, then by name."""
    rank = row.judged.rank if row.judged.severity >= Severity.WARN else 0
    busy = row.number(BUSY[row.scope.level])
    return (-rank, -(busy if busy is not None else -1), row.label.casefold(), row.scope.key)


def split(page: Page, capacity: int) -> tuple[Page, ...]:
    """`page` in parts of `capacity` figures each, at most `MOST_FIGURES`; the parts are about as full as each other."""
    capacity = max(1, min(capacity, MOST_FIGURES))
    count = -(-len(page.spots) // capacity)
    if count <= 1:
        return (page,)
    size = -(-len(page.spots) // count)
    return tuple(
        replace(page, key=f"{page.key}/{part}", spots=page.spots[part * size : (part + 1) * size])
        for part in range(count)
    )


def _titled(rows: Sequence[ScopeRow]) -> str:
    words = {Level.SKILL: "skills", Level.GROUP: "agent groups", Level.ACCOUNT: "account"}
    return ", ".join(dict.fromkeys(words[row.scope.level] for row in rows))
