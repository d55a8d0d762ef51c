"""No secret gets out: not by a log at DEBUG, not by an error, a repr or a traceback that prints variables."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote

import jwt
import pytest
from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint
from pydantic import SecretStr

from kmm_tui.api.credentials import AppKey, AppLogin, Bearer, ClientCredentials, Credentials, UserLogin
from kmm_tui.api.errors import KmmError
from kmm_tui.api.query import MetricsQuery, Sort
from kmm_tui.api.window import HOUR, Window

KEY = tuple(SecretStr(f"{name}-s3cr3t+/=%&ü") for name in ("key", "appsecret", "access", "accesssecret"))
ODD: dict[str, Credentials] = {
    "user": UserLogin("ann@example.com", SecretStr('pass"w\\ord-s3cr3t<&>')),
    "app login": AppLogin("bot", *KEY),
    "app key": AppKey(*KEY),
    "client": ClientCredentials("client-id", SecretStr("client s3cr3t+/=%&")),
    "bearer": Bearer(SecretStr("bearer-s3cr3t.abc")),
}
GIVEN = {"bearer": "fresh-bearer-s3cr3t", "csrf": "csrf-s3cr3t", "sessionTTl": "28800000"}
COOKIE = {"Set-Cookie": "Session_id=cookie-s3cr3t; Path=/; HttpOnly"}


def frames(trace: TracebackType | None) -> Iterator[Any]:
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def all_that_is_shown(error: BaseException) -> str:
    """The error, and every variable of every frame that a traceback would print, one level into objects of ours."""
    found = [str(error), repr(error), "".join(traceback.format_exception(error))]
    for frame in frames(error.__traceback__):
        for name, value in frame.f_locals.items():
            if "/tests/" in frame.f_code.co_filename:
                continue
            found.append(f"{name} = {value!r}")
            inner = getattr(value, "__dict__", {}) if type(value).__module__.startswith("kmm_tui.") else {}
            if type(value).__name__ != "Fields":
                found += [f"{name}.{key} = {each!r}" for key, each in inner.items()]
    return "\n".join(found)


def echo(heard: Any) -> str:
    """All that a request held, as a careless server writes it into an error."""
    form = " ".join(f"{name}={value}" for name, value in parse_qsl(heard.body.decode("utf-8", "replace")))
    return f"you sent {heard.headers} {heard.body.decode()} {form} {unquote(heard.headers.get('authorization', ''))}"


def answers(kind: str, http_answer: Any) -> Any:
    def answer(heard: Any) -> bytes | None:
        signing_in = heard.method in ("login", "token")
        if signing_in and not kind.startswith("login "):
            return bytes(http_answer(200, GIVEN | {"access_token": GIVEN["bearer"]}, COOKIE))
        told = echo(heard)
        if kind.endswith("hangs up"):
            half = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9999\r\n\r\n"
            return half + b'{"bearer": "fresh-bearer-s3cr3t", "csrf": "csrf-s3cr3t"'
        if kind.endswith("broken"):
            return bytes(http_answer(200, '{"bearer": "fresh-bearer-s3cr3t", "csrf": "csrf-s3cr3t", ' + told))
        if kind.endswith("odd"):
            return bytes(http_answer(200, [GIVEN, told]))
        if kind.endswith("no bearer"):
            return bytes(http_answer(200, GIVEN | {"bearer": "no\nbearer-s3cr3t", "access_token": 7, "x": told}))
        status, text = kind.removeprefix("login ").split(" ")
        return bytes(http_answer(int(status), told if text == "text" else {"error": {"message": told}}, COOKIE))

    return answer


KINDS = (
    "400 text", "400 json", "401 text", "401 json", "403 json", "404 text", "429 text", "500 text", "503 json",
    "200 text", "200 json", "302 text", "broken", "odd", "hangs up",
    "login 400 text", "login 401 json", "login 403 text", "login 404 json", "login 429 json", "login 500 text",
    "login 200 text", "login broken", "login odd", "login no bearer", "login hangs up",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ODD)
async def test_no_failure_shows_a_secret(
    way: str, kind: str, scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    scripted.answer = answers(kind, http_answer)
    client = make_client(scripted.url, ODD[way], observe=lambda each: logging.getLogger("meter").debug("%r", each))
    if kind.startswith("login ") and way in ("app key", "bearer"):
        await client.sign_in.prepare()
        return
    with pytest.raises(KmmError) as caught:
        await ask_metrics(client)
    shown = all_that_is_shown(caught.value)
    await client.close()
    objects = [
        client,
        client.sign_in,
        client.hosts,
        client._wire,
        client._wire.redactor,
        *vars(client.sign_in).values(),
    ]
    for where, text in (("error", shown), ("log", caplog.text), ("repr", repr(objects))):
        assert "s3cr3t" not in text, (where, [line for line in text.splitlines() if "s3cr3t" in line])
    assert "kmm_tui" in shown
    assert "meter" in caplog.text


@pytest.mark.parametrize("way", ODD)
async def test_success_shows_no_secret_either(
    way: str, scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    scripted.answer = lambda heard: http_answer(
        200, GIVEN | {"access_token": GIVEN["bearer"], "all": {"onlineAgents": 1}}, COOKIE
    )
    client = make_client(scripted.url, ODD[way])
    answer = await ask_metrics(client)
    await client.sign_in.keep_alive()
    await client.close()
    assert "s3cr3t" not in caplog.text
    assert "s3cr3t" not in repr([answer, ODD[way], client, *vars(client.sign_in).values()])
    if way == "user":
        (logout,) = scripted.of("logout")
        assert (logout.headers["cookie"], logout.json) == ("Session_id=cookie-s3cr3t", {"csrf": "csrf-s3cr3t"})
        assert [each.method for each in scripted.heard] == ["login", "metrics", "refresh", "logout"]


class _Books(RequestValidator):
    """What an independent implementation of RFC 5849 has to know of this one app key."""

    enforce_ssl = False

    @property
    def dummy_client(self) -> str:
        return "dummy"

    def check_client_key(self, client_key: str) -> bool:
        return True

    def check_nonce(self, nonce: str) -> bool:
        return True

    def check_access_token(self, request_token: str) -> bool:
        return True

    def validate_timestamp_and_nonce(self, *_: Any, **__: Any) -> bool:
        return True

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == KEY[0].get_secret_value()

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return KEY[1].get_secret_value()

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return KEY[3].get_secret_value()


async def test_a_signature_is_good_by_an_independent_implementation(
    scripted: Any, http_answer: Any, make_client: Any
) -> None:
    import time

    scripted.answer = lambda _: http_answer(200, {"all": {}})
    client = make_client(scripted.url, AppKey(*KEY), clock=time.time)
    window = Window.last(HOUR, int(time.time() * 1000))
    for sort in (None, Sort("closedConversations", "desc"), Sort("key", "asc")):
        await client.metrics(MetricsQuery(window=window, sort=sort, group_by="skillId", metrics=("csat",)))
    endpoint = SignatureOnlyEndpoint(_Books())
    nonces = set()
    for heard in scripted.heard:
        uri = f"{scripted.url}{heard.path}?{heard.query}"
        headers = {"Authorization": heard.headers["authorization"]}
        parameters = dict(part.strip().split("=", 1) for part in headers["Authorization"][6:].split(","))
        nonces.add(parameters["oauth_nonce"])
        assert parameters["oauth_signature_method"] == '"HMAC-SHA1"'
        assert parameters["oauth_version"] == '"1.0"'
        verdict, _ = endpoint.validate_request(uri, "POST", None, headers)
        assert verdict
        tampered, _ = endpoint.validate_request(uri.replace("limit=50", "limit=49"), "POST", None, headers)
        assert not tampered
    assert len(nonces) == 3


@pytest.mark.parametrize("skew", [0.0, 7200.0, -7200.0])
@pytest.mark.parametrize("told", ["date", "iat"])
async def test_a_token_without_expires_in_is_renewed_before_its_end_whatever_the_servers_clock(
    skew: float, told: str, scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any, turned: Any
) -> None:
    from email.utils import formatdate

    def answer(heard: Any) -> bytes:
        now = int(turned() + skew)
        date = {"Date": formatdate(now, usegmt=True)} if told == "date" else {}
        if heard.method == "token":
            claims = {"exp": now + 3600} | ({"iat": now} if told == "iat" else {})
            token = jwt.encode(claims, "k" * 32, algorithm="HS256")
            return bytes(http_answer(200, {"access_token": token, "token_type": "Bearer"}, date))
        return bytes(http_answer(200, {"all": {}}, date))

    scripted.answer = answer
    client = make_client(scripted.url, "client")
    await ask_metrics(client)
    turned.turn(3290)
    await ask_metrics(client)
    assert len(scripted.of("token")) == 1
    turned.turn(15)
    await ask_metrics(client)
    assert len(scripted.of("token")) == 2


@pytest.mark.parametrize("token", ["opaque-token", "a.b.c", "..", "e30.e30.", "e30.W10.x"])
async def test_a_token_that_tells_no_end_is_used_until_it_is_refused(
    token: str, scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any, turned: Any
) -> None:
    scripted.answer = lambda heard: http_answer(200, {"access_token": token, "all": {}})
    client = make_client(scripted.url, "client")
    await ask_metrics(client)
    turned.turn(10**6)
    await ask_metrics(client)
    assert len(scripted.of("token")) == 1


async def test_expires_in_is_believed_as_number_and_as_text(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any, turned: Any
) -> None:
    for value in (1000, "1000"):
        scripted.heard.clear()
        scripted.answer = lambda _, value=value: http_answer(200, {"access_token": "t", "expires_in": value, "all": {}})
        client = make_client(scripted.url, "client")
        for seconds in (0, 890, 15):
            turned.turn(seconds)
            await ask_metrics(client)
        assert len(scripted.of("token")) == 2
