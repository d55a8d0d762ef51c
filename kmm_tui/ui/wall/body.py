"""The middle of a wall: a page in the room that there is, with what is wrong above it in large letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kmm_tui.api.errors import SignInRefused
from kmm_tui.board.board import Board
from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure_text import age_text
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.state import AGENTS
from kmm_tui.board.wall import MOST_FIGURES, USUAL, Names, Page, Plan, Spot
from kmm_tui.board.wallsight import Sight, sight_text
from kmm_tui.ui.columns import Span
from kmm_tui.ui.header import GLYPHS, truth
from kmm_tui.ui.lines import Line
from kmm_tui.ui.wall.digits import SIZES, SMALLEST
from kmm_tui.ui.wall.figures import ROOM, WIDEST, Shown, counts
from kmm_tui.ui.wall.grid import Grid, capacity, place
from kmm_tui.ui.wall.paint import BANNER_SIZES, banner, banner_height, paint, word_for
from kmm_tui.ui.wall.people import people


@dataclass(frozen=True, slots=True)
class Area:
    """Cells in which a page stands."""

    width: int
    height: int


def least_size(sight: Sight | None, rows: int) -> int:
    """The smallest size of figures that is read from where people stand, on a terminal of `rows`."""
    if sight is None:
        return SMALLEST
    needed = sight.needed(rows)
    return next((size for size in SIZES if size >= needed), SIZES[-1])


def sight_words(sight: Sight, plans: Sequence[Plan], width: int, height: int) -> list[str]:
    """How large figures are on a terminal of this size, and which pages cannot hold theirs, a line each."""
    area, least = area_of(width, height), least_size(sight, height)
    counts = [(plan, min(MOST_FIGURES, len(plan.metrics) or MOST_FIGURES)) for plan in plans if not plan.agents]
    found, used = [], []
    for plan, count in counts:
        room = _widest(plan.metrics or USUAL)
        fits = capacity([room] * count, area.width, area.height, plan.size, least)
        if grid := place([room] * (fits or count), area.width, area.height, plan.size, least):
            used.append(grid.size)
        if fits < count:
            name = plan.title or ", ".join(plan.on)
            parts = f"{fits} at a time" if fits else "smaller than that"
            found.append(f"the page {name} cannot hold {count} figures that large: they are shown {parts}")
    return [sight_text(sight, height, min(used, default=None), SIZES[-1]), *found]


def _widest(names: Sequence[str]) -> str:
    rooms = [ROOM.get(metric.unit, WIDEST) for name in names if (metric := metric_named(name))]
    return max(rooms, key=len, default=WIDEST)


def area_of(width: int, height: int) -> Area:
    """What a terminal leaves for a page: without the first and the last line, the margins, and what the drift takes."""
    return Area(max(1, width - 3), max(1, height - 3))


def rooms_of(page: Page) -> list[str]:
    """What the figures of a page need room for, by their units."""
    metrics = [metric_named(spot.metric) for spot in page.spots]
    return [ROOM.get(metric.unit, WIDEST) if metric else WIDEST for metric in metrics]


def body_of(
    board: Board,
    page: Page,
    area: Area,
    now: float,
    *,
    figure: Callable[[Page, Spot], Shown],
    least: int,
    names: Names,
) -> tuple[Line, ...]:
    """The lines of `page` at `now`, epoch s; the last ones may be left out."""
    overall = board.overall(now)
    if page.agents_of is not None:
        roomy = area.height >= 24 and not _is_bad(overall)
        found = [*[()] * roomy, *_agents(board, page, Area(area.width, area.height - roomy), now, names)]
        return tuple([*_banner(overall, now, 3, area), *found] if _is_bad(overall) else found)
    figures = [figure(page, spot) for spot in page.spots]
    rooms = [each.room for each in figures]
    grid = _grid(rooms, area.width, area.height, page.size, least)
    if grid is None:
        return ()
    if not _is_bad(overall):
        return tuple(paint(figures, grid))
    spare = area.height - grid.used
    size = max((each for each in BANNER_SIZES if banner_height(each) <= spare and each <= grid.size), default=3)
    above = _banner(overall, now, size, area)
    smaller = _grid(rooms, area.width, area.height - len(above), page.size, least)
    if smaller is None:
        # Too few lines for both: old figures are worth less than the word for what is wrong.
        kept = figures
        while kept and smaller is None:
            kept = kept[:-1]
            smaller = _grid([each.room for each in kept], area.width, area.height - len(above), None, SMALLEST)
        figures = kept
    return (*above, *(paint(figures, smaller) if smaller else []))


def _grid(rooms: Sequence[str], width: int, height: int, size: int | None, least: int) -> Grid | None:
    return place(rooms, width, height, size, least) or place(rooms, width, height)


def _is_bad(overall: Freshness) -> bool:
    return overall.age in (Age.LATE, Age.STALE, Age.GONE) or (
        overall.age is Age.AWAITED and overall.trouble is not None
    )


def _banner(overall: Freshness, now: float, size: int, area: Area) -> list[Line]:
    glyph, role = GLYPHS[Age.LATE if overall.age is Age.AWAITED else overall.age]
    age = f"{age_text(overall.seconds)} old" if overall.seconds is not None else "no data yet"
    details: list[Span] = [(f"{glyph} {age}", role)]
    if overall.trouble:
        # What happens next, in the words of the line of truth, which begins with the word and how old it is.
        details += truth(overall, now, None)[2:]
        # Who is refused is nobody's business in front of everybody.
        is_sign_in = overall.trouble.word == SignInRefused.word
        details.append((" · the sign-in is refused" if is_sign_in else f" · {overall.trouble.message}", "dim"))
    return banner(word_for(overall), role, details, size, area.width)


def _agents(board: Board, page: Page, area: Area, now: float, names: Names) -> list[Line]:
    scope = page.agents_of
    assert scope is not None  # noqa: S101 - asked for by the caller
    figures = counts(board, scope, now)
    fresh = board.freshness(AGENTS, now)
    rooms = [each.room for each in figures]
    size = 3 if area.height < 24 else 5 if area.height < 44 else 7
    grid = next((g for s in (size, SMALLEST) if (g := place(rooms, area.width, s + 2, s))), None)
    lines = paint(figures, grid) if grid else []
    if fresh.age is Age.GONE:
        return lines
    rows = board.agent_rows(scope)
    stale = fresh.age is Age.STALE
    room = area.height - len(lines) - 1
    return [*lines, (), *people(rows, names, area.width, room, int(now * 1000), stale=stale)]
