"""Lengths of time as `timedelta`s, written as everywhere in the product."""

from __future__ import annotations

from datetime import timedelta

from kmm_tui.api import window


def parse_duration(text: str) -> timedelta:
    """Reads ``30s``, ``5m``, ``1h30m``. Raises ``ValueError`` with one line that says how to write it."""
    return timedelta(milliseconds=window.parse_duration(text))


def format_duration(length: timedelta) -> str:
    """The shortest form that ``parse_duration`` reads back; whole seconds."""
    return window.format_duration(round(length.total_seconds() * window.SECOND))
