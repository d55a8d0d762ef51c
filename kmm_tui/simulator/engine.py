"""What the server asks of a simulated contact centre: the seam between the floor and the HTTP in front of it.

The server knows paging, sorting, sign-in and refusals; the engine knows conversations and agents. All times are epoch
milliseconds of the world's clock, all ids are strings, all durations are milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

GroupBy = Literal["skillId", "agentGroupId"]
Figures = dict[str, Any]
"""Response fields of `kmm_tui.metrics` with their values; one without a value (nothing to divide by) is left out."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a request narrows itself to. ``None`` is no filter; an empty set is a filter that nothing passes.

    The window is inclusive on both ends, already rounded to whole minutes by the server.
    """

    start: int
    end: int
    agent_ids: frozenset[str] | None = None
    group_ids: frozenset[str] | None = None
    skill_ids: frozenset[str] | None = None
    user_types: frozenset[str] | None = None
    include_subgroups: bool = False
    statuses: frozenset[str] = field(default_factory=lambda: frozenset({"ONLINE", "BACK_SOON", "AWAY"}))


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The figures of one skill or agent group; ``name`` is ``"NA"`` where the id has none."""

    key: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent of an ``agent_view`` answer.

    ``record`` holds what stands directly on the record (ids, state, figures, without the metadata), ``metadata`` what
    goes into ``agentMetadata``. ``channel`` is what ``agentChannelType`` sorts by.
    """

    record: Figures
    metadata: Mapping[str, Any]
    channel: str = "MESSAGING"


class Engine(Protocol):
    """A contact centre that can be asked what the API can be asked. Names of metrics are request names."""

    def now(self) -> int:
        """The world's present, epoch ms. Every question below is answered as of this moment."""
        ...

    def group_names(self) -> Sequence[tuple[str, str]]:
        """Every agent group as (id, name): the login service lists them."""
        ...

    def metrics(
        self, filters: Filters, names: Sequence[str], group_by: GroupBy | None, *, want_all: bool
    ) -> tuple[Figures | None, list[GroupFigures]]:
        """The figures of all that passes the filters together (if wanted), and of each skill or group (if asked)."""
        ...

    def agents(self, filters: Filters, names: Sequence[str]) -> list[AgentFigures]:
        """Every agent that passes the filters, in any order: the server sorts and pages."""
        ...

    def historical(self, filters: Filters, names: Sequence[str], edges: Sequence[int]) -> list[Figures]:
        """The counts within each (edges[i], edges[i+1]]: one entry fewer than edges."""
        ...
