"""Who may ask: the credentials of the simulated account, the sessions opened with them, and the check of a request."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from kmm_tui.simulator.http_refusal import Refusal, unauthorized

DEMO_ACCOUNT = "12345678"
PERMISSION = "Key Messaging Metrics"


@dataclass(frozen=True, slots=True)
class Credentials:
    """One holder's ways in: user login, app key (OAuth 1.0 or app login), OAuth 2.0 client, ready bearer.

    Without ``permitted`` every one of them signs in, and is then refused the metrics with 403.
    """

    username: str
    password: str
    app_key: str
    secret: str
    access_token: str
    access_token_secret: str
    client_id: str
    client_secret: str
    token: str
    permitted: bool = True

    def announced(self) -> dict[str, str]:
        """Every value by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "permitted"}


def _demo(prefix: str, *, permitted: bool) -> Credentials:
    return Credentials(
        username=f"{prefix}@example.com",
        password=f"{prefix}-password",
        app_key=f"{prefix}-app-key",
        secret=f"{prefix}-app-secret",
        access_token=f"{prefix}-access-token",
        access_token_secret=f"{prefix}-access-token-secret",
        client_id=f"{prefix}-client-id",
        client_secret=f"{prefix}-client-secret",
        token=f"{prefix}-bearer",
        permitted=permitted,
    )


DEMO = _demo("demo", permitted=True)
DEMO_WITHOUT_PERMISSION = _demo("visitor", permitted=False)


def holders_of(account: str) -> tuple[Credentials, Credentials]:
    """Who may sign in to a simulated account, with and without the permission: other accounts, other credentials."""
    if account == DEMO_ACCOUNT:
        return DEMO, DEMO_WITHOUT_PERMISSION
    return _demo(f"demo-{account}", permitted=True), _demo(f"visitor-{account}", permitted=False)


@dataclass(slots=True)
class Session:
    """An open session of the login service; ``expires`` is epoch seconds."""

    bearer: str
    csrf: str
    cookie: str
    owner: Credentials
    expires: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request comes from, and by which way in: ``session``, ``app_key``, ``client`` or ``token``."""

    owner: Credentials
    way: str


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


class Sessions:
    """The sessions of the login service. ``ttl`` is in seconds; ``clock`` gives epoch seconds."""

    def __init__(self, holders: Iterable[Credentials], ttl: float, clock: Callable[[], float]) -> None:
        self.holders = tuple(holders)
        self.ttl = ttl
        self._clock = clock
        self._by_bearer: dict[str, Session] = {}

    def __len__(self) -> int:
        self._forget_expired()
        return len(self._by_bearer)

    def open_for_user(self, username: str, password: str) -> Session:
        """A new session. Raises a refusal with 401."""
        for owner in self.holders:
            if same(owner.username, username) and same(owner.password, password):
                return self._open(owner)
        raise unauthorized("wrong-password", "wrong user or password")

    def open_for_app(self, username: str, keys: dict[str, str]) -> Session:
        """A new session for a bot user with the four values of an app key. Raises a refusal with 401."""
        for owner in self.holders:
            known = (owner.app_key, owner.secret, owner.access_token, owner.access_token_secret)
            given = (keys["appKey"], keys["secret"], keys["accessToken"], keys["accessTokenSecret"])
            if same(owner.username, username) and all(map(same, known, given)):
                return self._open(owner)
        raise unauthorized("wrong-app-key", "wrong user or app key")

    def of_bearer(self, bearer: str) -> Session | None:
        """The session of a bearer, unless it has expired or ended."""
        session = self._by_bearer.get(bearer)
        if session is not None and session.expires <= self._clock():
            del self._by_bearer[bearer]
            return None
        return session

    def of_cookie(self, cookie: str | None, csrf: str) -> Session:
        """The session of a cookie and its csrf. Raises a refusal with 401."""
        self._forget_expired()
        for session in self._by_bearer.values():
            if cookie is not None and same(session.cookie, cookie):
                if same(session.csrf, csrf):
                    return session
                raise unauthorized("wrong-csrf", "wrong csrf")
        raise unauthorized("no-session", "no such session: it has ended, or the Session_id cookie is missing")

    def extend(self, session: Session) -> None:
        """Let a session live for another full time."""
        session.expires = self._clock() + self.ttl

    def end(self, session: Session) -> None:
        """End a session: its bearer is refused from now on."""
        self._by_bearer.pop(session.bearer, None)

    def end_all(self) -> None:
        """End every session."""
        self._by_bearer.clear()

    def _open(self, owner: Credentials) -> Session:
        self._forget_expired()
        session = Session(
            bearer=secrets.token_hex(32),
            csrf=secrets.token_hex(16),
            cookie=secrets.token_urlsafe(24),
            owner=owner,
            expires=self._clock() + self.ttl,
        )
        self._by_bearer[session.bearer] = session
        return session

    def _forget_expired(self) -> None:
        now = self._clock()
        for session in [session for session in self._by_bearer.values() if session.expires <= now]:
            del self._by_bearer[session.bearer]


def permitted(identity: Identity) -> Identity:
    """The identity, if it may read the metrics. Raises a refusal with 403 that names the permission."""
    if not identity.owner.permitted:
        raise Refusal(403, "no-permission", f"the permission {PERMISSION!r} is missing")
    return identity
