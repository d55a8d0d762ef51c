"""Zones whose clocks change in different ways, and moments around their changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

At = Callable[..., int]


@pytest.fixture(scope="session")
def lisbon() -> ZoneInfo:
    """Clocks go back on 25 October 2026 at 2:00 and forward on 29 March 2026 at 1:00, by an hour."""
    return ZoneInfo("Europe/Lisbon")


@pytest.fixture(scope="session")
def at() -> At:
    """Epoch ms of what a wall clock shows: ``at("2026-11-22 14:07", zone)``; the second time with ``fold=1``."""

    def moment(text: str, zone: tzinfo, fold: int = 0) -> int:
        shown = datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)
        return round(shown.timestamp() * 1000)

    return moment
