"""Finding the account's hosts: the Domain API, which needs no sign-in."""

from __future__ import annotations

import asyncio
import re

import httpx

from kmm_tui.api.errors import AccountUnknown, Garbled, KmmError, RequestRefused, SignInRefused
from kmm_tui.api.routes import is_loopback
from kmm_tui.api.text import Body
from kmm_tui.api.wire import Wire

DOMAIN_API = "https://api.liveperson.net"

KMM = "agentManagerWorkspace"
LOGIN = "agentVep"
OAUTH2 = "sentinel"

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_BARE_HOST = re.compile(
    rf"(?P<name>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]{{2,45}}\])(?::(?P<port>\d{{1,5}}))?", re.ASCII
)
_LONGEST_HOST = 260


class Hosts:
    """Each service's host, looked up once and kept until it is doubted; then too, as long as nobody names another.

    Hosts are reached by https. Plain http is used for loopback hosts only, and only where the Domain API's own
    address is http on loopback: a simulator.
    """

    def __init__(self, wire: Wire, account: str, domain_api: str = DOMAIN_API) -> None:
        url = _address(domain_api)
        if (
            url is None
            or url.userinfo
            or (url.host and not _BARE_HOST.fullmatch(url.netloc.decode("ascii", "replace")))
        ):
            raise ValueError("the Domain API address is none, or holds a user name or password")
        if url.scheme not in ("https", "http") or not url.host or (url.scheme == "http" and not is_loopback(url.host)):
            raise ValueError(f"{domain_api!r} is no https address; plain http is for loopback only")
        self._wire = wire
        self._account = account
        self._base = url
        self._plain = url.scheme == "http"
        self._known: dict[str, httpx.URL] = {}
        self._doubted: set[str] = set()
        self._lock = asyncio.Lock()
        self._tried = 0
        self._failure: KmmError | None = None

    @property
    def domain_api(self) -> str:
        """Where hosts are looked up."""
        return str(self._base)

    async def url(self, service: str) -> httpx.URL:
        """The base URL of `service`. Raises any `KmmError` of the look-up, unless a host is known from before."""
        if found := self._certain(service):
            return found
        tried = self._tried
        async with self._lock:
            if found := self._certain(service):
                return found
            if self._failure and self._tried != tried:
                # Somebody asked while this one waited, in vain: asking at once again would not help.
                return self._fallen_back(service, self._failure)
            self._failure = None
            try:
                self._known[service] = await self._look_up(service)
                self._doubted.discard(service)
            except KmmError as failure:
                self._failure = failure
                return self._fallen_back(service, failure)
            finally:
                self._tried += 1
            return self._known[service]

    def _fallen_back(self, service: str, failure: KmmError) -> httpx.URL:
        """The host of before, if there is one."""
        if service in self._known:
            return self._known[service]
        raise failure

    def doubt(self, service: str) -> None:
        """Look `service` up again at its next use: its host stopped answering as it should."""
        self._doubted.add(service)

    def trust(self, service: str) -> None:
        """The host of `service` answers: no need to look it up again."""
        self._doubted.discard(service)

    def _certain(self, service: str) -> httpx.URL | None:
        return None if service in self._doubted else self._known.get(service)

    async def _look_up(self, service: str) -> httpx.URL:
        address = self._base.join(f"/api/account/{self._account}/service/{service}/baseURI.json")
        request = httpx.Request("GET", address, params={"version": "1.0"}, headers={"Accept": "application/json"})
        await self._wire.gate.turn()
        reply = await self._wire.send(request)
        try:
            body = self._wire.expect(reply, self._base.host)
        except SignInRefused:
            raise AccountUnknown(
                f"the Domain API knows no account {self._account}", "check the account number of this profile"
            ) from None
        except RequestRefused as error:
            raise RequestRefused(
                f"the Domain API names no {service} host for account {self._account} ({error.status})",
                "check the account number, and that the account has messaging",
                status=error.status,
                said=error.said,
            ) from None
        return self._read(body, service)

    def _read(self, body: Body, service: str) -> httpx.URL:
        problem: KmmError = Garbled(
            f"the Domain API's answer names no usable host for {service}",
            "check the Domain API address of this profile",
        )
        data = body.parsed()
        host = data.get("baseURI") if isinstance(data, dict) else None
        match = _BARE_HOST.fullmatch(host) if isinstance(host, str) and len(host) <= _LONGEST_HOST else None
        if match is None or not 0 < int(match["port"] or 443) < 65536:
            raise problem
        scheme = "http" if self._plain and is_loopback(match["name"]) else "https"
        url = _address(f"{scheme}://{host}")
        if url is None:
            raise problem
        return url


def _address(text: str) -> httpx.URL | None:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        return None
