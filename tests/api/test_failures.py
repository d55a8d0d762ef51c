"""What each failure of a call becomes: one error of the tree, in one line that says what happened and what to do."""

from __future__ import annotations

import asyncio
import gzip
from email.utils import formatdate
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api import wire
from kmm_tui.api.client import KmmClient
from kmm_tui.api.errors import (
    Garbled,
    KmmError,
    PermissionMissing,
    RequestRefused,
    ServerFailure,
    SignInRefused,
    Throttled,
    Unreachable,
)
from kmm_tui.api.wire import new_http_client, retry_after

PAGE = "<!DOCTYPE html><html><body>Sign in to the guest network</body></html>"


def error(message: str) -> dict[str, Any]:
    return {"error": {"time": 1, "message": message, "internalCode": 7, "responseStatus": 400}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "says", "retryable"),
    [
        (400, error("bad window"), RequestRefused, "bad window", False),
        (400, {"message": "bad window"}, RequestRefused, "bad window", False),
        (400, "bad window", RequestRefused, "bad window", False),
        (400, "", RequestRefused, "refuses the request with 400;", False),
        (400, PAGE, RequestRefused, "refuses the request with 400;", False),
        (400, '{"error": ', RequestRefused, "refuses the request with 400;", False),
        (400, "[" * 100_000, RequestRefused, "refuses the request with 400;", False),
        (404, "", RequestRefused, "404", False),
        (418, "", RequestRefused, "418", False),
        (401, error("bearer is bad"), SignInRefused, "bearer is bad", False),
        (403, "", PermissionMissing, "permission Key Messaging Metrics", False),
        (403, PAGE, PermissionMissing, "scope messaging.key.metrics.read.external", False),
        (429, "", Throttled, "asked too often", True),
        (500, PAGE, ServerFailure, "failed with 500", True),
        (502, "", ServerFailure, "failed with 502", True),
        (503, error("maintenance"), ServerFailure, "maintenance", True),
        (599, "", ServerFailure, "599", True),
        (200, PAGE, Garbled, "a web page instead of JSON", True),
        (200, "", Garbled, "nothing instead of JSON", True),
        (200, "   ", Garbled, "nothing instead of JSON", True),
        (200, "hello", Garbled, "text instead of JSON", True),
        (200, '{"all": {"onlineAgents": 1', Garbled, "broken or cut JSON", True),
        (200, "[]", Garbled, "cannot be read", True),
        (200, "{}", Garbled, "neither groups nor a total", True),
        (204, "", Garbled, "204 without content", True),
        (301, "", Garbled, "a redirect, which is not followed", True),
    ],
)
async def test_each_answer_is_one_error_in_one_line(
    status: int, body: Any, kind: type[KmmError], says: str, retryable: bool,
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any,
) -> None:  # fmt: skip
    scripted.answer = lambda _: http_answer(status, body)
    with pytest.raises(KmmError) as caught:
        await ask_metrics(make_client(scripted.url))
    found = caught.value
    assert type(found) is kind
    assert says in str(found)
    assert found.retryable is retryable
    assert str(found) == f"{found.what}; {found.todo}"
    assert str(found).isprintable()
    assert len(scripted.heard) == 1


async def test_a_redirect_is_not_followed(scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any) -> None:
    scripted.answer = lambda _: http_answer(307, "", {"Location": f"{scripted.url}/elsewhere"})
    with pytest.raises(Garbled):
        await ask_metrics(make_client(scripted.url))
    assert [each.method for each in scripted.heard] == ["metrics"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0), ("0", 0.0), ("2.5", 2.5), ("", None), ("soon", None), ("-5", None), ("²", None), ("1" * 400, None),
        ("in the past", None),
        ("Fri, 15 Jan 2027 08:00:40 GMT", 9.5), ("Fri, 15 Jan 2027 08:00:40 -0000", 9.5),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0), ("Fri, 15 Jan 99999 08:00:40 GMT", None),
    ],
)  # fmt: skip
async def test_a_throttled_call_tells_how_long_to_wait(
    value: str, seconds: float | None, scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    scripted.answer = lambda _: http_answer(429, "", {"Retry-After": value})
    with pytest.raises(Throttled) as caught:
        await ask_metrics(make_client(scripted.url))
    assert caught.value.retry_after == seconds


@given(st.text(max_size=40), st.floats(0, 4e9))
def test_no_retry_after_header_is_a_surprise(value: str, now: float) -> None:
    found = retry_after(httpx.Headers([(b"retry-after", value.encode("utf-8", "replace"))]), now)
    assert found is None or 0 <= found < 1e13


@given(st.floats(0, 4e9), st.integers(0, 10_000))
def test_a_date_in_retry_after_is_the_time_until_it(now: float, ahead: int) -> None:
    found = retry_after(httpx.Headers({"Retry-After": formatdate(int(now) + ahead, usegmt=True)}), now)
    assert found is not None
    assert abs(found - ahead) <= 1


def quick(client: KmmClient) -> KmmClient:
    client._http.timeout = httpx.Timeout(0.05)
    return client


async def test_a_server_that_never_answers(scripted: Any, make_client: Any, ask_metrics: Any) -> None:
    scripted.answer = lambda _: None
    with pytest.raises(Unreachable, match="did not answer in time"):
        await ask_metrics(quick(make_client(scripted.url)))


async def test_a_server_that_stops_in_the_middle(scripted: Any, make_client: Any, ask_metrics: Any) -> None:
    scripted.answer = lambda _: b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"all": '
    with pytest.raises(Unreachable, match="did not answer in time"):
        await ask_metrics(quick(make_client(scripted.url)))


async def test_a_server_that_drips_is_given_up(
    scripted: Any, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LONGEST_CALL", 0.05)
    scripted.answer = lambda _: None
    with pytest.raises(Unreachable, match="did not answer in time"):
        await asyncio.wait_for(ask_metrics(make_client(scripted.url)), 20)


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (b"", Unreachable, "broke the connection off"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 50\r\n\r\n{", Garbled, "broke off"),
        (b"SSH-2.0-OpenSSH_9.6\r\nConnection: close\r\n", Unreachable, "broke the connection off"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n{}}", Garbled,
         "cannot be decoded"),
    ],
)  # fmt: skip
async def test_answers_that_are_none(
    answer: bytes, kind: type[KmmError], says: str, scripted: Any, make_client: Any, ask_metrics: Any
) -> None:
    scripted.answer = lambda _: answer
    with pytest.raises(kind, match=says) as caught:
        await ask_metrics(make_client(scripted.url))
    assert caught.value.retryable


@pytest.mark.parametrize(("order", "kind"), [("reset", Unreachable), ("reset:at=body", Garbled)])
async def test_a_reset_and_then_an_answer(
    order: str, kind: type[KmmError], make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app))
    app.service.faults.switch_on(f"{order}{',' if ':' in order else ':'}count=1")
    with pytest.raises(kind):
        await ask_metrics(client)
    assert (await ask_metrics(client)).all == {"onlineAgents": 99}


