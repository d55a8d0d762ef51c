"""What is wrong with the settings, one line a problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


def printable(text: str) -> str:
    """The text on one line, with control characters written as escapes: a settings file must not drive the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. It never holds a value from a sign-in.

    ``where`` is ``file:line``, the name of a variable, a flag, or empty; ``key`` is dotted, or empty where ``where``
    already names it; ``text`` says what is wrong and what to do.
    """

    where: str
    key: str
    text: str

    def __str__(self) -> str:
        return printable(": ".join(part for part in (self.where, self.key, self.text) if part))


class SettingsError(Exception):
    """The settings cannot be used. Its text is one line per problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
