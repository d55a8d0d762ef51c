"""A board put together by hand, for what is printed of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmm_tui.api.answers import Cost, Skill
from kmm_tui.api.window import Window
from kmm_tui.board.asked import AGENT_FIGURES, FIGURES
from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.judge import Judge
from kmm_tui.board.limits import Limit, StateLimits
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Listing, Roster, Snapshot, figures_of
from kmm_tui.board.state import AGENTS, LISTS, Section, Topic, TopicState
from kmm_tui.metrics import BY_NAME, Method

NOW = 1_800_000_000.0
HOUR = 3_600_000
WINDOW, COST = Window(round(NOW * 1000) - HOUR, round(NOW * 1000)), Cost(0, 0.1, 10)
LIMITS = (
    Limit("queue_wait_time_90th_percentile", warn=60_000, critical=180_000),
    Limit("csat", warn=0.85, critical=0.75),
)
CALM = {"unassignedConversations": 0, "openConversations": 10, "onlineAgents": 7, "csat": 0.9}
EVERY: dict[str, Any] = {BY_NAME[name].field: 1 for name in (*FIGURES, *AGENT_FIGURES) if BY_NAME[name].is_number}
"""A value for every figure."""


def snapshot_state(
    scope: Scope,
    name: str | None = None,
    *,
    age: float = 1.0,
    interval: float = 30.0,
    trouble: Trouble | None = None,
    **values: Any,
) -> TopicState:
    """An answer of `age` seconds ago; `values` by response field over those of a calm floor."""
    asked = tuple(BY_NAME[each] for each in FIGURES)
    figures = figures_of(Method.METRICS, asked, {**CALM, **values}, frozenset({"humanAgentLoad"}))
    taken_at = round((NOW - age) * 1000)
    content = Snapshot(scope, name, WINDOW, figures, taken_at, COST)
    return TopicState(Topic(Section.FIGURES, scope), interval, content, trouble, NOW + 20)


def skill_state(key: str, name: str | None, **values: Any) -> TopicState:
    return snapshot_state(Scope(Level.SKILL, key), name, **values)


def agent(key: str, name: str, status: str = "ONLINE", **values: Any) -> Agent:
    asked = tuple(BY_NAME[each] for each in AGENT_FIGURES)
    since = round((NOW - 600) * 1000)
    figures = figures_of(Method.AGENT_VIEW, asked, {"assignedConversations": 2, **values})
    return Agent(key, name, "1", "Main", (Skill("7", "Billing"),), status, since, None, None, 3, figures)


def roster_state(*agents: Agent, age: float = 1.0) -> TopicState:
    content = Roster(agents, WINDOW, round((NOW - age) * 1000), COST)
    return TopicState(AGENTS, 30.0, content, None, NOW + 20)


def board_of(*states: TopicState, limits: Sequence[Limit] = LIMITS, back_soon: int | None = 300_000) -> Board:
    board = Board(Judge(limits), StateLimits(back_soon=back_soon))
    for level, topic in LISTS.items():
        board.put(TopicState(topic, 600.0, Listing(level, 1, round(NOW * 1000)), None, NOW + 600))
    for state in states:
        board.put(state)
    return board


def usual_board(**values: Any) -> Board:
    """The account and two skills; `values` are the first one's."""
    return board_of(
        snapshot_state(ACCOUNT),
        skill_state("7", "Billing", **values),
        skill_state("8", None),
        snapshot_state(Scope(Level.GROUP, "-1"), "Main"),
    )
