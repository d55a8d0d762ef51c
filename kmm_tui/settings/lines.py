"""On which line of a TOML text each key stands. ``tomllib`` reads the values and forgets the places."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

from kmm_tui.settings.keys import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_REST_OF_LINE = re.compile(r"[^\n]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}'''
    r"""|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"""
    r'''|"(?:[^"\\\n]|\\.)*+"'''
    r"""|'[^'\n]*'""",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of every key and every element of a list in a text that ``tomllib.loads`` accepts.

    A table stands where its own header is, or where it is first mentioned if it has none. What it returns for a text
    that is not TOML is not defined, but it ends.
    """
    return _Scanner(text.replace("\r\n", "\n")).scan()


class _Scanner:
    """One walk over a text. The text is kept in here, so that no frame's locals show it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._lines: dict[KeyPath, int] = {}
        self._lengths: dict[KeyPath, int] = {}  # elements so far of each [[list of tables]]

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self._text):
            before = self._at
            if self._next("["):
                table = self._header()
            else:
                self._pair(table)
            if self._at == before:  # not TOML: go on rather than stand still
                self._at += 1
        return self._lines

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return self._at

    def _next(self, token: str) -> bool:
        return self._text.startswith(token, self._at)

    def _take(self, token: str) -> bool:
        if self._next(token):
            self._at += len(token)
            return True
        return False

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)

    def _note(self, path: KeyPath, line: int, *, own: bool) -> None:
        if own or path not in self._lines:
            self._lines[path] = line

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            start = self._at
            self._skip(_KEY)
            word = self._text[start : self._at]
            parts.append(tomllib.loads(f"x = {word}")["x"] if word[:1] in ('"', "'") else word)
            self._skip(_SPACE)
            if not self._take("."):
                return parts

    def _header(self) -> KeyPath:
        line = self._line()
        listed = self._take("[[")
        if not listed:
            self._take("[")
        parts = self._key()
        self._skip(_REST_OF_LINE)
        path: KeyPath = ()
        for number, part in enumerate(parts, 1):
            path = (*path, part)
            last = number == len(parts)
            self._note(path, line, own=last and not listed)
            if last and listed:
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
                self._note(path, line, own=False)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, line, own=False)
        self._take("=")
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._take("["):
            self._list(path)
        elif self._take("{"):
            self._inline_table(path)
        elif self._next('"') or self._next("'"):
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _list(self, path: KeyPath) -> None:
        number = 0
        while self._skip(_BLANK) < len(self._text) and not self._take("]"):
            before = self._at
            self._note((*path, number), self._line(), own=True)
            self._value((*path, number))
            self._skip(_BLANK)
            self._take(",")
            number += 1
            if self._at == before:
                return

    def _inline_table(self, path: KeyPath) -> None:
        while self._skip(_BLANK) < len(self._text) and not self._take("}"):
            before = self._at
            self._pair(path)
            self._skip(_BLANK)
            self._take(",")
            if self._at == before:
                return
