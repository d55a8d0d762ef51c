"""Every way of signing in against a service that accepts only what is documented, over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from kmm_tui.api.credentials import Bearer, ClientCredentials, UserLogin
from kmm_tui.api.errors import AccountUnknown, Garbled, PermissionMissing, SignInRefused, Unreachable
from kmm_tui.api.query import MetricsQuery, Sort
from kmm_tui.simulator.signin import DEMO, DEMO_WITHOUT_PERMISSION

WAYS = ("user", "app login", "app key", "client", "bearer")
RENEWABLE = ("user", "app login", "client")
SIGN_IN = {"user": "login", "app login": "login", "client": "token"}


def counts(app: Any) -> dict[str, int]:
    return dict(app.service.counters.targets)


@pytest.mark.parametrize("way", WAYS)
async def test_each_way_asks_each_method_and_nothing_is_refused(
    way: str, make_service: Any, service_at: Any, make_client: Any, ask_all: Any
) -> None:
    app = make_service()
    await ask_all(make_client(await service_at(app), way))
    assert list(app.service.counters.refused) == []
    assert [counts(app)[method] for method in ("metrics", "agent_view", "historical")] == [1, 1, 1]
    assert counts(app).get("login", 0) + counts(app).get("token", 0) == (way in RENEWABLE)


async def test_a_signature_covers_the_query(make_service: Any, service_at: Any, make_client: Any, hour: Any) -> None:
    app = make_service()
    client = make_client(await service_at(app), "app key")
    query = MetricsQuery(window=hour, group_by="skillId", sort=Sort("closedConversations", "desc"), offset=2, limit=3)
    answer = await client.metrics(query)
    assert [row.key for row in answer.rows] == ["4", "3", "2"]
    assert list(app.service.counters.refused) == []


@pytest.mark.parametrize("way", ["user", "app login"])
async def test_a_session_is_kept_alive_and_left(
    way: str, make_service: Any, service_at: Any, make_client: Any, ask_all: Any, turned: Any
) -> None:
    app = make_service(session_ttl=1000.0)
    client = make_client(await service_at(app), way)
    assert client.sign_in.keep_alive_every == 240.0
    await ask_all(client)
    for _ in range(12):
        turned.turn(240)
        await client.sign_in.keep_alive()
        await client.sign_in.prepare()
    assert len(app.service.sessions) == 1
    await client.close()
    assert (len(app.service.sessions), counts(app)["login"], counts(app)["refresh"], counts(app)["logout"]) == (
        0, 1, 12, 1,
    )  # fmt: skip
    assert list(app.service.counters.refused) == []


@pytest.mark.parametrize("way", ["app key", "client", "bearer"])
async def test_where_there_is_no_session_nothing_is_kept_alive_or_left(
    way: str, make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app), way)
    await ask_metrics(client)
    await client.sign_in.keep_alive()
    await client.close()
    assert client.sign_in.keep_alive_every is None
    assert {"refresh", "logout"}.isdisjoint(counts(app))


@pytest.mark.parametrize("way", RENEWABLE)
async def test_first_calls_at_once_make_one_sign_in(
    way: str, make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app), way)
    await asyncio.gather(*(ask_metrics(client) for _ in range(12)))
    assert (counts(app)[SIGN_IN[way]], counts(app)["metrics"]) == (1, 12)


@pytest.mark.parametrize("way", RENEWABLE)
async def test_an_expired_session_is_renewed_exactly_once(
    way: str, make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any, turned: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app), way)
    await ask_metrics(client)
    app.service.faults.switch_on("expired-session:count=1")
    answers = await asyncio.gather(*(ask_metrics(client) for _ in range(8)))
    assert counts(app)[SIGN_IN[way]] == 2
    assert len(answers) == 8
    assert max(answer.cost.calls for answer in answers) == 2


async def test_a_bearer_that_is_refused_again_is_not_tried_a_third_time(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    def answer(request: Any) -> bytes:
        if request.method == "login":
            return bytes(http_answer(200, {"bearer": f"b{len(scripted.of('login'))}", "sessionTTl": "28800000"}))
        return bytes(http_answer(401, {"error": {"message": "bearer unknown"}}))

    scripted.answer = answer
    client = make_client(scripted.url, "user")
    with pytest.raises(SignInRefused, match=r"bearer unknown.*user login"):
        await ask_metrics(client)
    assert [each.headers["authorization"] for each in scripted.of("metrics")] == ["Bearer b1", "Bearer b2"]
    assert len(scripted.of("login")) == 2


async def test_a_session_that_ends_while_it_is_kept_alive_is_renewed(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    gate, reached = asyncio.Event(), asyncio.Event()

    async def sleep(_: float) -> None:
        reached.set()
        await gate.wait()

    app = make_service(sleep=sleep)
    client = make_client(await service_at(app), "user")
    await ask_metrics(client)
    app.service.faults.switch_on("slow:on=metrics,count=1")
    under_way = asyncio.create_task(ask_metrics(client))
    await reached.wait()
    await client.sign_in.keep_alive()
    app.service.sessions.end_all()
    gate.set()
    assert (await under_way).all == {"onlineAgents": 99}
    assert counts(app)["login"] == 2


async def test_a_keep_alive_that_is_refused_leads_to_a_new_sign_in_before_the_next_call(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app), "user")
    await ask_metrics(client)
    app.service.sessions.end_all()
    await client.sign_in.keep_alive()
    await ask_metrics(client)
    assert counts(app)["login"] == 2
    assert [each["target"] for each in app.service.counters.refused] == ["refresh"]


@pytest.mark.parametrize(
    ("wrong", "target", "todo"),
    [
        (UserLogin(DEMO.username, SecretStr("wrong-one")), "login", "correct user name and password"),
        (ClientCredentials(DEMO.client_id, SecretStr("wrong-one")), "token", "correct client id"),
    ],
)
async def test_a_wrong_password_is_sent_once_until_a_person_says_again(
    wrong: Any, target: str, todo: str, make_service: Any, service_at: Any, make_client: Any, ask_all: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app), wrong)
    said = set()
    for _ in range(3):
        failures = await asyncio.gather(*(ask_all(client) for _ in range(5)), return_exceptions=True)
        assert {type(each) for each in failures} == {SignInRefused}
        said |= {str(each) for each in failures}
    assert counts(app)[target] == 1
    assert "metrics" not in counts(app)
    (message,) = said
    assert "refused" in message
    assert todo in message
    client.sign_in.retry()
    with pytest.raises(SignInRefused):
        await ask_all(client)
    assert counts(app)[target] == 2


async def test_a_caller_who_gives_up_does_not_make_others_sign_in_again(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    gate, reached = asyncio.Event(), asyncio.Event()

    async def sleep(_: float) -> None:
        reached.set()
        await gate.wait()

    app = make_service(sleep=sleep, faults=["slow:on=login"])
    client = make_client(await service_at(app), "user")
    first = asyncio.create_task(ask_metrics(client))
    await reached.wait()
    second = asyncio.create_task(ask_metrics(client))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    gate.set()
    await second
    assert counts(app)["login"] == 1


async def test_closing_while_a_sign_in_is_under_way_ends_at_once(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    reached = asyncio.Event()

    async def sleep(_: float) -> None:
        reached.set()
        await asyncio.Event().wait()

    client = make_client(await service_at(make_service(sleep=sleep, faults=["slow:on=login"])), "user")
    waiting = asyncio.create_task(ask_metrics(client))
    await reached.wait()
    await asyncio.wait_for(client.close(), 20)
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("way", RENEWABLE)
async def test_a_bearer_is_replaced_before_its_end_and_used_on_while_that_fails(
    way: str, make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any, turned: Any
) -> None:
    app = make_service(session_ttl=3600.0, token_ttl=3600.0)
    client = make_client(await service_at(app), way)
    await ask_metrics(client)
    turned.turn(3290)
    await ask_metrics(client)
    assert counts(app)[SIGN_IN[way]] == 1
    turned.turn(30)
    app.service.faults.switch_on("500:on=login+token,count=1")
    await ask_metrics(client)
    assert counts(app)[SIGN_IN[way]] == 2
    await ask_metrics(client)
    assert counts(app)[SIGN_IN[way]] == 3
    assert [each["status"] for each in app.service.counters.refused] == [500]


async def test_a_log_out_that_fails_is_let_go(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    app = make_service(faults=["500:on=logout"])
    client = make_client(await service_at(app), "user")
    await ask_metrics(client)
    await client.close()
    assert counts(app)["logout"] == 1


@pytest.mark.parametrize("way", WAYS)
async def test_a_missing_permission_is_named_and_no_sign_in_is_repeated(
    way: str, make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    app = make_service(faults=["403"])
    client = make_client(await service_at(app), way)
    for _ in range(3):
        with pytest.raises(PermissionMissing, match="permission Key Messaging Metrics"):
            await ask_metrics(client)
    assert counts(app).get("login", 0) + counts(app).get("token", 0) <= 1


async def test_somebody_without_the_permission_is_denied(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    client = make_client(await service_at(make_service()), Bearer(SecretStr(DEMO_WITHOUT_PERMISSION.token)))
    with pytest.raises(PermissionMissing):
        await ask_metrics(client)


async def test_a_login_that_is_forbidden_is_not_repeated_either(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    scripted.answer = lambda _: http_answer(403, {"error": {"message": "use SSO"}})
    client = make_client(scripted.url, "user")
    for _ in range(3):
        with pytest.raises(SignInRefused, match=r"use SSO.*OAuth"):
            await ask_metrics(client)
    assert len(scripted.heard) == 1


@pytest.mark.parametrize("token", ["", "with blank", "two\nlines", "ümlaut", "\udcff"])
async def test_a_bearer_that_no_header_can_hold_is_refused_without_a_request(
    token: str, scripted: Any, make_client: Any, ask_metrics: Any
) -> None:
    client = make_client(scripted.url, Bearer(SecretStr(token)))
    assert client.sign_in.label == "ready bearer"
    with pytest.raises(SignInRefused, match="copy it once more"):
        await ask_metrics(client)
    with pytest.raises(SignInRefused):
        await client.sign_in.prepare()
    assert scripted.heard == []


async def test_credentials_that_cannot_be_sent_are_refused_without_a_request(
    scripted: Any, make_client: Any, ask_metrics: Any
) -> None:
    client = make_client(scripted.url, UserLogin("ann", SecretStr("half a character \udcff")))
    with pytest.raises(SignInRefused, match="UTF-8"):
        await ask_metrics(client)
    assert scripted.heard == []


@pytest.mark.parametrize("answer", [{}, {"bearer": None}, {"bearer": ""}, {"bearer": "two\nlines"}, {"bearer": 7}, []])
async def test_a_sign_in_without_a_usable_bearer_is_asked_again_later(
    answer: Any, scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    scripted.answer = lambda _: http_answer(200, answer)
    client = make_client(scripted.url, "user")
    for _ in range(2):
        with pytest.raises(Garbled, match=r"bearer|broken") as caught:
            await ask_metrics(client)
        assert caught.value.retryable
    assert len(scripted.of("login")) == 2


async def test_an_unknown_account_is_said_so_and_asked_again(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    scripted.domain = lambda _: http_answer(401, {"error": {"message": "no account"}})
    client = make_client(scripted.url, "user")
    for _ in range(2):
        with pytest.raises(AccountUnknown, match="account number"):
            await client.sign_in.prepare()
    assert len(scripted.looked_up) == 2


async def test_a_dead_login_host_is_looked_up_again(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    named = iter(["127.0.0.1:9", scripted.host])
    scripted.domain = lambda heard: http_answer(
        200, {"baseURI": next(named) if "agentVep" in heard.path else scripted.host}
    )
    scripted.answer = lambda heard: http_answer(200, {"bearer": "b", "sessionTTl": 1000} | {"all": {"onlineAgents": 1}})
    client = make_client(scripted.url, "user")
    with pytest.raises(Unreachable):
        await ask_metrics(client)
    assert (await ask_metrics(client)).all == {"onlineAgents": 1}
