"""A look ahead, where a person asks: beside a figure's `?`, and with what is next to breach."""

from __future__ import annotations

from dataclasses import replace

from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import TopicState

from .conftest import NOW_MS, SKILLS, SetStage, scope_state
from .person import at_board

EVERY_MS = 30_000


def before(snapshot: Snapshot, place: int, **values: float) -> TopicState:
    """The answer so many turns before the last one."""
    figures = replace(snapshot.figures, values={**snapshot.figures.values, **values})
    at = NOW_MS - 12_000 - place * EVERY_MS
    window = replace(snapshot.window, start=snapshot.window.start - place * EVERY_MS, end=at)
    return scope_state(replace(snapshot, figures=figures, taken_at=at, window=window))


async def test_why_tells_when_a_figure_crosses_and_what_the_queue_does(stage: SetStage) -> None:
    rising = [
        before(
            SKILLS[0], place, queueWaitTime90thPercentile=150_000 - place * 3_000, unassignedConversations=24 - place
        )
        for place in range(9, -1, -1)
    ]
    async with at_board(stage) as person:
        for state in rising:
            await person.publish(state)
        await person.press("down", "down", *("right",) * 5, "question_mark")
        person.line("P90 wait · Billing")
        assert "P90 wait over 3:00 in about 5 min" in person.line("ahead")
        assert "has grown by 2.0 a minute, from 10 answers" in person.text


async def test_nothing_is_told_of_the_future_from_a_single_answer(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("down", "down", *("right",) * 5, "question_mark")
        person.line("P90 wait · Billing")
        for word in ("ahead", "the queue ", "agents needed"):
            assert not any(line.strip(" │┃").startswith(word) for line in person.text.splitlines()), word
