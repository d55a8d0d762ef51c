"""The client: three methods, each taking a typed query and returning a typed answer."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeAlias

import httpx
from pydantic import SecretStr

from kmm_tui.api.answers import AgentViewAnswer, HistoricalAnswer, MetricsAnswer
from kmm_tui.api.credentials import Credentials, secrets_of
from kmm_tui.api.errors import (
    Garbled,
    KmmError,
    RequestRefused,
    ServerFailure,
    SignInRefused,
    TooManyAgents,
    Unreachable,
)
from kmm_tui.api.hosts import DOMAIN_API, KMM, Hosts
from kmm_tui.api.query import AGENTS_REACH, METRICS_PAGE, AgentViewQuery, HistoricalQuery, MetricsQuery, resolve_metrics
from kmm_tui.api.reading import read_agent_view, read_historical, read_metrics
from kmm_tui.api.routes import new_trust, proxy_of_environment, secrets_of_proxy
from kmm_tui.api.signin import AppKeySignIn, sign_in
from kmm_tui.api.signin_base import SignIn
from kmm_tui.api.text import Redactor
from kmm_tui.api.window import Window
from kmm_tui.api.wire import Exchange, Gate, Reply, Wire, new_http_client
from kmm_tui.metrics import Method

CLOCK_TOLERANCE = 60.0
"""Seconds by which this machine's clock may differ from the server's before a refused signature is put down to it."""
OFFSET_SEEN = 2.0
"""Seconds by which clocks have to differ for the difference to be believed."""
MOST_GROUPS = 10_000
"""Groups that one sweep reads: an answer that names more is none of a contact centre."""
_ACCOUNT = re.compile(r"\w{1,40}", re.ASCII)

Query: TypeAlias = MetricsQuery | AgentViewQuery | HistoricalQuery


class KmmClient:
    """Asks one account's Key Messaging Metrics. Every call is one attempt: whoever calls decides about trying again.

    `account` is the account's number, `domain_api` where its hosts are looked up. `clock` gives epoch seconds.
    `verify` and `proxy` are those of `new_http_client`. Raises `ValueError` for an account that is none, for a Domain
    API address that is neither https nor http on loopback, and for a proxy that is none. Methods raise `KmmError`.
    `close` it, or use it as a context manager: a session is to be left.
    """

    def __init__(
        self,
        account: str,
        credentials: Credentials,
        *,
        domain_api: str = DOMAIN_API,
        http: httpx.AsyncClient | None = None,
        verify: ssl.SSLContext | None = None,
        proxy: SecretStr | None = None,
        clock: Callable[[], float] = time.time,
        observe: Callable[[Exchange], None] | None = None,
        gate: Gate | None = None,
    ) -> None:
        if not _ACCOUNT.fullmatch(account):
            raise ValueError(f"{account!r} is no account: it is a number, such as 12345678")
        self.account = account
        self.clock = clock
        self._own_http = http is None
        # Made once: reconnecting is not to hold up the board.
        self._trust = verify if http or verify else new_trust()
        self._proxy = proxy
        self._http = http or new_http_client(verify=self._trust, proxy=proxy)
        secrets = (*secrets_of(credentials), *secrets_of_proxy(proxy or proxy_of_environment()))
        self._wire = Wire(self._http, Redactor(secrets), clock=clock, observe=observe, gate=gate)
        self.hosts = Hosts(self._wire, account, domain_api)
        self.sign_in: SignIn = sign_in(credentials, self._wire, self.hosts, account, clock)
        self._agents_page = AGENTS_REACH
        self._large_page_works = False
        self._offsets: dict[Method, float] = {}

    @property
    def redactor(self) -> Redactor:
        """Masks every secret in use, also those learnt while signing in: for whoever writes a log."""
        return self._wire.redactor

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def server_offset(self) -> float | None:
        """Seconds that the servers' clock is ahead of this machine's, by their last answer; None before the first."""
        return self._wire.server_offset

    async def reconnect(self) -> None:
        """Begins with new connections: the old ones may be dead without knowing it, as after a laptop's sleep.

        Calls under way fail as `Unreachable`. A client that was handed its `http` keeps it.
        """
        if self._own_http:
            self._http = new_http_client(verify=self._trust, proxy=self._proxy)
            await self._wire.use(self._http).aclose()

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
        reply = await self._ask(Method.METRICS, query)
        with self._blaming_the_host():
            return read_metrics(reply.body, query.window, asked, reply.cost)

    async def agent_view(self, query: AgentViewQuery) -> AgentViewAnswer:
        """One page of agents."""
        query.check(self._now())
        asked = resolve_metrics(query.metrics, Method.AGENT_VIEW)
        reply = await self._ask(Method.AGENT_VIEW, query)
        with self._blaming_the_host():
            return read_agent_view(reply.body, query.window, asked, reply.cost)

    async def historical(self, query: HistoricalQuery) -> HistoricalAnswer:
        """Counts over time."""
        query.check(self._now())
        asked = resolve_metrics(query.metrics, Method.HISTORICAL)
        reply = await self._ask(Method.HISTORICAL, query)
        with self._blaming_the_host():
            return read_historical(reply.body, query.window, asked, query.interval, reply.cost)

    async def all_metrics(self, query: MetricsQuery) -> MetricsAnswer:
        """Every page of `query`, from its offset on: offset by offset, each group once; links are never followed."""
        page = answer = await self.metrics(replace(query, limit=METRICS_PAGE))
        rows = {row.key: row for row in answer.rows}
        cost, left_out, at = answer.cost, answer.left_out, query.offset + answer.sent
        grouped = query.group_by is not None and "groupBy" in (query.sections or ("groupBy",))
        while grouped and _goes_on(answer.total, at, page.sent, METRICS_PAGE):
            if at >= MOST_GROUPS:
                raise Garbled(f"the server's answer names more than {MOST_GROUPS} groups", "it is asked again")
            # The account's figures came with the first page.
            page = await self.metrics(replace(query, limit=METRICS_PAGE, offset=at, sections=("groupBy",)))
            known = len(rows)
            rows |= {row.key: row for row in page.rows}
            cost, left_out, at = cost + page.cost, left_out + page.left_out, at + page.sent
            if len(rows) == known:
                break
        return replace(answer, rows=tuple(rows.values()), left_out=left_out, cost=cost)

    async def all_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
        """Every page of `query`, each agent once.

        Asks for the largest page first; where the server refuses that, in pages of 50 from then on. Raises
        `TooManyAgents` if more agents pass the filters than can be read in one population.
        """
        page = answer = await self._agents_from(replace(query, offset=0))
        if answer.count > AGENTS_REACH:
            raise TooManyAgents(
                f"{answer.count} agents pass these filters and only {AGENTS_REACH} of a population can be read",
                "narrow it down with groups or skills, and ask several times",
                answer=answer,
            )
        records = {record.agent_id: record for record in answer.records}
        cost, left_out, at = answer.cost, answer.left_out, answer.sent
        while at < AGENTS_REACH and _goes_on(answer.total, at, page.sent, METRICS_PAGE):
            page = await self._agents_from(replace(query, offset=at))
            known = len(records)
            records |= {record.agent_id: record for record in page.records}
            cost, left_out, at = cost + page.cost, left_out + page.left_out, at + page.sent
            if len(records) == known:
                break
        return replace(answer, records=tuple(records.values()), left_out=left_out, cost=cost)

    async def _agents_from(self, query: AgentViewQuery) -> AgentViewAnswer:
        limit = min(self._agents_page, AGENTS_REACH - query.offset)
        try:
            answer = await self.agent_view(replace(query, limit=limit))
            self._large_page_works |= limit > METRICS_PAGE
            return answer
        except RequestRefused as refused:
            asked = resolve_metrics(query.metrics, Method.AGENT_VIEW)
            about_metrics = any(name in refused.said for metric in asked for name in (metric.name, metric.field))
            if limit <= METRICS_PAGE or refused.status != 400 or about_metrics or self._large_page_works:
                raise
        answer = await self.agent_view(replace(query, limit=METRICS_PAGE))
        # It was the size of the page, not something else in the request, that was refused.
        self._agents_page = METRICS_PAGE
        return answer

    def _now(self) -> int:
        return int(self.clock() * 1000)

    @contextmanager
    def _blaming_the_host(self) -> Iterator[None]:
        # Whoever now lives at a host that the account has left may answer anything: it is looked up again.
        try:
            yield
        except (Unreachable, ServerFailure, Garbled):
            self.hosts.doubt(KMM)
            raise
        except RequestRefused as error:
            if error.status == 404:
                self.hosts.doubt(KMM)
            raise

    async def _ask(self, method: Method, query: Query) -> Reply:
        base = await self.hosts.url(KMM)
        url = base.join(f"/manager_workspace/api/account/{self.account}/{method.value}")
        sent = self._begun(query, method)
        with self._blaming_the_host():
            reply = await self._signed(_request(url, sent), method)
            if reply.status == 400 and (begun := self._begun(query, method)) != sent:
                # The refusal itself told that the clocks differ: the window had not begun to end there.
                reply = await self._signed(_request(url, begun), method)
            try:
                self._wire.expect(reply, base.host)
            except SignInRefused as error:
                raise SignInRefused(f"{error.what} of this {self.sign_in.label}", self._what_to_do(error)) from None
            except RequestRefused as error:
                raise RequestRefused(
                    f"{method.value}: {error.what}", "ask for something else", status=error.status, said=error.said
                ) from None
        self.hosts.trust(KMM)
        return reply

    def _begun(self, query: Query, method: Method) -> Query:
        """`query` without a part of its window that by the server's clock is still to come."""
        # What answers one method may be another machine than what answers the next.
        behind = self._offsets.get(method, self.server_offset or 0.0)
        latest = self._now() + int(behind * 1000)
        # Its clock is told in whole seconds and some time ago: less than that is no difference.
        window = query.window
        if behind > -OFFSET_SEEN or window.end <= latest:
            return query
        still = replace(window, end=latest) if window.start < latest else Window.last(window.width, latest)
        return replace(query, window=still)

    async def _signed(self, request: httpx.Request, method: Method) -> Reply:
        """One exchange; where the server refuses a bearer that can be renewed, a second one with a new bearer."""
        await self._wire.gate.turn()
        token = await self.sign_in.sign(request)
        reply = await self._wire.send(request)
        if reply.status == 401 and token is not None:
            refused = reply.cost
            await self._wire.gate.turn()
            await self.sign_in.sign(request, instead_of=token)
            reply = await self._wire.send(request)
            reply = replace(reply, cost=refused + reply.cost)
        if reply.server_time is not None:
            self._offsets[method] = reply.server_time / 1000 - self.clock()
        return reply

    def _what_to_do(self, error: SignInRefused) -> str:
        offset = self.server_offset or 0.0
        if isinstance(self.sign_in, AppKeySignIn) and abs(offset) > CLOCK_TOLERANCE:
            return f"set this machine's clock right, which is {abs(offset):.0f} s off: signatures hold the time"
        return error.todo


def _request(url: httpx.URL, query: Query) -> httpx.Request:
    return httpx.Request("POST", url, params=query.params(), json=query.body())


def _goes_on(total: int | None, at: int, sent: int, full: int) -> bool:
    """Whether there is another page: by the server's total, or, where it has none or a wrong one, after a full page."""
    return sent > 0 and at < total if total is not None and total >= at else sent >= full
