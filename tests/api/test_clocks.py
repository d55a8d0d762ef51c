"""A machine whose clock is ahead of the servers' asks for nothing that has not happened there yet."""

from __future__ import annotations

import asyncio
from email.utils import formatdate

import httpx
import pytest
from pydantic import SecretStr

from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import Bearer
from kmm_tui.api.errors import ServerFailure
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


@pytest.mark.parametrize("ahead", [600.0, 7200.0])
async def test_a_clock_that_jumps_costs_one_refusal_and_no_answer(ahead: float) -> None:
    asked: list[int] = []
    offset = 0.0

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {"Date": formatdate(NOW - offset, usegmt=True)}
        if request.method == "GET":
            return httpx.Response(200, headers=headers, json={"baseURI": "127.0.0.1:9"})
        asked.append(int(request.content.split(b'"to":')[1].split(b"}")[0]))
        if asked[-1] > (NOW - offset + 60) * 1000:
            return httpx.Response(400, headers=headers, json={"error": {"message": "to is in the future"}})
        return httpx.Response(200, headers=headers, json={"metadata": {"count": 0}, "all": {}})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    address = "http://127.0.0.1:9"
    async with KmmClient("1", Bearer(SecretStr("token")), domain_api=address, http=http, clock=lambda: NOW) as client:
        query = MetricsQuery(window=Window.last(HOUR, int(NOW * 1000)), sections=("all",))
        await client.metrics(query)
        offset = ahead
        await client.metrics(query)
        await client.metrics(query)
    assert len(asked) == 4
    assert asked[2] == asked[3] == int((NOW - ahead) * 1000)


async def test_who_waits_for_a_look_up_that_fails_does_not_repeat_it() -> None:
    looked_up = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal looked_up
        looked_up += 1
        await asyncio.sleep(0)
        return httpx.Response(503)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    async with KmmClient("1", Bearer(SecretStr("token")), domain_api="http://127.0.0.1:9", http=http) as client:
        query = MetricsQuery(window=Window.last(HOUR, int(client.clock() * 1000)), sections=("all",))
        answers = await asyncio.gather(*(client.metrics(query) for _ in range(4)), return_exceptions=True)
        assert [type(each) for each in answers] == [ServerFailure] * 4
        assert looked_up == 1
        with pytest.raises(ServerFailure):
            await client.metrics(query)
        assert looked_up == 2
