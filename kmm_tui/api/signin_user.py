"""User login: a session that is kept alive, and left at the end."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
from pydantic import SecretStr

from kmm_tui.api.credentials import AppLogin, UserLogin
from kmm_tui.api.errors import PermissionMissing, RequestRefused, SignInRefused
from kmm_tui.api.hosts import LOGIN, Hosts
from kmm_tui.api.signin_base import HEADER_TEXT, Token, check_sendable
from kmm_tui.api.signin_renewal import ONCE, Fields, RenewableSignIn
from kmm_tui.api.wire import Wire

KEEP_ALIVE_EVERY = 240.0
"""Seconds between two signs of life of a user's session; the vendor asks for one every 3 to 5 minutes."""


class UserSignIn(RenewableSignIn):
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
        check_sendable(login)
        self._login = login
        self._csrf: SecretStr | None = None
        self._session: SecretStr | None = None

    async def _obtain(self) -> Token:
        reply, host = await self._post(LOGIN, self._request)
        try:
            answer = Fields(self._wire, reply, host)
        except (SignInRefused, PermissionMissing, RequestRefused) as error:
            if isinstance(error, RequestRefused) and error.status != 400:
                raise
            told = self._wire.said(reply)
            raise SignInRefused(
                f"the login of {self._login.username} is refused" + (f" ({told})" if told else ""),
                f"correct user name and password, or, where the account uses SSO, use an app key or OAuth 2.0; {ONCE}",
            ) from None
        token = self._make_token(answer.secret("bearer"), _seconds(answer.number("sessionTTl")))
        session, csrf = _cookie(reply.headers, "Session_id"), answer.secret("csrf")
        self._session, self._csrf = session, csrf
        for secret in (session, csrf):
            if secret:
                self._wire.redactor.learn(secret.get_secret_value())
        return token

    def _request(self, base: httpx.URL) -> httpx.Request:
        login = self._login
        if isinstance(login, UserLogin):
            names = {"password": login.password}
        else:
            names = {
                "appKey": login.app_key,
                "secret": login.secret,
                "accessToken": login.access_token,
                "accessTokenSecret": login.access_token_secret,
            }
        return httpx.Request(
            "POST",
            base.join(f"/api/account/{self._account}/login"),
            params={"v": "1.3"},
            json={"username": login.username} | {name: value.get_secret_value() for name, value in names.items()},
        )

    async def keep_alive(self) -> None:
        token = self._token
        if token is None:
            return
        status = await self._session_call("refresh")
        if status == 200:
            token.expires_at = self._clock() + token.lifetime
        elif status == 401 and self._token is token:
            # The session has ended there; the next request signs in afresh.
            self._token = None

    async def close(self) -> None:
        await super().close()
        if self._token is not None:
            self._token = None
            await self._session_call("logout")

    async def _session_call(self, verb: str) -> int | None:
        session, csrf = self._session, self._csrf
        if session is None or csrf is None:
            return None
        reply, host = await self._post(
            LOGIN,
            lambda base: httpx.Request(
                "POST",
                base.join(f"/api/account/{self._account}/{verb}"),
                headers={"Cookie": f"Session_id={session.get_secret_value()}"},
                json={"csrf": csrf.get_secret_value()},
            ),
        )
        if reply.status not in (200, 401):
            self._wire.expect(reply, host)
        return reply.status


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000


def _cookie(headers: httpx.Headers, name: str) -> SecretStr | None:
    for line in headers.get_list("set-cookie"):
        key, _, value = line.partition(";")[0].partition("=")
        if key.strip() == name and HEADER_TEXT.fullmatch(value.strip()):
            return SecretStr(value.strip())
    return None
