"""Where each thing that is asked for stands: what was answered last, what went wrong since, when it is asked again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from kmm_tui.board.freshness import Age, Freshness, Trouble, age_until, freshness
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import AgentDetail, Listing, Roster, Snapshot, Trend
from kmm_tui.board.sources import SourceAnswer


class Section(Enum):
    """The parts of the board, which fail and age by themselves."""

    FIGURES = "figures"
    AGENTS = "agents"
    AGENT = "agent"
    TREND = "trend"
    SOURCE = "source"

    # An enum's own is written in Python, and these are part of what everything is looked up by.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that is asked for again and again: a section of a scope."""

    section: Section
    scope: Scope


ACCOUNT_FIGURES = Topic(Section.FIGURES, ACCOUNT)
AGENTS = Topic(Section.AGENTS, ACCOUNT)
TREND = Topic(Section.TREND, ACCOUNT)
LISTS = {level: Topic(Section.FIGURES, Scope(level)) for level in (Level.SKILL, Level.GROUP)}
"""The lists of skills and of groups themselves, which have to be learnt before anything on them can be asked."""


def agent_topic(key: str) -> Topic:
    """Everything about the agent of this id."""
    return Topic(Section.AGENT, Scope(Level.AGENT, key))


def source_topic(name: str) -> Topic:
    """A source of the person's own; what it says is part of other topics' figures."""
    return Topic(Section.SOURCE, Scope(Level.ACCOUNT, name))


Content: TypeAlias = Snapshot | Roster | AgentDetail | Trend | Listing | SourceAnswer


@dataclass(frozen=True, slots=True)
class TopicState:
    """`interval` in seconds, `next_try` epoch seconds. `content` is the last good answer, however old."""

    topic: Topic
    interval: float
    content: Content | None = None
    trouble: Trouble | None = None
    next_try: float | None = None
    is_withdrawn: bool = False
    """What it is about is no more: it is to be forgotten."""
    is_paused: bool = False
    """Nobody looks at it, so it is not asked for."""
    is_past: bool = False
    """It is about a time that is over: it was asked for once, and will not be again."""

    def age_until(self, now: float) -> float:
        """Until when, if nothing is answered, its age is what it is at `now`; epoch seconds."""
        if self.is_past or self.content is None:
            return math.inf
        return age_until(self.content.taken_at / 1000, self.interval, now)

    def freshness(self, now: float) -> Freshness:
        """How fresh the content is at `now`, epoch seconds."""
        if self.is_past:
            return Freshness(Age.PAST if self.content else Age.AWAITED, None, self.trouble)
        last_good = self.content.taken_at / 1000 if self.content else None
        return freshness(last_good, self.interval, now, self.trouble, self.next_try)
