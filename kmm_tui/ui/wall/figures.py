"""One figure of a wall in words and roles: the same text, level and sign as on the board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo

from kmm_tui.board.agents import count_states
from kmm_tui.board.board import Board
from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure_text import GONE, age_text
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.limit_text import bound_text
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import ACCOUNT, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, Section, Topic
from kmm_tui.board.wall import Page, Spot
from kmm_tui.metrics import Metric, Unit
from kmm_tui.ui.columns import Span
from kmm_tui.ui.header import GLYPHS as AGE_GLYPHS
from kmm_tui.ui.header import local_time
from kmm_tui.ui.levels import GLYPHS, ROLES
from kmm_tui.ui.roles import Role
from kmm_tui.ui.strip import Say, Tile, tiles

ROOM: dict[Unit, str] = {
    Unit.COUNT: "0000",
    Unit.DURATION: "00:00",
    Unit.RATIO: "000%",
    Unit.SHARE: "000%",
    Unit.SCORE: "+00",
}
"""What a column has room for in its page's size; anything longer is written smaller, and the column stays as it is."""
WIDEST = "0000M"
"""For units that nothing is known of."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as it stands on a wall. `target` stands at the right end of its label, `note` below it."""

    label: tuple[Span, ...]
    text: str
    role: Role
    target: tuple[Span, ...] = ()
    note: tuple[Span, ...] = ()
    room: str = WIDEST


Usual = Callable[[ScopeRow, Metric], Span]
"""How a figure differs from what is usual, as text; '' where nothing is known."""


def shown(board: Board, page: Page, spot: Spot, now: float, window: str, tz: tzinfo | None, usual: Usual) -> Shown:
    """One figure of `page` at `now`, epoch s; `window` is what by-time figures are counted over, such as ``1h``."""
    metric = metric_named(spot.metric)
    if metric is None:
        return Shown(((spot.metric, "dim"),), "?", "dim")
    row = board.row(spot.scope, now)
    topic = ACCOUNT_FIGURES if spot.scope == ACCOUNT else Topic(Section.FIGURES, spot.scope)
    fresh = board.freshness(topic, now)
    tile = _tile(metric, window)
    say = Say(row)
    worst = say.worst(tile) if row else None
    old = row is None or row.is_old
    text = GONE if row is None or fresh.age is Age.AWAITED else say(metric.name)
    severity = worst.severity if worst else (row.judged.severity_of(metric.name) if row else Severity.CALM)
    role: Role = say.role(metric.name)
    if worst and not old:
        role = ROLES[worst.severity]
    quiet: Role = "stale" if old else "dim"
    label: list[Span] = [] if severity is Severity.CALM or text == GONE else [_sign(severity, old)]
    if page.is_of_one:
        label.append((tile.label, quiet))
    else:
        label += [(board.label(spot.scope), "stale" if old else "value"), (f" {metric.short}", quiet)]
    return Shown(
        tuple(label),
        text,
        role,
        age_words(fresh) or _source_words(board, metric, now) or _target(board, row, tile, quiet),
        tuple(_note(row, tile, say, quiet, tz, usual)) if row and text != GONE else (),
        ROOM.get(metric.unit, WIDEST),
    )


def _tile(metric: Metric, window: str) -> Tile:
    known = next((tile for tile in tiles(window) if tile.metric == metric.name), None)
    # A wall has a line of its own for what the strip has to squeeze in.
    return replace(known, width=40) if known else Tile(metric.label.upper(), metric.name, 40, 0, lambda _: ("",))


def _sign(severity: Severity, old: bool) -> Span:
    return (f"{GLYPHS[severity]} ", "stale" if old else ROLES[severity])


def age_words(fresh: Freshness) -> tuple[Span, ...]:
    """How old a figure is, and why, once it is not live: ``▲ LATE 1m``; nothing while it is."""
    if fresh.age in (Age.LIVE, Age.PAST):
        return ()
    if fresh.age is Age.AWAITED and fresh.trouble is None:
        return (("waiting", "dim"),)
    glyph, role = AGE_GLYPHS[Age.LATE if fresh.age is Age.AWAITED else fresh.age]
    word = fresh.trouble.word if fresh.trouble else "STALE" if fresh.age is Age.GONE else fresh.age.value
    age = f" {age_text(fresh.seconds)}" if fresh.seconds is not None else ""
    return ((f"{glyph} {word}{age}", role),)


def _source_words(board: Board, metric: Metric, now: float) -> tuple[Span, ...]:
    """The same of the person's own source that a figure comes from, which grows old by itself."""
    fresh = board.source_freshness(metric.name, now) if metric.is_own else None
    return age_words(fresh) if fresh else ()


def _target(board: Board, row: ScopeRow | None, tile: Tile, quiet: Role) -> tuple[Span, ...]:
    if row is None:
        return ()
    worst = Say(row).worst(tile)
    limit = worst.limit if worst else board.judge.limit_for(tile.metric, row.scope, board.named(row.scope))
    if limit is None or limit.is_off:
        return ()
    text = bound_text(limit, worst.severity if worst else Severity.WARN) or bound_text(limit, Severity.CRITICAL)
    if worst and worst.metric != tile.metric:
        known = metric_named(worst.metric)
        text = f"{known.short if known else worst.metric} {text}"
    return ((text, quiet),)


def _note(row: ScopeRow, tile: Tile, say: Say, quiet: Role, tz: tzinfo | None, usual: Usual) -> list[Span]:
    worst = say.worst(tile)
    spans: list[Span] = []
    if worst is not None:
        since = f" since {local_time(worst.since * 1000, tz, '%H:%M')}" if worst.since else ""
        role: Role = "stale" if row.is_old else ROLES[worst.severity]
        spans.append((f"{worst.severity.word}{since}", role))
        if worst.metric != tile.metric:
            known = metric_named(worst.metric)
            spans.append((f"  {known.short if known else worst.metric} {say(worst.metric)}", quiet))
    elif below := tile.below(say)[0]:
        spans.append((below, quiet))
    metric = metric_named(tile.metric)
    text, role = usual(row, metric) if metric else ("", "dim")
    if text:
        spans.append((f"{'  ' if spans else ''}{text} on usual", "stale" if row.is_old else role))
    return spans


def counts(board: Board, scope: Scope, now: float) -> list[Shown]:
    """How many agents of `scope` are in which state, by the last sweep."""
    fresh, roster = board.freshness(AGENTS, now), board.roster()
    words = age_words(fresh)
    old = fresh.age in (Age.STALE, Age.GONE)
    if roster is None or fresh.age is Age.GONE:
        return [Shown(((label, "stale"),), GONE, "stale", words, room="000") for label in ("ONLINE", "AWAY", "SOON")]
    found = count_states(board.agents_of(scope))
    quiet: Role = "stale" if old else "dim"
    note: tuple[Span, ...] = () if roster.is_whole else (("not all could be read", quiet),)
    states: tuple[tuple[str, int, Role], ...] = (
        ("ONLINE", found.online, "online"),
        ("AWAY", found.away, "away"),
        ("SOON", found.back_soon, "back-soon"),
    )
    return [
        Shown(((label, quiet),), str(count), "stale" if old else role, words, note, room="000")
        for label, count, role in states
    ]
