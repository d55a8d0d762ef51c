"""``[away]``: how long an agent may be away, by reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from kmm_tui.board.limits import StateLimits
from kmm_tui.settings.duration import length_between
from kmm_tui.settings.keys import KeyPath

DEFAULT, BACK_SOON = "default", "back_soon"
"""Keys that are no reasons: every reason that is not named, and the state back soon."""

_NONE = frozenset({"off", "none"})
_read = length_between("1s", "24h", "m", "30m")


def plain_key(reason: str) -> str:
    """What a reason is compared by; the reserved keys in any way of writing them."""
    folded = reason.strip().casefold()
    named = folded.replace(" ", "_").replace("-", "_")
    return named if named in (DEFAULT, BACK_SOON) else folded


def read_away(values: Mapping[str, Any]) -> tuple[dict[str, timedelta | None], list[tuple[KeyPath, str]]]:
    """The limits by reason, None for one that is taken away; and what is wrong, as (way, text)."""
    good: dict[str, timedelta | None] = {}
    wrong: list[tuple[KeyPath, str]] = []
    seen: dict[str, str] = {}
    for reason, value in values.items():
        plain = plain_key(reason)
        if not plain or not reason.isprintable():
            wrong.append(((reason,), "a reason needs a name of one line"))
        elif plain in seen:
            wrong.append(((reason,), f'this reason was given before, as "{seen[plain]}"'))
        else:
            seen[plain] = reason
            try:
                good[reason.strip()] = _limit(value)
            except ValueError as error:
                wrong.append(((reason,), str(error)))
    return good, wrong


def _limit(value: Any) -> timedelta | None:
    if isinstance(value, str) and value.strip().lower() in _NONE:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError('must be a length of time in quotes, such as "30m", or "off"')
    return _read(value)


def merged(usual: StateLimits, own: Mapping[str, timedelta | None]) -> StateLimits:
    """The usual limits with a person's own over them."""
    by_plain = {plain_key(name): (name, limit) for name, limit in usual.reasons}
    away, back_soon = usual.away, usual.back_soon
    for reason, length in own.items():
        plain = plain_key(reason)
        limit = None if length is None else round(length.total_seconds() * 1000)
        if plain == DEFAULT:
            away = limit
        elif plain == BACK_SOON:
            back_soon = limit
            by_plain.pop(plain, None)
        else:
            by_plain[plain] = (reason, limit)
    return StateLimits(tuple(by_plain.values()), away, back_soon)


def by_key(limits: StateLimits) -> Iterator[tuple[str, int | None]]:
    """Every limit with its key of the settings file, ms."""
    yield from limits.reasons
    yield DEFAULT, limits.away
    yield BACK_SOON, limits.back_soon
