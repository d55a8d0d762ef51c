"""Every documented way in opens the door, and nothing else does."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import jwt
import pytest
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from kmm_tui.simulator.signin import DEMO, DEMO_WITHOUT_PERMISSION, Credentials

USER = {"username": DEMO.username, "password": DEMO.password}
APP = {
    "username": DEMO.username,
    "appKey": DEMO.app_key,
    "secret": DEMO.secret,
    "accessToken": DEMO.access_token,
    "accessTokenSecret": DEMO.access_token_secret,
}
FORM = {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret, "grant_type": "client_credentials"}


@pytest.fixture
def ask(client: httpx.AsyncClient, paths: dict[str, str], question: Any) -> Any:
    """A metrics request with an Authorization header."""

    async def ask(authorization: str, query: str = "") -> httpx.Response:
        return await client.post(paths["metrics"] + query, json=question(), headers={"Authorization": authorization})

    return ask


async def test_a_user_logs_in_works_and_leaves(client: httpx.AsyncClient, paths: dict[str, str], ask: Any) -> None:
    answer = await client.post(paths["login"], json=USER)
    session = answer.json()
    assert session["sessionTTl"] == "28800000"
    assert session["config"]["loginName"] == DEMO.username
    assert session["accountData"]["agentGroupsData"]["items"] == [
        {"id": "10", "name": "Billing", "deleted": False},
        {"id": "-1", "name": "Main", "deleted": False},
    ]
    bases = {entry["service"]: entry["baseURI"] for entry in session["csdsCollectionResponse"]["baseURIs"]}
    assert bases["agentManagerWorkspace"] == "127.0.0.1:8080"
    assert (await ask(f"Bearer {session['bearer']}")).status_code == 200
    for leave in ("refresh", "logout"):
        done = await client.post(paths[leave], json={"csrf": session["csrf"]})
        assert (done.status_code, done.content) == (200, b"")
    assert (await ask(f"Bearer {session['bearer']}")).status_code == 401
    again = await client.post(paths["refresh"], json={"csrf": session["csrf"]})
    assert again.status_code == 401


async def test_a_bot_user_logs_in_with_an_app_key(client: httpx.AsyncClient, paths: dict[str, str], ask: Any) -> None:
    session = (await client.post(paths["login"], json=APP)).json()
    assert (await ask(f"Bearer {session['bearer']}")).status_code == 200


async def test_a_session_ends_unless_it_is_kept_alive(
    make_app: Any, reach: Any, paths: dict[str, str], question: Any, clock: Any
) -> None:
    client = reach(make_app(session_ttl=600))
    session = (await client.post(paths["login"], json=USER)).json()
    assert session["sessionTTl"] == "600000"
    bearer = {"Authorization": f"Bearer {session['bearer']}"}

    async def status() -> int:
        answer = await client.post(paths["metrics"], json=question(), headers=bearer)
        return int(answer.status_code)

    clock.turn(599)
    assert await status() == 200
    await client.post(paths["refresh"], json={"csrf": session["csrf"]})
    clock.turn(599)
    assert await status() == 200
    clock.turn(1)
    assert await status() == 401
    assert (await client.post(paths["refresh"], json={"csrf": session["csrf"]})).status_code == 401


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [
        ({**USER, "password": "other"}, "v=1.3", 401),
        ({**USER, "username": "other"}, "v=1.3", 401),
        ({**APP, "secret": "other"}, "v=1.3", 401),
        ({**APP, "username": "other"}, "v=1.3", 401),
        ({"username": DEMO.username}, "v=1.3", 400),
        ({**USER, "password": 1}, "v=1.3", 400),
        ({**USER, "remember": True}, "v=1.3", 400),
        ({**USER, "appKey": DEMO.app_key}, "v=1.3", 400),
        (USER, "", 400),
        (USER, "v=1.0", 400),
        ({}, "v=1.3", 400),
    ],
)
async def test_a_wrong_login_is_refused_in_the_documented_words(
    body: dict[str, Any], query: str, status: int, client: httpx.AsyncClient, paths: dict[str, str]
) -> None:
    answer = await client.post(f"{paths['login'].split('?')[0]}?{query}", json=body)
    error = answer.json()["error"]
    assert answer.status_code == status
    assert set(error) == {"time", "message", "internalCode", "responseStatus"}
    assert error["responseStatus"] == status
    assert "set-cookie" not in answer.headers


async def test_cookie_and_csrf_must_both_be_right(client: httpx.AsyncClient, paths: dict[str, str]) -> None:
    csrf = (await client.post(paths["login"], json=USER)).json()["csrf"]
    assert (await client.post(paths["refresh"], json={"csrf": "other"})).status_code == 401
    assert (await client.post(paths["refresh"], json={})).status_code == 400
    assert (await client.post(paths["refresh"], json={"csrf": csrf})).status_code == 200
    client.cookies.clear()
    assert (await client.post(paths["refresh"], json={"csrf": csrf})).status_code == 401


async def test_another_account_is_refused_everywhere(
    client: httpx.AsyncClient, paths: dict[str, str], question: Any
) -> None:
    for target in ("metrics", "login", "token"):
        path = paths[target].replace("12345678", "87654321")
        assert (await client.post(path, json=question())).status_code == 401, target
    assert (await client.get(paths["domain"].replace("12345678", "87654321"))).status_code == 401


async def test_a_token_tells_its_end_only_by_itself(
    client: httpx.AsyncClient, paths: dict[str, str], ask: Any, clock: Any
) -> None:
    answer = (await client.post(paths["token"], data=FORM)).json()
    assert set(answer) == {"access_token", "token_type"}
    assert answer["token_type"] == "Bearer"
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims["exp"] == int(clock.seconds) + 3600
    assert claims["scope"] == "messaging.key.metrics.read.external"
    assert (await ask(f"Bearer {answer['access_token']}")).status_code == 200
    clock.turn(3600)
    assert (await ask(f"Bearer {answer['access_token']}")).status_code == 401


async def test_a_forged_token_is_refused(ask: Any, clock: Any) -> None:
    claims = {"sub": DEMO.client_id, "aud": "12345678", "exp": int(clock.seconds) + 60}
    for forged in (
        jwt.encode(claims, "k" * 64, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        "a.b.c",
    ):
        assert (await ask(f"Bearer {forged}")).status_code == 401


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({**FORM, "client_secret": "other"}, 401, "invalid_client"),
        ({**FORM, "client_id": "other"}, 401, "invalid_client"),
        ({**FORM, "grant_type": "password"}, 400, "unsupported_grant_type"),
        ({**FORM, "scope": "all"}, 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, 400, "invalid_request"),
    ],
)
async def test_a_wrong_token_request_is_refused(
    form: dict[str, str], status: int, error: str, client: httpx.AsyncClient, paths: dict[str, str]
) -> None:
    answer = await client.post(paths["token"], data=form)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


async def test_tokens_come_from_a_form_and_from_version_2_only(
    client: httpx.AsyncClient, paths: dict[str, str]
) -> None:
    assert (await client.post(paths["token"], json=FORM)).status_code == 400
    older = await client.post("/sentinel/api/account/12345678/app/token?v=1.0", data=FORM)
    assert older.status_code == 400
    assert "version 2" in older.json()["error_description"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nobody", "Basic ZGVtbzpkZW1v", "OAuth", "OAuth x=y"])
async def test_no_or_unknown_authorization_is_refused(authorization: str, ask: Any) -> None:
    assert (await ask(authorization)).status_code == 401


def signer(owner: Credentials = DEMO, **change: Any) -> Client:
    """The client half of OAuth 1.0 as a person's own program would have it."""
    given = {
        "client_key": owner.app_key,
        "client_secret": owner.secret,
        "resource_owner_key": owner.access_token,
        "resource_owner_secret": owner.access_token_secret,
        **change,
    }
    return Client(given.pop("client_key"), **given)


