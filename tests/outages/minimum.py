"""The fewest calls that the API's documented limits allow for one refresh, by arithmetic alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

GROUPS_A_CALL = 50
AGENTS_A_CALL = 1000
SCOPES = ("account", "skills", "groups")


@dataclass(frozen=True, slots=True)
class Floor:
    """How many there are of each; `group_sizes` are the agents of each group."""

    skills: int
    group_sizes: Sequence[int]

    @property
    def agents(self) -> int:
        """All of them."""
        return sum(self.group_sizes)

    @property
    def one_by_one(self) -> int:
        """Calls of a board that asks once for each scope: figures of the account and of each skill and group, agents of each group."""
        return 1 + self.skills + len(self.group_sizes) + len(self.group_sizes)


def metrics_calls(floor: Floor) -> int:
    """A call answers 50 skills or groups; the account's figures ride along with the skills'."""
    return max(1, ceil(floor.skills / GROUPS_A_CALL)) + ceil(len(floor.group_sizes) / GROUPS_A_CALL)


def agent_calls(floor: Floor) -> int:
    """One population holds 1000; groups are not taken apart where they fit into as many as that."""
    return max(1, ceil(floor.agents / AGENTS_A_CALL))
