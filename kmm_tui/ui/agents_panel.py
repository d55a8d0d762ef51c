"""The table of agents as a part of the screen: who is in which state, who is away with work, and who could cover."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from kmm_tui.board.agents import count_states
from kmm_tui.board.board import Board
from kmm_tui.board.cover import Cover, cover
from kmm_tui.board.derived import known_metrics
from kmm_tui.board.figure_text import GONE, age_text
from kmm_tui.board.freshness import Age
from kmm_tui.board.insight import AwayWithWork, away_with_work, reason_counts, time_in_state_ms
from kmm_tui.board.rows import AgentRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Snapshot
from kmm_tui.board.state import AGENTS, Section, Topic
from kmm_tui.ui.agent_table import (
    AGENT_SORT,
    DEFAULT_COLUMNS,
    STATES,
    agent_columns,
    agent_key,
    agent_rank,
    agent_words,
)
from kmm_tui.ui.chips import Chip, Chips
from kmm_tui.ui.columns import Span
from kmm_tui.ui.figure_column import counted_first, usual_of
from kmm_tui.ui.lines import Line, RoleLines, name_of
from kmm_tui.ui.roles import Role
from kmm_tui.ui.scope_panel import briefly
from kmm_tui.ui.table_panel import TablePanel

EVERYONE = ""
WITH_WORK = "!"
OFFLINE = "OFFLINE"
PUT_AGAIN = 5.0
"""Seconds after which agents of whom nothing new is known are ordered anew: time alone brings some on top."""


class InsightLine(RoleLines):
    """One line of what only this board tells: consumers whose agent is away, and who could cover."""

    DEFAULT_CSS = """
    InsightLine { height: 1; }
    InsightLine.-none { display: none; }
    """

    def __init__(self) -> None:
        super().__init__(id="insight", classes="-none")
        self._words: Line = ()

    def update_words(self, words: Line | None) -> None:
        """Shows `words`; None leaves the line away. An empty one keeps its place: no row moves with the data."""
        self._words = tuple(words or ())
        self.set_class(words is None, "-none")
        self.show()

    def lines(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - cut by its base
        return [self._words]


class AgentsPanel(TablePanel[AgentRow]):
    """The agents of the account, of a skill or of a group; `state` is the chip that is chosen."""

    def __init__(self) -> None:
        self._now_ms = 0
        self._chosen: Sequence[str] | None = None
        self._counted_first = False
        super().__init__(
            agent_columns(widths=self._width_of),
            agent_key,
            AGENT_SORT,
            name="agents",
            empty="nobody is logged in",
            rank=lambda row: agent_rank(row, self._now_ms),
            words=agent_words,
        )
        self.chips = Chips(id="chips")
        self.insight = InsightLine()
        self.state = EVERYONE
        self.scope = ACCOUNT
        self._label = ""
        self._put: Sequence[AgentRow] | None = None
        self._put_at = 0.0
        self._count([])

    def compose(self) -> ComposeResult:
        yield self.title
        yield self.chips
        yield self.insight
        yield self.table
        yield self.filter_bar

    @property
    def usual(self) -> tuple[str, ...]:
        """The metrics that it shows if nobody chooses others."""
        return tuple(name for name, _, _ in usual_of(DEFAULT_COLUMNS, Level.AGENT))

    def choose_columns(self, chosen: Sequence[str] | None) -> None:
        """Shows these metrics; None is the usual ones."""
        self._chosen = chosen
        columns = agent_columns(chosen, self._width_of)
        self.set_columns(counted_first(columns, {*known_metrics(), "for", "limit"}) if self._counted_first else columns)

    def prefer_counted(self, wanted: bool) -> None:
        """Shows by-time figures before others where there is not room for all."""
        if wanted != self._counted_first:
            self._counted_first = wanted
            self.choose_columns(self._chosen)

    def update_rows(self, board: Board, scope: Scope, now: float) -> None:
        """Shows the agents of `scope` as they are known at `now`, epoch seconds."""
        other, self.scope = scope != self.scope, scope
        self._now_ms = moment(board, now)
        fresh = board.freshness(AGENTS, now)
        rows = board.agent_rows(scope)
        self.table.dim = fresh.age in (Age.STALE, Age.GONE)
        self._label = board.label(scope)
        if other or rows is not self._put or not 0 <= now - self._put_at < PUT_AGAIN:
            # Of a thousand agents, and most answers are about something else.
            if rows is not self._put:
                self._count([row.agent for row in rows])
            self._put, self._put_at = rows, now
            self.put(rows, other=other)
        gone = fresh.age is Age.GONE
        if board.roster() is None:
            self.tell_absence(briefly(fresh))
        elif gone:
            self.tell_absence(f"{GONE}  the last list of agents is too old to be shown")
        else:
            self.tell_absence(None if self.all_rows else f"nobody of {self._label} is logged in")
        self.chips.set_chips([] if gone else self._chips(), self.state)
        self.insight.update_words(None if gone else self._insight(board, scope, now))
        self.tick(board, now)

    def _count(self, known: list[Agent]) -> None:
        """Counts once an answer what is told anew each second."""
        self._known = known
        self._logged_in = sum(1 for each in known if each.status != OFFLINE)
        self._work = away_with_work(known)
        self._states = count_states(known)
        self._reasons = reason_counts(known)
        self._is_told = any(each.status is not None for each in known)
        self._is_unrecorded = any(each.figures.unrecorded for each in known)

    def tick(self, board: Board, now: float) -> None:
        """Moves times in state on to `now`."""
        self._now_ms = moment(board, now)
        if not self.is_held:
            self.table.tick(self._now_ms)

    # -- states

    def choose_state(self, state: str) -> None:
        """Leaves only agents in this state, of those that are held, too."""
        self.state = state
        self.refilter()

    def nothing_fits(self) -> str:
        """Says which choice hides all agents."""
        if self.state == EVERYONE or (self.filter_text and any(self._in_state(row) for row in self.all_rows)):
            return super().nothing_fits() if self.filter_text else f"nobody of {self._label} is logged in"
        return f"no agent of {self._label} is {self._state_word()} (t shows others, Esc all)"

    def next_state(self) -> str:
        """The chip after the chosen one."""
        keys = [chip.key for chip in self._chips()]
        place = keys.index(self.state) if self.state in keys else -1
        return keys[(place + 1) % len(keys)]

    def fits(self, row: AgentRow) -> bool:
        """Whether the agent is in the chosen state, and fits the filter."""
        return self._in_state(row) and super().fits(row)

    def _in_state(self, row: AgentRow) -> bool:
        if self.state == OFFLINE:
            return row.agent.status == OFFLINE
        if row.agent.status == OFFLINE:
            return False
        if self.state == EVERYONE:
            return True
        if self.state == WITH_WORK:
            return row.has_work
        return self.state == _state_key(row.agent)

    def _state_word(self) -> str:
        return self._state_look()[1]

    def _state_look(self) -> tuple[str, str, Role]:
        """Glyph, word and role of the chosen state."""
        if self.state == WITH_WORK:
            return "!", "away with work", "warn"
        status, _, reason = self.state.partition(":")
        sign, word, role = STATES.get(status, ("?", status.lower().strip("?") or "unknown", "dim"))
        return sign, reason or word, role

    def _chips(self) -> list[Chip]:
        chips = [Chip(EVERYONE, "", "all", "value", self._logged_in)]
        working = self._work
        if working.agents:
            chips.append(Chip(WITH_WORK, "!", "away with work", "warn", len(working.agents)))
        for status, reason, count in self._reasons:
            other = status.lower() if status else "not recorded" if self._is_unrecorded else "unknown"
            sign, word, role = STATES.get(status or "", ("?", other, "dim"))
            if status != OFFLINE:
                chips.append(Chip(_reason_key(status, reason), sign, reason or word, role, count))
        if self.state not in {chip.key for chip in chips} and self.state != OFFLINE:
            # The choice is the person's: that nobody is in it any more is what is to be seen.
            chips.append(Chip(self.state, *self._state_look(), 0))
        offline = [count for status, _, count in self._reasons if status == OFFLINE]
        sign, word, role = STATES[OFFLINE]
        # How many have logged out is only known while they are asked for.
        chips.append(Chip(OFFLINE, sign, word, role, sum(offline) if self.wants_offline else None))
        return chips

    @property
    def wants_offline(self) -> bool:
        """Whether agents who have logged out are to be asked for."""
        return self.state == OFFLINE

    # -- words

    def title_words(self, board: Board, now: float) -> list[Span]:
        """Of whom, and how many."""
        words: list[Span] = [
            ("AGENTS", "strong"),
            (" of ", "dim"),
            (name_of(self.scope, board.label(self.scope)), "dim"),
        ]
        age = board.freshness(AGENTS, now).age
        if self._known and age is not Age.GONE:
            words.append((f" {self._logged_in}", "dim"))
            stale = age is Age.STALE
            # What is wrong first, since the end is cut where the screen is narrow.
            words += _work_words(self._work, stale=stale)
            # How many are in which state by now is no word for rows that are held.
            if not (self.chips.display or self.is_held):
                words += [("  ", "dim"), *self._state_words(stale=stale)]
        return [*words, *self.filter_words()]

    def _state_words(self, *, stale: bool) -> list[Span]:
        """How many are in each state."""
        if not self._is_told:
            return []
        count = self._states
        words: list[Span] = []
        for number, state in ((count.online, "ONLINE"), (count.away, "AWAY"), (count.back_soon, "BACK_SOON")):
            sign, word, role = STATES[state]
            words.append((f" {sign} {number} {word} ", "stale" if stale else role if number else "dim"))
        other = count.other - (count.total - self._logged_in)
        return [*words, (f" {other} other", "dim")] if other else words

    def filter_words(self) -> list[Span]:
        """Says that not all is shown, where the chips do not."""
        if self.state == EVERYONE or self.chips.display:
            return super().filter_words()
        return [(f"  only {self._state_word()}", "accent"), *super().filter_words()]

    def _insight(self, board: Board, scope: Scope, now: float) -> list[Span] | None:
        """Who could cover a skill that needs it; None for what is no skill."""
        if scope.level is not Level.SKILL:
            return None
        found = self.cover_of(board, scope, now)
        if found is None or not found.needed:
            return []
        need = f"{found.waiting} waiting, {found.free} free slots"
        return [(" ", "value"), (need, "strong"), *cover_words(found, self._now_ms)]

    def cover_of(self, board: Board, scope: Scope, now: float) -> Cover | None:
        """Who could take over, for a skill or a group; None for anything else, or without figures of now."""
        state = board.state(Topic(Section.FIGURES, scope))
        if scope.level not in (Level.SKILL, Level.GROUP) or state is None or not isinstance(state.content, Snapshot):
            return None
        if state.freshness(now).age is Age.GONE:
            return None
        return cover(scope, state.content.figures, board.agents_of(scope), self._now_ms)


def _work_words(working: AwayWithWork, *, stale: bool) -> list[Span]:
    """How many are away with work, and of how many consumers."""
    if not working.agents:
        return []
    consumers = "" if working.consumers is None else f" ({_many(working.consumers, 'consumer')})"
    return [(f"  ! {len(working.agents)} away with work{consumers}", "stale" if stale else "warn")]


def cover_words(found: Cover, now_ms: int) -> list[Span]:
    """Who could cover, the likeliest first."""
    words: list[Span] = []
    for agent in found.away[:3]:
        spent = time_in_state_ms(agent, now_ms)
        sign, word, role = STATES.get(agent.status or "", ("?", "", "dim"))
        since = "" if spent is None else f" {age_text(spent / 1000)}"
        words += [(f"   {sign} {agent.name or agent.key}", role), (f" {agent.reason or word}{since}", "dim")]
    if found.room:
        words.append((f"   room: {len(found.room)} online", "online"))
    if not words:
        words.append(("   nobody of this skill could cover", "dim"))
    return words


def moment(board: Board, now: float) -> int:
    """The moment (epoch ms) that times in state are told for: who knows what stale agents are doing by now."""
    roster = board.roster()
    stale = board.freshness(AGENTS, now).age in (Age.STALE, Age.GONE, Age.PAST)
    return roster.taken_at if roster and stale else int(now * 1000)


def _state_key(agent: Agent) -> str:
    """The chip that counts the agent."""
    return _reason_key(agent.status, agent.reason if agent.status == "AWAY" else None)


def _reason_key(status: str | None, reason: str | None) -> str:
    return f"{status or ''}:{reason}" if reason else status or "?"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
