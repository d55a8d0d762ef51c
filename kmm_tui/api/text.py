"""The door for text from the network: what passes here is data and can be drawn anywhere."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections import deque
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

LONGEST = 200
"""Characters kept of any one name or message."""

_SPACES = re.compile(r"\s+")
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Of the format characters, which reorder or hide what follows, only joiners stay: names and emoji are built with them.
_JOINERS = "\u200c\u200d"
_LINE_ENDS = "\u2028\u2029"
_HIDDEN = "********"
_SHORTEST_HIDDEN = 4
_PASSING = 32
_READ_AT_MOST = 64 * 1024


def clean(text: str, longest: int = LONGEST) -> str:
    """`text` as one line without control, direction or unassigned characters, at most `longest` characters.

    >>> clean("Bil\\x1b[31mling\\n team")
    'Bil[31mling team'
    """
    if text.isascii() and text.isprintable() and len(text) <= longest and "  " not in text:
        return text.strip()
    kept = "".join(
        c
        for c in text[: longest * 4]
        if c in _JOINERS or (c not in _LINE_ENDS and (c.isspace() or unicodedata.category(c) not in _DROPPED))
    )
    kept = _SPACES.sub(" ", kept).strip()
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def _forms(secret: str) -> frozenset[str]:
    if len(secret) < _SHORTEST_HIDDEN:
        return frozenset()
    sendable = secret.encode("utf-8", "replace").decode()
    return frozenset(
        {
            secret, quote(sendable, safe=""), quote_plus(sendable), json.dumps(secret)[1:-1], html.escape(secret),
            repr(secret)[1:-1], clean(secret, len(secret)) or secret,
        }
    )  # fmt: skip


class Redactor:
    """Knows the secrets in use, so that a server that echoes one does not put it on a screen or into a log."""

    __slots__ = ("_passing", "_secrets")

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(form for secret in secrets for form in _forms(secret))
        # Bearers come and go for months: the last ones are enough.
        self._passing: deque[frozenset[str]] = deque(maxlen=_PASSING)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._secrets) + len(self._passing)} secrets>"

    def learn(self, secret: str) -> None:
        """Hide `secret`, a bearer or a session's, from now on, also as a form, JSON or HTML writes it.

        Very short ones are not hidden: they would blot out ordinary words.
        """
        self._passing.append(_forms(secret))

    def scrub(self, text: str) -> str:
        """`text` with every known secret masked."""
        for secret in sorted(self._secrets.union(*self._passing), key=len, reverse=True):
            if secret in text:
                text = text.replace(secret, _HIDDEN)
        return text

    def say(self, text: str, longest: int = LONGEST) -> str:
        """What a server said, as one clean line without secrets. Masked before it is cut: half a secret is one too."""
        return self.scrub(clean(self.scrub(text[:_READ_AT_MOST]), longest))


class Body:
    """The bytes of an answer. Printing it shows how many there are: they may hold a bearer, or echo a password."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __repr__(self) -> str:
        return f"<Body of {len(self.raw)} bytes>"

    @property
    def is_json(self) -> bool:
        """Whether it begins as a JSON object or array does."""
        return self._begins in (b"{", b"[")

    @property
    def kind(self) -> str:
        """What it looks like, for a person."""
        if self.is_json:
            return "JSON"
        return {b"": "nothing", b"<": "a web page"}.get(self._begins, "text")

    @property
    def _begins(self) -> bytes:
        return self.raw[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] or self.raw[1024:].lstrip()[:1]

    def text(self) -> str:
        """It as text, with replacement characters where it is none; as much as anybody would show."""
        return self.raw[:_READ_AT_MOST].decode("utf-8", "replace")

    def parsed(self) -> object:
        """The JSON value in it; None where it is none."""
        try:
            found: object = json.loads(self.raw.decode("utf-8-sig", "replace"), strict=False)
        except (ValueError, RecursionError):
            return None
        return found

    def repaired(self) -> bytes | None:
        """The same JSON without half characters, bad UTF-8 and raw control characters; None where it is no JSON.

        One broken name is no reason to lose everybody else's figures.
        """
        found = self.parsed()
        return None if found is None else json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
