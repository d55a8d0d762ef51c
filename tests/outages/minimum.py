"""The fewest calls that the API's documented limits allow for one refresh, by arithmetic alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

GROUPS_A_CALL = 50
AGENTS_A_CALL = 1000
METHODS = ("metrics", "agent_view", "historical")


@dataclass(frozen=True, slots=True)
class World:
    """How many there are of each; groups are of the same size."""

    name: str
    skills: int
    groups: int
    agents: int

    @property
    def scopes(self) -> int:
        """The account, each skill and each group."""
        return 1 + self.skills + self.groups

    def fewest(self) -> dict[str, int]:
        """Calls by method. The account's figures ride along with the skills', agents are one sweep, the trend is one.

        A call of `metrics` answers 50 skills or groups. More than 1000 agents are read in parts made of whole groups.
        """
        a_part = AGENTS_A_CALL // max(1, self.agents // self.groups)
        parts = 1 if self.agents <= AGENTS_A_CALL else ceil(self.groups / a_part)
        figures = ceil(self.skills / GROUPS_A_CALL) + ceil(self.groups / GROUPS_A_CALL)
        return {"metrics": figures, "agent_view": parts, "historical": 1}


SMALL = World("6 skills, 4 groups, 20 agents", 6, 4, 20)
LARGE = World("120 skills, 60 groups, 1200 agents", 120, 60, 1200)
WORLDS = (SMALL, LARGE)
