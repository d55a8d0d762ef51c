"""What is read of a moment is what was answered by then, figure by figure, every kind of nothing included."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost, Skill
from kmm_tui.api.number import Number
from kmm_tui.api.window import MINUTE, Window
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, AgentDetail, Listing, Roster, Snapshot, Trend, TrendPoint
from kmm_tui.board.state import AGENTS, LISTS, Section, Topic, TopicState, agent_topic
from kmm_tui.metrics import BY_NAME, Method
from kmm_tui.record.ageing import age
from kmm_tui.record.reading import at, next_after, span
from kmm_tui.record.schema import open_to_write
from kmm_tui.record.store import transaction, write
from tests.record.floor import START, Floor, figures_state

REACH = 5 * MINUTE
END = START + 10 * MINUTE

texts = st.text(max_size=8)
wholes = st.integers(-(2**63), 2**63 - 1)
numbers: st.SearchStrategy[Number] = wholes | st.floats(allow_nan=False, allow_infinity=False)
fields = st.sampled_from([metric.field for metric in list(BY_NAME.values())[:12]]) | texts
values = st.dictionaries(fields, st.none() | numbers, max_size=4)
sets = st.frozensets(fields, max_size=4)
moments = st.integers(START - 2 * MINUTE, END) | st.integers(START, START + 3_000)
windows = st.builds(Window, wholes, wholes)
costs = st.builds(Cost, wholes, numbers, wholes, wholes)
figures = st.builds(Figures, st.sampled_from(Method), sets, values, sets, sets)
keys = st.sampled_from(["", "1", "2"]) | texts
scopes = st.builds(Scope, st.sampled_from([Level.ACCOUNT, Level.SKILL, Level.GROUP]), keys)
maybe = st.none() | texts
agents = st.builds(
    Agent, texts, maybe, maybe, maybe, st.lists(st.builds(Skill, texts, maybe), max_size=2).map(tuple), maybe,
    st.none() | wholes, maybe, st.none() | wholes, st.none() | wholes, figures,
)  # fmt: skip
snapshots = st.builds(Snapshot, scopes, maybe, windows, figures, moments, costs)
rosters = st.builds(Roster, st.lists(agents, max_size=3).map(tuple), windows, moments, costs, st.booleans())
points = st.lists(st.builds(TrendPoint, wholes, values), max_size=3).map(tuple)
trends = st.builds(
    Trend, st.builds(Scope, st.sampled_from(Level), keys), windows, st.none() | wholes, points, moments, costs
)


def topic_of(content: Snapshot | Roster | Trend) -> Topic:
    if isinstance(content, Roster):
        return AGENTS
    return Topic(Section.TREND if isinstance(content, Trend) else Section.FIGURES, content.scope)


contents = snapshots | rosters | trends
states = st.builds(lambda content, interval: TopicState(topic_of(content), interval, content), contents, numbers)


def as_last_noted(noted: list[TopicState], moment: int) -> dict[Topic, TopicState]:
    found: dict[Topic, TopicState] = {}
    for state in noted:
        assert state.content is not None
        known = found.get(state.topic)
        is_newer = known is None or known.content is None or known.content.taken_at < state.content.taken_at
        if is_newer and moment - REACH <= state.content.taken_at <= moment:
            found[state.topic] = state
    return found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(states, max_size=4), max_size=4), moments)
def test_a_moment_is_read_as_it_was_answered(flushes: list[list[TopicState]], moment: int) -> None:
    once: dict[tuple[Topic, int | None], TopicState] = {}
    with tempfile.TemporaryDirectory() as folder:
        db = open_to_write(Path(folder) / "1.sqlite3")
        for flush in flushes:
            new = {(state.topic, state.content.taken_at if state.content else None): state for state in flush}
            once = new | once
            with transaction(db):
                write(db, list(new.values()), names=True)
        back = {state.topic: state for state in at(db, moment, REACH)}
        whole = span(db)
        db.close()
    expected = as_last_noted(list(once.values()), moment)
    assert back == expected
    # 1 and 1.0 are equal, and print differently.
    assert {topic: numbers_of(state) for topic, state in back.items()} == {
        topic: numbers_of(state) for topic, state in expected.items()
    }
    taken = [at for _, at in once if at is not None]
    assert whole == ((min(taken), max(taken)) if taken else None)


def numbers_of(state: TopicState) -> str:
    content = state.content
    if isinstance(content, Snapshot):
        return json.dumps(dict(content.figures.values), sort_keys=True)
    if isinstance(content, Roster):
        return json.dumps([dict(agent.figures.values) for agent in content.agents], sort_keys=True)
    return ""


def test_each_kind_of_nothing_stays_what_it_is(db: sqlite3.Connection) -> None:
    names = (
        "unassigned_conversations",
        "queue_wait_time_90th_percentile",
        "csat",
        "closed_conversations",
        "agent_load",
    )
    waiting, longest, csat, closed, load = (BY_NAME[name] for name in names)
    asked = frozenset(metric.field for metric in (waiting, longest, closed))
    figures = Figures(
        Method.METRICS, asked | {load.field}, {closed.field: 0, longest.field: None}, frozenset({load.field})
    )
    noted = TopicState(
        Topic(Section.FIGURES, ACCOUNT),
        30.0,
        Snapshot(ACCOUNT, None, Window(START, START + MINUTE), figures, START, Cost(START, 0.1, 1)),
    )
    with transaction(db):
        write(db, [noted], names=True)
    for _ in range(2):
        (state,) = at(db, START + MINUTE)
        assert isinstance(state.content, Snapshot)
        back = state.content.figures
        assert back.get(closed) == 0
        assert back.get(waiting) is Absent.NOT_ANSWERED
        assert back.get(longest) is Absent.NOT_APPLICABLE
        assert back.get(csat) is Absent.NOT_ASKED
        assert back.get(load) is Absent.NOT_OFFERED
        # The second time from minutes, which are all that is left.
        for _ in age(db, START + 5 * 24 * 60 * MINUTE, 2**29, lambda: None):
            pass
        assert db.execute("SELECT count(*) FROM answers").fetchone() == (0,)


def test_what_is_no_answer_is_not_recorded(db: sqlite3.Connection) -> None:
    good = figures_state(ACCOUNT, START, {"csat": 1})
    cost = Cost(START, 0.1, 1)
    others = [
        TopicState(good.topic, 30.0),
        TopicState(good.topic, 30.0, good.content, is_withdrawn=True),
        TopicState(good.topic, 30.0, good.content, is_past=True),
        TopicState(LISTS[Level.SKILL], 30.0, Listing(Level.SKILL, 3, START)),
        TopicState(agent_topic("1"), 30.0, AgentDetail("1", None, (), (), Window(START, START + 1), START, cost)),
    ]
    with transaction(db):
        write(db, others, names=True)
    assert span(db) is None
    assert at(db, START) == ()
    assert next_after(db, START - 1) is None


def test_stepping_meets_every_poll_once_and_in_order(db: sqlite3.Connection) -> None:
    floor = Floor(skills=3, groups=2, agents=2)
    polls = list(floor.polls(8))
    for _, states in reversed(polls):
        with transaction(db):
            write(db, states, names=True)
    met, moment = [], next_after(db, START - 1)
    while moment is not None:
        met.append(moment)
        assert {state.topic: state for state in at(db, moment)} == {state.topic: state for state in dict(polls)[moment]}
        moment = next_after(db, moment)
    assert met == [at for at, _ in polls]
