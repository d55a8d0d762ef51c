"""What a person types to find rows: words, patterns, and what they must not hold.

    billing            text, anywhere in a field; case and accents do not matter
    bill fr            every word has to be found
    !bot               rows without it
    ^bill  (fr|de)$    patterns: a word with any of ^ $ * + ? [ ] { } ( ) | and \\ in it; it is found as text, too
    /claims? (fr|de)/  one pattern, in which blanks are blanks; `!/…/` is what does not match it

A pattern that cannot be read, or that could take too long, is looked for as text, and `note` says so.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import Any

MOST_PATTERN = 200
"""Characters; a longer pattern is taken as text."""
MOST_FIELD = 200
"""Characters of a field that are looked at."""

_SHORT_FIELD = 80
_MOST_WAYS, _MOST_WAYS_SHORT = 2_000, 14_000
_MOST_SIZE = 20_000
_KEPT = 4_096
# A dot alone is more often a dot than a pattern.
_SYNTAX = re.compile(r"[\\^$*+?\[\]{}()|]")
# Letters whose stroke or shape is no accent to Unicode.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h"})


def fold(text: str) -> str:
    """`text` as it is compared: without case and accents."""
    if text.isascii():
        return text.lower()
    bare = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return bare.casefold().translate(_LETTERS)


@dataclass(frozen=True, slots=True)
class _Term:
    text: str
    pattern: re.Pattern[str] | None
    inverse: bool
    most: int = MOST_FIELD

    def found(self, fields: tuple[str, ...]) -> bool:
        for field in fields:
            # A lone accent is no letter, and is found in whatever there is.
            if (self.text or self.pattern is None) and self.text in field:
                return True
            if self.pattern is not None and self.pattern.search(field[: self.most]):
                return True
        return False


class Matcher:
    """One filter text, made ready. It raises nothing, whatever is typed."""

    def __init__(self, text: str) -> None:
        self._notes: list[str] = []
        self._terms = tuple(self._read(text.strip()))
        self._known: dict[tuple[str, ...], bool] = {}

    @property
    def is_empty(self) -> bool:
        """Whether everything matches."""
        return not self._terms

    @property
    def note(self) -> str:
        """Why something is looked for as text although it looks like a pattern; '' if nothing is."""
        return "; ".join(self._notes)

    def matches(self, *fields: str) -> bool:
        """Whether the row with these texts is wanted: each word is in one of them, each inverted one in none."""
        if not self._terms:
            return True
        fields = tuple(field[:MOST_FIELD] for field in fields)
        known = self._known.get(fields)
        if known is None:
            folded = tuple(fold(field) for field in fields)
            known = all(term.found(folded) != term.inverse for term in self._terms)
            # The same names come with every answer; a bound, as the board runs for months.
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[fields] = known
        return known

    def _read(self, text: str) -> list[_Term]:
        inverse = text.startswith("!")
        body = text[1:] if inverse else text
        if body.startswith("/"):
            # The closing slash may not be typed yet.
            body = body[1:-1] if len(body) > 1 and body.endswith("/") else body[1:]
            return [self._term(body, inverse, as_pattern=True)] if body else []
        terms = []
        for word in text.split():
            body = word.removeprefix("!")
            if body:
                terms.append(self._term(body, body != word, as_pattern=bool(_SYNTAX.search(body))))
        return terms

    def _term(self, body: str, inverse: bool, *, as_pattern: bool) -> _Term:
        text = fold(body)
        if not as_pattern:
            return _Term(text, None, inverse)
        try:
            return _Term(text, *_compiled(body, inverse))
        except (re.error, OverflowError, RecursionError, ValueError) as error:
            self._notes.append(f"not a pattern: {error}")
            return _Term(text, None, inverse)


def _compiled(body: str, inverse: bool) -> tuple[re.Pattern[str], bool, int]:
    """The pattern, `inverse`, and how much of a field it may be tried on. Raises what `Matcher._term` catches."""
    if len(body) > MOST_PATTERN:
        raise ValueError(f"longer than {MOST_PATTERN} characters")
    # Fields are compared folded; the letters of the pattern have to be, its classes such as \S must not.
    source = "".join(char if char.isascii() else fold(char) for char in unicodedata.normalize("NFC", body))
    with warnings.catch_warnings():
        # A warning would be written over the screen.
        warnings.simplefilter("ignore")
        tree = _parser.parse(source, re.IGNORECASE)
        ways, size = _cost(tree, MOST_FIELD)
        most = MOST_FIELD
        if ways > _MOST_WAYS:
            ways, size = _cost(tree, _SHORT_FIELD)
            most = _SHORT_FIELD
        if ways > _MOST_WAYS_SHORT or size > _MOST_SIZE:
            raise ValueError("too many repeats, it could take for ever")
        return re.compile(source, re.IGNORECASE), inverse, most


# Python's own reader of patterns; it is the one whose tree the engine runs.
_parser: Any = importlib.import_module("re._parser")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def _cost(tree: Any, length: int) -> tuple[int, int]:
    """In how many ways `tree` may be tried at one place of a text of `length` characters, and its written-out size.

    An upper bound. A repeat inside a repeat has more ways than any limit; so have many repeats in a row, and many
    alternatives, which are as slow without being nested.
    """
    ways, size = 1, 0
    for code, value in tree:
        each, more = _node(str(code), value, length)
        ways, size = min(ways * each, 10**9), min(size + more, 10**9)
    return ways, size


def _node(code: str, value: Any, length: int) -> tuple[int, int]:
    if code in _REPEATS:
        least, most, inner = value
        ways, size = _cost(inner, length)
        least, most = min(int(least), 10**6), min(int(most), max(length, least))
        size = max(1, size) * max(1, min(most, 10**6))
        if ways == 1:
            return most - least + 1, size
        if most > 30:
            return 10**9, size
        return min(sum(ways**count for count in range(least, most + 1)), 10**9), size
    if code == "BRANCH":
        costs = [_cost(branch, length) for branch in value[1]]
        return sum(ways for ways, _ in costs), sum(size for _, size in costs)
    if code == "SUBPATTERN":
        return _cost(value[-1], length)
    if code in ("ASSERT", "ASSERT_NOT"):
        return _cost(value[1], length)
    if code == "ATOMIC_GROUP":
        return _cost(value, length)
    if code == "GROUPREF_EXISTS":
        costs = [_cost(branch, length) for branch in value[1:] if branch is not None]
        return sum(ways for ways, _ in costs), sum(size for _, size in costs)
    if code == "GROUPREF":
        return 1, length
    if code == "IN":
        return 1, len(value)
    return 1, 1
