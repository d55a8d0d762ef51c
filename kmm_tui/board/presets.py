"""Limits to start from: named sets, to be overridden in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from kmm_tui.board.limits import Limit, StateLimits
from kmm_tui.board.scope import Level

SECOND = 1000
MINUTE = 60 * SECOND
ENOUGH_CONCLUDED = 10
"""Concluded conversations from which on an agent's transfer rate says something."""
ENOUGH_OPEN = 20
"""Open conversations from which on one that is overdue does not decide by itself."""
ENOUGH_CLOSED = 50
"""Closed conversations from which on one survey does not decide by itself."""

# A single agent's waits, loads and surveys are too few to be held against a limit.
_TOGETHER = frozenset({Level.ACCOUNT, Level.SKILL, Level.GROUP})
_WAIT = "queue_wait_time_90th_percentile"
_FIRST_RESPONSE = "avg_time_to_first_response_first_assignment"
_RESPONSE = "avg_time_to_response"

_LIVE_CHAT = (
    Limit(_WAIT, 60 * SECOND, 180 * SECOND, levels=_TOGETHER),
    Limit(_FIRST_RESPONSE, 60 * SECOND, 120 * SECOND, levels=_TOGETHER),
    Limit(_RESPONSE, 60 * SECOND, 120 * SECOND, levels=_TOGETHER),
    Limit("overdue_conversations_in_queue", 1, 3, levels=_TOGETHER),
    Limit("sla_share", 0.95, 0.90, levels=_TOGETHER, least=ENOUGH_OPEN),
    Limit("human_online_load", 0.85, 0.95, levels=_TOGETHER),
    Limit("online_share", 0.75, 0.60, levels=_TOGETHER),
    Limit("transfer_rate", 0.10, 0.20, levels=frozenset({Level.AGENT}), least=ENOUGH_CONCLUDED),
    Limit("csat", 0.85, 0.75, levels=_TOGETHER, least=ENOUGH_CLOSED),
)

# Consumers who write messages put the telephone away and come back: they expect minutes, not seconds.
_MESSAGING = tuple(
    replace(limit, warn=300 * SECOND, critical=900 * SECOND)
    if limit.metric in (_WAIT, _FIRST_RESPONSE, _RESPONSE)
    else limit
    for limit in _LIVE_CHAT
)


def _from(preset: str, limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    return tuple(replace(limit, source=f"preset {preset}") for limit in limits)


PRESETS: Mapping[str, tuple[Limit, ...]] = MappingProxyType(
    {"live-chat": _from("live-chat", _LIVE_CHAT), "messaging": _from("messaging", _MESSAGING), "none": ()}
)
"""By name. Times are ms, ratios and shares 1.0 = 100 %."""

DEFAULT_PRESET = "live-chat"

DEFAULT_STATE_LIMITS = StateLimits(
    reasons=(
        ("Lunch", 30 * MINUTE),
        ("Break", 15 * MINUTE),
        ("Coaching", 60 * MINUTE),
        ("Meeting", 60 * MINUTE),
        ("Training", 60 * MINUTE),
    ),
    away=30 * MINUTE,
    back_soon=10 * MINUTE,
)
"""How long agents may be away, until the settings say otherwise: an account names its reasons itself."""