@pytest.fixture
def sign(paths: dict[str, str], clock: Any) -> Any:
    """The Authorization header for a metrics request with a query."""

    def sign(query: str = "", client: Client | None = None, **change: Any) -> str:
        change.setdefault("timestamp", str(int(clock.seconds)))
        url = f"http://127.0.0.1:8080{paths['metrics']}{query}"
        return str((client or signer(**change)).sign(url, http_method="POST")[1]["Authorization"])

    return sign


@pytest.mark.parametrize("query", ["", "?offset=0&limit=50", "?sort=closedConversations:desc", "?sort=key%3Aasc"])
async def test_a_signed_request_is_let_in_once(query: str, ask: Any, sign: Any) -> None:
    header = sign(query)
    assert (await ask(header, query)).status_code == 200
    again = await ask(header, query)
    assert again.status_code == 401
    assert "nonce" in again.json()["error"]["message"]


async def test_a_nonce_is_remembered_for_as_long_as_its_timestamp_is_good(ask: Any, sign: Any, clock: Any) -> None:
    header = sign(timestamp=str(int(clock.seconds) + 290))
    assert (await ask(header)).status_code == 200
    for _ in range(2):
        clock.turn(285)
        assert (await ask(sign())).status_code == 200
        assert (await ask(header)).status_code == 401


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"client_key": "other"}, "app key"),
        ({"client_secret": "other"}, "signature"),
        ({"resource_owner_key": "other"}, "access token"),
        ({"resource_owner_secret": "other"}, "signature"),
        ({"signature_method": SIGNATURE_HMAC_SHA256}, "HMAC-SHA1"),
    ],
)
async def test_a_signature_by_anything_else_is_refused(
    change: dict[str, Any], reason: str, ask: Any, sign: Any
) -> None:
    answer = await ask(sign(**change))
    assert answer.status_code == 401
    assert reason in answer.json()["error"]["message"]


