"""The next start shows what it will ask for itself, whatever was looked at besides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kmm_tui.board.figure import Absent
from kmm_tui.board.look import Look
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Roster, Snapshot
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Section
from kmm_tui.feed.usual import Usual
from kmm_tui.metrics import BY_NAME
from tests.feed.fed import Fed

Start = Callable[..., Fed]
EVERYTHING = Look(
    trend=Scope(Level.SKILL, "1"), agent="1", offline=True, metrics=("csat",), agent_metrics=("nps", "back_to_queue")
)


async def kept_of(start: Start, folder: Path, *looks: Look) -> Fed:
    """A board that has been told nothing but what one before it, with these looks, has kept."""
    fed = start(folder=folder)
    fed.account.staff = {"1": "ONLINE", "2": "OFFLINE", "3": "AWAY"}
    await fed.pass_(31)
    for look in looks:
        fed.feed.show(look)
        await fed.pass_(31)
    await fed.end()
    later = start(folder=folder, begin=False)
    later.feed.start()
    return later


async def test_what_was_looked_at_besides_is_not_kept(start: Start, tmp_path: Path) -> None:
    later = await kept_of(start, tmp_path, EVERYTHING)
    topics = {state.topic for state in later.states if state.content}
    assert {topic for topic in topics if topic.section is not Section.FIGURES} == {AGENTS, TREND}
    assert {ACCOUNT_FIGURES, *LISTS.values()} <= topics
    for state in later.states:
        if isinstance(state.content, Snapshot):
            assert state.content.figures.get(BY_NAME["csat"]) is Absent.NOT_ASKED
            assert state.content.figures.get(BY_NAME["online_agents"]) is not Absent.NOT_ASKED
            assert set(state.content.figures.values) == {"onlineAgents", "closedConversations"}
    roster = later.board.roster()
    assert isinstance(roster, Roster)
    assert [agent.key for agent in roster.agents] == ["1", "3"]
    for agent in roster.agents:
        assert agent.figures.get(BY_NAME["nps"]) is Absent.NOT_ASKED
        assert agent.figures.get(BY_NAME["agent_load"]) == 1


async def test_what_is_usual_is_kept_as_it_is(start: Start, tmp_path: Path) -> None:
    later = await kept_of(start, tmp_path)
    assert later.board.roster() is not None
    usual = Usual(("online_agents", "closed_conversations"), ("agent_load",))
    for state in later.states:
        if state.content:
            assert usual.part(state.content) is state.content


async def test_a_look_does_not_make_it_another_board(start: Start, tmp_path: Path) -> None:
    later = await kept_of(start, tmp_path, EVERYTHING, Look())
    assert later.shown(Level.SKILL) == ["Billing", "Café", "Sales"]
    # A person who left it with other things looked at begins with the usual, and is not told that it is withdrawn.
    await later.pass_(31)
    assert later.withdrawn() == []
    assert later.board.overall(later.clock.now()).is_live
