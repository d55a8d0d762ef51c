"""A request that is turned away. Apart from the answers, for it loads nothing: the socket must listen early."""

from __future__ import annotations


class Refusal(Exception):
    """A request that is turned away. ``code`` is short and stable, ``message`` tells a person the reason."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def bad_request(code: str, message: str) -> Refusal:
    """A refusal with 400: the body or the query is outside the documentation."""
    return Refusal(400, code, message)


def unauthorized(code: str, message: str) -> Refusal:
    """A refusal with 401: the sign-in is wrong, expired or absent."""
    return Refusal(401, code, message)
