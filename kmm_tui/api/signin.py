"""The ways of signing in. Every attempt at a request is signed anew; retries happen above."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

import httpx

from kmm_tui.api.credentials import AppKey, AppLogin, Bearer, ClientCredentials, Credentials, UserLogin
from kmm_tui.api.errors import SignInRefused
from kmm_tui.api.hosts import Hosts
from kmm_tui.api.signin_base import HEADER_TEXT, SignIn, Token, check_sendable
from kmm_tui.api.signin_oauth2 import ClientCredentialsSignIn
from kmm_tui.api.signin_user import UserSignIn
from kmm_tui.api.wire import Wire

__all__ = ["AppKeySignIn", "BearerSignIn", "ClientCredentialsSignIn", "SignIn", "UserSignIn", "sign_in"]


class AppKeySignIn(SignIn):
    """OAuth 1.0 (RFC 5849), HMAC-SHA1, in the Authorization header. There is no session."""

    label = "OAuth 1.0 app key"

    def __init__(self, key: AppKey, clock: Callable[[], float] = time.time) -> None:
        from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_TYPE_AUTH_HEADER, Client

        check_sendable(key)
        signer = Client(
            key.app_key.get_secret_value(),
            client_secret=key.secret.get_secret_value(),
            resource_owner_key=key.access_token.get_secret_value(),
            resource_owner_secret=key.access_token_secret.get_secret_value(),
            signature_method=SIGNATURE_HMAC_SHA1,
            signature_type=SIGNATURE_TYPE_AUTH_HEADER,
        )

        def authorization(url: str, method: str) -> str:
            signer.timestamp = str(int(clock()))
            # URL and method only: a JSON body is not part of the signature base string.
            return str(signer.sign(url, http_method=cast(Any, method))[1]["Authorization"])

        # Kept behind a function, because oauthlib's own object shows its keys when it is printed.
        self._authorization = authorization

    async def sign(self, request: httpx.Request, *, instead_of: Token | None = None) -> Token | None:  # noqa: ARG002
        request.headers["Authorization"] = self._authorization(str(request.url), request.method)
        return None


class BearerSignIn(SignIn):
    """A bearer that was handed over ready. It cannot be renewed here."""

    label = "ready bearer"

    def __init__(self, bearer: Bearer) -> None:
        self._token = bearer.token
        if not HEADER_TEXT.fullmatch(bearer.token.get_secret_value()):
            raise SignInRefused("the bearer holds characters that no bearer has", "copy it once more, without blanks")

    async def sign(self, request: httpx.Request, *, instead_of: Token | None = None) -> Token | None:  # noqa: ARG002
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return None


class _Unusable(SignIn):
    """Stands for credentials that cannot be sent at all: says so whenever it is asked."""

    def __init__(self, label: str, refusal: SignInRefused) -> None:
        self.label = label  # type: ignore[misc]
        self._refusal = refusal

    async def sign(self, request: httpx.Request, *, instead_of: Token | None = None) -> Token | None:  # noqa: ARG002
        raise SignInRefused(self._refusal.what, self._refusal.todo)

    async def prepare(self) -> None:
        raise SignInRefused(self._refusal.what, self._refusal.todo)


def sign_in(
    credentials: Credentials, wire: Wire, hosts: Hosts, account: str, clock: Callable[[], float] = time.time
) -> SignIn:
    """The way of signing in that `credentials` are for."""
    try:
        match credentials:
            case AppKey():
                return AppKeySignIn(credentials, clock)
            case Bearer():
                return BearerSignIn(credentials)
            case ClientCredentials():
                return ClientCredentialsSignIn(credentials, wire, hosts, account, clock)
            case UserLogin() | AppLogin():
                return UserSignIn(credentials, wire, hosts, account, clock)
    except SignInRefused as refusal:
        return _Unusable(_LABELS[type(credentials)], refusal)


_LABELS: dict[type, str] = {
    AppKey: AppKeySignIn.label,
    Bearer: BearerSignIn.label,
    ClientCredentials: ClientCredentialsSignIn.label,
    UserLogin: UserSignIn.label,
    AppLogin: UserSignIn.label,
}
