"""Hosts are what the Domain API says, credentials go to them and nowhere else, and a host that is gone is replaced."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import Credentials
from kmm_tui.api.errors import Garbled, KmmError, ServerFailure, Unreachable
from kmm_tui.api.routes import is_loopback


class Elsewhere(httpx.AsyncBaseTransport):
    """Stands in for the whole internet, and notes who would have been asked for what."""

    def __init__(self, named: str) -> None:
        self.named = named
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path.endswith("baseURI.json"):
            return httpx.Response(200, json={"baseURI": self.named})
        if request.url.path.endswith(("login", "token")):
            return httpx.Response(200, json={"bearer": "some-bearer", "access_token": "some-bearer"})
        return httpx.Response(200, json={"all": {"onlineAgents": 1}})


@pytest.fixture
def elsewhere(ways: dict[str, Credentials], turned: Any) -> Any:
    def make(named: str, domain_api: str = "https://api.liveperson.net", way: str = "user") -> Any:
        transport = Elsewhere(named)
        http = httpx.AsyncClient(transport=transport)
        return KmmClient("12345678", ways[way], domain_api=domain_api, http=http, clock=turned), transport

    return make


@pytest.mark.parametrize(
    "named",
    [
        "evil.example/path", "user@host", "user:pw@host", "http://host", "https://host", "//host", "host?x", "host#x",
        "host:", "host:0", "host:65536", "host:99999", "host:x", "a..b", "-a.b", "a-.b", ".a", "a.", "", " host",
        "host ", "ho st", "host\n", "host\\x", "höst", "a" * 64, ("a" * 60 + ".") * 5 + "b", "[", "[::1", "[::g]",
        "::1", "host%2fpath", None, 7, [], {"host": "x"}, True,
    ],
)  # fmt: skip
@pytest.mark.parametrize("plain", [True, False])
async def test_what_is_no_bare_host_is_refused_and_nobody_is_asked(
    named: Any, plain: bool, elsewhere: Any, ask_metrics: Any
) -> None:
    client, transport = elsewhere(named, "http://127.0.0.1:8080" if plain else "https://api.example")
    with pytest.raises(Garbled, match="names no usable host"):
        await ask_metrics(client)
    assert {request.url.host for request in transport.asked} <= {"127.0.0.1", "api.example"}
    assert all(request.url.path.endswith("baseURI.json") for request in transport.asked)


@pytest.mark.parametrize(
    ("named", "domain_api", "scheme"),
    [
        ("va.example", "https://api.example", "https"),
        ("va.example:8443", "https://api.example", "https"),
        ("127.0.0.1:8080", "https://api.example", "https"),
        ("va.example", "http://127.0.0.1:8080", "https"),
        ("127.0.0.1.evil.example", "http://127.0.0.1:8080", "https"),
        ("2130706433", "http://127.0.0.1:8080", "https"),
        ("10.0.0.1:80", "http://localhost:8080", "https"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080", "http"),
        ("localhost:8080", "http://127.0.0.1:8080", "http"),
        ("[::1]:8080", "http://[::1]:8080", "http"),
    ],
)
@pytest.mark.parametrize("way", ["user", "app login", "app key", "client", "bearer"])
async def test_plain_http_is_for_this_machine_only(
    named: str, domain_api: str, scheme: str, way: str, elsewhere: Any, ask_metrics: Any
) -> None:
    client, transport = elsewhere(named, domain_api, way)
    await ask_metrics(client)
    told = [request for request in transport.asked if not request.url.path.endswith("baseURI.json")]
    assert {str(request.url.copy_with(raw_path=b"/")) for request in told} == {f"{scheme}://{named}/"}


async def test_the_domain_api_gets_no_credential(elsewhere: Any, ask_metrics: Any) -> None:
    client, transport = elsewhere("va.example")
    await ask_metrics(client)
    await client.close()
    for request in transport.asked:
        if request.url.host != "va.example":
            assert request.method == "GET"
            assert request.content == b""
            assert {"authorization", "cookie"}.isdisjoint(request.headers)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.liveperson.net", "http://127.0.0.1.evil.example", "ftp://127.0.0.1", "api.liveperson.net", "",
        "https://", "http://[::1", "https://exa mple", "https://ann:secret@api.example", "http://10.0.0.1",
    ],
)  # fmt: skip
def test_a_domain_api_address_that_cannot_be_trusted_is_refused(address: str, ways: dict[str, Credentials]) -> None:
    with pytest.raises(ValueError, match="address") as caught:
        KmmClient("12345678", ways["bearer"], domain_api=address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("account", ["", "12/../34", "1?x", "1 2", "1\n", "1#"])
def test_an_account_that_is_none_is_refused(account: str, ways: dict[str, Credentials]) -> None:
    with pytest.raises(ValueError, match="account"):
        KmmClient(account, ways["bearer"])


async def test_a_host_is_looked_up_once(scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any) -> None:
    scripted.answer = lambda _: http_answer(200, {"all": {}})
    client = make_client(scripted.url)
    for _ in range(3):
        await ask_metrics(client)
    (lookup,) = scripted.looked_up
    assert lookup.path == "/api/account/12345678/service/agentManagerWorkspace/baseURI.json"
    assert lookup.query == "version=1.0"


@pytest.mark.parametrize("way", ["user", "app key", "bearer"])
async def test_a_wrong_host_is_replaced_by_the_right_one(
    way: str, make_service: Any, service_at: Any, make_client: Any, ask_metrics: Any
) -> None:
    app = make_service(faults=["wrong-host:count=1"])
    client = make_client(await service_at(app), way)
    with pytest.raises(Unreachable):
        await ask_metrics(client)
    assert (await ask_metrics(client)).all == {"onlineAgents": 99}


@pytest.mark.parametrize(("status", "body"), [(200, "<html>parked</html>"), (404, ""), (503, ""), (301, "")])
async def test_a_host_that_somebody_else_has_now_is_looked_up_again(
    status: int, body: str, scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    scripted.answer = lambda _: http_answer(status, body)
    client = make_client(scripted.url)
    for _ in range(2):
        with pytest.raises(KmmError):
            await ask_metrics(client)
    assert len(scripted.looked_up) == 2


async def test_while_the_domain_api_is_down_the_known_host_is_used(
    scripted: Any, http_answer: Any, make_client: Any, ask_metrics: Any
) -> None:
    good = http_answer(200, {"all": {"onlineAgents": 1}})
    scripted.answer = lambda _: good
    client = make_client(scripted.url)
    await ask_metrics(client)
    scripted.answer = lambda _: http_answer(503)
    with pytest.raises(ServerFailure):
        await ask_metrics(client)
    scripted.domain = lambda _: http_answer(500)
    scripted.answer = lambda _: good
    assert (await ask_metrics(client)).all == {"onlineAgents": 1}
    await ask_metrics(client)
    assert len(scripted.looked_up) == 2


def test_this_machine_is_told_from_others() -> None:
    assert all(map(is_loopback, ("localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]")))
    assert not any(map(is_loopback, ("localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", "0.0.0.0", "", "::")))
