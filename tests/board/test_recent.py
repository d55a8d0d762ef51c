"""What figures were a short while ago: steps that hold the last answer, and gaps that are no zeros."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.figure import Number
from kmm_tui.board.recent import INTERVALS, STEPS, Recent
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Snapshot, figures_of
from kmm_tui.metrics import BY_NAME, Method

QUEUE = "unassigned_conversations"
SLA = "sla_share"
EVERY = 30.0
STEP = EVERY * INTERVALS
T0 = STEP * 1000


def answer(at: float, queue: Number | None = 5, scope: Scope = ACCOUNT) -> Snapshot:
    asked = tuple(BY_NAME[name] for name in (QUEUE, "open_conversations", "overdue_conversations_total"))
    fields: dict[str, Number | None] = {
        "unassignedConversations": queue,
        "openConversations": 10,
        "overdueConversationsTotal": 1,
    }
    figures = figures_of(Method.METRICS, asked, fields)
    at_ms = round(at * 1000)
    return Snapshot(scope, None, Window.last(HOUR, at_ms), figures, at_ms, Cost(at_ms, 0.1, 100))


def test_a_step_shows_its_last_answer_and_none_is_a_gap() -> None:
    recent = Recent([QUEUE, SLA])
    for at, queue in ((T0, 1), (T0 + EVERY, 2), (T0 + 3 * STEP, 0), (T0 + 4 * STEP, None)):
        recent.note(answer(at, queue), EVERY)
    assert recent.values(ACCOUNT, QUEUE, T0 + 4 * STEP, EVERY, 6) == [None, 2, None, None, 0, None]
    # What the board computes is remembered as well as what it is sent.
    assert recent.values(ACCOUNT, SLA, T0, EVERY, 1) == [0.9]


def test_as_time_passes_the_line_goes_on_without_answers() -> None:
    recent = Recent([QUEUE])
    recent.note(answer(T0, 7), EVERY)
    assert recent.values(ACCOUNT, QUEUE, T0 + 2 * STEP, EVERY, 3) == [7, None, None]
    assert recent.values(ACCOUNT, QUEUE, T0 + 3 * STEP, EVERY, 3) == [None, None, None]


def test_what_is_not_watched_or_is_forgotten_has_no_line() -> None:
    recent = Recent([QUEUE])
    billing = Scope(Level.SKILL, "1")
    recent.note(answer(T0, 7, billing), EVERY)
    assert recent.values(billing, "csat", T0, EVERY, 3) == []
    assert recent.values(ACCOUNT, QUEUE, T0, EVERY, 3) == []
    recent.forget(billing)
    recent.forget(billing)
    assert recent.values(billing, QUEUE, T0, EVERY, 3) == []


def test_a_clock_that_was_set_back_begins_a_new_line() -> None:
    recent = Recent([QUEUE])
    recent.note(answer(T0 + 100 * STEP, 7), EVERY)
    recent.note(answer(T0, 3), EVERY)
    assert recent.values(ACCOUNT, QUEUE, T0, EVERY, 2) == [None, 3]
    assert recent.values(ACCOUNT, QUEUE, T0 + 100 * STEP, EVERY, 2) == [None, None]


@given(
    st.lists(st.tuples(st.floats(0, 10_000), st.one_of(st.none(), st.integers(0, 99))), max_size=60),
    st.sampled_from([0.1, 5.0, 30.0, 300.0]),
)
def test_only_what_was_answered_is_ever_shown(answers: list[tuple[float, int | None]], every: float) -> None:
    recent = Recent([QUEUE])
    for at, queue in sorted(answers, key=lambda each: each[0]):
        recent.note(replace(answer(T0 + at, queue)), every)
    shown = recent.values(ACCOUNT, QUEUE, T0 + 10_000, every, STEPS)
    assert len(shown) == (STEPS if answers else 0)
    told = {queue for _, queue in answers}
    assert {value for value in shown if value is not None} <= told
    # The newest answer is the newest step's.
    last = max(answers, key=lambda each: each[0], default=None)
    if last and sum(1 for at, _ in answers if at == last[0]) == 1:
        assert recent.values(ACCOUNT, QUEUE, answer(T0 + last[0]).taken_at / 1000, every, 1) == [last[1]]
