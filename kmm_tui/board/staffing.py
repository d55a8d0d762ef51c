"""How many more agents a skill needs online now, so that consumers wait no longer than its limit.

An agent handles several conversations at once, so what serves is a *place*, not a person: conversations arrive at
random, hold a place for a while, and wait where all places are taken. With arrivals A in erlangs (rate x holding time)
and c places the share of those who wait longer than t is C(c, A) * exp(-(c - A) * t / holding time), C being Erlang's
second formula (A. K. Erlang, 1917); for a p90 it is to be at most a tenth.

What the API does not tell is estimated: arrivals = (closed in the window + change in open) / time, holding time =
assigned / closed a second (J. D. C. Little, 1961), places = assigned + free. Each of these is uncertain, so the answer
is a range: once with everything at its best and once at its worst.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SHARE = 0.1
"""Of the consumers may wait longer: it is a 90th percentile that is held against the limit."""
DRAIN = 900.0
"""Seconds within which those who wait already are to be served besides."""
LEAST_CLOSED = 12
"""Fewer closed conversations in the window tell nothing of rates."""
LEAST_WAITING = 5
"""Of fewer who wait the agents there are take care, most of whom have other skills as well."""
SURE = 1.0
"""Standard errors that the best and the worst case are away from the likeliest."""
MOST_PLACES = 5000
_SHARED = 0.5  # of the free places of agents who have other skills as well, in the worst case


@dataclass(frozen=True, slots=True)
class Need:
    """What is known of a skill. Times in seconds, rates per second.

    `opened` is the change in open conversations over `opened_over` seconds; `places_each` how many places an agent
    offers; `target` the wait that nine in ten are not to exceed.
    """

    closed: float
    window: float
    opened: float
    opened_over: float
    assigned: float
    waiting: float
    free: float
    online: int
    places_each: float
    target: float


@dataclass(frozen=True, slots=True)
class Staffing:
    """So many more online agents, from `least` to `most`; and from what it was reckoned, at the likeliest."""

    least: int
    most: int
    arrivals: float
    """A second."""
    holding: float
    """Seconds."""
    places: float
    needed: float
    """Places, of which there are `places` now."""


def erlang_c(places: int, erlangs: float) -> float:
    """The share of arrivals that have to wait, 0 to 1; 1 where the places do not suffice at all."""
    if erlangs <= 0:
        return 0.0
    if places <= erlangs:
        return 1.0
    blocked = 1.0
    for count in range(1, places + 1):
        blocked = erlangs * blocked / (count + erlangs * blocked)
    return places * blocked / (places - erlangs * (1 - blocked))


def places_for(arrivals: float, holding: float, target: float) -> int:
    """The fewest places with which at most a tenth of the consumers wait longer than `target` seconds."""
    erlangs = arrivals * holding
    places = max(1, math.ceil(erlangs))
    while places < MOST_PLACES:
        late = erlang_c(places, erlangs) * math.exp(-(places - erlangs) * target / holding)
        if late <= SHARE:
            break
        places += 1
    return places


def staffing(need: Need) -> Staffing | None:
    """The answer; None where too few wait or were closed, nobody is assigned or online, or a number makes no sense."""
    values = (need.window, need.opened_over, need.places_each, need.target)
    if (
        need.closed < LEAST_CLOSED
        or need.waiting < LEAST_WAITING
        or need.assigned <= 0
        or need.online < 1
        or min(values) <= 0
    ):
        return None
    closing = need.closed / need.window
    arrivals = max(0.0, closing + need.opened / need.opened_over)
    # Both counts come at random: their standard errors are those of Poisson's law.
    error = math.hypot(math.sqrt(need.closed) / need.window, math.sqrt(max(1.0, abs(need.opened))) / need.opened_over)
    holding = need.assigned / closing
    strays = holding * math.hypot(1 / math.sqrt(need.closed), 1 / math.sqrt(need.assigned))

    def missing(sign: float, free: float) -> int:
        rate = max(0.0, arrivals + sign * SURE * error) + need.waiting / DRAIN
        lasts = max(holding / 4, holding + sign * SURE * strays)
        short = places_for(rate, lasts, need.target) - (need.assigned + free)
        return max(0, math.ceil(short / need.places_each))

    least, most = missing(-1.0, need.free), missing(1.0, need.free * _SHARED)
    needed = places_for(arrivals + need.waiting / DRAIN, holding, need.target)
    return Staffing(min(least, most), most, arrivals, holding, need.assigned + need.free, needed)
