"""The door for text from the network: what passes here is data and can be drawn anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 200
"""Characters kept of any one name or message."""

_SPACES = re.compile(r"\s+")
_DROPPED = {"Cc", "Cs", "Co", "Cn"}
# Format characters that reorder or hide what follows; joiners stay, since names and emoji are built with them.
_FORMATS = frozenset("\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u2060\ufeff") | {
    chr(code)
    for first, last in ((0x202A, 0x202E), (0x2066, 0x206F), (0xFFF9, 0xFFFB))
    for code in range(first, last + 1)
}
_HIDDEN = "********"


def clean(text: str, longest: int = LONGEST) -> str:
    """`text` as one line without control, direction or unassigned characters, at most `longest` characters.

    >>> clean("Bil\\x1b[31mling\\n team")
    'Bil[31mling team'
    """
    if text.isascii() and text.isprintable() and len(text) <= longest and "  " not in text:
        return text.strip()
    text = _SPACES.sub(" ", text[: longest * 4])
    kept = "".join(c for c in text if c not in _FORMATS and unicodedata.category(c) not in _DROPPED).strip()
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


class Redactor:
    """Knows the secrets in use, so that a server that echoes one does not put it on a screen or into a log."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        for secret in secrets:
            self.learn(secret)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._secrets)} secrets>"

    def learn(self, secret: str) -> None:
        """Hide `secret` from now on. Very short ones are not: they would blot out ordinary words."""
        if len(secret) >= 4:
            self._secrets.add(secret)

    def scrub(self, text: str) -> str:
        """`text` with every known secret masked."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            if secret in text:
                text = text.replace(secret, _HIDDEN)
        return text
