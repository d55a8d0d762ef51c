"""One HTTP exchange, and what each failure of it means. The only place that sees httpx's exceptions and statuses."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import ssl
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Protocol

import httpx
from pydantic import SecretStr

from kmm_tui import __version__
from kmm_tui.api.answers import Cost
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
from kmm_tui.api.routes import Routes, new_trust
from kmm_tui.api.text import Body, Redactor

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of one answer that are read before it is given up as garbled."""
LONGEST_CALL = 30.0
"""Seconds one whole exchange may take, so that a server that drips bytes cannot hold it for ever."""
TIMEOUT = httpx.Timeout(10.0, connect=5.0, pool=LONGEST_CALL)
CONNECTIONS = 4
LIMITS = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=90)

PERMISSION = "Key Messaging Metrics"
SCOPE = "messaging.key.metrics.read.external"

# What these write at DEBUG holds cookies, tokens and signatures.
for _name in ("httpcore", "oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer of any status. `server_time` is the Date header as epoch ms, if there was one."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: Body
    cost: Cost
    server_time: int | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One finished call, for a meter or a log: no header, no body, nothing secret. `status` 0 is no answer."""

    host: str
    path: str
    status: int
    cost: Cost
    retry_after: float | None = None


class Gate(Protocol):
    """What a call passes before it goes out, so that one account is not asked too often."""

    async def turn(self) -> None:
        """Waits for a turn to ask. Raises `Throttled` where asking would have to wait too long."""
        ...

    def place(self) -> AbstractAsyncContextManager[object]:
        """Held while a call is under way."""
        ...


class OpenGate:
    """Lets everything pass."""

    async def turn(self) -> None:
        """Returns at once."""

    def place(self) -> AbstractAsyncContextManager[object]:
        """Holds nothing."""
        return nullcontext()


def new_http_client(*, verify: ssl.SSLContext | None = None, proxy: SecretStr | None = None) -> httpx.AsyncClient:
    """An `httpx.AsyncClient` as this package needs it: no redirects, no cookies of its own, few connections.

    `verify` is what `new_trust` gives, made here, in some 30 ms, if there is none; `proxy` wins over ``HTTPS_PROXY``,
    and ``NO_PROXY`` over both. Raises `ValueError` for a proxy that is none, and for certificates that are none.
    """
    return httpx.AsyncClient(
        timeout=TIMEOUT,
        transport=Routes(verify or new_trust(), LIMITS, proxy),
        follow_redirects=False,
        # A jar that accepts nothing: the session's cookie is handed over by hand, to its own host only.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": f"kmm-tui/{__version__}", "Accept": "application/json"},
    )


class Wire:
    """Sends requests and turns what comes back, or does not, into a `Reply` or an error of the tree."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        redactor: Redactor,
        *,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.perf_counter,
        observe: Callable[[Exchange], None] | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._http = http
        self.gate: Gate = gate or OpenGate()
        self._clock = clock
        self._timer = timer
        self._observe = observe
        self.redactor = redactor
        self.server_offset: float | None = None

    def use(self, http: httpx.AsyncClient) -> httpx.AsyncClient:
        """Sends by `http` from now on. Returns what was used before, for the caller to close."""
        before, self._http = self._http, http
        return before

    async def send(self, request: httpx.Request) -> Reply:
        """One exchange. Raises `Unreachable` or `Garbled`; every status is returned, for `expect` to judge.

        Its turn has been waited for before, so that a signature is not older than its request.
        """
        async with self.gate.place():
            return await self._send(request)

    async def _send(self, request: httpx.Request) -> Reply:
        asked_at, began, received, status = int(self._clock() * 1000), self._timer(), 0, 0
        body = io.BytesIO()
        silence: float | None = None
        host = request.url.host
        try:
            async with asyncio.timeout(LONGEST_CALL):
                response = await self._http.send(request, stream=True)
                try:
                    status = response.status_code
                    silence = retry_after(response.headers, self._clock()) if status == 429 else None
                    async for chunk in response.aiter_bytes():
                        received += body.write(chunk)
                        # A traceback that shows the variables of this frame is not to show a bearer.
                        del chunk
                        if received > LARGEST_BODY:
                            raise Garbled(f"{host} answered with more than 64 MB", "ask for a smaller part")
                    received = response.num_bytes_downloaded
                finally:
                    await response.aclose()
        except KmmError:
            raise
        except (TimeoutError, httpx.TimeoutException):
            raise Unreachable(
                f"{host} did not answer in time", "check the network, or wait: it is tried again"
            ) from None
        except (httpx.DecodingError, httpx.RemoteProtocolError, httpx.ReadError) as error:
            if status:
                raise Garbled(f"the answer of {host} broke off or cannot be decoded", "it is asked again") from None
            raise Unreachable(
                f"{host} broke the connection off ({self._say(error)})", "check the network, or wait: it is tried again"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unreachable(
                f"{host} cannot be reached ({self._say(error)})",
                "if your company has an authority of its own, name its certificates: ca_bundle"
                if "CERTIFICATE_VERIFY_FAILED" in str(error)
                else "check the network, a proxy and the account's Domain API address",
            ) from None
        else:
            told = _server_time(response.headers)
            if told is not None:
                self.server_offset = told / 1000 - self._clock()
        finally:
            cost = Cost(asked_at, self._timer() - began, received)
            if self._observe:
                self._observe(Exchange(host, request.url.path, status, cost, silence))
        return Reply(status, response.headers, Body(body.getvalue()), cost, _server_time(response.headers))

    def _say(self, error: Exception) -> str:
        return self.redactor.say(str(error), 120) or type(error).__name__

    def expect(self, reply: Reply, host: str) -> Body:
        """The body of a 200 that looks like JSON. Raises the error that any other reply stands for."""
        status = reply.status
        if status == 200:
            if reply.body.is_json:
                return reply.body
            raise Garbled(
                f"{host} answered with {reply.body.kind} instead of JSON",
                "it is asked again; a proxy or a login page in the network may stand in between",
            )
        said = self.said(reply)
        told = f" ({said})" if said else ""
        if status == 401:
            raise SignInRefused(f"{host} refuses the sign-in{told}", "check the credentials of this profile")
        if status == 403:
            raise PermissionMissing(
                f"{host} denies access{told}",
                f"give the key or user the permission {PERMISSION} (OAuth 2.0: the scope {SCOPE})",
            )
        if status == 429:
            wait = retry_after(reply.headers, self._clock())
            until = f" and wants {wait:.0f} s of silence" if wait else ""
            raise Throttled(f"{host} is asked too often{until}", "poll less, or wait", retry_after=wait)
        if status >= 500:
            raise ServerFailure(
                f"{host} failed with {status}{told}", "nothing is wrong here: it is tried again", status=status
            )
        if 300 <= status < 400:
            raise Garbled(
                f"{host} answered with a redirect, which is not followed",
                "a proxy or a login page in the network may stand in between",
            )
        if 200 <= status < 300:
            raise Garbled(f"{host} answered {status} without content", "it is asked again")
        raise RequestRefused(
            f"{host} refuses the request with {status}{told}", "change what is asked for", status=status, said=said
        )

    def said(self, reply: Reply) -> str:
        """What the server said of its refusal: one line, clean, at most 200 characters, no secrets; '' if nothing."""
        if not reply.body.is_json:
            return "" if reply.body.kind == "a web page" else self.redactor.say(reply.body.text())
        data = reply.body.parsed()
        for _ in range(3):
            if isinstance(data, dict):
                data = next(
                    (data[k] for k in ("message", "error_description", "error", "reason", "detail") if k in data), ""
                )
        return self.redactor.say(data) if isinstance(data, str) else ""


_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)


def retry_after(headers: httpx.Headers, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, in either of its two forms; None without a usable one."""
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    moment = _moment(value)
    return None if moment is None else max(0.0, moment - now)


def _server_time(headers: httpx.Headers) -> int | None:
    moment = _moment(headers.get("date", ""))
    return None if moment is None else int(moment * 1000)


def _moment(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        # A date without a zone is meant as UTC.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
