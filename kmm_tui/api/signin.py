"""The ways of signing in, each an `httpx.Auth`: every attempt at a request passes through one and is signed anew."""

from __future__ import annotations

import asyncio
import json
import time
from abc import abstractmethod
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import httpx
from pydantic import SecretStr

from kmm_tui.api.answers import number
from kmm_tui.api.credentials import AppKey, AppLogin, Bearer, ClientCredentials, Credentials, UserLogin
from kmm_tui.api.errors import Garbled, KmmError, RequestRefused, SignInRefused
from kmm_tui.api.hosts import LOGIN, OAUTH2, Hosts
from kmm_tui.api.wire import Reply, Wire

RENEW_BEFORE = 300.0
"""Seconds before its end at which a bearer is replaced, or a tenth of its life if that is shorter."""
KEEP_ALIVE_EVERY = 240.0
"""Seconds between two signs of life of a user's session; the vendor asks for one every 3 to 5 minutes."""

_ONCE = "it is not tried again by itself, so that no account gets locked"


class SignIn(httpx.Auth):
    """A way of signing in. `label` names it to a person; `keep_alive_every` is seconds, None where nothing is due."""

    label: ClassVar[str]
    keep_alive_every: ClassVar[float | None] = None

    async def prepare(self) -> None:
        """Sign in, where that is a step of its own. Raises any `KmmError` of it."""

    async def keep_alive(self) -> None:
        """Tell the server that the session is still in use. Raises any `KmmError` of that call."""

    async def close(self) -> None:
        """Leave: end the session where there is one. Raises any `KmmError` of that call."""

    def retry(self) -> None:
        """Allow another attempt after a refusal: a person asked for it, or the credentials changed."""


class AppKeySignIn(SignIn):
    """OAuth 1.0 (RFC 5849), HMAC-SHA1, in the Authorization header. There is no session."""

    label = "OAuth 1.0 app key"

    def __init__(self, key: AppKey) -> None:
        from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_TYPE_AUTH_HEADER, Client

        self._signer = Client(
            key.app_key.get_secret_value(),
            client_secret=key.secret.get_secret_value(),
            resource_owner_key=key.access_token.get_secret_value(),
            resource_owner_secret=key.access_token_secret.get_secret_value(),
            signature_method=SIGNATURE_HMAC_SHA1,
            signature_type=SIGNATURE_TYPE_AUTH_HEADER,
        )

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        # URL and method only: a JSON body is not part of the signature base string.
        _, headers, _ = self._signer.sign(str(request.url), http_method=cast(Any, request.method))
        request.headers["Authorization"] = headers["Authorization"]
        yield request


class BearerSignIn(SignIn):
    """A bearer that was handed over ready. It cannot be renewed here."""

    label = "ready bearer"

    def __init__(self, bearer: Bearer) -> None:
        self._token = bearer.token

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        yield request


@dataclass(frozen=True, slots=True)
class _Token:
    value: SecretStr
    expires_at: float
    lifetime: float

    def is_fresh(self, now: float) -> bool:
        return now < self.expires_at - min(RENEW_BEFORE, self.lifetime / 10)


class _RenewableSignIn(SignIn):
    """Obtains a bearer when one is needed, once for however many wait for it, and once more after a 401."""

    def __init__(self, wire: Wire, hosts: Hosts, account: str, clock: Callable[[], float] = time.time) -> None:
        self._wire = wire
        self._hosts = hosts
        self._account = account
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: _Token | None = None
        self._refusal: SignInRefused | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        token = await self._bearer(None)
        request.headers["Authorization"] = f"Bearer {token.value.get_secret_value()}"
        response = yield request
        if response.status_code == 401:
            # Read to its end, so that its connection is free while somebody signs in afresh.
            await response.aread()
            token = await self._bearer(token)
            request.headers["Authorization"] = f"Bearer {token.value.get_secret_value()}"
            yield request

    def retry(self) -> None:
        self._refusal = None

    async def prepare(self) -> None:
        await self._bearer(None)

    async def _bearer(self, refused: _Token | None) -> _Token:
        async with self._lock:
            if self._refusal is not None:
                raise SignInRefused(self._refusal.what, self._refusal.todo)
            token = self._token
            if token is None or token is refused or not token.is_fresh(self._clock()):
                self._token = None
                try:
                    token = self._token = await self._obtain()
                except SignInRefused as refusal:
                    self._refusal = refusal
                    raise
                self._wire.redactor.learn(token.value.get_secret_value())
            return token

    def _make_token(self, bearer: object, lifetime: float | None) -> _Token:
        if not isinstance(bearer, str) or not bearer:
            raise Garbled("the sign-in answered without a bearer", "it is tried again")
        seconds = lifetime if lifetime and lifetime > 0 else float("inf")
        return _Token(SecretStr(bearer), self._clock() + seconds, seconds)

    async def _post(self, service: str, path: str, **arguments: Any) -> tuple[Reply, str]:
        base = await self._hosts.url(service)
        request = httpx.Request("POST", base.join(path), **arguments)
        try:
            return await self._wire.send(request), base.host
        except KmmError as error:
            if error.word == "OFFLINE":
                self._hosts.forget(service)
            raise

    @abstractmethod
    async def _obtain(self) -> _Token: ...


