"""What is kept for the next start: of an answer only what is asked for anyway, whatever was looked at besides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kmm_tui.api.query import resolve_metrics
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Roster, Snapshot
from kmm_tui.board.state import AGENTS, TREND, Content, Section, Topic
from kmm_tui.metrics import Method


class Usual:
    """What is asked for at every start: these metrics, and these of agents."""

    def __init__(self, metrics: Iterable[str], agent_metrics: Iterable[str]) -> None:
        self._figures = frozenset(metric.field for metric in resolve_metrics(metrics, Method.METRICS))
        self._agents = frozenset(metric.field for metric in resolve_metrics(agent_metrics, Method.AGENT_VIEW))

    def has(self, topic: Topic, *, subgroups: bool) -> bool:
        """Whether `topic` is asked for at every start, as it is asked for now."""
        if topic.section is Section.FIGURES:
            # Groups with their sub-groups are not what the next start asks for.
            return not (subgroups and topic.scope.level is Level.GROUP)
        return topic in (AGENTS, TREND)

    def part(self, content: Content) -> Content:
        """`content` without what was asked for besides: the same object where there is no such thing."""
        if isinstance(content, Snapshot) and not content.figures.asked <= self._figures:
            return replace(content, figures=_only(content.figures, self._figures))
        if isinstance(content, Roster):
            return self._roster(content)
        return content

    def _roster(self, roster: Roster) -> Roster:
        agents = tuple(agent for agent in roster.agents if agent.status != "OFFLINE")
        if any(not agent.figures.asked <= self._agents for agent in agents):
            agents = tuple(replace(agent, figures=_only(agent.figures, self._agents)) for agent in agents)
        elif len(agents) == len(roster.agents):
            return roster
        return replace(roster, agents=agents)


def _only(figures: Figures, fields: frozenset[str]) -> Figures:
    values = {field: value for field, value in figures.values.items() if field in fields}
    return replace(figures, asked=figures.asked & fields, values=values)
