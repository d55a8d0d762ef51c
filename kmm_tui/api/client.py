"""The client: three methods, each taking a typed query and returning a typed answer."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeAlias

import httpx

from kmm_tui.api.answers import (
    AgentViewAnswer,
    HistoricalAnswer,
    MetricsAnswer,
    read_agent_view,
    read_historical,
    read_metrics,
)
from kmm_tui.api.credentials import Credentials, secrets_of
from kmm_tui.api.errors import KmmError, LimitExceeded, RequestRefused, SignInRefused, Unreachable
from kmm_tui.api.hosts import DOMAIN_API, KMM, Hosts
from kmm_tui.api.query import AGENTS_REACH, METRICS_PAGE, AgentViewQuery, HistoricalQuery, MetricsQuery, resolve_metrics
from kmm_tui.api.signin import SignIn, sign_in
from kmm_tui.api.text import Redactor
from kmm_tui.api.wire import Exchange, Reply, Wire, new_http_client
from kmm_tui.metrics import Method

Query: TypeAlias = MetricsQuery | AgentViewQuery | HistoricalQuery


class KmmClient:
    """Asks one account's Key Messaging Metrics. Every call is one attempt: whoever calls decides about trying again.

    `account` is the account's number, `domain_api` where its hosts are looked up. `clock` gives epoch seconds.
    Raises `ValueError` for a Domain API address that is neither https nor http on loopback. Methods raise `KmmError`.
    """

    def __init__(
        self,
        account: str,
        credentials: Credentials,
        *,
        domain_api: str = DOMAIN_API,
        http: httpx.AsyncClient | None = None,
        verify: ssl.SSLContext | bool = True,
        clock: Callable[[], float] = time.time,
        observe: Callable[[Exchange], None] | None = None,
    ) -> None:
        self.account = account
        self.clock = clock
        self._http = http or new_http_client(verify=verify)
        self._wire = Wire(self._http, Redactor(secrets_of(credentials)), clock=clock, observe=observe)
        self.hosts = Hosts(self._wire, account, domain_api)
        self.sign_in: SignIn = sign_in(credentials, self._wire, self.hosts, account, clock)
        self._agents_page = AGENTS_REACH
        self.server_offset: float | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Log out, if there is a session, and drop every connection. A failing log-out is let go: sessions expire."""
        try:
            await self.sign_in.close()
        except KmmError:
            return
        finally:
            await self._http.aclose()

    async def metrics(self, query: MetricsQuery) -> MetricsAnswer:
        """One page of figures of the account, or of its skills or agent groups."""
        query.check(self._now())
        asked = resolve_metrics(query.metrics, Method.METRICS)
        reply, body = await self._ask(Method.METRICS, query)
        return read_metrics(body, query.window, asked, reply.cost)

    async def agent_view(self, query: AgentViewQuery) -> AgentViewAnswer:
        """One page of agents."""
        query.check(self._now())
        asked = resolve_metrics(query.metrics, Method.AGENT_VIEW)
        reply, body = await self._ask(Method.AGENT_VIEW, query)
        return read_agent_view(body, query.window, asked, reply.cost)

    async def historical(self, query: HistoricalQuery) -> HistoricalAnswer:
        """Counts over time."""
        query.check(self._now())
        asked = resolve_metrics(query.metrics, Method.HISTORICAL)
        reply, body = await self._ask(Method.HISTORICAL, query)
        return read_historical(body, query.window, asked, query.interval, reply.cost)

    async def all_metrics(self, query: MetricsQuery) -> MetricsAnswer:
        """Every page of `query`, from its offset on: offset by offset, each group once; links are never followed."""
        answer = await self.metrics(replace(query, limit=METRICS_PAGE))
        rows = {row.key: row for row in answer.rows}
        cost, seen = answer.cost, len(answer.rows)
        while query.group_by and query.offset + seen < answer.count:
            # The total came with the first page.
            page = await self.metrics(
                replace(query, limit=METRICS_PAGE, offset=query.offset + seen, sections=("groupBy",))
            )
            if not page.rows:
                break
            rows |= {row.key: row for row in page.rows}
            seen += len(page.rows)
            cost += page.cost
        return replace(answer, rows=tuple(rows.values()), cost=cost)

    async def all_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
        """Every page of `query`, each agent once.

        Asks for the largest page first; where the server refuses that, in pages of 50 from then on. Raises
        `LimitExceeded` if more agents pass the filters than can be read in one population.
        """
        answer = await self._agents_from(replace(query, offset=0))
        if answer.count > AGENTS_REACH:
            raise LimitExceeded(
                f"{answer.count} agents pass these filters and only {AGENTS_REACH} of a population can be read",
                "narrow it down with groups or skills, and ask several times",
            )
        records = {record.agent_id: record for record in answer.records}
        cost, seen = answer.cost, len(answer.records)
        while seen < answer.count:
            page = await self._agents_from(replace(query, offset=seen))
            if not page.records:
                break
            records |= {record.agent_id: record for record in page.records}
            seen += len(page.records)
            cost += page.cost
        return replace(answer, records=tuple(records.values()), cost=cost)

    async def _agents_from(self, query: AgentViewQuery) -> AgentViewAnswer:
        limit = min(self._agents_page, AGENTS_REACH - query.offset)
        try:
            return await self.agent_view(replace(query, limit=limit))
        except RequestRefused as refused:
            if limit <= METRICS_PAGE or refused.status != 400:
                raise
        answer = await self.agent_view(replace(query, limit=METRICS_PAGE))
        # It was the size of the page, not something else in the request, that was refused.
        self._agents_page = METRICS_PAGE
        return answer

    def _now(self) -> int:
        return int(self.clock() * 1000)

    async def _ask(self, method: Method, query: Query) -> tuple[Reply, bytes]:
        base = await self.hosts.url(KMM)
        url = base.join(f"/manager_workspace/api/account/{self.account}/{method.value}")
        body: dict[str, Any] = query.body()
        request = httpx.Request("POST", url, params=query.params(), json=body)
        try:
            reply = await self._wire.send(request, auth=self.sign_in)
        except Unreachable:
            self.hosts.forget(KMM)
            raise
        if reply.server_time is not None:
            self.server_offset = reply.server_time / 1000 - self.clock()
        try:
            return reply, self._wire.expect(reply, base.host)
        except SignInRefused as error:
            raise SignInRefused(f"{error.what} of this {self.sign_in.label}", error.todo) from None
        except RequestRefused as error:
            raise RequestRefused(
                f"{method.value}: {error.what}", "ask for something else", status=error.status, said=error.said
            ) from None
