"""OAuth 2.0 client credentials: form in, JSON Web Token out, whose ``exp`` is the only word about how long it lasts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from kmm_tui.simulator.http_refusal import Refusal
from kmm_tui.simulator.signin import Credentials, same

SCOPE = "messaging.key.metrics.read.external"
FORM_TYPE = "application/x-www-form-urlencoded"
_FIELDS = ("client_id", "client_secret", "grant_type")


class OAuth2:
    """Issues and checks tokens. ``ttl`` is in seconds; ``clock`` gives epoch seconds."""

    def __init__(self, account: str, holders: Iterable[Credentials], ttl: float, clock: Callable[[], float]) -> None:
        self._account = account
        self._holders = {owner.client_id: owner for owner in holders}
        self._ttl = ttl
        self._clock = clock
        self._key = secrets.token_bytes(64)
        self._revoked: set[str] = set()

    def issue(self, content_type: str, body: bytes) -> dict[str, Any]:
        """The answer to a token request. Raises a refusal: 400 for a wrong form, 401 for a wrong client."""
        form = _form(content_type, body)
        if form["grant_type"] != "client_credentials":
            raise Refusal(400, "unsupported_grant_type", "grant_type must be client_credentials")
        owner = self._holders.get(form["client_id"])
        if owner is None or not same(owner.client_secret, form["client_secret"]):
            raise Refusal(401, "invalid_client", "wrong client_id or client_secret")
        return {"access_token": self._token(owner), "token_type": "Bearer"}

    def owner_of(self, token: str) -> Credentials | None:
        """Whose token this is, or nobody's: unknown, expired or revoked."""
        if token.count(".") != 2 or token in self._revoked:
            return None
        # Imported here because only tokens need it, and it takes 45 ms.
        import jwt

        try:
            # Its lifetime is checked by the service's own clock below.
            claims = jwt.decode(
                token, self._key, algorithms=["HS256"], audience=self._account,
                options={"verify_exp": False, "verify_iat": False},
            )  # fmt: skip
        except jwt.PyJWTError:
            return None
        return self._holders.get(claims["sub"]) if claims["exp"] > self._clock() else None

    def revoke(self, token: str) -> bool:
        """Refuse a token from now on. False if it is not a valid one of this service."""
        if self.owner_of(token) is None:
            return False
        self._revoked.add(token)
        return True

    def _token(self, owner: Credentials) -> str:
        import jwt

        claims = {
            "sub": owner.client_id,
            "aud": self._account,
            "iat": int(self._clock()),
            "exp": int(self._clock() + self._ttl),
            "jti": secrets.token_hex(8),
            "scope": SCOPE if owner.permitted else "messaging.other",
        }
        return jwt.encode(claims, self._key, algorithm="HS256")


def _form(content_type: str, body: bytes) -> dict[str, str]:
    if content_type.split(";")[0].strip().lower() != FORM_TYPE:
        raise Refusal(400, "invalid_request", f"Content-Type must be {FORM_TYPE}")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise Refusal(400, "invalid_request", "the body is not a form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refusal(400, "invalid_request", "a field is given twice")
    for name in form:
        if name not in _FIELDS:
            raise Refusal(400, "invalid_request", f"unknown field {name!r}")
    for name in _FIELDS:
        if not form.get(name):
            raise Refusal(400, "invalid_request", f"{name} is missing")
    return form
