"""How bad a figure is: calm, unknown, warn or critical."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """In the order of what to look at; the worst of several is their maximum."""

    CALM = 0
    UNKNOWN = 1
    """A limit is set and there is no figure to hold against it: missing data is never good news."""
    WARN = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The one word for it; '' while calm."""
        return "" if self is Severity.CALM else self.name.lower()
