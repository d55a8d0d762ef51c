"""One bounded HTTP exchange with an address that a person named, such as a webhook or a file of figures."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
from pydantic import SecretStr

from kmm_tui import __version__
from kmm_tui.outside.address import WebError as WebError
from kmm_tui.outside.address import host_of as host_of
from kmm_tui.outside.address import size_text

SECONDS = 10.0
MOST_BYTES = 8 * 1024 * 1024
_PLAIN = {"", "identity"}


@dataclass(frozen=True, slots=True)
class WebReply:
    """A complete answer of any status but a redirect. Names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_good(self) -> bool:
        """Whether the status says that it was done: 2xx."""
        return 200 <= self.status < 300


async def ask(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str | SecretStr] | None = None,
    body: bytes | None = None,
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
    ca_bundle: Path | None = None,
) -> WebReply:
    """Sends one request and reads the whole answer.

    `seconds` is the end of all of it, from looking up the host to the last byte; `most_bytes` is the most that is read.
    `headers` are all that is sent besides the host, length, ``User-Agent`` and ``Accept``; nothing is kept from one
    call to the next, and no redirect is followed. Certificates are checked, against `ca_bundle` (PEM) as well; the
    environment's proxies are used, but for this machine. Nothing is retried.

    Raises `WebError` without a whole answer.
    """
    host = host_of(url)
    try:
        async with asyncio.timeout(seconds):
            return await _exchange(url, host, method, headers or {}, body, most_bytes, ca_bundle)
    except TimeoutError:
        raise WebError(f"{host} did not answer within {seconds:g} s") from None


async def _exchange(
    url: str,
    host: str,
    method: str,
    headers: Mapping[str, str | SecretStr],
    body: bytes | None,
    most_bytes: int,
    ca_bundle: Path | None,
) -> WebReply:
    # Made beside the event loop, which some 30 ms of reading certificates would hold.
    trust = await asyncio.to_thread(_trust, ca_bundle) if url[:6].lower() == "https:" else False
    trouble = ""
    try:
        async with (
            httpx.AsyncClient(verify=trust, trust_env=not _is_this_machine(host), timeout=None) as client,  # noqa: S113
            client.stream(method, url, headers=_sent(headers), content=body, follow_redirects=False) as answer,
        ):
            return await _read(answer, host, most_bytes)
    except httpx.ConnectError as error:
        trouble = _why(host, error)
    except httpx.ProxyError:
        trouble = f"the proxy on the way to {host} refused"
    except httpx.LocalProtocolError:
        trouble = f"the request to {host} cannot be sent: a header holds characters that none may hold"
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
        trouble = f"{host} broke off its answer ({type(error).__name__})"
    # Raised outside of the handler: what httpx knows of the request, headers included, stays behind.
    raise WebError(trouble)


def _sent(headers: Mapping[str, str | SecretStr]) -> dict[str, str]:
    # A packed answer of some bytes can unpack to any size, so that none is asked for.
    ours = {"User-Agent": f"kmm-tui/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
    theirs = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in headers.items()
    }
    given = {name.lower() for name in theirs}
    return {name: value for name, value in ours.items() if name.lower() not in given} | theirs


async def _read(answer: httpx.Response, host: str, most_bytes: int) -> WebReply:
    if answer.status_code in {301, 302, 303, 307, 308}:
        raise WebError(f"{host} answers {answer.status_code}, another address; write the address that it leads to")
    if answer.headers.get("content-encoding", "").strip().lower() not in _PLAIN:
        raise WebError(f"{host} packed its answer though asked not to")
    told = answer.headers.get("content-length", "")
    too_big = WebError(f"{host} answered more than {size_text(most_bytes)}, which is more than is read")
    if told.isascii() and told.isdigit() and (len(told) > 18 or int(told) > most_bytes):
        raise too_big
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > most_bytes:
            raise too_big
    return WebReply(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, bytes(body))


@cache
def _trust(ca_bundle: Path | None) -> ssl.SSLContext:
    try:
        context = httpx.create_ssl_context()
        if ca_bundle is not None:
            context.load_verify_locations(cafile=ca_bundle)
    except OSError as error:
        name = ca_bundle or "SSL_CERT_FILE"
        raise WebError(f"{name} cannot be used as certificates: {error.strerror or type(error).__name__}") from None
    return context


def _is_this_machine(host: str) -> bool:
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _why(host: str, error: httpx.ConnectError) -> str:
    # httpx keeps what happened as the cause of the cause, and says it best.
    said = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return f"the certificate of {host} cannot be trusted"
    if "SSL" in said:
        return f"{host} does not speak TLS as it should; is it an http address?"
    return f"cannot reach {host}"
