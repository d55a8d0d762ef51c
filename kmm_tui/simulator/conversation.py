"""A conversation, and the chances that shape it."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from kmm_tui.simulator.plan import MINUTE

QUEUED, ASSIGNED, CLOSED = 0, 1, 2
"""Where a conversation is: exactly one of these."""

PATIENCE = 11 * MINUTE
"""Mean time, ms, that a consumer waits in the queue before leaving."""
PATIENCE_UNHEARD = 24 * MINUTE
"""The same with an agent who has gone away."""
ANSWER = 31_000
"""Median time, ms, that an agent takes to answer, with as many conversations as there are places."""
REPLY = 118_000
"""Median time, ms, that a consumer takes to write back."""
BOT_ANSWER = 2_500
"""The same for a bot."""
INTENT_MATCHED = 0.86
"""Share of the messages to a bot whose intent it recognizes."""
SILENCE = (9 * MINUTE, 21 * MINUTE)
"""How long after the last message the system closes a conversation that its consumer has left."""
IDLE = 8 * MINUTE
"""An assigned conversation in which nobody has written for so long is not active."""


class Conversation:
    """One conversation. Times are ms since the day began; ``token`` changes whenever what was planned for it lapses."""

    __slots__ = (
        "agent",
        "answered",
        "asked_at",
        "assigned_at",
        "fate",
        "first_assigned_at",
        "handled",
        "heard",
        "longest",
        "opened_at",
        "place",
        "queued_at",
        "skill",
        "token",
        "touched_at",
        "turns",
        "waiting",
        "waits_since",
    )  # fmt: skip

    def __init__(self, skill: int, now: int) -> None:
        self.skill = skill
        self.place = QUEUED
        self.agent = -1
        self.token = 0
        self.opened_at = self.queued_at = self.touched_at = now
        self.waiting = True  # for an agent; else for the consumer
        self.waits_since = now  # since when the consumer waits for a human answer
        self.asked_at = now  # when the consumer wrote last
        self.assigned_at = self.first_assigned_at = -1
        self.answered = False  # in this assignment
        self.heard = False  # answered at all; by a human, once a bot has handed it on
        self.handled = 0
        self.longest = 0  # wait for an answer so far
        self.turns = 0  # answers left until its fate
        self.fate = ""


@lru_cache(maxsize=1)
def spread() -> tuple[float, ...]:
    """Factors around a median of 1, log-normal: how unevenly people take their time. Drawing from a table is cheap."""
    rng = Random("spread")
    return tuple(sorted(rng.lognormvariate(0.0, 0.75) for _ in range(1024)))


FATES: tuple[tuple[str, float], ...] = (
    ("agent", 0.595), ("consumer", 0.175), ("silence", 0.125),
    ("to skill", 0.075), ("to agent", 0.015), ("back", 0.015),
)  # fmt: skip
"""How an assignment to a person ends, and how often."""
BOT_FATES: tuple[tuple[str, float], ...] = (("agent", 0.30), ("consumer", 0.10), ("silence", 0.05), ("to skill", 0.55))
"""The same for a bot."""


def drawn(fates: tuple[tuple[str, float], ...], chance: float) -> str:
    """The fate that a chance from 0 to 1 falls on."""
    for fate, share in fates:
        chance -= share
        if chance < 0:
            return fate
    return fates[0][0]
