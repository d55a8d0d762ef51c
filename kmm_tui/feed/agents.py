"""The agents of an account: all of them in one sweep, and everything about one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kmm_tui.api.answers import AgentViewAnswer
from kmm_tui.api.query import LOGGED_IN, AgentState, AgentViewQuery
from kmm_tui.api.window import Window
from kmm_tui.board.snapshot import Agent, AgentDetail, Roster, agent_of, fields_of
from kmm_tui.feed.asker import Asker
from kmm_tui.metrics import Method, offered

EVERY_STATE: tuple[AgentState, ...] = (*LOGGED_IN, "OFFLINE")
EVERYTHING = tuple(metric.name for metric in offered(Method.AGENT_VIEW))
"""All that can be asked of an agent, the times in each state included."""


class Agents:
    """Asks for agents. Every method raises the `KmmError` of the call behind it."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._last: dict[str, Agent] = {}
        self._seen: Counter[str | None] = Counter()

    async def roster(
        self,
        window: Window,
        metrics: tuple[str, ...],
        sizes: Mapping[str, float],
        skills: Sequence[str],
        *,
        offline: bool = False,
    ) -> Roster:
        """Everybody who is logged in, and with `offline` those who have logged out during the window.

        `sizes` are all groups with how many agents of each are logged in, `skills` all skills: see `Asker.agents`.
        An agent of whom nothing has changed since the last roster is the same object.
        """
        query = AgentViewQuery(window=window, metrics=metrics, states=EVERY_STATE if offline else ())
        if offline:
            # Groups tell how many are logged in only; of the others nothing but the last sweep tells.
            sizes = {key: max(size, self._seen[key]) for key, size in sizes.items()}
        population = await self._asker.agents(query, sizes, skills)
        answer = population.answer
        agents = self._agents(answer)
        self._seen = Counter(agent.group_id for agent in agents) if offline else Counter()
        return Roster(agents, window, answer.cost.asked_at, answer.cost, population.is_whole)

    async def detail(self, key: str, window: Window) -> AgentDetail:
        """Everything about one agent, in whatever state, with one call."""
        query = AgentViewQuery(window=window, metrics=EVERYTHING, agent_ids=(key,), states=EVERY_STATE)
        answer = await self._asker.chosen_agents(query)
        cost, refused = answer.cost, self._asker.refused(Method.AGENT_VIEW)
        for record in answer.records:
            if record.agent_id == key:
                agent = agent_of(record, fields_of(answer.asked), refused)
                return AgentDetail(key, agent, record.states, record.reasons, window, cost.asked_at, cost)
        return AgentDetail(key, None, (), (), window, cost.asked_at, cost)

    def last(self, key: str) -> Agent | None:
        """An agent as the last roster has it."""
        return self._last.get(key)

    def _agents(self, answer: AgentViewAnswer) -> tuple[Agent, ...]:
        refused, last = self._asker.refused(Method.AGENT_VIEW), self._last
        asked = fields_of(answer.asked)
        found = (agent_of(record, asked, refused) for record in answer.records)
        agents = tuple(_unless_the_same(last.get(agent.key), agent) for agent in found)
        self._last = {agent.key: agent for agent in agents}
        return agents


def _unless_the_same(before: Agent | None, agent: Agent) -> Agent:
    # The values differ most often, and tell it quickest.
    return before if before and before.figures.values == agent.figures.values and before == agent else agent
