"""A machine whose clock is ahead of the servers' asks for nothing that has not happened there yet."""

from __future__ import annotations

from email.utils import formatdate

import httpx
import pytest
from pydantic import SecretStr

from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import Bearer
from kmm_tui.api.query import MetricsQuery
from kmm_tui.api.window import HOUR, Window

NOW = 1_795_356_271.0


@pytest.mark.parametrize(
    ("ahead", "capped"), [(0.0, False), (0.9, False), (30.0, True), (400.0, True), (-400.0, False)]
)
async def test_a_window_ends_at_the_servers_present(ahead: float, capped: bool) -> None:
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {"Date": formatdate(NOW - ahead, usegmt=True)}
        if request.method == "GET":
            return httpx.Response(200, headers=headers, json={"baseURI": "127.0.0.1:9"})
        asked.append(request.content)
        return httpx.Response(200, headers=headers, json={"metadata": {"count": 0}, "all": {}})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    address = "http://127.0.0.1:9"
    async with KmmClient("1", Bearer(SecretStr("token")), domain_api=address, http=http, clock=lambda: NOW) as client:
        window = Window.last(HOUR, int(NOW * 1000))
        await client.metrics(MetricsQuery(window=window, sections=("all",)))
    end = int(asked[0].split(b'"to":')[1].split(b"}")[0])
    assert end == (int((NOW - ahead) * 1000) if capped else window.end)
