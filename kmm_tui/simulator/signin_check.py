"""The check at the door of the three methods: whose request this is, by any of the ways to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmm_tui.simulator.http_call import Call
from kmm_tui.simulator.http_refusal import unauthorized
from kmm_tui.simulator.oauth1 import OAuth1, Signed
from kmm_tui.simulator.oauth2 import OAuth2
from kmm_tui.simulator.signin import Identity, Sessions, same

if TYPE_CHECKING:
    from starlette.requests import Request

    from kmm_tui.simulator.faults import Switchboard


def signed_of(request: Request) -> Signed:
    """The parts of a request that an OAuth 1.0 signature covers, as they came over the wire."""
    raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw_path.split(b"?")[0].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    host = request.headers.get("host", "")
    uri = f"{request.scope['scheme']}://{host}{path}"
    return Signed(request.method, uri, query, request.headers.get("authorization", ""))


class Door:
    """Knows every way to sign in."""

    def __init__(self, sessions: Sessions, oauth1: OAuth1, oauth2: OAuth2, faults: Switchboard) -> None:
        self.sessions = sessions
        self.oauth1 = oauth1
        self.oauth2 = oauth2
        self._faults = faults

    def identify(self, request: Request, call: Call) -> Identity:
        """Who sent a request. Raises a refusal with 401."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and value.strip():
            bearer = value.strip()
            self._expire(bearer, call)
            return self._of_bearer(bearer)
        self._spare(call)
        if scheme.lower() == "oauth" and value.strip():
            return Identity(self.oauth1.owner_of(signed_of(request), call.skew_ms / 1000), "app_key")
        raise unauthorized("no-sign-in", "the Authorization header is missing or of an unknown kind")

    def _of_bearer(self, bearer: str) -> Identity:
        session = self.sessions.of_bearer(bearer)
        if session is not None:
            return Identity(session.owner, "session")
        for owner in self.sessions.holders:
            if same(owner.token, bearer):
                return Identity(owner, "token")
        owner_of_token = self.oauth2.owner_of(bearer)
        if owner_of_token is None:
            raise unauthorized("bearer", "the bearer is unknown, has expired or was logged out")
        return Identity(owner_of_token, "client")

    def _expire(self, bearer: str, call: Call) -> None:
        session = self.sessions.of_bearer(bearer)
        if call.fault("password-changed") and session is not None:
            self.sessions.end(session)
        if fault := call.fault("expired-session"):
            if session is not None:
                self.sessions.end(session)
            elif any(same(owner.token, bearer) for owner in self.sessions.holders):
                raise unauthorized("bearer", "the bearer has expired")
            elif not self.oauth2.revoke(bearer):
                self._faults.give_back(fault)

    def _spare(self, call: Call) -> None:
        # A signed request has no session that could expire.
        if fault := call.fault("expired-session"):
            self._faults.give_back(fault)