class UserSignIn(_RenewableSignIn):
    """A user's (or a bot user's) session of the login service, kept alive, and left at the end."""

    label = "user login"
    keep_alive_every = KEEP_ALIVE_EVERY

    def __init__(
        self,
        login: UserLogin | AppLogin,
        wire: Wire,
        hosts: Hosts,
        account: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(wire, hosts, account, clock)
        self._login = login
        self._csrf: SecretStr | None = None
        self._session: SecretStr | None = None

    async def _obtain(self) -> _Token:
        self._csrf = self._session = None
        reply, host = await self._post(
            LOGIN, f"/api/account/{self._account}/login", params={"v": "1.3"}, json=self._body()
        )
        try:
            data = _object(self._wire.expect(reply, host))
        except (SignInRefused, RequestRefused) as error:
            if isinstance(error, RequestRefused) and error.status != 400:
                raise
            told = self._wire.said(reply)
            raise SignInRefused(
                f"the login of {self._login.username} is refused" + (f" ({told})" if told else ""),
                f"correct user name and password, or, where the account uses SSO, use an app key or OAuth 2.0; {_ONCE}",
            ) from None
        session = next((c for c in _cookies(reply.headers, "Session_id")), None)
        csrf = data.get("csrf")
        if session and isinstance(csrf, str):
            self._session, self._csrf = SecretStr(session), SecretStr(csrf)
            self._wire.redactor.learn(session)
            self._wire.redactor.learn(csrf)
        ttl = number(data.get("sessionTTl"))
        return self._make_token(data.get("bearer"), ttl / 1000 if ttl else None)

    def _body(self) -> dict[str, str]:
        login = self._login
        if isinstance(login, UserLogin):
            return {"username": login.username, "password": login.password.get_secret_value()}
        return {
            "username": login.username,
            "appKey": login.app_key.get_secret_value(),
            "secret": login.secret.get_secret_value(),
            "accessToken": login.access_token.get_secret_value(),
            "accessTokenSecret": login.access_token_secret.get_secret_value(),
        }

    async def keep_alive(self) -> None:
        async with self._lock:
            token = self._token
            if token is None or not await self._session_call("refresh"):
                return
            self._token = _Token(token.value, self._clock() + token.lifetime, token.lifetime)

    async def close(self) -> None:
        async with self._lock:
            if self._token is None:
                return
            self._token = None
            await self._session_call("logout")

    async def _session_call(self, verb: str) -> bool:
        if self._session is None or self._csrf is None:
            return False
        reply, host = await self._post(
            LOGIN,
            f"/api/account/{self._account}/{verb}",
            headers={"Cookie": f"Session_id={self._session.get_secret_value()}"},
            json={"csrf": self._csrf.get_secret_value()},
        )
        if reply.status == 401:
            # The session has ended there; the next request signs in afresh.
            self._token = None
            return False
        if reply.status != 200:
            self._wire.expect(reply, host)
        return True


class ClientCredentialsSignIn(_RenewableSignIn):
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
        self._credentials = credentials

    async def _obtain(self) -> _Token:
        form = {
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret.get_secret_value(),
            "grant_type": "client_credentials",
        }
        reply, host = await self._post(OAUTH2, f"/sentinel/api/v2/account/{self._account}/app/token", data=form)
        try:
            data = _object(self._wire.expect(reply, host))
        except (SignInRefused, RequestRefused) as error:
            # RFC 6749, 5.2: a wrong client is refused with 400 or 401.
            if isinstance(error, RequestRefused) and error.status != 400:
                raise
            told = self._wire.said(reply)
            raise SignInRefused(
                "the OAuth 2.0 application is refused" + (f" ({told})" if told else ""),
                f"correct client id and client secret; {_ONCE}",
            ) from None
        lifetime = number(data.get("expires_in"))
        if lifetime is None:
            server_now = reply.server_time / 1000 if reply.server_time else self._clock()
            lifetime = _jwt_lifetime(data.get("access_token"), server_now)
        return self._make_token(data.get("access_token"), lifetime)


def _jwt_lifetime(token: object, server_now: float) -> float | None:
    """Seconds until the `exp` of a JWT, by the clock of the server that made it; None where there is none."""
    import jwt

    try:
        claims = jwt.decode(str(token), options={"verify_signature": False})
    except jwt.PyJWTError:
        return None
    expires = number(claims.get("exp"))
    return None if expires is None else max(1.0, expires - server_now)


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Garbled("the sign-in's answer is broken JSON", "it is tried again")
    return data


def _cookies(headers: httpx.Headers, name: str) -> list[str]:
    values = []
    for line in headers.get_list("set-cookie"):
        key, _, value = line.partition(";")[0].partition("=")
        if key.strip() == name and value.strip():
            values.append(value.strip())
    return values


def sign_in(
    credentials: Credentials, wire: Wire, hosts: Hosts, account: str, clock: Callable[[], float] = time.time
) -> SignIn:
    """The way of signing in that `credentials` are for."""
    match credentials:
        case AppKey():
            return AppKeySignIn(credentials)
        case Bearer():
            return BearerSignIn(credentials)
        case ClientCredentials():
            return ClientCredentialsSignIn(credentials, wire, hosts, account, clock)
        case UserLogin() | AppLogin():
            return UserSignIn(credentials, wire, hosts, account, clock)
