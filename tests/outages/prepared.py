"""A contact centre that answers at once from prepared figures, which tell when they were made and are never zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from kmm_tui.metrics import BY_NAME
from kmm_tui.simulator.engine import AgentFigures, Engine, Figures, Filters, GroupBy, GroupFigures
from kmm_tui.simulator.server_engine import EngineRoom
from tests.outages.virtual_time import START

T = TypeVar("T")
TELLING = "closedConversations"
"""The field that tells the moment at which the figures were made: seconds since `START`, and 1."""


class Prepared:
    """So many skills, groups and agents. `clock` gives epoch seconds, `present` which part of the agents is there."""

    def __init__(
        self,
        clock: Callable[[], float],
        skills: int = 6,
        groups: int = 4,
        agents: int = 12,
        present: Callable[[float], float] = lambda _: 1.0,
    ) -> None:
        self._clock = clock
        self._share = present
        self._skills = [str(1000 + n) for n in range(skills)]
        self._groups = [str(2000 + n) for n in range(groups)]
        self._staff = [self._agent(n) for n in range(agents)]

    def now(self) -> int:
        return round(self._clock() * 1000)

    def group_names(self) -> Sequence[tuple[str, str]]:
        return [(key, f"Group {key}") for key in self._groups]

    def metrics(
        self, filters: Filters, names: Sequence[str], group_by: GroupBy | None, *, want_all: bool
    ) -> tuple[Figures | None, list[GroupFigures]]:
        fields = [BY_NAME[name].field for name in names]
        by_skill = group_by == "skillId"
        keys, chosen = (self._skills, filters.skill_ids) if by_skill else (self._groups, filters.group_ids)
        there = len(self._there())
        size = there // len(self._groups)
        rows = [
            GroupFigures(key, f"{'Skill' if by_skill else 'Group'} {key}", self._figures(fields, place, size))
            for place, key in enumerate(keys)
            if chosen is None or key in chosen
        ]
        everything = self._figures(fields, 0, there) if want_all else None
        return everything, rows if group_by else []

    def agents(self, filters: Filters, names: Sequence[str]) -> list[AgentFigures]:
        fields = [BY_NAME[name].field for name in names]
        found = []
        for place, (agent, skills) in enumerate(self._there()):
            record = agent.record
            if filters.group_ids is not None and str(record["agentGroupId"]) not in filters.group_ids:
                continue
            if filters.skill_ids is not None and skills.isdisjoint(filters.skill_ids):
                continue
            if filters.agent_ids is not None and record["agentId"] not in filters.agent_ids:
                continue
            found.append(AgentFigures(self._figures(fields, place, 3) | record, agent.metadata))
        return found

    def historical(self, filters: Filters, names: Sequence[str], edges: Sequence[int]) -> list[Figures]:
        fields = [BY_NAME[name].field for name in names]
        return [self._figures(fields, place, 3) for place in range(len(edges) - 1)]

    def _there(self) -> list[tuple[AgentFigures, frozenset[str]]]:
        return self._staff[: round(len(self._staff) * self._share(self._clock()))]

    def _figures(self, fields: Sequence[str], place: int, size: int) -> Figures:
        made = int(self._clock() - START) + 1
        figures: Figures = dict.fromkeys(fields, 1 + (made // 60 + place) % 900)
        present = {"awayAgents": 1, "backSoonAgents": 1, "onlineAgents": max(1, size - 2), TELLING: made}
        return figures | {field: value for field, value in present.items() if field in figures}

    def _agent(self, n: int) -> tuple[AgentFigures, frozenset[str]]:
        skills = sorted({n % len(self._skills), (n * 7 + 1) % len(self._skills)})
        group = self._groups[n % len(self._groups)]
        record: Figures = {
            "agentId": str(5000 + n),
            "agentGroupId": int(group),
            "agentCurrentStatus": ("ONLINE", "AWAY", "BACK_SOON")[n % 3],
            "agentCurrentStatusStartTime": int(START * 1000) - n * 1000,
            "agentCurrentStatusReasonId": "NA",
            "agentCurrentStatusReasonStartTime": int(START * 1000) - n * 1000,
        }
        metadata = {
            "agentName": f"Agent {n}",
            "agentNickname": f"A{n}",
            "agentLoginName": f"agent{n}@example.com",
            "agentGroupName": f"Group {group}",
            "configuredMaxSlots": 3,
            "agentSkills": [{"skillId": int(self._skills[s]), "skillName": f"Skill {self._skills[s]}"} for s in skills],
        }
        return AgentFigures(record, metadata), frozenset(self._skills[s] for s in skills)


class InlineRoom(EngineRoom):
    """Asks the engine where it is asked, without a thread that virtual time would not wait for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def ask(self, question: Callable[[Engine], T]) -> T:
        return question(self._engine)

    async def now(self) -> int:
        return self._engine.now()

    def about_now(self) -> int:
        return self._engine.now()

    async def group_names(self) -> list[tuple[str, str]]:
        return list(self._engine.group_names())