async def test_a_signature_covers_the_query(ask: Any, sign: Any) -> None:
    assert (await ask(sign("?limit=10"), "?limit=11")).status_code == 401


@pytest.mark.parametrize(("off", "status"), [(-301, 401), (-299, 200), (299, 200), (302, 401)])
async def test_a_timestamp_may_be_five_minutes_off(off: int, status: int, ask: Any, sign: Any, clock: Any) -> None:
    answer = await ask(sign(timestamp=str(int(clock.seconds) + off)))
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("part", "replacement"),
    [('oauth_version="1.0"', 'oauth_version="2.0"'), ('oauth_version="1.0", ', ""), ("oauth_nonce", "nonce")],
)
async def test_every_part_of_the_header_is_required(part: str, replacement: str, ask: Any, sign: Any) -> None:
    header = sign()
    assert part in header
    assert (await ask(header.replace(part, replacement))).status_code == 401


async def test_without_the_permission_every_way_in_ends_in_403(
    client: httpx.AsyncClient, paths: dict[str, str], ask: Any, sign: Any
) -> None:
    visitor = DEMO_WITHOUT_PERMISSION
    login = await client.post(paths["login"], json={"username": visitor.username, "password": visitor.password})
    form = {**FORM, "client_id": visitor.client_id, "client_secret": visitor.client_secret}
    token = (await client.post(paths["token"], data=form)).json()["access_token"]
    ways = [f"Bearer {login.json()['bearer']}", f"Bearer {token}", f"Bearer {visitor.token}"]
    ways.append(sign(client=signer(visitor, timestamp=sign().split('oauth_timestamp="')[1].split('"')[0])))
    for way in ways:
        answer = await ask(way)
        assert answer.status_code == 403
        assert "Key Messaging Metrics" in answer.json()["error"]["message"]


async def test_the_domain_api_names_the_host_it_was_asked_at(client: httpx.AsyncClient) -> None:
    root = "/api/account/12345678/service"
    for host in ("127.0.0.1:8080", "localhost:9"):
        one = await client.get(f"{root}/agentVep/baseURI.json?version=1.0", headers={"Host": host})
        assert one.json() == {"service": "agentVep", "account": "12345678", "baseURI": host}
        every = await client.get(f"{root}/baseURI.json?version=1.0", headers={"Host": host})
        services = {entry["service"]: entry["baseURI"] for entry in every.json()["baseURIs"]}
        assert services == {"agentManagerWorkspace": host, "agentVep": host, "sentinel": host}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("service/agentVep/baseURI.json", 400),
        ("service/agentVep/baseURI.json?version=2.0", 400),
        ("service/agentvep/baseURI.json?version=1.0", 400),
        ("service/other/baseURI.json?version=1.0", 400),
        ("service/baseURI.json", 400),
    ],
)
async def test_a_wrong_question_to_the_domain_api_is_refused(path: str, status: int, client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/api/account/12345678/{path}")).status_code == status


async def test_all_ways_in_work_over_a_real_socket(
    make_app: Any, serving: Any, paths: dict[str, str], question: Any
) -> None:
    async with serving(make_app(clock=time.time)) as url, httpx.AsyncClient(base_url=url) as client:
        host = (await client.get(paths["domain"])).json()["baseURIs"][0]["baseURI"]
        assert f"http://{host}" == url
        bearer = (await client.post(paths["login"], json=USER)).json()["bearer"]
        token = (await client.post(paths["token"], data=FORM)).json()["access_token"]
        path = f"{paths['metrics']}?limit=7&sort=closedConversations:desc"
        signed = signer().sign(url + path, http_method="POST")[1]["Authorization"]
        headers = [f"Bearer {bearer}", f"Bearer {token}", f"Bearer {DEMO.token}", signed]
        answers = await asyncio.gather(
            *(client.post(path, json=question(), headers={"Authorization": value}) for value in headers)
        )
        assert [answer.status_code for answer in answers] == [200] * 4
