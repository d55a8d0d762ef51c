"""Everything that can go wrong on the way to a figure: one tree. Each message is one line: what happened; what to do.

* KmmError
    * LimitExceeded      a documented limit, known before asking: nothing was sent
        * TooManyAgents  known after asking once: more agents than can be read in one population
    * SignInRefused      401: bad or expired sign-in
        * AccountUnknown 401 of the Domain API: there is no such account
    * PermissionMissing  403: the key or user lacks the permission
    * RequestRefused     400 and other refusals: asking again will not help
    * Throttled          429: asked too often
    * Unreachable        no connection, or no answer in time
    * ServerFailure      5xx
    * Garbled            an answer that is not what the API documents: HTML, broken JSON, the wrong shape
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from kmm_tui.api.answers import AgentViewAnswer


class KmmError(Exception):
    """Base of all errors of this package.

    ``word`` is the one word that a screen shows for it; ``what`` says what happened, ``todo`` what to do about it;
    ``retryable`` whether asking again, later, can help without anybody doing anything.
    """

    word: ClassVar[str] = "ERROR"
    retryable: ClassVar[bool] = False

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(f"{what}; {todo}")
        self.what = what
        self.todo = todo


class LimitExceeded(KmmError):
    """A limit of the API that is known before asking. No request was made."""

    word = "LIMIT"


class TooManyAgents(LimitExceeded):
    """More agents pass the filters than can be read in one population. `answer` is what could be read of them."""

    def __init__(self, what: str, todo: str, *, answer: AgentViewAnswer | None = None) -> None:
        super().__init__(what, todo)
        self.answer = answer


class SignInRefused(KmmError):
    """The sign-in was refused (401), also after signing in afresh once."""

    word = "AUTH"


class AccountUnknown(SignInRefused):
    """The Domain API does not know the account."""


class PermissionMissing(KmmError):
    """Signed in, but not allowed to read this (403)."""

    word = "DENIED"


class RequestRefused(KmmError):
    """The server refuses this request (400, other 4xx). ``status`` is the HTTP status, ``said`` the server's words."""

    word = "REFUSED"

    def __init__(self, what: str, todo: str, *, status: int = 400, said: str = "") -> None:
        super().__init__(what, todo)
        self.status = status
        self.said = said


class Throttled(KmmError):
    """Too many requests (429). ``retry_after`` is what the server asked for, in seconds, if it did."""

    word = "THROTTLED"
    retryable = True

    def __init__(self, what: str, todo: str, *, retry_after: float | None = None) -> None:
        super().__init__(what, todo)
        self.retry_after = retry_after


class Unreachable(KmmError):
    """No connection to the host, or no answer in time."""

    word = "OFFLINE"
    retryable = True


class ServerFailure(KmmError):
    """The server failed (5xx). ``status`` is the HTTP status."""

    word = "SERVER"
    retryable = True

    def __init__(self, what: str, todo: str, *, status: int = 500) -> None:
        super().__init__(what, todo)
        self.status = status


class Garbled(KmmError):
    """An answer that cannot be read as what the API documents."""

    word = "GARBLED"
    retryable = True
