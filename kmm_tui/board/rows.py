"""The rows that tables are made of: a skill, a group or the account; and an agent."""

from __future__ import annotations

from dataclasses import dataclass

from kmm_tui.board.derived import figure_of, is_old, metric_named
from kmm_tui.board.figure import Absent, Figure, Figures, Number
from kmm_tui.board.freshness import Age
from kmm_tui.board.judge import CALM, Judged
from kmm_tui.board.scope import Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import Metric

EVERYTHING = ""
"""The key of the row that stands for the account in a table of skills or groups."""


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One line of a table of skills or groups. Without `figures` there never was an answer."""

    scope: Scope
    label: str
    figures: Figures | None
    age: Age
    judged: Judged = CALM

    @property
    def is_old(self) -> bool:
        """Whether its figures are too old for colour, or gone."""
        return self.age in (Age.STALE, Age.GONE)

    @property
    def severity(self) -> Severity:
        """The worst of its figures; of figures that are gone nobody knows."""
        return Severity.UNKNOWN if self.age is Age.GONE else self.judged.severity

    def get(self, metric: Metric) -> Figure:
        """The figure of `metric`, or why there is none."""
        return Absent.NOT_ANSWERED if self.figures is None else figure_of(self.figures, metric)

    def is_old_figure(self, metric: Metric) -> bool:
        """Whether this one figure is of a source that has long been silent, however fresh the row is."""
        return self.figures is not None and is_old(self.figures, metric)

    def number(self, name: str) -> Number | None:
        """The value of the metric of this name, for sorting; None without one."""
        metric = metric_named(name)
        figure = Absent.NOT_ANSWERED if metric is None else self.get(metric)
        return None if isinstance(figure, Absent) else figure


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One line of a table of agents. `limit` is how long the agent may be in the present state, ms."""

    agent: Agent
    judged: Judged = CALM
    limit: int | None = None
    has_work: bool = False
    """Away or back soon while conversations are assigned."""

    @property
    def key(self) -> str:
        """The agent's id."""
        return self.agent.key

    def get(self, metric: Metric) -> Figure:
        """The figure of `metric`, or why there is none."""
        return figure_of(self.agent.figures, metric)

    def is_old_figure(self, metric: Metric) -> bool:
        """Whether this one figure is of a source that has long been silent, however fresh the row is."""
        return is_old(self.agent.figures, metric)

    def number(self, name: str) -> Number | None:
        """The value of the metric of this name, for sorting; None without one."""
        metric = metric_named(name)
        figure = Absent.NOT_ANSWERED if metric is None else self.get(metric)
        return None if isinstance(figure, Absent) else figure
