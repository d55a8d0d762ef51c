"""What is asked for besides the usual, as long as somebody looks at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kmm_tui.board.look import Look
from kmm_tui.metrics import BY_NAME, Method


@dataclass(frozen=True, slots=True)
class Extra:
    """Request names that come on top of the usual ones, and whether agents who have logged out are listed, too."""

    metrics: tuple[str, ...] = ()
    """Of the account, the skills and the groups."""
    agent_metrics: tuple[str, ...] = ()
    offline: bool = False

    def has_new_figures(self, before: Extra) -> bool:
        """Whether it asks more than `before` of the account, the skills and the groups."""
        return not set(self.metrics) <= set(before.metrics)

    def has_new_agents(self, before: Extra) -> bool:
        """Whether it asks more than `before` of the agents, or asks for others of them."""
        return not set(self.agent_metrics) <= set(before.agent_metrics) or self.offline != before.offline


def extra_of(look: Look, metrics: Iterable[str], agent_metrics: Iterable[str]) -> Extra:
    """What `look` takes besides the usual (agents') metrics. Names that a method does not offer are let go."""
    return Extra(
        _besides(look.metrics, metrics, Method.METRICS),
        _besides(look.agent_metrics, agent_metrics, Method.AGENT_VIEW),
        look.offline,
    )


def _besides(names: Iterable[str], usual: Iterable[str], method: Method) -> tuple[str, ...]:
    known = (BY_NAME[name] for name in names if name in BY_NAME)
    already = {BY_NAME[name].name if name in BY_NAME else name for name in usual}
    # In the order of their names: looking at the same in another order is the same question.
    return tuple(sorted({metric.name for metric in known if method in metric.methods} - already))
