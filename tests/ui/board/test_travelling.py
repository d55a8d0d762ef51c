"""Windows of the last fourteen days on the board: what a person sees of them, and of now meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from textual.color import Color

from kmm_tui.api.errors import Unreachable
from kmm_tui.api.window import DAY, HOUR, Window
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Listing, Snapshot
from kmm_tui.board.state import AGENTS, LISTS, Content, Section, Topic, TopicState
from kmm_tui.metrics import BY_NAME, Kind

from .conftest import ACCOUNT_SNAPSHOT, NOW, NOW_MS, ROSTER, SKILLS, SetStage
from .person import Person, at_board, changed, shows

BACK = Window(NOW_MS // 60_000 * 60_000 - 119 * 60_000, NOW_MS // 60_000 * 60_000 - 59 * 60_000)
"""One hour before the last one: 12:05 to 13:05."""
CURRENT = frozenset(metric.field for metric in BY_NAME.values() if metric.kind is Kind.CURRENT)


def _then(figures: Figures, *, recorded: bool) -> Figures:
    if recorded:
        return figures
    values = {field: value for field, value in figures.values.items() if field not in CURRENT}
    return replace(figures, values=values, unrecorded=CURRENT)


def past_of(window: Window, *, recorded: bool = False, **values: float) -> tuple[TopicState, ...]:
    """The board of a window that is over: everything of now, with these figures of the account."""

    def state(topic: Topic, content: Content) -> TopicState:
        return TopicState(topic, 0.0, content, is_past=True)

    def snapshot(of: Snapshot) -> TopicState:
        content = replace(of, window=window, taken_at=window.end, figures=_then(of.figures, recorded=recorded))
        return state(Topic(Section.FIGURES, of.scope), content)

    account = changed(ACCOUNT_SNAPSHOT, **values).content
    assert isinstance(account, Snapshot)
    agents = tuple(
        replace(agent, figures=_then(agent.figures, recorded=recorded))
        if recorded
        else replace(agent, figures=_then(agent.figures, recorded=False), status=None, since=None, reason=None)
        for agent in ROSTER.agents
    )
    return (
        state(LISTS[Level.SKILL], Listing(Level.SKILL, len(SKILLS), window.end)),
        *(snapshot(each) for each in (account, *SKILLS)),
        state(AGENTS, replace(ROSTER, agents=agents, window=window, taken_at=window.end)),
    )


def frame_of(person: Person) -> str:
    """How the frame around the board is drawn at its left side, '' without one."""
    kind, colour = person.pilot.app.screen.styles.border_left
    accent = Color.parse(person.pilot.app.theme_variables["kmm-accent"])
    return kind if kind and colour == accent else ""


@shows("time.back", "time.forth", "time.now")
async def test_a_window_back_is_clearly_not_live_and_forth_is_now_again(stage: SetStage) -> None:
    async with at_board(stage) as person:
        feed = person.stage.feed
        live, lively = feed.shown, person.text
        assert "▁" not in person.line("12345678")
        feed.past[BACK] = past_of(BACK, closed_conversations=271)
        await person.press("left_square_bracket")
        assert feed.looked_back == [BACK]
        bar = person.line("PAST Sun 22 Nov 12:05–13:05")
        assert "59 min ago" in bar
        assert "├" in bar
        assert "┤ now" in bar
        assert frame_of(person) == "heavy"
        head = person.line("Acme EMEA")
        assert "◂ PAST" in head
        for live_word in ("LIVE", "next", "last 1h", "answer of"):
            assert live_word not in head, live_word
        # By-time figures are those of the API; nobody took note of the others, and that is said.
        whole = person.line("whole account")
        assert "271" in whole
        assert "n/r" in whole
        # What belongs to a figure of the strip keeps its distance from the next one's.
        assert "n/r away" not in person.text
        person.line("n/r: not recorded on this machine")
        assert "CLOSED 1h" not in person.text
        assert "not recorded" in person.line("Ana Sousa")
        assert "underlined: Sun 22 Nov 12:05–13:05" in person.line("SKILLS 4")
        # Now is asked for as before, and its answers are there when one comes back.
        assert feed.shown == live
        assert feed.window == HOUR
        await person.publish(changed(ACCOUNT_SNAPSHOT, closed_conversations=318))
        assert "271" in person.line("whole account")
        await person.press("right_square_bracket")
        assert "PAST" not in person.text
        assert frame_of(person) == ""
        assert "318" in person.line("whole account")
        assert "LIVE" in person.line("Acme EMEA")
        assert "last 1h" in person.line("Acme EMEA")
        assert "last 1h" in lively
        await person.press("right_square_bracket")
        person.line("now: there is nothing later")
        await person.press("left_square_bracket", "left_square_bracket", "full_stop")
        assert "PAST" not in person.text
        await person.press("full_stop")
        person.line("now: there is nothing later")


@shows("time.day-back", "time.day-forth")
async def test_days_back_to_the_edge_of_what_is_kept_and_forth(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("left_curly_bracket")
        person.line("PAST Sat 21 Nov 13:05–14:05")
        await person.press(*["left_curly_bracket"] * 12)
        person.line("PAST Mon 9 Nov 13:05–14:05")
        assert "as far back" not in person.text
        await person.press("left_curly_bracket")
        person.line("as far back as the API keeps figures, 14 days")
        edge = person.stage.feed.looked_back[-1]
        assert 14 * DAY - HOUR < NOW_MS - edge.start < 14 * DAY
        await person.press("left_square_bracket")
        person.line("as far back as the API keeps figures, 14 days")
        assert person.stage.feed.looked_back[-1] == edge
        await person.press("right_curly_bracket")
        person.line("PAST Mon 9 Nov 14:30–15:30")


async def test_values_of_the_moment_are_shown_where_they_were_recorded(stage: SetStage) -> None:
    async with at_board(stage) as person:
        person.stage.feed.past[BACK] = past_of(BACK, recorded=True, unassigned_conversations=44)
        await person.press("left_square_bracket")
        assert "44   0:31" in person.line("whole account")
        assert "n/r" not in person.text
        assert "Lunch" in person.line("Marta Kowalczyk")


async def test_escape_takes_back_steps_within_the_past_and_then_the_journey(stage: SetStage) -> None:
    async with at_board(stage) as person:
        person.stage.feed.past[BACK] = past_of(BACK)
        await person.press("left_square_bracket", "4")
        person.line("overview › AGENTS")
        await person.press("escape")
        person.line("SKILLS 4")
        person.line("PAST Sun 22 Nov")
        await person.press("escape")
        assert "PAST" not in person.text
        assert "LIVE" in person.line("Acme EMEA")


async def test_answers_about_a_window_one_has_left_are_too_late(stage: SetStage) -> None:
    async with at_board(stage) as person:
        feed = person.stage.feed
        feed.held = asyncio.Event()
        earlier = Window(BACK.start - HOUR, BACK.end - HOUR)
        feed.past = {BACK: past_of(BACK, closed_conversations=271), earlier: past_of(earlier, closed_conversations=99)}
        await person.press("left_square_bracket", "left_square_bracket")
        assert "312" not in person.text
        person.line("waiting for the first answer")
        board = person.stage.app.comparing
        assert board
        board.show_past(BACK, feed.past[BACK])
        await person.settled()
        assert "271" not in person.text
        feed.held.set()
        await person.settled()
        assert "99" in person.line("whole account")
        await person.press("full_stop")
        board.show_past(earlier, feed.past[earlier])
        await person.settled()
        assert "312" in person.line("whole account")


async def test_what_cannot_be_had_says_so_as_long_as_one_looks_at_it_and_r_asks_again(stage: SetStage) -> None:
    async with at_board(stage) as person:
        feed = person.stage.feed
        feed.past_fails = Unreachable("no network", "check the connection")
        feed.past[BACK] = past_of(BACK, closed_conversations=271)
        await person.press("left_square_bracket")
        assert "OFFLINE" in person.line("Acme EMEA")
        assert len([line for line in person.lines if "no network" in line]) >= 1
        await person.wait_until(NOW + 60)
        assert "OFFLINE" in person.line("Acme EMEA")
        feed.past_fails = None
        await person.press("r")
        assert "271" in person.line("whole account")
        assert "OFFLINE" not in person.text
        await person.press("full_stop")
        assert "312" in person.line("whole account")


async def test_another_view_of_the_past_is_asked_for_once(stage: SetStage) -> None:
    async with at_board(stage) as person:
        feed = person.stage.feed
        feed.past[BACK] = past_of(BACK)
        await person.press("left_square_bracket")
        live = feed.shown
        await person.press("3")
        assert feed.looked_back == [BACK, BACK]
        assert feed.shown == live
        await person.press("full_stop")
        assert feed.shown is not None
        assert feed.shown.levels == {Level.GROUP}
        assert Scope(Level.GROUP, "7") in [row.scope for row in person.stage.app.board.rows(Level.GROUP, NOW)]


async def test_a_small_screen_keeps_its_lines_for_figures_that_there_are(stage: SetStage) -> None:
    for size in ((60, 20), (80, 24)):
        async with at_board(stage, size=size) as person:
            before = person.lines
            person.stage.feed.past[BACK] = past_of(BACK, closed_conversations=271)
            await person.press("left_square_bracket")
            assert frame_of(person) == "heavy"
            whole = person.line("whole account")
            assert "271" in whole
            assert "86%" in whole
            # One line for the bar of the fourteen days, and none for the frame.
            assert "PAST Sun 22 Nov 12:05–13:05" in person.lines[1]
            assert person.lines[2].strip("┃ ").split("  ")[0] in ("IN QUEUE", "1ST RESP")
            assert len(person.lines) == len(before)


async def test_keys_that_come_before_the_first_answer_know_which_day_it_is(stage: SetStage) -> None:
    async with at_board(stage, states=[]) as person:
        await person.press("left_square_bracket")
        person.line("PAST Sun 22 Nov 12:05–13:05")
