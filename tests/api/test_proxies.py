"""Out of a company's network: through its proxy, and past its own certificate authority."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import ssl
import subprocess
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from kmm_tui.api.client import KmmClient
from kmm_tui.api.errors import Unreachable
from kmm_tui.api.routes import is_excepted, new_trust, secrets_of_proxy

OPENSSL = shutil.which("openssl")
SECRET = "hunter2/Zq9#"
ENCODED = "hunter2%2FZq9%23"
HOST = "domain.kmm.test"


@dataclass(frozen=True)
class Papers:
    """An authority's certificate, and a server certificate for ``*.kmm.test`` and this machine that it signed."""

    authority: Path
    server: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server, self.key)
        return context


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    if OPENSSL is None:
        pytest.skip("certificates are made with openssl")
    folder = tmp_path_factory.mktemp("papers")
    names = "subjectAltName=DNS:*.kmm.test,DNS:localhost,IP:127.0.0.1,IP:127.9.9.9"
    (folder / "names").write_text(names)
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    commands: tuple[tuple[str, ...], ...] = (
        ("req", "-x509", *ec, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Own authority"),
        ("req", *ec, "-keyout", "key.pem", "-out", "request", "-subj", "/CN=kmm.test"),
        ("x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "7", "-days", "2",
         "-extfile", "names", "-out", "server.pem"),
    )  # fmt: skip
    for command in commands:
        subprocess.run([OPENSSL, *command], cwd=folder, check=True, capture_output=True)
    return Papers(folder / "ca.pem", folder / "server.pem", folder / "key.pem")


async def _head(reader: asyncio.StreamReader) -> bytes:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        return await reader.readuntil(b"\r\n\r\n")
    return b""


@contextlib.asynccontextmanager
async def _listening(talk: Callable[..., Any], trust: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    talks: set[asyncio.Task[None]] = set()

    async def safely(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        try:
            with contextlib.suppress(OSError, ssl.SSLError, asyncio.CancelledError):
                await talk(reader, writer)
        finally:
            talks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(safely, "127.0.0.1", 0, ssl=trust)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(talks):
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The Domain API and the metrics of an account, on one host."""
    while head := await _head(reader):
        length = next((int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:")), 0)
        await reader.readexactly(length)
        host = next(line[6:].decode() for line in head.splitlines() if line.lower().startswith(b"host:"))
        body = json.dumps({"baseURI": host, "all": {"onlineAgents": 3}, "metadata": {"count": 0}}).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        await writer.drain()


@dataclass
class Proxy:
    """A proxy that leads every CONNECT to one server, whatever host is asked for, or refuses them all."""

    server: int
    port: int = 0
    refusal: bytes = b""
    asked: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await _head(reader)).decode()
        if not head:
            return
        self.asked.append(head.split()[1] if head.startswith("CONNECT ") else head)
        self.shown += [line[21:] for line in head.splitlines() if line.lower().startswith("proxy-authorization:")]
        writer.write(self.refusal or b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        if self.refusal:
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.server)
        try:
            await asyncio.gather(_pipe(reader, back), _pipe(there, writer))
        finally:
            back.transport.abort()


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.transport.abort()


@pytest.fixture
async def server(papers: Papers) -> AsyncIterator[int]:
    """The port of the account's server, which speaks TLS."""
    async with _listening(_serve, papers.context()) as port:
        yield port


@pytest.fixture
async def proxy(server: int) -> AsyncIterator[Proxy]:
    made = Proxy(server)
    async with _listening(made.talk) as made.port:
        yield made


@pytest.fixture
def trust(papers: Papers) -> ssl.SSLContext:
    return new_trust(papers.authority)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_of_the_settings_is_used_for_every_host_and_signed_in_to(
    papers: Papers, server: int, trust: ssl.SSLContext, make_client: Any, ask_metrics: Any, scheme: str
) -> None:
    proxy = Proxy(server)
    async with _listening(proxy.talk, papers.context() if scheme == "https" else None) as port:
        address = SecretStr(f"{scheme}://me:{ENCODED}@localhost:{port}")
        client: KmmClient = make_client(f"https://{HOST}", verify=trust, proxy=address)
        assert (await ask_metrics(client)).all == {"onlineAgents": 3}
        assert set(proxy.asked) == {f"{HOST}:443"}
        assert {base64.b64decode(each.split()[1]).decode() for each in proxy.shown} == {f"me:{SECRET}"}
        before = len(proxy.asked)
        await client.reconnect()
        assert (await ask_metrics(client)).all == {"onlineAgents": 3}
        assert len(proxy.asked) == before + 1
        await client.close()


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("begin", ["http://", ""])
async def test_a_proxy_of_the_environment_is_used(
    proxy: Proxy, trust: ssl.SSLContext, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch,
    variable: str, begin: str,
) -> None:  # fmt: skip
    monkeypatch.setenv(variable, f"{begin}127.0.0.1:{proxy.port}")
    assert (await ask_metrics(make_client(f"https://{HOST}", verify=trust))).all == {"onlineAgents": 3}
    assert set(proxy.asked) == {f"{HOST}:443"}


async def test_the_settings_win_over_the_environment(
    proxy: Proxy, trust: ssl.SSLContext, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    own = SecretStr(f"http://127.0.0.1:{proxy.port}")
    assert (await ask_metrics(make_client(f"https://{HOST}", verify=trust, proxy=own))).all == {"onlineAgents": 3}


@pytest.mark.parametrize("source", ["settings", "environment"])
@pytest.mark.parametrize("exception", ["kmm.test", ".kmm.test", "other.example, domain.kmm.test:443", "*"])
async def test_what_no_proxy_names_is_asked_directly(
    proxy: Proxy, trust: ssl.SSLContext, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch,
    source: str, exception: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("NO_PROXY", exception)
    address = f"http://127.0.0.1:{proxy.port}"
    if source == "environment":
        monkeypatch.setenv("HTTPS_PROXY", address)
    client = make_client(f"https://{HOST}", verify=trust, proxy=SecretStr(address) if source == "settings" else None)
    # No such host is known to this machine: only the proxy would have led to it.
    with pytest.raises(Unreachable):
        await ask_metrics(client)
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("entry", "host", "meant"),
    [
        ("example.com", "example.com", True),
        ("example.com", "EU.Example.COM", True),
        (".example.com", "eu.example.com", True),
        ("*.example.com", "eu.example.com", True),
        ("https://example.com", "example.com", True),
        ("example.com", "badexample.com", False),
        ("example.com:8443", "example.com", False),
        ("example.com:443", "example.com", True),
        ("", "example.com", False),
        ("  ", "example.com", False),
        (".", "example.com", False),
        (" * ", "example.com", True),
        ("example", "example.com", False),
    ],
)
def test_whom_an_entry_of_no_proxy_means(entry: str, host: str, meant: bool) -> None:
    assert is_excepted(httpx.URL(f"https://{host}/x"), entry) is meant


@pytest.mark.parametrize("here", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("source", ["settings", "environment"])
async def test_this_machine_is_never_asked_through_a_proxy(
    server: int, trust: ssl.SSLContext, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch,
    here: str, source: str,
) -> None:  # fmt: skip
    nobody = "http://127.0.0.1:9"
    if source == "environment":
        monkeypatch.setenv("HTTPS_PROXY", nobody)
    settings: dict[str, Any] = {"proxy": SecretStr(nobody)} if source == "settings" else {}
    client = make_client(f"https://{here}:{server}", verify=trust, **settings)
    assert (await ask_metrics(client)).all == {"onlineAgents": 3}


async def test_an_authority_that_nobody_named_is_not_believed_and_it_is_said_what_to_do(
    server: int, make_client: Any, ask_metrics: Any
) -> None:
    with pytest.raises(Unreachable, match=r"CERTIFICATE_VERIFY_FAILED.*ca_bundle"):
        await ask_metrics(make_client(f"https://localhost:{server}"))


async def test_a_bundle_of_the_environment_is_believed(
    papers: Papers, server: int, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.authority))
    client = make_client(f"https://localhost:{server}")
    assert (await ask_metrics(client)).all == {"onlineAgents": 3}
    # It was read once: a client goes on without it.
    monkeypatch.setenv("SSL_CERT_FILE", "gone")
    await client.reconnect()
    assert (await ask_metrics(client)).all == {"onlineAgents": 3}


async def test_a_proxy_that_leads_to_somebody_else_is_found_out(
    proxy: Proxy, trust: ssl.SSLContext, make_client: Any, ask_metrics: Any
) -> None:
    client = make_client(
        "https://domain.elsewhere.test", verify=trust, proxy=SecretStr(f"http://127.0.0.1:{proxy.port}")
    )
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        await ask_metrics(client)


@pytest.mark.parametrize(
    "refusal",
    [
        b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        f"HTTP/1.1 407 wrong password {ENCODED} for me\r\nContent-Length: 0\r\n\r\n".encode(),
        f"HTTP/1.1 403 no {SECRET}\r\nContent-Length: 0\r\n\r\n".encode(),
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        b"hello\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
)
async def test_a_proxy_that_refuses_is_unreachable_and_its_password_is_nowhere(
    proxy: Proxy, trust: ssl.SSLContext, make_client: Any, ask_metrics: Any, refusal: bytes
) -> None:
    proxy.refusal = refusal
    address = SecretStr(f"http://me:{ENCODED}@127.0.0.1:{proxy.port}")
    client = make_client(f"https://{HOST}", verify=trust, proxy=address)
    with pytest.raises(Unreachable) as caught:
        await ask_metrics(client)
    told = (
        "".join(traceback.TracebackException.from_exception(caught.value).format()) + repr(client) + repr(client.hosts)
    )
    assert SECRET not in told
    assert ENCODED not in told
    assert "a proxy" in str(caught.value) or "network" in str(caught.value)


async def test_the_trust_is_made_once_for_a_client_however_often_it_reconnects(
    papers: Papers, server: int, make_client: Any, ask_metrics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ssl.SSLContext] = []
    create = ssl.create_default_context

    def counted(*given: Any, **named: Any) -> ssl.SSLContext:
        made.append(create(*given, **named))
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", counted)
    trust = new_trust(papers.authority)
    assert len(made) == 1
    proxy = Proxy(server)
    async with _listening(proxy.talk, papers.context()) as port:
        client = make_client(f"https://{HOST}", verify=trust, proxy=SecretStr(f"https://localhost:{port}"))
        for _ in range(3):
            await ask_metrics(client)
            await client.reconnect()
        await client.close()
    assert len(made) == 1
    alone = make_client("http://127.0.0.1:9")
    for _ in range(3):
        await alone.reconnect()
    assert len(made) == 2


@pytest.mark.parametrize("address", ["socks5://me:hunter2@proxy", "ftp://proxy", "http://", "http://[", "http://a:b:c"])
def test_a_proxy_of_the_environment_that_is_none_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, make_client: Any, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(ValueError, match=r"HTTPS_PROXY.*must be an http or https address") as caught:
        make_client(f"https://{HOST}")
    assert "hunter2" not in str(caught.value)


def test_the_password_of_a_proxy_is_hidden_as_it_is_written_and_as_it_is_meant() -> None:
    assert secrets_of_proxy(SecretStr(f"http://me:{ENCODED}@proxy")) == (ENCODED, SECRET)
    for harmless in (None, SecretStr("http://proxy"), SecretStr("http://me@proxy"), SecretStr("http://[")):
        assert secrets_of_proxy(harmless) == ()


def test_the_commands_use_what_the_settings_say(papers: Papers, tmp_path: Path) -> None:
    from kmm_tui.cli.connect import new_client
    from kmm_tui.settings import load

    (tmp_path / "ca.pem").write_bytes(papers.authority.read_bytes())
    file = tmp_path / "config.toml"

    async def ask() -> None:
        made = Proxy(0)
        async with _listening(_serve, papers.context()) as made.server, _listening(made.talk) as made.port:
            file.write_text(
                f"[profiles.a]\naccount = 1\nauth = {{ method = 'bearer', token = 'long enough' }}\n"
                f"domain_api = 'https://{HOST}'\nca_bundle = 'ca.pem'\nproxy = 'http://127.0.0.1:{made.port}'\n"
            )
            file.chmod(0o600)
            client = new_client(load(flags={}, environ={}, config=file, default_path=file))
            assert str(await client.hosts.url("agentManagerWorkspace")) == f"https://{HOST}"
            assert made.asked == [f"{HOST}:443"]
            await client.close()

    asyncio.run(ask())
