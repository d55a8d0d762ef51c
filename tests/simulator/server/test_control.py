"""The control address: faults and counters while the service runs, for this machine only."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from kmm_tui.simulator.signin import DEMO

USER = {"username": DEMO.username, "password": DEMO.password}
FAULTS, STATS = "/_simulator/faults", "/_simulator/stats"


@pytest.mark.parametrize("order", [{"name": "500", "count": 2}, {"fault": "500:count=2"}])
async def test_a_fault_is_switched_on_and_off_while_it_runs(
    order: dict[str, Any], client: httpx.AsyncClient, paths: dict[str, str], question: Any
) -> None:
    made = await client.post(FAULTS, json=order)
    assert (made.status_code, made.json()["name"], made.json()["left"]) == (201, "500", 2)
    assert (await client.post(paths["metrics"], json=question())).status_code == 500
    active = (await client.get(FAULTS)).json()["active"]
    assert [(fault["name"], fault["left"], fault["struck"]) for fault in active] == [("500", 1, 1)]
    assert (await client.delete(f"{FAULTS}/{made.json()['id']}")).json() == {"switched_off": 1}
    assert (await client.post(paths["metrics"], json=question())).status_code == 200
    assert (await client.delete(f"{FAULTS}/500")).status_code == 404


async def test_all_faults_are_switched_off_at_once(client: httpx.AsyncClient) -> None:
    for name in ("slow", "html", "html"):
        await client.post(FAULTS, json={"name": name})
    assert (await client.delete(f"{FAULTS}/html")).json() == {"switched_off": 2}
    assert (await client.delete(FAULTS)).json() == {"switched_off": 1}
    assert (await client.get(FAULTS)).json()["active"] == []


async def test_the_table_of_faults_can_be_read(client: httpx.AsyncClient) -> None:
    table = (await client.get(FAULTS)).json()
    slow = next(fault for fault in table["faults"] if fault["name"] == "slow")
    assert slow["parameters"] == [{"name": "seconds", "default": 3.0, "meaning": "how late"}]
    assert {parameter["name"] for parameter in table["common_parameters"]} == {"on", "after", "for", "count", "chance"}


async def test_a_wrong_order_says_what_is_wrong(client: httpx.AsyncClient) -> None:
    answer = await client.post(FAULTS, json={"name": "slow", "second": 3})
    assert answer.status_code == 400
    assert "did you mean 'seconds'" in answer.json()["error"]["message"]


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.1", "2001:db8::1", "example"])
async def test_the_control_address_is_for_this_machine_only(address: str, app: Any) -> None:
    transport = httpx.ASGITransport(app, client=(address, 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as far:
        assert (await far.post(FAULTS, json={"name": "500"})).status_code == 403
        assert (await far.get(STATS)).status_code == 403
    assert app.service.faults.active() == []


async def test_counters_tell_what_was_asked_without_secrets(
    client: httpx.AsyncClient, paths: dict[str, str], question: Any
) -> None:
    await client.post(paths["login"], json=USER)
    await client.post(paths["token"], data={"client_id": "x", "client_secret": "hush-hush", "grant_type": "x"})
    body = question(metricsToRetrieveByTime=["csat"])
    for _ in range(2):
        await client.post(paths["metrics"], json=body)
    answer = await client.get(STATS)
    stats = answer.json()
    counts = {(entry["verb"], entry["path"], entry["status"]): entry["count"] for entry in stats["requests"]}
    assert counts["POST", paths["metrics"], "200"] == 2
    assert counts["POST", paths["token"], "400"] == 1
    assert stats["targets"] == {"login": 1, "token": 1, "metrics": 2}
    assert stats["last_bodies"]["metrics"] == body
    assert stats["last_bodies"]["login"] == {"username": DEMO.username, "password": "***"}
    assert stats["sessions"] == 1
    assert DEMO.password not in answer.text
    assert "hush-hush" not in answer.text
    await client.delete(STATS)
    assert (await client.get(STATS)).json()["requests"] == []


async def test_sign_ins_at_once_are_counted(make_app: Any, reach: Any, paths: dict[str, str]) -> None:
    started = asyncio.Event()
    waiting = 0

    async def sleep(_seconds: float) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 3:
            started.set()
        await started.wait()

    client = reach(make_app(faults=["slow:on=signin"], sleep=sleep))
    form = {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret, "grant_type": "client_credentials"}
    answers = await asyncio.gather(
        client.post(paths["login"], json=USER),
        client.post(paths["login"], json=USER),
        client.post(paths["token"], data=form),
    )
    assert [answer.status_code for answer in answers] == [200] * 3
    stats = (await client.get(STATS)).json()
    assert stats["most_at_once"] == {"login": 2, "token": 1, "signin": 3}
    assert stats["under_way"] == {}
