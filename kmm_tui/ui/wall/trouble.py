"""The strip of trouble: what is critical, then what is near it, and alerts of other things; whatever page is up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from kmm_tui.board.alert_rules import LIMIT
from kmm_tui.board.alert_silence import SILENCE
from kmm_tui.board.alerts import Alert
from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure_text import age_text, figure_text
from kmm_tui.board.freshness import Age
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.wall import Names
from kmm_tui.ui.cells import clean, cut
from kmm_tui.ui.columns import Span
from kmm_tui.ui.levels import GLYPHS, ROLES
from kmm_tui.ui.wall.people import initials

LONGEST_NAME = 24
"""Cells of a name: one skill must not take the place of all others."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is wrong; `rank` orders those of the same severity, the higher first."""

    severity: Severity
    text: str
    rank: int = 0
    is_old: bool = False
    is_more: bool = False
    """Whether something worse of the same is there as well: it stands behind the first things of all others."""
    of: tuple[Scope, str] | None = None
    """The figure that it is about."""


def items(rows: Iterable[ScopeRow]) -> list[Item]:
    """What of `rows` is critical, each figure by itself; of scopes in warning the worst figure only."""
    found: list[Item] = []
    for row in rows:
        if row.age is Age.GONE or row.figures is None:
            continue
        name = "Account" if row.scope == ACCOUNT else cut(clean(row.label), LONGEST_NAME)
        for verdict in row.judged.verdicts.values():
            is_critical = verdict.severity is Severity.CRITICAL
            is_worst = verdict.metric == row.judged.worst and verdict.severity is Severity.WARN
            metric = metric_named(verdict.metric)
            if metric and (is_critical or is_worst):
                text = f"{name} {metric.short} {figure_text(row.get(metric), metric)}"
                is_more = verdict.metric != row.judged.worst
                of = (row.scope, verdict.metric)
                found.append(Item(verdict.severity, text, row.judged.rank, row.is_old, is_more, of))
    return sorted(found, key=lambda item: (-item.severity, item.is_more, -item.rank, item.text.casefold()))


def with_alerts(
    found: list[Item], alerts: Iterable[Alert], now: float, names: Names, row_of: Callable[[Scope], ScopeRow | None]
) -> list[Item]:
    """`found` with the open `alerts` at `now`, epoch s, that no figure there tells: of own rules, and of silence.

    They stand before figures as bad, as somebody has asked for them by name; of one rule the first does, and of those
    that somebody has taken or silenced, or that are calm for now, none, nor have these a colour. `row_of` has the
    figures of a scope; `names` is how much of an agent's name everybody may read.
    """
    told = {item.of for item in found}
    more: list[Item] = []
    rules: set[str] = set()
    for alert in alerts:
        if alert.rule.startswith(LIMIT) or (alert.scope, alert.metric) in told:
            continue
        is_quiet = alert.is_muted(now) or alert.level is Severity.CALM
        row, metric = row_of(alert.scope), metric_named(alert.metric) if alert.metric else None
        # What the alert itself tells of its figure may be as old as the alert.
        value = figure_text(row.get(metric), metric) if row and metric else f"for {age_text(alert.duration(now))}"
        text = f"{_alert_name(alert, names)}: {alert.what} {value}"
        account = row or row_of(ACCOUNT)
        old = is_quiet or (not alert.rule.startswith(SILENCE) and (account is None or account.is_old))
        more.append(Item(alert.peak, text, 0, old, is_quiet or alert.rule in rules))
        rules.add(alert.rule)
    return sorted([*more, *found], key=lambda item: (-item.severity, item.is_more)) if more else found


def _alert_name(alert: Alert, names: Names) -> str:
    if alert.scope == ACCOUNT:
        return "Account"
    if alert.scope.level is Level.AGENT and names is not Names.FULL:
        return (initials(alert.label) if names is Names.INITIALS else "") or "an agent"
    return cut(clean(alert.label), LONGEST_NAME)


def strip(found: Sequence[Item], width: int) -> list[Span]:
    """As many items as fit on `width` cells, each whole, and how many more there are."""
    spans: list[Span] = []
    used = 0
    for index, item in enumerate(found):
        text = f"{GLYPHS[item.severity]} {clean(item.text)}"
        left = len(found) - index - 1
        more = len(f"   +{left}") if left else 0
        size = cell_len(text) + (3 if spans else 0)
        if used + size + more > width:
            if not spans and width > 8:
                spans.append((cut(text, width - more), "stale" if item.is_old else ROLES[item.severity]))
                left_text = f"   +{left}" if left else ""
            else:
                left_text = f"{'   ' if spans else ''}+{left + 1}"
            return [*spans, (left_text, "dim")] if left_text else spans
        if spans:
            spans.append(("   ", "value"))
        spans.append((text, "stale" if item.is_old else ROLES[item.severity]))
        used += size
    return spans
