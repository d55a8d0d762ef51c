"""Which figures stand on which page, and where on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.board import Board
from kmm_tui.board.judge import Judge
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import TopicState
from kmm_tui.board.wall import DEFAULT_PLANS, MOST_FIGURES, USUAL, Page, Plan, Spot, look, pages, split
from kmm_tui.board.wallbreach import Breaches
from kmm_tui.ui.wall.digits import SIZES, figure_width
from kmm_tui.ui.wall.figures import ROOM
from kmm_tui.ui.wall.grid import GAP, capacity, place
from kmm_tui.ui.wall.paint import written
from tests.ui.board.conftest import NOW, SKILLS, scope_state, whole_board

P90, QUEUE = "queue_wait_time_90th_percentile", "unassigned_conversations"


def board_of(states: list[TopicState]) -> Board:
    board = Board(Judge(PRESETS["live-chat"]))
    for state in states:
        board.put(state)
    return board


BOARD = board_of(whole_board())


def skill(key: str) -> Scope:
    return Scope(Level.SKILL, key)


def made(*plans: Plan) -> list[Page]:
    return list(pages(plans, BOARD, NOW))


def test_without_settings_the_account_then_what_is_in_trouble_then_the_groups() -> None:
    account, skills, groups = made(*DEFAULT_PLANS)
    assert account.spots == tuple(Spot(ACCOUNT, name) for name in USUAL)
    assert account.is_of_one
    # The worst first, each by its worst figure; a calm one by how busy it is.
    assert skills.spots[:2] == (Spot(skill("2"), P90), Spot(skill("1"), P90))
    assert Spot(skill("4"), QUEUE) in skills.spots
    assert (skills.title, groups.title) == ("skills", "agent groups")


@pytest.mark.parametrize(
    ("on", "labels"),
    [
        (("account",), [""]),
        (("skill:Bill*",), ["Billing"]),
        (("Bill*", "Lisbon"), ["Billing", "Lisbon"]),
        (("skill:1", "skill:3"), ["Billing", "日本語サポート"]),
        (("group",), ["Lisbon", "Main group"]),
        (("skill",), ["Billing", "Returns [EU]", "skill 4", "日本語サポート"]),
        (("GROUP", "account"), ["", "Lisbon", "Main group"]),
        (("skill:nobody",), []),
    ],
)
def test_a_pattern_makes_a_page_of_each_skill_or_group_that_fits(on: tuple[str, ...], labels: list[str]) -> None:
    assert [page.title for page in made(Plan(on, ("csat", QUEUE)))] == labels
    assert [page.title for page in made(Plan(on, agents=True))] == labels


def test_one_metric_of_several_stands_side_by_side() -> None:
    (page,) = made(Plan(("skill",), ("csat",), title="CSAT by skill"))
    assert page.title == "CSAT by skill"
    assert {spot.metric for spot in page.spots} == {"csat"}
    assert len(page.spots) == len(SKILLS)


def test_only_the_top_ones_where_that_is_wanted() -> None:
    (page,) = made(Plan(("skill",), (P90,), top=2))
    assert [spot.scope.key for spot in page.spots] == ["2", "1"]


def test_before_anything_is_known_the_account_has_its_page_all_the_same() -> None:
    (page,) = pages(DEFAULT_PLANS, board_of([]), NOW)
    assert page.spots[0].scope == ACCOUNT


@pytest.mark.parametrize(
    ("plans", "levels", "agents", "metrics"),
    [
        ((Plan(),), set(), False, ()),
        ((Plan(("skill:Bill*",)),), {Level.SKILL}, False, ()),
        ((Plan(("Bill*",)),), {Level.SKILL, Level.GROUP}, False, ()),
        ((Plan(), Plan(("group",), agents=True)), {Level.GROUP}, True, ()),
        ((Plan(("account",), ("overdue_conversations_assigned", "online_share")),), set(), False,
         ("overdue_conversations_assigned",)),
    ],
)  # fmt: skip
def test_it_asks_for_what_the_pages_need(
    plans: tuple[Plan, ...], levels: set[Level], agents: bool, metrics: tuple[str, ...]
) -> None:
    wanted = look(plans, BOARD)
    assert wanted.levels == levels
    assert (wanted.agents, wanted.trend, wanted.metrics) == (agents, None, metrics)


@given(st.integers(0, 40), st.integers(0, 9))
def test_a_page_in_parts_loses_no_figure_and_no_part_is_too_full(count: int, size: int) -> None:
    page = Page("0", "", tuple(Spot(skill(str(each)), "csat") for each in range(count)))
    parts = split(page, size)
    assert tuple(spot for part in parts for spot in part.spots) == page.spots
    assert all(len(part.spots) <= max(1, min(size, MOST_FIGURES)) for part in parts)
    assert len({part.key for part in parts}) == len(parts)
    full = [len(part.spots) for part in parts]
    assert len(full) < 2 or max(full) - min(full) < max(full)


rooms = st.lists(st.sampled_from([*ROOM.values(), "0000M"]), min_size=1, max_size=6)


@given(rooms, st.integers(20, 400), st.integers(3, 120), st.none() | st.sampled_from(SIZES))
def test_whatever_the_size_of_the_terminal_figures_fit_and_are_as_large_as_can_be(
    texts: list[str], width: int, height: int, size: int | None
) -> None:
    grid = place(texts, width, height, size)
    if grid is None:
        return
    assert grid.columns * grid.rows >= len(texts)
    assert grid.columns * grid.width + GAP * (grid.columns - 1) <= width
    assert grid.above + grid.used <= height
    assert all(figure_width(text, grid.size) <= grid.width for text in texts)
    assert size is None or grid.size == size
    if size is None and grid.noted and grid.size < SIZES[-1]:
        larger = SIZES[SIZES.index(grid.size) + 1]
        tighter = place(texts, width, height, larger)
        assert tighter is None or not tighter.noted
    assert place(texts, width + 40, height + 20, size) is not None


@given(st.text("0123456789:%kMh>", min_size=1, max_size=9), st.sampled_from(SIZES), st.integers(4, 80))
def test_a_figure_too_long_for_its_column_is_smaller_and_on_the_same_ground(text: str, size: int, width: int) -> None:
    lines = written(text, size, width)
    assert len(lines) == size
    assert all(len(line) <= width for line in lines)
    assert any(line.strip() for line in lines)


def test_sizes_at_the_terminals_that_people_have() -> None:
    six = ["0000", "00:00", "0000", "0000", "000%", "0000"]
    found = {
        size: (grid.size, grid.columns, grid.rows)
        for size in ((60, 20), (80, 24), (120, 40), (200, 60), (400, 120))
        if (grid := place(six, size[0] - 3, size[1] - 3))
    }
    assert found == {
        (60, 20): (3, 2, 3),
        (80, 24): (5, 2, 3),
        (120, 40): (7, 2, 3),
        (200, 60): (10, 2, 3),
        (400, 120): (20, 2, 3),
    }


def test_fewer_figures_stand_on_a_page_that_has_to_be_read_from_afar() -> None:
    six = ["00:00"] * 6
    assert capacity(six, 77, 21, None, 3) == 6
    assert capacity(six, 77, 21, None, 7) == 2
    assert capacity(six, 77, 21, 5, 3) == 6
    assert capacity(six, 20, 21, None, 7) == 0


def with_figures(snapshot: Snapshot, seconds: int, **fields: float | None) -> TopicState:
    values = {**snapshot.figures.values, **fields}
    figures = replace(snapshot.figures, values=values)
    return scope_state(replace(snapshot, figures=figures, taken_at=snapshot.taken_at + 1000 * seconds))


def test_what_was_critical_at_the_start_is_not_new_and_what_becomes_so_is_new_once() -> None:
    board, breaches = board_of([scope_state(SKILLS[0]), scope_state(SKILLS[2])]), Breaches()

    def noted(*states: TopicState, now: float = NOW) -> list[str]:
        for state in states:
            board.put(state)
        return [each.row.label for each in breaches.note(board.rows(Level.SKILL, now))]

    waits, queue = "queueWaitTime90thPercentile", "unassignedConversations"
    calm, bad = {waits: 5_000.0, queue: 3.0}, {waits: 401_000.0, queue: 31.0}
    assert noted() == []
    assert noted(with_figures(SKILLS[2], 1, **calm)) == []
    assert noted(with_figures(SKILLS[2], 2, **bad)) == ["日本語サポート"]
    assert noted(with_figures(SKILLS[2], 3, **bad)) == []
    # A skill that comes later is not new trouble either.
    assert noted(scope_state(SKILLS[1])) == []
    # Neither is what nobody knew for a while, nor what was too old to be known.
    assert noted(with_figures(SKILLS[2], 4, **{waits: None, queue: 31.0})) == []
    assert noted(with_figures(SKILLS[2], 5, **bad)) == []
    assert noted(now=NOW + 300) == []
    assert noted(with_figures(SKILLS[2], 300, **bad), now=NOW + 300) == []
    # What was calm in between is.
    assert noted(with_figures(SKILLS[2], 310, **calm), now=NOW + 310) == []
    assert noted(with_figures(SKILLS[2], 320, **bad), now=NOW + 320) == ["日本語サポート"]
