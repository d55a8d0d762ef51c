"""What every way of signing in has in common."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import httpx
from pydantic import SecretStr

from kmm_tui.api.credentials import Credentials, secrets_of
from kmm_tui.api.errors import SignInRefused

HEADER_TEXT = re.compile(r"[\x21-\x7e]+")
"""What can stand in a header: a bearer or a cookie of anything else is none."""


RENEW_BEFORE = 300.0
"""Seconds before its end at which a bearer is replaced, or a tenth of its life if that is shorter."""


@dataclass(slots=True, eq=False)
class Token:
    """A bearer. Times are epoch seconds and seconds; `expires_at` moves on while its session is kept alive."""

    value: SecretStr
    expires_at: float
    lifetime: float

    def is_fresh(self, now: float) -> bool:
        """Whether it need not be replaced yet."""
        return now < self.expires_at - min(RENEW_BEFORE, self.lifetime / 10)


class SignIn(ABC):
    """A way of signing in. `label` names it to a person; `keep_alive_every` is seconds, None where nothing is due."""

    label: ClassVar[str]
    keep_alive_every: ClassVar[float | None] = None

    @abstractmethod
    async def sign(self, request: httpx.Request, *, instead_of: Token | None = None) -> Token | None:
        """Put the Authorization header on `request`, after signing in where that is needed.

        Raises any `KmmError` of that. Returns the bearer that was used, if it can be renewed. `instead_of` is one that
        the server has refused.
        """

    async def prepare(self) -> None:  # noqa: B027
        """Sign in, where that is a step of its own. Raises any `KmmError` of it."""

    async def keep_alive(self) -> None:  # noqa: B027
        """Tell the server that the session is still in use. Raises any `KmmError` of that call."""

    async def close(self) -> None:  # noqa: B027
        """Leave: end the session where there is one. Raises any `KmmError` of that call."""

    def retry(self) -> None:  # noqa: B027
        """Allow another attempt after a refusal: a person asked for it, or the credentials changed."""


def check_sendable(credentials: Credentials) -> None:
    """Raises `SignInRefused` for credentials that no request can hold."""
    names = (getattr(credentials, name, "") for name in ("username", "client_id"))
    if not all(map(_is_sendable, (*secrets_of(credentials), *names))):
        raise SignInRefused("the credentials hold characters that cannot be sent", "write them as UTF-8 text")


def _is_sendable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
