"""An answer about a window that is over is kept once and for all, and grows with what is asked later."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.api.window import DAY, HOUR, Window
from kmm_tui.board.past import PastAnswer
from kmm_tui.board.scope import Level
from kmm_tui.record.ageing import PAST_KEPT
from kmm_tui.record.pasts import has_past, keep_past, past
from kmm_tui.record.schema import open_to_write
from kmm_tui.record.store import transaction
from tests.record.conftest import Age, NewRecord
from tests.record.floor import START

WINDOW = Window(START, START + HOUR)
FIRST = PastAnswer(
    Level.SKILL,
    WINDOW,
    frozenset({"closedConversations", "csat"}),
    {"1": {"closedConversations": 5, "csat": None}, "2": {"closedConversations": 0}},
    {"1": "Billing", "2": None},
    {"closedConversations": 5},
)
SECOND = PastAnswer(
    Level.SKILL,
    WINDOW,
    frozenset({"transfers"}),
    {"1": {"transfers": 2}, "3": {"transfers": 1}},
    {"1": "Bills", "3": "New"},
    {"transfers": 3},
)


def keep(db: sqlite3.Connection, answer: PastAnswer) -> None:
    with transaction(db):
        keep_past(db, answer, names=True)


def test_an_answer_comes_back_as_it_was_kept(db: sqlite3.Connection) -> None:
    keep(db, FIRST)
    assert past(db, Level.SKILL, WINDOW, FIRST.asked) == FIRST
    back = past(db, Level.SKILL, WINDOW, FIRST.asked)
    assert back
    assert (back.rows, back.names, back.account) == (FIRST.rows, FIRST.names, FIRST.account)
    assert past(db, Level.GROUP, WINDOW, FIRST.asked) is None
    assert past(db, Level.SKILL, Window(START, START + HOUR + 1), FIRST.asked) is None


def test_what_is_asked_later_comes_besides(db: sqlite3.Connection) -> None:
    keep(db, FIRST)
    # Known in part: what is missing is all that has to be asked.
    part = past(db, Level.SKILL, WINDOW, FIRST.asked | SECOND.asked)
    assert part
    assert part.asked == FIRST.asked
    assert past(db, Level.SKILL, WINDOW, SECOND.asked) is None
    keep(db, SECOND)
    back = past(db, Level.SKILL, WINDOW, FIRST.asked | SECOND.asked)
    assert back
    assert back.asked == FIRST.asked | SECOND.asked
    assert back.rows == {
        "1": {"closedConversations": 5, "csat": None, "transfers": 2},
        "2": {"closedConversations": 0},
        "3": {"transfers": 1},
    }
    assert back.names == {"1": "Bills", "2": None, "3": "New"}
    assert back.account == {"closedConversations": 5, "transfers": 3}


def test_an_answer_again_counts_in_place_of_the_first(db: sqlite3.Connection) -> None:
    keep(db, FIRST)
    keep(db, replace(FIRST, rows={"1": {"closedConversations": 6}}, account={"csat": 1.0}))
    back = past(db, Level.SKILL, WINDOW, FIRST.asked)
    assert back
    assert back.rows == {"1": {"closedConversations": 6}, "2": {}}
    assert back.account == {"csat": 1.0}


def test_of_the_account_only_what_was_asked_of_it_counts_as_asked(db: sqlite3.Connection) -> None:
    for first, second in ((FIRST, replace(SECOND, account=None)), (replace(SECOND, account=None), FIRST)):
        db.execute("DELETE FROM past")
        keep(db, first)
        keep(db, second)
        back = past(db, Level.SKILL, WINDOW, FIRST.asked)
        assert back
        assert back.asked == FIRST.asked
        assert back.account == FIRST.account


def test_which_windows_are_known(db: sqlite3.Connection) -> None:
    windows = [Window(START - n * DAY, START - n * DAY + HOUR) for n in range(14)]
    for window in windows[:5]:
        keep(db, replace(FIRST, window=window))
    keep(db, replace(SECOND, window=windows[3]))
    assert has_past(db, Level.SKILL, windows, frozenset({"csat"})) == set(windows[:5])
    assert has_past(db, Level.SKILL, windows[2:], frozenset({"csat", "transfers"})) == {windows[3]}
    assert has_past(db, Level.AGENT, windows, frozenset()) == set()
    assert has_past(db, Level.SKILL, [], frozenset()) == set()


def test_what_the_api_has_forgotten_is_forgotten(db: sqlite3.Connection, aged: Age) -> None:
    keep(db, FIRST)
    aged(WINDOW.end + PAST_KEPT)
    assert past(db, Level.SKILL, WINDOW, FIRST.asked) is not None
    aged(WINDOW.end + PAST_KEPT + 1)
    assert past(db, Level.SKILL, WINDOW, FIRST.asked) is None


def test_a_kept_answer_that_cannot_be_read_is_asked_for_again(db: sqlite3.Connection) -> None:
    keep(db, FIRST)
    db.execute("UPDATE past SET data = x'00ff', asked = '{'")
    assert past(db, Level.SKILL, WINDOW, FIRST.asked) is None
    assert has_past(db, Level.SKILL, [WINDOW], FIRST.asked) == set()
    keep(db, FIRST)
    assert past(db, Level.SKILL, WINDOW, FIRST.asked) == FIRST


async def test_what_is_kept_is_known_at_once_and_after_a_restart(new_record: NewRecord) -> None:
    record = new_record()
    await record.keep_past(FIRST)
    assert await record.past(Level.SKILL, WINDOW, FIRST.asked) == FIRST
    await record.close()
    again = new_record()
    assert await again.has_past(Level.SKILL, [WINDOW], FIRST.asked) == {WINDOW}


fields = st.sampled_from(["a", "b", "c"])
answers = st.builds(
    lambda asked, rows, account: PastAnswer(
        Level.SKILL,
        WINDOW,
        asked,
        {key: {name: value for name, value in row.items() if name in asked} for key, row in rows.items()},
        dict.fromkeys(rows),
        {name: value for name, value in account.items() if name in asked},
    ),
    st.frozensets(fields),
    st.dictionaries(st.sampled_from(["1", "2"]), st.dictionaries(fields, st.integers(0, 9), max_size=3)),
    st.dictionaries(fields, st.integers(0, 9), max_size=3),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(answers, min_size=1, max_size=4))
def test_of_each_field_the_last_answer_that_asked_for_it_counts(kept: list[PastAnswer]) -> None:
    db = open_to_write_in_memory()
    for answer in kept:
        keep(db, answer)
    back = past(db, Level.SKILL, WINDOW, frozenset())
    db.close()
    assert back
    assert back.asked == frozenset[str]().union(*(answer.asked for answer in kept))
    for name in back.asked:
        last = next(answer for answer in reversed(kept) if name in answer.asked)
        for key in back.rows:
            assert back.rows[key].get(name) == last.rows.get(key, {}).get(name)
        assert (back.account or {}).get(name) == (last.account or {}).get(name)


def open_to_write_in_memory() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    for statement in _tables():
        db.execute(statement)
    return db


def _tables() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        made = open_to_write(Path(folder) / "1.sqlite3")
        found = [text for (text,) in made.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        made.close()
    return found
