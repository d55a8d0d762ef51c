"""Sign-ins that obtain a bearer: once for however many wait for it, and once more after it was refused."""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections.abc import Callable

import httpx
from pydantic import SecretStr

from kmm_tui.api.errors import AccountUnknown, Garbled, KmmError, SignInRefused, Unreachable
from kmm_tui.api.hosts import Hosts
from kmm_tui.api.number import Number, number
from kmm_tui.api.signin_base import HEADER_TEXT, SignIn, Token
from kmm_tui.api.wire import Reply, Wire

ONCE = "it is not tried again by itself, so that no account gets locked"


class RenewableSignIn(SignIn):
    """Obtains a bearer when one is needed, once for however many wait for it, and once more after a 401."""

    def __init__(self, wire: Wire, hosts: Hosts, account: str, clock: Callable[[], float] = time.time) -> None:
        self._wire = wire
        self._hosts = hosts
        self._account = account
        self._clock = clock
        self._token: Token | None = None
        self._refusal: SignInRefused | None = None
        self._obtaining: asyncio.Task[Token] | None = None

    async def sign(self, request: httpx.Request, *, instead_of: Token | None = None) -> Token | None:
        token = await self._bearer(instead_of)
        request.headers["Authorization"] = f"Bearer {token.value.get_secret_value()}"
        return token

    def retry(self) -> None:
        self._refusal = None

    async def prepare(self) -> None:
        await self._bearer(None)

    async def close(self) -> None:
        if self._obtaining:
            self._obtaining.cancel()

    async def _bearer(self, refused: Token | None) -> Token:
        if self._refusal is not None:
            raise SignInRefused(self._refusal.what, self._refusal.todo)
        token = self._token
        if token is not None and token is refused:
            token = self._token = None
        if token is not None and token.is_fresh(self._clock()):
            return token
        if self._obtaining is None:
            # A task of its own: whoever began it may be cancelled, and the others still wait for this one sign-in.
            self._obtaining = asyncio.create_task(self._renew())
            self._obtaining.add_done_callback(self._obtained)
        try:
            return await asyncio.shield(self._obtaining)
        except KmmError as error:
            # A bearer that was to be replaced early is still good for as long as it lives.
            if token is not None and error.retryable and self._clock() < token.expires_at:
                return token
            raise

    async def _renew(self) -> Token:
        try:
            token = await self._obtain()
        except AccountUnknown:
            raise
        except SignInRefused as refusal:
            self._token, self._refusal = None, refusal
            raise
        self._wire.redactor.learn(token.value.get_secret_value())
        self._token = token
        return token

    def _obtained(self, task: asyncio.Task[Token]) -> None:
        self._obtaining = None
        if not task.cancelled():
            # Looked at, so that one that nobody waits for any more leaves no warning behind.
            task.exception()

    def _make_token(self, bearer: SecretStr | None, lifetime: float | None) -> Token:
        if bearer is None or not HEADER_TEXT.fullmatch(bearer.get_secret_value()):
            raise Garbled("the sign-in answered without a usable bearer", "it is tried again")
        seconds = lifetime if lifetime and lifetime > 0 else float("inf")
        return Token(bearer, self._clock() + seconds, seconds)

    async def _post(self, service: str, make: Callable[[httpx.URL], httpx.Request]) -> tuple[Reply, str]:
        base = await self._hosts.url(service)
        try:
            await self._wire.gate.turn()
            reply = await self._wire.send(make(base))
        except Unreachable:
            self._hosts.doubt(service)
            raise
        if reply.status == 404 or reply.status >= 500:
            self._hosts.doubt(service)
        else:
            self._hosts.trust(service)
        return reply, base.host

    @abstractmethod
    async def _obtain(self) -> Token: ...


class Fields:
    """The fields of a sign-in's answer. They are secrets: printing it shows none.

    Raises any `KmmError` that the reply stands for.
    """

    def __init__(self, wire: Wire, reply: Reply, host: str) -> None:
        data = wire.expect(reply, host).parsed()
        if not isinstance(data, dict):
            # Not to be seen in a traceback that shows the variables of this frame.
            del data
            raise Garbled("the sign-in's answer is broken JSON", "it is tried again")
        self._data = data

    def secret(self, name: str) -> SecretStr | None:
        """A text that is there; None otherwise."""
        value = self._data.get(name)
        return SecretStr(value) if isinstance(value, str) and value else None

    def number(self, name: str) -> Number | None:
        """A number that is there; None otherwise."""
        return number(self._data.get(name))
