"""What `?` is about: which figures a row has, and what is known of where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmm_tui.board.board import Board
from kmm_tui.board.derived import metric_named
from kmm_tui.board.outlook_text import ahead_lines
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import AGENTS, Section, Topic, agent_topic
from kmm_tui.board.why import Subject
from kmm_tui.metrics import Metric
from kmm_tui.ui.columns import Column


def metrics_of_row(columns: Sequence[Column[Any]]) -> list[str]:
    """The metrics among the columns of a table, by name."""
    return [column.key for column in columns if metric_named(column.key) is not None]


def subject_of(board: Board, scope: Scope, now: float, *, subgroups: bool) -> Subject:
    """All that is known of the answer that the figures of `scope` came with."""
    if scope.level is Level.AGENT:
        return _agent(board, scope, now)
    topic = Topic(Section.FIGURES, scope)
    state = board.state(topic)
    snapshot = state.content if state and isinstance(state.content, Snapshot) else None
    verdicts = tuple(board.judged(topic).verdicts.values())
    return Subject(
        scope=scope,
        label=board.label(scope),
        figures=snapshot.figures if snapshot else None,
        window=snapshot.window if snapshot else None,
        cost=snapshot.cost if snapshot else None,
        fresh=board.freshness(topic, now),
        verdicts=verdicts,
        agents=board.agents_of(scope),
        subgroups=subgroups,
        sources=board.sources,
    )


def ahead_of(board: Board, scope: Scope, metric: Metric, now: float) -> Sequence[tuple[str, str]]:
    """What can be said of the minutes to come: of a live figure, and where there is enough to say it from."""
    topic = Topic(Section.FIGURES, scope)
    state = board.state(topic)
    if state is None or not isinstance(state.content, Snapshot) or not board.freshness(topic, now).is_live:
        return ()
    verdict = board.judged(topic).verdicts.get(metric.name)
    agents = board.agents_of(scope) if board.freshness(AGENTS, now).is_live else ()
    return ahead_lines(metric, state.content, verdict, board.lately, board.judge, agents, now)


def _agent(board: Board, scope: Scope, now: float) -> Subject:
    row, detail, roster = board.detail_row(scope.key), board.detail(scope.key), board.roster()
    # An answer that does not list the agent is not where the figures come from.
    is_detail = detail is not None and detail.agent is not None
    answer = detail if is_detail else roster
    topic = agent_topic(scope.key) if is_detail else AGENTS
    return Subject(
        scope=scope,
        label=(row.agent.name or f"agent {row.key}") if row else f"agent {scope.key}",
        figures=row.agent.figures if row else None,
        window=answer.window if answer else None,
        cost=answer.cost if answer else None,
        fresh=board.freshness(topic, now),
        verdicts=tuple(row.judged.verdicts.values()) if row else (),
        agents=[row.agent] if row else (),
        sources=board.sources,
    )
