"""What a person watches: ids, names or patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.scope import ACCOUNT, Level, Scope, Watch

LEVELS = st.sampled_from([Level.SKILL, Level.GROUP])


@pytest.mark.parametrize(
    ("entries", "key", "name", "skill", "group"),
    [
        ((), "1", "Billing", True, True),
        (("1",), "1", "Billing", True, True),
        (("1",), "11", "Billing", False, False),
        (("billing",), "1", "Billing", True, True),
        (("BILL*",), "1", "Billing", True, True),
        (("*",), "1", None, False, False),
        (("Bill",), "1", "Billing", False, False),
        (("skill:1",), "1", "Billing", True, False),
        (("group:1",), "1", "Billing", False, True),
        (("Group : Bill*",), "1", "Billing", False, True),
        (("Sales: EU",), "1", "Sales: EU", True, True),
        (("[VIP] Sales",), "1", "[VIP] Sales", True, True),
        (("?illing",), "1", "Billing", True, True),
        (("STRASSE",), "1", "Straße", True, True),
        (("-1",), "-1", None, True, True),
        (("x", "Billing"), "1", "Billing", True, True),
    ],
)
def test_what_is_watched(entries: tuple[str, ...], key: str, name: str | None, skill: bool, group: bool) -> None:
    watch = Watch(entries)
    assert watch.wants(Level.SKILL, key, name) is skill
    assert watch.wants(Level.GROUP, key, name) is group


@given(LEVELS, st.text(min_size=1, max_size=10), st.text(max_size=10) | st.none(), st.lists(st.text(max_size=8)))
def test_any_entry_is_a_pattern_and_no_accident(level: Level, key: str, name: str | None, entries: list[str]) -> None:
    watch = Watch(tuple(entries))
    wanted = watch.wants(level, key, name)
    if not entries:
        assert wanted
    missing = watch.unmatched([(level, key, name)])
    assert wanted == (not entries or len(missing) < len(entries))


@given(LEVELS, st.text(st.characters(exclude_characters=":"), min_size=1, max_size=12).filter(lambda t: t == t.strip()))
def test_whatever_has_an_id_and_a_name_can_be_watched_by_either(level: Level, text: str) -> None:
    assert Watch((text,)).wants(level, text, "other")
    assert Watch((f"{level.value}:{text}",)).wants(level, "other", text)


def test_what_fits_nothing_is_told() -> None:
    known = [(Level.SKILL, "1", "Billing"), (Level.GROUP, "2", "Night")]
    watch = Watch(("bill*", "group:Night", "skill:Night", "Biling"))
    assert watch.unmatched(known) == ("skill:Night", "Biling")


def test_scopes_say_what_they_are() -> None:
    assert (str(ACCOUNT), str(Scope(Level.SKILL, "7"))) == ("account", "skill 7")
