"""What only a real connection shows: resets, silence, and a slow question that holds up nobody else."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import httpx
import pytest

from kmm_tui.simulator.signin import DEMO

BEARER = {"Authorization": f"Bearer {DEMO.token}"}
USER = {"username": DEMO.username, "password": DEMO.password}


@contextlib.asynccontextmanager
async def connected(serving: Any, app: Any) -> Any:
    async with serving(app) as url, httpx.AsyncClient(base_url=url, headers=BEARER, timeout=20) as client:
        yield client


async def under_way(app: Any) -> None:
    """Wait until the service works on a request."""
    while not app.service.counters.described()["under_way"]:  # noqa: ASYNC110 - the product needs no such event
        await asyncio.sleep(0)


@pytest.mark.parametrize(("order", "error"), [("reset", httpx.ReadError), ("reset:at=body", httpx.ReadError)])
async def test_a_reset_cuts_the_connection_and_the_next_request_is_answered(
    order: str, error: type[Exception], make_app: Any, serving: Any, paths: Any, question: Any
) -> None:
    app = make_app(faults=[f"{order},count=1" if ":" in order else f"{order}:count=1"])
    async with connected(serving, app) as client:
        with pytest.raises(error):
            await client.post(paths["metrics"], json=question())
        assert (await client.post(paths["metrics"], json=question())).status_code == 200
    statuses = [entry["status"] for entry in app.service.counters.described()["recent"]]
    assert statuses == [None, 200]


async def test_a_hanging_request_ends_when_its_client_gives_up(
    make_app: Any, serving: Any, paths: Any, question: Any
) -> None:
    app = make_app(faults=["hanging:on=agent_view"])
    async with connected(serving, app) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(paths["agent_view"], json=question(), timeout=0.05)
        assert (await client.post(paths["metrics"], json=question())).status_code == 200
        assert "agent_view" not in app.service.counters.described()["under_way"]


async def test_the_server_ends_though_requests_hang(make_app: Any, serving: Any, paths: Any, question: Any) -> None:
    app = make_app(faults=["hanging"])
    async with serving(app) as url, httpx.AsyncClient(base_url=url, headers=BEARER) as client:
        hanging = asyncio.create_task(client.post(paths["metrics"], json=question()))
        await under_way(app)
    with pytest.raises(httpx.HTTPError):
        await hanging


async def test_a_slow_question_does_not_hold_up_a_login(
    app: Any, floor: Any, serving: Any, paths: Any, question: Any
) -> None:
    async with connected(serving, app) as client:
        assert (await client.post(paths["login"], json=USER)).status_code == 200
        floor.gate.clear()
        slow = asyncio.create_task(client.post(paths["metrics"], json=question()))
        await under_way(app)
        answer = await client.post(paths["login"], json=USER)
        assert (answer.status_code, slow.done()) == (200, False)
        assert (await client.get(paths["domain"])).status_code == 200
        floor.gate.set()
        assert (await slow).status_code == 200


async def test_requests_wait_for_a_world_that_is_being_built(
    make_app: Any, floor: Any, serving: Any, paths: Any, question: Any
) -> None:
    def build() -> Any:
        assert floor.gate.wait(10)
        return floor

    floor.gate.clear()
    async with connected(serving, make_app(engine=build)) as client:
        early = asyncio.create_task(client.post(paths["metrics"], json=question()))
        assert (await client.get(paths["domain"])).status_code == 200
        assert not early.done()
        floor.gate.set()
        assert (await early).status_code == 200


async def test_dead_hosts_refuse_connections(make_app: Any, serving: Any, paths: Any) -> None:
    async with connected(serving, make_app(faults=["wrong-host"])) as client:
        host = (await client.get(paths["domain"])).json()["baseURIs"][0]["baseURI"]
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://{host}/")


async def test_a_world_that_cannot_be_built_is_no_crash(make_app: Any, reach: Any, paths: Any, question: Any) -> None:
    def build() -> Any:
        raise ValueError("no such size")

    app = make_app(engine=build)
    answer = await reach(app).post(paths["metrics"], json=question())
    assert answer.status_code == 503
    assert str(app.service.room.built.exception()) == "no such size"
