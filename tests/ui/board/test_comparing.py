"""By-time figures beside those of other days."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kmm_tui.api.window import DAY, Window
from kmm_tui.board.span import TODAY
from kmm_tui.feed.backfill import NO_ROOM, Progress

from .conftest import ACCOUNT_SNAPSHOT, LIMITED, NOW, SKILLS, SetStage, scope_state
from .person import at_board, shows
from .test_travelling import BACK, past_of

CLOSED, RESPONSE = "closedConversations", "avgTimeToResponse"
DAYS: dict[int, dict[str, float | None]] = {
    1: {CLOSED: 100, RESPONSE: 60_000}, 2: {CLOSED: 80, RESPONSE: 82_000}, 7: {CLOSED: 44, RESPONSE: None},
}  # fmt: skip
"""Of every row. Billing has closed 88 by now and answers within 1:22."""
SIZE = (160, 40)


@dataclass
class Filling:
    progress: Progress
    hours_progress: Progress = field(default_factory=lambda: Progress(0, 0))
    is_on: bool = True


@shows("time.usual")
async def test_figures_stand_beside_those_of_other_days_worse_ones_marked(stage: SetStage) -> None:
    async with at_board(stage, size=SIZE) as person:
        person.stage.feed.days = DAYS
        assert "yesterday" not in person.text
        await person.press("u")
        person.line("by-time figures beside yesterday")
        billing = person.line("Billing")
        assert "1:22  1:00 ▲+0:22!" in billing
        assert "88   100 ▼−12 %" in billing
        assert "yesterday" in person.line("queue")
        # The account's stand above as well.
        assert "100 ▲+212 %" in person.line("▼−0:08")
        # Who has no figure is compared with nothing: not as if it were none.
        assert "%" not in person.line("skill 4").partition("skill 4")[2]
        await person.press("u")
        person.line("beside last week")
        billing = person.line("Billing")
        assert "▲+100 %" in billing
        assert "!" not in billing
        await person.press("u")
        person.line("beside the median of comparable days")
        assert "▲+10 %" in person.line("Billing")
        await person.press("u")
        person.line("figures stand alone again")
        assert "yesterday" not in person.text
        person.line("201 agt")


async def test_groups_with_their_sub_groups_are_compared_with_nothing(stage: SetStage) -> None:
    async with at_board(stage, size=SIZE) as person:
        person.stage.feed.days = DAYS
        await person.press("u", "3")
        assert "yesterday" in person.line("agent group")
        await person.press("g")
        assert "yesterday" not in person.line("agent group")
        await person.press("g")
        assert "yesterday" in person.line("agent group")


async def test_a_window_of_the_past_stands_beside_what_was_usual_then(stage: SetStage) -> None:
    async with at_board(stage, size=SIZE) as person:
        feed = person.stage.feed
        compared: list[Window | None] = []
        feed.days, feed.compare = DAYS, compared.append  # type: ignore[attr-defined]
        feed.past[BACK] = past_of(BACK, closed_conversations=271)
        await person.press("left_square_bracket")
        # Nobody has wanted to know it: other days are asked for the present only.
        assert compared == []
        await person.press("u")
        assert compared == [BACK]
        assert "271   100 ▲+171 %" in person.line("whole account")
        assert "day before" in person.text
        await person.press("full_stop")
        assert compared == [BACK, None]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_what_is_compared_is_seen_at_every_size(stage: SetStage, size: tuple[int, int]) -> None:
    async with at_board(stage, size=size) as person:
        person.stage.feed.days = DAYS
        await person.press("u")
        assert "1:22  1:00 ▲+0:22!" in person.line("Billing")


async def test_the_order_and_exports_are_as_without(stage: SetStage, tmp_path: Path) -> None:
    async with at_board(stage, size=SIZE, prefs=replace(LIMITED, folder=tmp_path)) as person:
        person.stage.feed.days = DAYS
        await person.press("u", "p")
        before = person.rows("skills")
        await person.press("O")
        assert person.rows("skills") == ["", *reversed(before[1:-1]), before[-1]]
        await person.press("e")
        path = tmp_path / Path(person.line("saved").split()[-1]).name
        rows = {each["name"]: each for each in csv.DictReader(path.read_text("utf-8").splitlines())}
        assert rows["Billing"]["closed_conversations"] == "88"
        assert rows["Billing"]["avg_time_to_response"] == "82000"
        assert rows["Billing"]["avg_time_to_response~"] == "1:00 ▲+0:22!"


async def test_why_tells_what_was_usual(stage: SetStage) -> None:
    async with at_board(stage, size=SIZE) as person:
        person.stage.feed.days = DAYS
        await person.press("2", "down", "down")
        person.table("skills").pick_column("closed_conversations")
        await person.press("question_mark")
        person.line("Closed · Billing")
        told = person.line("yesterday 100")
        assert "last week 44" in told
        assert "median of 3 days 80" in told


async def test_counts_are_held_only_against_a_window_as_wide(stage: SetStage) -> None:
    async with at_board(stage, size=SIZE, prefs=replace(LIMITED, span=TODAY)) as person:
        person.stage.feed.days = DAYS
        billing = SKILLS[0]

        async def answer(at: float) -> str:
            await person.wait_until(at)
            window = Window(int(at * 1000) // DAY * DAY, int(at * 1000))
            for each in (ACCOUNT_SNAPSHOT, billing):
                await person.publish(scope_state(replace(each, window=window, taken_at=window.end)))
            return person.line("Billing")

        # Until 14:00 on the days before: four minutes of fourteen hours make no difference.
        await answer(NOW)
        await person.press("u")
        assert "▼−12 %" in person.line("Billing")
        # At 00:20 there are fifteen minutes of the days before: a mean still compares, a count does not.
        billing_young = await answer(NOW // 86400 * 86400 + 86400 + 20 * 60)
        assert "▲+0:22!" in billing_young
        assert "▼−12 %" not in billing_young
        await person.press("u", "u", "u", "u")
        person.line("counts only once the window is wider")
        person.table("skills").move_cursor("1")
        person.table("skills").pick_column("closed_conversations")
        await person.press("question_mark")
        told = person.line("yesterday 100")
        assert "%" not in told
        person.line("until 00:15 on those days")


async def test_how_much_of_other_days_is_known_is_told_where_somebody_wants_to_know(stage: SetStage) -> None:
    async with at_board(stage) as person:
        filling = person.stage.feed.backfill = Filling(Progress(13, 26, NO_ROOM))
        await person.wait_until(NOW + 1)
        assert "13/26" not in person.text
        await person.press("u")
        assert "usual ██▌░░ 13/26" in person.lines[-1]
        assert "429" in person.lines[-1]
        assert f"13 of 26 answers known by now, paused: {NO_ROOM}" in person.text
        await person.press("m")
        assert "13 of 26" in person.line("figures of other days")
        person.line(f"other days paused: {NO_ROOM}")
        await person.press("m")
        filling.progress = Progress(26, 26)
        await person.wait_until(NOW + 2)
        assert "usual" not in person.lines[-1]


async def test_switched_off_in_the_settings_is_said(stage: SetStage) -> None:
    async with at_board(stage, prefs=replace(LIMITED, fill=False)) as person:
        await person.press("u")
        person.line("it is switched off in the settings ([usual] fill = false)")
