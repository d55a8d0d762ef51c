"""The API as the feed asks it: without the metrics that this account refuses, and many agents in parts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kmm_tui.api.answers import AgentRecord, AgentViewAnswer, Cost, HistoricalAnswer, MetricsAnswer
from kmm_tui.api.errors import TooManyAgents
from kmm_tui.api.query import AgentViewQuery, HistoricalQuery, MetricsQuery
from kmm_tui.feed.offered import Offered
from kmm_tui.feed.parts import ROOM, halves, pack
from kmm_tui.metrics import BY_NAME, Method

MOST_TRENDS = 100
"""Trends of the present window that are kept."""


class Client(Protocol):
    """What is asked: a `KmmClient`, or what stands in for one."""

    async def metrics(self, query: MetricsQuery) -> MetricsAnswer: ...
    async def all_metrics(self, query: MetricsQuery) -> MetricsAnswer: ...
    async def all_agents(self, query: AgentViewQuery) -> AgentViewAnswer: ...
    async def historical(self, query: HistoricalQuery) -> HistoricalAnswer: ...


@dataclass(frozen=True, slots=True)
class Population:
    """Agents read in one or more parts. `is_whole` is False where some of them could not be read."""

    answer: AgentViewAnswer
    is_whole: bool = True


class Asker:
    """Asks one account. Every method raises the `KmmError` of the call behind it."""

    def __init__(self, client: Client, offered: Offered) -> None:
        self._client = client
        self._offered = offered
        self._in_parts = False
        self._trends: dict[HistoricalQuery, HistoricalAnswer] = {}

    def refused(self, method: Method) -> frozenset[str]:
        """The response fields of the metrics that this account refuses."""
        return frozenset(BY_NAME[name].field for name in self._offered.refused(method) if name in BY_NAME)

    async def metrics(self, query: MetricsQuery, *, every_page: bool) -> MetricsAnswer:
        """One page, or all."""
        ask = self._client.all_metrics if every_page else self._client.metrics
        return await self._offered.ask(
            Method.METRICS, query.metrics or (), lambda names: ask(replace(query, metrics=names))
        )

    async def historical(self, query: HistoricalQuery) -> HistoricalAnswer:
        """A trend. Its window is past and does not change: the same one is never asked for twice."""
        if query in self._trends:
            return self._trends[query]
        answer = await self._offered.ask(
            Method.HISTORICAL, query.metrics or (), lambda names: self._client.historical(replace(query, metrics=names))
        )
        # Only the present window is asked for again; of how many scopes is for a person to say, within reason.
        kept = [each for each in self._trends if each.window == query.window][-MOST_TRENDS:]
        self._trends = {**{each: self._trends[each] for each in kept}, query: answer}
        return answer

    async def agents(self, query: AgentViewQuery, groups: Mapping[str, float], skills: Sequence[str]) -> Population:
        """Everybody who is logged in.

        `groups` are all agent groups with how many agents each is expected to have, `skills` all skills: by them a
        population over the limit of 1000 is read in as few parts as it takes.
        """
        if not (self._in_parts and sum(groups.values()) > ROOM):
            try:
                population = Population(await self._all_agents(query))
            except TooManyAgents:
                if not groups:
                    raise
            else:
                self._in_parts = False
                return population
        self._in_parts = True
        packed = pack(groups)
        if len(packed) == 1 and len(packed[0]) > 1:
            # All at once is too many, whatever was expected.
            packed = list(halves(packed[0]))
        asked = (self._of_groups(query, keys, skills) for keys in packed)
        # All are waited for, also where one fails: nothing is to go on asking behind the back of whoever asked.
        parts = await asyncio.gather(*asked, return_exceptions=True)
        for part in parts:
            if isinstance(part, BaseException):
                raise part
        return _together([part for part in parts if isinstance(part, Population)])

    async def chosen_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
        """The agents that `query` names."""
        return await self._all_agents(query)

    async def _of_groups(self, query: AgentViewQuery, groups: tuple[str, ...], skills: Sequence[str]) -> Population:
        try:
            return Population(await self._all_agents(replace(query, group_ids=groups)))
        except TooManyAgents:
            if len(groups) > 1:
                parts = [await self._of_groups(query, half, skills) for half in halves(groups)]
                return _together(parts)
        return await self._of_skills(replace(query, group_ids=groups), tuple(skills))

    async def _of_skills(self, query: AgentViewQuery, skills: tuple[str, ...]) -> Population:
        try:
            return Population(await self._all_agents(replace(query, skill_ids=skills)))
        except TooManyAgents as error:
            if len(skills) > 1:
                parts = [await self._of_skills(query, half) for half in halves(skills)]
                # Agents of the group without any skill are in none of these.
                return replace(_together(parts), is_whole=False)
            if error.answer is None:
                raise
            return Population(error.answer, is_whole=False)

    async def _all_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
        return await self._offered.ask(
            Method.AGENT_VIEW, query.metrics or (), lambda names: self._client.all_agents(replace(query, metrics=names))
        )


def _together(parts: Sequence[Population]) -> Population:
    records: dict[str, AgentRecord] = {}
    cost: Cost | None = None
    for part in parts:
        records |= {record.agent_id: record for record in part.answer.records}
        cost = part.answer.cost if cost is None else cost + part.answer.cost
    first = parts[0].answer
    left_out = sum(part.answer.left_out for part in parts)
    found = tuple(records.values())
    whole = replace(first, records=found, total=len(found), left_out=left_out, cost=cost or first.cost)
    return Population(whole, all(part.is_whole for part in parts))