@pytest.mark.parametrize("status", [200, 400, 401])
async def test_a_huge_answer_is_not_read_to_its_end(
    status: int, scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LARGEST_BODY", 100_000)
    huge = gzip.compress(b" " * 2_000_000)
    scripted.answer = lambda heard: (
        http_answer(200, {"bearer": "some-bearer", "sessionTTl": 1000})
        if heard.method == "login"
        else http_answer(status, huge, {"Content-Encoding": "gzip"})
    )
    with pytest.raises(Garbled, match="more than 64 MB"):
        await ask_metrics(make_client(scripted.url, "user"))


async def test_nobody_there(make_client: Any, ask_metrics: Any) -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 cannot be reached .*Domain API"):
        await ask_metrics(make_client("http://127.0.0.1:9"))


async def test_many_calls_at_once_all_end_though_four_connections_hang(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    scripted.answer = lambda _: None if len(scripted.heard) <= 4 else http_answer(200, {"all": {"onlineAgents": 1}})
    client = make_client(scripted.url)
    client._http.timeout = httpx.Timeout(0.1, pool=5)
    found = await asyncio.gather(*(ask_metrics(client) for _ in range(12)), return_exceptions=True)
    assert sum(isinstance(each, Unreachable) for each in found) == 4
    assert sum(not isinstance(each, BaseException) for each in found) == 8


async def test_twelve_callers_with_an_expired_session_over_four_connections(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app), "user")
    await ask_metrics(client)
    app.service.sessions.end_all()
    await asyncio.gather(*(ask_metrics(client) for _ in range(12)))
    assert app.service.counters.targets["login"] == 2


async def test_no_cookie_of_a_server_comes_back(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    scripted.answer = lambda _: http_answer(200, {"all": {}}, {"Set-Cookie": "Session_id=abc; Path=/"})
    client = make_client(scripted.url)
    await ask_metrics(client)
    await ask_metrics(client)
    assert [each.headers.get("cookie") for each in scripted.heard] == [None, None]


async def test_this_machine_is_not_asked_for_through_a_proxy(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    scripted.answer = lambda _: http_answer(200, {"all": {"onlineAgents": 1}})
    assert (await ask_metrics(make_client(scripted.url))).all == {"onlineAgents": 1}
    proxied = new_http_client()
    with pytest.raises(httpx.ConnectError):
        await proxied.get("http://kmm.invalid/")
    await proxied.aclose()


async def test_the_observer_sees_every_exchange_and_nothing_secret(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    seen: list[Any] = []
    app = make_service()
    client = make_client(await service_at(app), "user", observe=seen.append)
    await ask_metrics(client)
    app.service.sessions.end_all()
    await ask_metrics(client)
    await client.close()
    paths = [(each.path.rpartition("/")[2], each.status) for each in seen]
    assert paths == [
        ("baseURI.json", 200), ("baseURI.json", 200), ("login", 200), ("metrics", 200),
        ("metrics", 401), ("login", 200), ("metrics", 200), ("logout", 200),
    ]  # fmt: skip


async def test_the_difference_of_the_clocks_is_known_and_blamed_for_a_bad_signature(
    make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any, turned: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app), "app key", clock=lambda: turned() - 900)
    with pytest.raises(SignInRefused, match="set this machine's clock right, which is 900 s off"):
        await ask_metrics(client)
    assert client.server_offset == pytest.approx(900, abs=1)
