"""OAuth 1.0 as the service checks it: RFC 5849, HMAC-SHA1, in the Authorization header, every request signed anew."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kmm_tui.simulator.http_refusal import unauthorized
from kmm_tui.simulator.signin import Credentials

TOLERANCE = 300.0
"""Seconds that a timestamp may be off, either way."""
_REQUIRED = (
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_version",
)


@dataclass(frozen=True, slots=True)
class Signed:
    """The parts of a request that its signature covers; ``uri`` is absolute, with scheme, host, path and query."""

    verb: str
    uri: str
    query: str
    authorization: str


@dataclass(frozen=True, slots=True)
class _Client:
    client_secret: str
    resource_owner_secret: str


class OAuth1:
    """Checks signed requests and remembers the nonces that were used; ``clock`` gives epoch seconds."""

    def __init__(self, holders: Iterable[Credentials], clock: Callable[[], float]) -> None:
        self._holders = {owner.app_key: owner for owner in holders}
        self._clock = clock
        self._used: dict[tuple[str, str, str, str], float] = {}
        self._swept = clock()

    def owner_of(self, request: Signed, skew: float = 0.0) -> Credentials:
        """Whose key signed the request; ``skew`` is how many seconds the service's clock is off.

        Raises a refusal with 401.
        """
        given = _parameters(request.authorization)
        owner = self._holders.get(given["oauth_consumer_key"])
        if owner is None:
            raise unauthorized("oauth-key", "unknown app key")
        if not hmac.compare_digest(given["oauth_token"].encode(), owner.access_token.encode()):
            raise unauthorized("oauth-token", "unknown access token")
        if given["oauth_signature_method"] != "HMAC-SHA1":
            raise unauthorized("oauth-method", "the signature method must be HMAC-SHA1")
        if given["oauth_version"] != "1.0":
            raise unauthorized("oauth-version", "oauth_version must be 1.0")
        now = self._clock() + skew
        self._check_time(given["oauth_timestamp"], now)
        if not hmac.compare_digest(_signature(request, owner).encode(), given["oauth_signature"].encode()):
            raise unauthorized("oauth-signature", "the signature does not match the request")
        self._check_nonce(given, now)
        return owner

    def _check_time(self, timestamp: str, now: float) -> None:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise unauthorized("oauth-timestamp", "oauth_timestamp must be whole seconds")
        if abs(int(timestamp) - now) > TOLERANCE:
            raise unauthorized(
                "oauth-timestamp", f"oauth_timestamp is more than {TOLERANCE:.0f} s off: it is {now:.0f}"
            )

    def _check_nonce(self, given: dict[str, str], now: float) -> None:
        if now - self._swept > TOLERANCE:
            # Older ones are refused by their timestamp, used or not.
            self._used = {nonce: seen for nonce, seen in self._used.items() if seen > now - 2 * TOLERANCE}
            self._swept = now
        nonce = (given["oauth_consumer_key"], given["oauth_token"], given["oauth_timestamp"], given["oauth_nonce"])
        if nonce in self._used:
            raise unauthorized("oauth-nonce", "this nonce was used before")
        self._used[nonce] = now


def _parameters(authorization: str) -> dict[str, str]:
    # Imported here because only signed requests need it, and it takes 50 ms.
    from oauthlib.oauth1.rfc5849 import utils

    try:
        pairs = utils.parse_authorization_header(authorization)
        given = {str(utils.unescape(name)): str(utils.unescape(value)) for name, value in pairs}
    except ValueError:
        raise unauthorized("oauth-header", "the Authorization header is malformed") from None
    for name in _REQUIRED:
        if not given.get(name):
            raise unauthorized("oauth-header", f"{name} is missing")
    return given


def _signature(request: Signed, owner: Credentials) -> str:
    from oauthlib.oauth1.rfc5849 import signature as primitives

    signature: Any = primitives
    try:
        parameters = signature.collect_parameters(
            uri_query=request.query, headers={"Authorization": request.authorization}, exclude_oauth_signature=True
        )
        base = signature.signature_base_string(
            request.verb, signature.base_string_uri(request.uri), signature.normalize_parameters(parameters)
        )
    except ValueError as error:
        raise unauthorized("oauth-signature", f"the request cannot be signed as it is: {error}") from None
    client = _Client(owner.secret, owner.access_token_secret)
    return str(signature.sign_hmac_sha1_with_client(base, client))
