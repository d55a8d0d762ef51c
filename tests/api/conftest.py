"""Clients of a test's own server, closed when the test ends."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import AppKey, AppLogin, Bearer, ClientCredentials, Credentials, UserLogin
from kmm_tui.api.query import AgentViewQuery, HistoricalQuery, MetricsQuery
from kmm_tui.api.window import HOUR, Window
from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT

KEY = (SecretStr(DEMO.app_key), SecretStr(DEMO.secret), SecretStr(DEMO.access_token))
WAYS: dict[str, Credentials] = {
    "user": UserLogin(DEMO.username, SecretStr(DEMO.password)),
    "app login": AppLogin(DEMO.username, *KEY, SecretStr(DEMO.access_token_secret)),
    "app key": AppKey(*KEY, SecretStr(DEMO.access_token_secret)),
    "client": ClientCredentials(DEMO.client_id, SecretStr(DEMO.client_secret)),
    "bearer": Bearer(SecretStr(DEMO.token)),
}


@pytest.fixture
def ways() -> dict[str, Credentials]:
    """Every way of signing in, with what the simulated account takes."""
    return WAYS


@pytest.fixture
async def make_client(turned: Any) -> AsyncIterator[Callable[..., KmmClient]]:
    async with contextlib.AsyncExitStack() as stack:

        def make(url: str, credentials: Credentials | str = "bearer", **settings: Any) -> KmmClient:
            chosen = WAYS[credentials] if isinstance(credentials, str) else credentials
            client = KmmClient(DEMO_ACCOUNT, chosen, domain_api=url, **{"clock": turned, **settings})
            stack.push_async_callback(client.close)
            return client

        yield make


@pytest.fixture
def hour(turned: Any) -> Window:
    return Window.last(HOUR, turned.ms)


@pytest.fixture
def ask_all(hour: Window) -> Callable[[KmmClient], Any]:
    """One call of each method, with all that it offers."""

    async def ask(client: KmmClient) -> None:
        await client.metrics(MetricsQuery(window=hour, group_by="skillId"))
        await client.agent_view(AgentViewQuery(window=hour))
        await client.historical(HistoricalQuery(window=hour, interval=5))

    return ask


@pytest.fixture
def ask_metrics(hour: Window) -> Callable[[KmmClient], Any]:
    """One small call."""

    async def ask(client: KmmClient) -> Any:
        return await client.metrics(MetricsQuery(window=hour, metrics=("online_agents",), sections=("all",)))

    return ask
