"""OAuth 2.0 client credentials."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
from pydantic import SecretStr

from kmm_tui.api.credentials import ClientCredentials
from kmm_tui.api.errors import PermissionMissing, RequestRefused, SignInRefused
from kmm_tui.api.hosts import OAUTH2, Hosts
from kmm_tui.api.number import number
from kmm_tui.api.signin_base import Token, check_sendable
from kmm_tui.api.signin_renewal import ONCE, Fields, RenewableSignIn
from kmm_tui.api.wire import SCOPE, Wire


class ClientCredentialsSignIn(RenewableSignIn):
    """OAuth 2.0 client credentials, version 2 of the token endpoint."""

    label = "OAuth 2.0 client credentials"

    def __init__(
        self,
        credentials: ClientCredentials,
        wire: Wire,
        hosts: Hosts,
        account: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(wire, hosts, account, clock)
        check_sendable(credentials)
        self._credentials = credentials

    async def _obtain(self) -> Token:
        reply, host = await self._post(OAUTH2, self._request)
        try:
            answer = Fields(self._wire, reply, host)
        except (SignInRefused, PermissionMissing, RequestRefused) as error:
            # RFC 6749, 5.2: a wrong client is refused with 400 or 401.
            if isinstance(error, RequestRefused) and error.status != 400:
                raise
            told = self._wire.said(reply)
            raise SignInRefused(
                "the OAuth 2.0 application is refused" + (f" ({told})" if told else ""),
                f"correct client id and client secret, and the scope {SCOPE}; {ONCE}",
            ) from None
        bearer = answer.secret("access_token")
        lifetime: float | None = answer.number("expires_in")
        if lifetime is None and bearer is not None:
            lifetime = _jwt_lifetime(bearer, reply.server_time, self._clock())
        return self._make_token(bearer, lifetime)

    def _request(self, base: httpx.URL) -> httpx.Request:
        form = {
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret.get_secret_value(),
            "grant_type": "client_credentials",
        }
        return httpx.Request("POST", base.join(f"/sentinel/api/v2/account/{self._account}/app/token"), data=form)


def _jwt_lifetime(token: SecretStr, server_time: int | None, now: float) -> float | None:
    """Seconds until the `exp` of a JWT; None where there is none.

    By the clock of the server that made it: its Date header (epoch ms), else the JWT's own `iat`, and only then `now`.
    """
    import jwt

    try:
        claims = jwt.decode(token.get_secret_value(), options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    expires = number(claims.get("exp"))
    if expires is None:
        return None
    issued = number(claims.get("iat"))
    present = server_time / 1000 if server_time is not None else now if issued is None else issued
    return max(1.0, expires - present)
