"""Pages take turns, a breach comes in between, and a person can hold or turn them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.wallturn import MOST_WAITING, Turns, Why

START = 1000.0


def turns(*keys: str, every: float = 20.0, hold: float = 60.0) -> Turns:
    found = Turns(every, hold)
    found.set_pages(keys, START)
    return found


def shown(found: Turns, seconds: int, since: float = START) -> str:
    """Which page is up in each of the next seconds, one letter each, ten seconds apart."""
    pages = ""
    for second in range(seconds):
        found.tick(since + second)
        if second % 10 == 0:
            pages += found.up(since + second).key
    return pages


def test_each_page_is_up_for_as_long_and_they_come_around() -> None:
    assert shown(turns("a", "b", "c"), 130) == "aabbccaabbcca"


def test_one_page_does_not_turn_and_has_no_countdown() -> None:
    alone = turns("a")
    assert shown(alone, 100) == "a" * 10
    assert alone.up(START + 50).left is None


def test_a_breach_interrupts_holds_its_page_and_the_turn_goes_on_where_it_was() -> None:
    found = turns("a", "b")
    assert shown(found, 10) == "a"
    found.breach(["x"], START + 10)
    up = found.up(START + 10)
    assert (up.key, up.why, up.left) == ("x", Why.BREACH, 60.0)
    assert shown(found, 60, START + 10) == "xxxxxx"
    # Ten of its twenty seconds were left.
    assert shown(found, 40, START + 70) == "abba"


def test_several_breaches_come_one_after_the_other_and_no_more_than_can_be_looked_at() -> None:
    found = turns("a", "b")
    found.breach(["x", "y", "x", "z", "later"], START)
    assert found.waiting == ("x", "y", "z")
    assert len(found.waiting) == MOST_WAITING
    assert shown(found, 200, START) == "xxxxxxyyyyyyzzzzzzaa"


def test_the_same_breach_does_not_wait_twice() -> None:
    found = turns("a")
    found.breach(["x"], START)
    found.breach(["x"], START + 30)
    assert shown(found, 80, START) == "xxxxxxaa"


def test_a_person_holds_a_page_also_against_breaches() -> None:
    found = turns("a", "b")
    found.hold(START)
    found.breach(["x"], START + 5)
    assert shown(found, 100) == "a" * 10
    assert found.up(START + 99).why is Why.HELD
    found.hold(START + 100)
    assert shown(found, 40, START + 100) == "aabb"


def test_a_person_turns_pages_and_a_breach_that_was_seen_is_over() -> None:
    found = turns("a", "b", "c")
    found.turn(-1, START + 3)
    assert found.up(START + 3).key == "c"
    found.turn(1, START + 4)
    found.breach(["x", "y"], START + 5)
    found.turn(1, START + 6)
    assert found.up(START + 6).key == "a"
    assert found.up(START + 6).left == 20.0


def test_the_page_that_is_up_stays_up_when_others_come_and_go() -> None:
    found = turns("a", "b", "c")
    found.turn(1, START)
    found.set_pages(["n", "a", "b"], START + 10)
    assert found.up(START + 10).key == "b"
    assert found.up(START + 10).left == 10.0
    found.set_pages(["n"], START + 12)
    assert found.up(START + 12).key == "n"
    found.set_pages([], START + 13)
    assert not found.tick(START + 14)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["tick", "breach", "turn", "hold", "pages"]), st.floats(-1e6, 1e6), st.integers(0, 4)
        ),
        max_size=40,
    )
)
def test_whatever_happens_and_however_the_clock_jumps_some_page_is_up(steps: list[tuple[str, float, int]]) -> None:
    found = turns("a", "b", "c")
    now = START
    keys = ["a", "b", "c"]
    for what, seconds, number in steps:
        now += seconds
        if what == "breach":
            found.breach([f"x{each}" for each in range(number)], now)
        elif what == "turn":
            found.turn(number - 2, now)
        elif what == "hold":
            found.hold(now)
        elif what == "pages":
            keys = [f"p{each}" for each in range(number + 1)]
            found.set_pages(keys, now)
        found.tick(now)
        up = found.up(now)
        assert up.key in {*keys, *found.waiting}
        assert up.left is None or 0 <= up.left <= 60
        assert len(found.waiting) <= MOST_WAITING
