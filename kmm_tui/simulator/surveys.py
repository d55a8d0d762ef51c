"""What consumers say in the survey after a conversation with a person, and how often they say anything."""

from __future__ import annotations

from collections.abc import Callable

from kmm_tui.simulator.ledger import SURVEYS
from kmm_tui.simulator.plan import MINUTE

ANSWERED = 0.3
"""Share of the conversations closed by agent or consumer whose survey is answered."""
_SKIPS_FCR = 0.18
_PLACE = {name: place for place, name in enumerate(SURVEYS)}

Facts = list[tuple[int, int]]
"""What to add to a series of `SURVEYS`: (place, amount)."""


def answers(chance: Callable[[], float], longest_wait: int, pace: float) -> Facts:
    """One survey's answers. The longer the longest wait (ms) and the slower the agent, the fewer are good.

    ``chance`` draws from 0 to 1. With short waits about 87 % rate 4 or 5, which counts as good.
    """
    unhappy = min(0.45, 0.09 + 0.05 * longest_wait / (4 * MINUTE) + 0.08 * (pace - 0.75))
    good = chance() > unhappy
    told = ["rated", "scored"]
    if good:
        told.append("good")
    resolved = chance()
    if resolved < _SKIPS_FCR:
        told.append("fcr_skip")
    else:
        told.append("fcr_yes" if resolved < (0.86 if good else 0.45) else "fcr_no")
    likes = chance()
    if good and likes < 0.66:
        told.append("promoters")
    elif likes > 0.93 if good else likes < 0.75:
        told.append("detractors")
    return [(_PLACE[name], 1) for name in told]
