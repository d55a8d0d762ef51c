"""The questions that a supervisor asks, each answered by at most three keys from the overview.

`python -m tests.ui.board.test_questions` prints them as a table for the README.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from kmm_tui.api.answers import StateDuration
from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Agent, AgentDetail, Listing, Roster
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, TopicState, agent_topic
from kmm_tui.ui.keymap import key_text

from .conftest import (
    ACCOUNT_SNAPSHOT,
    COST,
    NOW_MS,
    ROSTER,
    TREND_CONTENT,
    WINDOW,
    SetStage,
    agent,
    good,
    row,
    scope_state,
)  # fmt: skip
from .person import at_board

MOST_KEYS = 3


@dataclass(frozen=True)
class Question:
    """What is asked, the keys from the overview, and what is read there: each text in one line of the screen.

    The words of one entry stand in one line in this order, and no entry above the one before.
    """

    question: str
    keys: tuple[str, ...]
    answer: tuple[tuple[str, ...], ...]
    where: str


QUESTIONS: tuple[Question, ...] = (
    Question(
        "Is anything wrong, and where?", (),
        (("■ 4:12", "▲ 5"), ("SKILLS 4", "■ 1"), ("■ Billing", "14", "■4:12")),
        "the strip, and the rows pinned on top of the skills",
    ),
    Question(
        "Who is away longest with work?", ("a",),
        (("2 away with work",), ("! Marta Kowalczyk", "Lunch", "31:44", "3"), ("! J. Okafor", "Break", "4:10", "2")),
        "the first row",
    ),
    Question(
        "How many consumers is that?", ("a",), (("! 2 away with work (5 consumers)",),), "the title of the agents",
    ),
    Question(
        "Which skill breaches next?", ("b",),
        (("next to breach: Claims", "online load 83% of ▲ 85%"), ("▌", "Claims", "83%")),
        "the line below the strip, and the cursor",
    ),
    Question(
        "Why is Billing slow?", ("down", "question_mark"),
        (("P90 wait · Billing", "4:12", "critical"),
         ("what moves it", "14 waiting", "0 free slots"), ("agents away", "load 104")),
        "*what moves it*",
    ),
    Question(
        "Who could cover Billing?", ("down", "x"),
        (("WHO COULD COVER · Billing",), ("14 waiting, 0 free slots",),
         ("J. Okafor", "Break", "4:10"), ("Marta Kowalczyk", "Lunch", "31:44"), ("Ana Sousa", "online", "1")),
        "those who left last on top, then those online with room",
    ),
    Question(
        "Who is over their break?", ("4",),
        (("Marta Kowalczyk", "Lunch", "31:44", "/30:00"), ("Rui Costa", "Break", "17:20", "/15:00")),
        "the pinned rows: the bar has reached its limit",
    ),
    Question(
        "What was resolved in this skill, and by whom?", ("down", "question_mark"),
        (("resolved", "88 in the window: 51 by agents, 21 by consumers"),),
        "*resolved*; Enter on the skill shows it by agent",
    ),
    Question(
        "Which agents of Lisbon are online with room?", ("3", "down", "x"),
        (("WHO COULD COVER · Lisbon",), ("Li Wei 李伟", "online", "2"), ("Ana Sousa", "online", "1")),
        "the end of the list: the most room on top",
    ),
    Question(
        "How old is what I see, and what happens next?", (), (("LIVE 12s", "next 18s"),),
        "the right end of the top line",
    ),
    Question(
        "What is Marta doing, and since when?", ("4", "enter"),
        (("AGENT Marta Kowalczyk",), ("○ Lunch", "31:44", "of 30:00"), ("away with work: 3 assigned",),
         ("● online", "45:00", "○ Lunch", "15:00")),
        "the state against its limit, and how the window was spent",
    ),
)  # fmt: skip

SKILLS = (
    row(Level.SKILL, "1", "Billing", unassigned_conversations=14, queue_wait_time_50th_percentile=151_000,
        queue_wait_time_90th_percentile=252_000, overdue_conversations_in_queue=2, overdue_conversations_total=4,
        open_conversations=80, online_agents=7, away_agents=3, back_soon_agents=1, available_slots=0, agent_load=1.04,
        human_online_load=1.04, avg_time_to_first_response_first_assignment=50_000, avg_time_to_response=40_000,
        closed_conversations=88, closed_by_agent=51, closed_by_consumer=21, auto_closed=16, csat=0.9),
    *(
        row(Level.SKILL, key, name, unassigned_conversations=queue, queue_wait_time_50th_percentile=5_000,
            queue_wait_time_90th_percentile=20_000, overdue_conversations_in_queue=0, overdue_conversations_total=0,
            open_conversations=40, online_agents=9, away_agents=1, back_soon_agents=0, available_slots=4,
            agent_load=load, human_online_load=load, avg_time_to_first_response_first_assignment=30_000,
            avg_time_to_response=30_000, closed_conversations=60, closed_by_agent=40, closed_by_consumer=15,
            auto_closed=5, csat=0.95)
        for key, name, queue, load in (("2", "Returns", 3, 0.6), ("3", "Claims", 2, 0.83), ("4", "日本語", 1, 0.5))
    ),
)  # fmt: skip
GROUPS = (
    row(Level.GROUP, "7", "Lisbon", unassigned_conversations=9, available_slots=3, online_agents=17, away_agents=4),
)
AGENTS_NOW: tuple[Agent, ...] = (
    replace(ROSTER.agents[0], status="AWAY"),
    replace(ROSTER.agents[2], figures=agent("3", "", "ONLINE", 0, available_slots=1, assigned_conversations=3,
                                            agent_load=0.75, max_slots=4).figures),
    agent("2", "Li Wei 李伟", "ONLINE", 2900, available_slots=2, assigned_conversations=2, agent_load=0.5, max_slots=4),
    agent("5", "J. Okafor", "AWAY", 250, "Break", available_slots=0, assigned_conversations=2, agent_load=0.5),
    agent("6", "Rui Costa", "AWAY", 1040, "Break", available_slots=0, assigned_conversations=0, agent_load=0.0),
    agent("8", "Eva Lima", "ONLINE", 900, available_slots=0, assigned_conversations=4, agent_load=1.0, max_slots=4),
)  # fmt: skip


def floor() -> list[TopicState]:
    """A floor with one skill in trouble, one near to it, and somebody away with work."""
    spent = (StateDuration("ONLINE", 2_700_000, None), StateDuration("AWAY", 900_000, "Lunch"))
    detail = AgentDetail("1", AGENTS_NOW[0], (), spent, WINDOW, NOW_MS - 12_000, COST)
    return [
        good(LISTS[Level.SKILL], Listing(Level.SKILL, len(SKILLS), NOW_MS - 12_000)),
        good(LISTS[Level.GROUP], Listing(Level.GROUP, len(GROUPS), NOW_MS - 12_000)),
        good(ACCOUNT_FIGURES, ACCOUNT_SNAPSHOT),
        *(scope_state(snapshot) for snapshot in (*SKILLS, *GROUPS)),
        good(AGENTS, Roster(AGENTS_NOW, WINDOW, NOW_MS - 12_000, COST)),
        good(agent_topic("1"), detail),
        good(TREND, TREND_CONTENT),
    ]


def missing(answer: Sequence[Sequence[str]], lines: Sequence[str]) -> Sequence[str] | None:
    """The first entry that is not on the screen, or above the one before; None if all are there."""
    rest = list(lines)
    for words in answer:
        at = next((at for at, line in enumerate(rest) if in_order(words, line)), None)
        if at is None:
            return words
        rest = rest[at:]
    return None


def in_order(words: Sequence[str], line: str) -> bool:
    at = 0
    for word in words:
        at = line.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_question_is_answered(stage: SetStage, size: tuple[int, int]) -> None:
    async with at_board(stage, size, states=floor()) as person:
        for each in QUESTIONS:
            if each.keys:
                await person.press(*each.keys)
            assert missing(each.answer, person.lines) is None, f"{each.question}\n{person.text}"
            # Back to the overview as it was, for the next one.
            while not person.is_at_the_board:
                await person.press("escape")
            if each.keys:
                await person.press("1", "escape", "escape")
            person.table("skills").pick_column(None)
            person.stage.app.screen._said = ("", 0.0)  # type: ignore[attr-defined]
            await person.settled()


def test_there_are_ten_questions_and_none_takes_more_than_three_keys() -> None:
    assert len({each.question for each in QUESTIONS}) >= 10
    for each in QUESTIONS:
        assert len(each.keys) <= MOST_KEYS, each.question
        assert each.answer, each.question


def table() -> str:
    """The questions as a table in Markdown."""
    lines = ["| A supervisor asks | Keys from the overview | The answer is |", "| --- | --- | --- |"]
    for each in QUESTIONS:
        keys = " ".join(f"`{key_text(key)}`" for key in each.keys) or "none"
        lines.append(f"| {each.question} | {keys} | {each.where} |")
    note = "A skill in trouble, here Billing, is pinned on top: one key down. Any other is reached by name with `:`."
    return "\n".join([*lines, "", note])


if __name__ == "__main__":
    print(table())
