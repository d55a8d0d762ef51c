"""How servers are reached: directly or through a proxy, and whose certificates are believed."""

from __future__ import annotations

import ipaddress
import os
import ssl
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

import httpx
from pydantic import SecretStr

_SAMPLE = "http://proxy.example:8080"


class BadBundle(ValueError):
    """Certificates cannot be used. `variable` names them where the environment did; the text says what is wrong."""

    def __init__(self, what: str, variable: str = "") -> None:
        super().__init__(what)
        self.variable = variable


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address with or without brackets, is this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def new_trust(bundle: Path | None = None) -> ssl.SSLContext:
    """What certificates are checked against: the usual authorities, and those of `bundle`, a PEM file, as well.

    ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` take the place of the usual ones. Takes some 30 ms: make it once. Raises
    `BadBundle`.
    """
    try:
        context = httpx.create_ssl_context()
    except OSError as error:
        raise BadBundle(_why(Path(os.environ.get("SSL_CERT_FILE", "")), error), "SSL_CERT_FILE") from None
    if bundle is not None:
        try:
            context.load_verify_locations(cafile=bundle)
        except OSError as error:
            raise BadBundle(_why(bundle, error)) from None
    return context


def _why(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file {path}"
    if isinstance(error, ssl.SSLError) or path.is_dir():
        return f"{path} holds no certificates in PEM form (-----BEGIN CERTIFICATE-----)"
    return f"cannot read {path}: {error.strerror or type(error).__name__}"


def proxy_of_environment() -> SecretStr | None:
    """The proxy for https that ``HTTPS_PROXY``, ``ALL_PROXY`` or the system's own settings name."""
    found = getproxies()
    address = found.get("https") or found.get("all")
    if not address:
        return None
    return SecretStr(address if "://" in address else f"http://{address}")


def secrets_of_proxy(address: SecretStr | None) -> tuple[str, ...]:
    """The password in a proxy's address, as it is written there and as it is meant."""
    try:
        password = urlsplit(address.get_secret_value()).password if address else None
    except ValueError:
        password = None
    return (password, unquote(password)) if password else ()


def is_excepted(url: httpx.URL, entry: str) -> bool:
    """Whether an entry of ``NO_PROXY`` means `url`'s host: ``*``, a name with all names below it, perhaps a port."""
    name, _, port = entry.strip().casefold().rpartition("://")[2].partition(":")
    name = name.removeprefix("*").removeprefix(".")
    if not name:
        return entry.strip() == "*"
    host = url.host.casefold()
    return (host == name or host.endswith(f".{name}")) and port in ("", str(url.port or 443))


class Routes(httpx.AsyncBaseTransport):
    """Sends what is for this machine, and what ``NO_PROXY`` names, directly, and all else through `proxy`.

    Without a `proxy` it is the environment's, if there is one. Raises `ValueError`, which never repeats the address,
    for one that is neither http nor https.
    """

    def __init__(self, trust: ssl.SSLContext, limits: httpx.Limits, proxy: SecretStr | None = None) -> None:
        proxy = proxy or proxy_of_environment()
        self._direct = httpx.AsyncHTTPTransport(verify=trust, limits=limits)
        self._proxied = self._direct
        self._exceptions = getproxies().get("no", "").split(",")
        if proxy:
            self._proxied = httpx.AsyncHTTPTransport(verify=trust, limits=limits, proxy=_proxy(proxy, trust))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange, by the route that the request's host asks for."""
        url = request.url
        direct = is_loopback(url.host) or any(is_excepted(url, one) for one in self._exceptions)
        return await (self._direct if direct else self._proxied).handle_async_request(request)

    async def aclose(self) -> None:
        """Drops every connection."""
        await self._direct.aclose()
        if self._proxied is not self._direct:
            await self._proxied.aclose()


def _proxy(address: SecretStr, trust: ssl.SSLContext) -> httpx.Proxy:
    try:
        url = httpx.URL(address.get_secret_value())
        # Stricter than httpx about brackets and ports.
        if urlsplit(address.get_secret_value()).port != 0 and url.scheme in {"http", "https"} and url.host:
            # A proxy that is itself spoken to by TLS is checked like any other server.
            return httpx.Proxy(url, ssl_context=trust if url.scheme == "https" else None)
    except (httpx.InvalidURL, ValueError):
        pass
    del address
    raise ValueError(
        f"HTTPS_PROXY, ALL_PROXY or the system's proxy: must be an http or https address, such as {_SAMPLE}"
    )
