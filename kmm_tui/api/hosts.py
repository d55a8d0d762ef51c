"""Finding the account's hosts: the Domain API, which needs no sign-in."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re

import httpx

from kmm_tui.api.errors import AccountUnknown, Garbled, KmmError, RequestRefused, SignInRefused
from kmm_tui.api.wire import Wire

DOMAIN_API = "https://api.liveperson.net"

KMM = "agentManagerWorkspace"
LOGIN = "agentVep"
OAUTH2 = "sentinel"

_BARE_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}))(?::\d{1,5})?")


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine and no other."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Hosts:
    """Each service's host, looked up once and kept until it is reported dead.

    Hosts are reached by https. Plain http is used for loopback hosts only, and only where the Domain API's own
    address is http on loopback: a simulator.
    """

    def __init__(self, wire: Wire, account: str, domain_api: str = DOMAIN_API) -> None:
        url = httpx.URL(domain_api)
        if url.scheme not in ("https", "http") or not url.host or (url.scheme == "http" and not is_loopback(url.host)):
            raise ValueError(f"{domain_api!r} is no https address; plain http is for loopback only")
        self._wire = wire
        self._account = account
        self._base = url
        self._plain = url.scheme == "http"
        self._known: dict[str, httpx.URL] = {}
        self._lock = asyncio.Lock()

    async def url(self, service: str) -> httpx.URL:
        """The base URL of `service`. Raises any `KmmError` of the look-up."""
        async with self._lock:
            if service not in self._known:
                self._known[service] = await self._look_up(service)
            return self._known[service]

    def forget(self, service: str | None = None) -> None:
        """Look `service` (or every one) up again at its next use: its host stopped answering."""
        if service is None:
            self._known.clear()
        else:
            self._known.pop(service, None)

    async def _look_up(self, service: str) -> httpx.URL:
        address = self._base.join(f"/api/account/{self._account}/service/{service}/baseURI.json")
        request = httpx.Request("GET", address, params={"version": "1.0"}, headers={"Accept": "application/json"})
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

    def _read(self, body: bytes, service: str) -> httpx.URL:
        problem: KmmError = Garbled(
            f"the Domain API's answer names no usable host for {service}",
            "check the Domain API address of this profile",
        )
        try:
            host = json.loads(body)["baseURI"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise problem from None
        if not isinstance(host, str) or not _BARE_HOST.fullmatch(host):
            raise problem
        name = host.partition(":")[0]
        scheme = "http" if self._plain and is_loopback(name) else "https"
        try:
            return httpx.URL(f"{scheme}://{host}")
        except httpx.InvalidURL:
            raise problem from None
