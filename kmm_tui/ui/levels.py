"""How severity looks: a glyph, and a role that the theme gives a colour to."""

from __future__ import annotations

from kmm_tui.board.severity import Severity
from kmm_tui.ui.columns import Span
from kmm_tui.ui.roles import Role

GLYPHS: dict[Severity, str] = {
    Severity.CALM: " ",
    Severity.UNKNOWN: "?",
    Severity.WARN: "▲",
    Severity.CRITICAL: "■",
}
ROLES: dict[Severity, Role] = {
    Severity.CALM: "value",
    Severity.UNKNOWN: "dim",
    Severity.WARN: "warn",
    Severity.CRITICAL: "critical",
}


def glyph(severity: Severity, *, stale: bool = False) -> Span:
    """The sign of `severity`; of old figures it has no colour."""
    return (GLYPHS[severity], "stale" if stale else ROLES[severity])


def counted(severities: list[Severity], *, stale: bool = False) -> list[Span]:
    """How many are critical, in warning and unknown: ``■ 1  ▲ 2``; nothing while all is calm."""
    found: list[Span] = []
    for each in (Severity.CRITICAL, Severity.WARN, Severity.UNKNOWN):
        count = severities.count(each)
        if count:
            sign, role = glyph(each, stale=stale)
            found.append((f"  {sign} {count}", role))
    return found
