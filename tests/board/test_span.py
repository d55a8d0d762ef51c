"""What a person asks to look at becomes a window that the API answers, or one line that says what is possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kmm_tui.api.window import DAY, HOUR, MINUTE, WIDEST, Window
from kmm_tui.board.localtime import clock_text, day_start, local, moment, range_text
from kmm_tui.board.shifts import Shift
from kmm_tui.board.span import (
    PRESETS,
    TODAY,
    YESTERDAY,
    Span,
    SpanError,
    between,
    is_anchored,
    is_live,
    last,
    note,
    resolve,
    since,
)
from kmm_tui.board.span_text import parse_span
from kmm_tui.metrics import Method

At = Callable[..., int]

SHIFTS = (
    Shift("Early", time(7), time(15), frozenset(range(5))),
    Shift("Night", time(22), time(6)),
    Shift("Round the clock", time(8), time(8)),
)
EARLY, NIGHT, ROUND = SHIFTS
NAMES = ("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
ZONES = [ZoneInfo(name) for name in NAMES]
SUNDAY = "2026-11-22 14:07:30"


def shown(span: Span, now: int, zone: ZoneInfo) -> str:
    window = resolve(span, now, zone, SHIFTS)
    return range_text(window.start, window.end, zone)


def test_the_presets_are_those_of_the_vendors_and_more() -> None:
    labels = ["last 15m", "last 30m", "last 1h", "last 2h", "last 4h", "last 8h", "last 24h"]
    assert [span.label for span in PRESETS] == labels
    assert all(is_live(span) and not is_anchored(span) for span in PRESETS)


def test_what_is_live_ends_now(lisbon: ZoneInfo, at: At) -> None:
    now = at(SUNDAY, lisbon)
    live = [last(HOUR), TODAY, since(NIGHT), between(now - HOUR, None, lisbon)]
    assert all(is_live(span) and resolve(span, now, lisbon, SHIFTS).end == now for span in live)
    assert [is_anchored(span) for span in live] == [False, True, True, True]
    assert not is_live(YESTERDAY)
    assert not is_live(between(now - HOUR, now, lisbon))


def test_the_last_hour_is_an_hour_after_the_servers_rounding(lisbon: ZoneInfo, at: At) -> None:
    window = resolve(last(HOUR), at(SUNDAY, lisbon), lisbon, ())
    assert (window.width, clock_text(window.start, lisbon)) == (HOUR, "13:08")


@pytest.mark.parametrize(
    ("now", "expected", "says"),
    [
        ("2026-11-23 09:30", "23 Nov 07:00–09:30", ""),
        ("2026-11-23 18:00", "23 Nov 07:00–18:00", "Early is over since 15:00: shown from its start on"),
        ("2026-11-24 06:59", "23 Nov 07:00–24 Nov 06:59", "Early is over since 15:00: shown from its start on"),
        ("2026-11-24 07:00", "24 Nov 06:59–07:00", ""),
    ],
)
def test_since_a_shift(lisbon: ZoneInfo, at: At, now: str, expected: str, says: str) -> None:
    moment = at(now, lisbon)
    assert shown(since(EARLY), moment, lisbon) == expected
    assert note(since(EARLY), moment, lisbon, SHIFTS) == says
    assert since(EARLY).label == "since Early 07:00"


def test_a_shift_across_midnight_and_a_change_of_clocks(lisbon: ZoneInfo, at: At) -> None:
    window = resolve(since(NIGHT), at("2026-10-25 05:00", lisbon), lisbon, SHIFTS)
    assert window.width == 8 * HOUR


def test_a_shift_that_is_long_over_says_so(lisbon: ZoneInfo, at: At) -> None:
    with pytest.raises(SpanError) as caught:
        resolve(since(EARLY), at(SUNDAY, lisbon), lisbon, SHIFTS)
    assert str(caught.value) == (
        'Early is not running and last began on Fri 07:00, over 24 hours ago; write such as "today" or "1h"'
    )


def test_a_shift_that_is_no_more_says_so(lisbon: ZoneInfo, at: At) -> None:
    with pytest.raises(SpanError, match='no shift is called "Early"'):
        resolve(since(EARLY), at(SUNDAY, lisbon), lisbon, ())


def test_a_day_of_25_hours_is_cut_to_24_and_says_so(lisbon: ZoneInfo, at: At) -> None:
    noon, late = at("2026-10-25 12:00", lisbon), at("2026-10-25 23:30", lisbon)
    assert (resolve(TODAY, noon, lisbon, ()).width, note(TODAY, noon, lisbon, ())) == (13 * HOUR, "")
    assert resolve(TODAY, late, lisbon, ()) == Window.last(WIDEST, late)
    assert note(TODAY, late, lisbon, ()) == "today is over 24 hours long already: the last 24h of it are shown"
    after = at("2026-10-26 09:00", lisbon)
    assert resolve(YESTERDAY, after, lisbon, ()).width == WIDEST
    assert note(YESTERDAY, after, lisbon, ()) == "yesterday was over 24 hours long: the last 24h of it are shown"
    shift = at("2026-10-26 07:45", lisbon)
    assert resolve(since(ROUND), shift, lisbon, SHIFTS).width == 23 * HOUR + 45 * MINUTE
    night = at("2026-10-25 21:45", lisbon)
    assert resolve(since(NIGHT), night, lisbon, SHIFTS) == Window.last(WIDEST, night)
    assert note(since(NIGHT), night, lisbon, SHIFTS) == "Night began over 24 hours ago: the last 24h of it are shown"
    assert resolve(YESTERDAY, at("2026-03-30 09:00", lisbon), lisbon, ()).width == 23 * HOUR


def test_an_open_range_that_grew_over_a_day_is_cut_and_says_so(lisbon: ZoneInfo, at: At) -> None:
    span, now = between(at("2026-11-20 08:00", lisbon), None, lisbon), at(SUNDAY, lisbon)
    assert resolve(span, now, lisbon, ()) == Window.last(WIDEST, now)
    assert note(span, now, lisbon, ()) == "over 24 hours have passed since then: the last 24h of it are shown"


TYPED = [
    ("30m", "last 30m", "22 Nov 13:38–14:07"),
    ("last 4 hours", "last 4h", "22 Nov 10:08–14:07"),
    ("1h30m", "last 1h30m", "22 Nov 12:38–14:07"),
    ("1d", "last 24h", "21 Nov 14:08–22 Nov 14:07"),
    ("today", "today", "22 Nov 00:00–14:07"),
    (" YESTERDAY ", "yesterday", "21 Nov"),
    ("night", "since Night 22:00", "21 Nov 22:00–22 Nov 14:07"),
    ("since Round  the clock", "since Round the clock 08:00", "22 Nov 08:00–14:07"),
    ("10:00-11:30", "22 Nov 10:00–11:30", "22 Nov 10:00–11:30"),
    ("yesterday 9–11", "21 Nov 09:00–11:00", "21 Nov 09:00–11:00"),
    ("20 nov 10:00-11:30", "20 Nov 10:00–11:30", "20 Nov 10:00–11:30"),
    ("20 November 2026 10.00 to 11.30", "20 Nov 10:00–11:30", "20 Nov 10:00–11:30"),
    ("Nov 20, 10am-1pm", "20 Nov 10:00–13:00", "20 Nov 10:00–13:00"),
    ("2026-11-20 08:00 - 10:00", "20 Nov 08:00–10:00", "20 Nov 08:00–10:00"),
    ("2026-11-20T22:00 - 2026-11-21T06:00", "20 Nov 22:00–21 Nov 06:00", "20 Nov 22:00–21 Nov 06:00"),
    ("mon 9-17", "16 Nov 09:00–17:00", "16 Nov 09:00–17:00"),
    ("Sunday 9-11", "22 Nov 09:00–11:00", "22 Nov 09:00–11:00"),
    ("sun 15-16", "15 Nov 15:00–16:00", "15 Nov 15:00–16:00"),
    ("mon 22 - tue 6", "16 Nov 22:00–17 Nov 06:00", "16 Nov 22:00–17 Nov 06:00"),
    ("fri 20-24", "20 Nov 20:00–24:00", "20 Nov 20:00–24:00"),
    ("wed", "18 Nov", "18 Nov"),
    ("since 8:00", "since 22 Nov 08:00", "22 Nov 08:00–14:07"),
    ("9-", "since 22 Nov 09:00", "22 Nov 09:00–14:07"),
    ("9 - now", "since 22 Nov 09:00", "22 Nov 09:00–14:07"),
    ("since 15:00", "since 21 Nov 15:00", "21 Nov 15:00–22 Nov 14:07"),
    ("22-6", "21 Nov 22:00–22 Nov 06:00", "21 Nov 22:00–22 Nov 06:00"),
    ("yesterday 1-12:30", "21 Nov 01:00–12:30", "21 Nov 01:00–12:30"),
]


@pytest.mark.parametrize(("text", "label", "window"), TYPED)
def test_what_people_type(lisbon: ZoneInfo, at: At, text: str, label: str, window: str) -> None:
    now = at(SUNDAY, lisbon)
    span = parse_span(text, now, lisbon, SHIFTS)
    assert (span.label, shown(span, now, lisbon)) == (label, window)


def test_around_new_year_a_day_without_a_year_is_the_nearest(lisbon: ZoneInfo, at: At) -> None:
    now = at("2027-01-02 10:00", lisbon)
    assert shown(parse_span("31 dec 10-11", now, lisbon, ()), now, lisbon) == "31 Dec 10:00–11:00"


SAMPLES = '"30m", "today", "yesterday 9-11" or "20 nov 10:00-11:30"'
REFUSED = [
    ("", f"write what to look at, such as {SAMPLES}"),
    ("x" * 1000, f"write what to look at, such as {SAMPLES}"),
    ("soon", f'"soon" is not understood; write {SAMPLES}'),
    ("9", f'"9" is not understood; write {SAMPLES}'),
    ("\x1b[31m", f'"?[31m" is not understood; write {SAMPLES}'),
    ("9-10-11", f'"9-10-11" is not understood; write {SAMPLES}'),
    ("90s", 'a window is a number of whole minutes wide; write such as "15m" or "1h30m"'),
    ("0m", 'a window is at least 1m wide; write such as "15m"'),
    ("2d", f"at most 24h can be shown at once; write {SAMPLES}"),
    ("25h", f"at most 24h can be shown at once; write {SAMPLES}"),
    ("25:00-26:00", '"25:00" is no time of day; write such as "9-11" or "22:00-6:30"'),
    ("13pm-14", '"13pm" is no time of day; write such as "9-11" or "22:00-6:30"'),
    ("30 feb 9-10", 'there is no 30 Feb; write such as "20 nov 10:00-11:30"'),
    ("2026-13-01 9-10", 'there is no 1 of month 13 2026; write such as "2026-11-20 8:00-10:00"'),
    ("15-16", '22 Nov 15:00 is still to come; write such as "1h" or "yesterday 9-11"'),
    ("25 nov 9-10", '25 Nov 09:00 is still to come; write such as "1h" or "yesterday 9-11"'),
    ("tomorrow 9-11", '23 Nov 09:00 is still to come; write such as "1h" or "yesterday 9-11"'),
    ("9-17", '22 Nov 17:00 is still to come; for until now write "09:00-"'),
    ("9-9", 'the range ends before it begins; write such as "20 nov 10:00-11:30" or "22:00-6:00"'),
    (
        "2026-11-21 9:00 - 2026-11-20 10:00",
        'the range ends before it begins; write such as "20 nov 10:00-11:30" or "22:00-6:00"',
    ),
    (
        "20 nov 9 - 21 nov 10",
        'the range is 25h wide, and at most 24h can be shown at once; write such as "20 nov 09:00–10:00"',
    ),
    ("8 nov 14:00-15:00", 'only the last 14 days are kept, since 8 Nov 14:30; write such as "yesterday 9-11"'),
    ("1 oct", 'only the last 14 days are kept, since 8 Nov 14:30; write such as "yesterday 9-11"'),
    ("yesterday 9-", f"that is over 24h ago, and at most 24h can be shown at once; write {SAMPLES}"),
    ("early", 'Early is not running and last began on Fri 07:00, over 24 hours ago; write such as "today" or "1h"'),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_cannot_be_shown_says_what_can(lisbon: ZoneInfo, at: At, text: str, says: str) -> None:
    with pytest.raises(SpanError) as caught:
        parse_span(text, at(SUNDAY, lisbon), lisbon, SHIFTS)
    assert str(caught.value) == says


def test_the_oldest_that_is_kept_can_be_asked_for(lisbon: ZoneInfo, at: At) -> None:
    now = at(SUNDAY, lisbon)
    assert shown(parse_span("8 nov 14:30-15:00", now, lisbon, ()), now, lisbon) == "8 Nov 14:30–15:00"


def test_times_that_clocks_show_twice_or_skip(lisbon: ZoneInfo, at: At) -> None:
    autumn = at("2026-10-25 12:00", lisbon)
    twice = resolve(parse_span("1:30-3", autumn, lisbon, ()), autumn, lisbon, ())
    assert (twice.start, twice.width) == (at("2026-10-25 01:30", lisbon), 150 * MINUTE)
    spring = at("2026-03-29 12:00", lisbon)
    skipped = resolve(parse_span("1:30-3", spring, lisbon, ()), spring, lisbon, ())
    assert (skipped.start, skipped.width) == (at("2026-03-29 02:30", lisbon), 30 * MINUTE)
    with pytest.raises(SpanError, match="ends before it begins"):
        parse_span("1:30-2:15", spring, lisbon, ())


CHANGES = [1_774_746_000_000, 1_792_890_000_000, 1_793_512_800_000, 1_775_314_800_000, 1_791_041_400_000]
"""When clocks change in 2026: Lisbon in March and October, New York in November, Lord Howe in April and October."""
moments = st.integers(1_735_689_600_000, 1_830_000_000_000) | st.builds(
    lambda change, by: change + by, st.sampled_from(CHANGES), st.integers(-DAY, 2 * DAY)
)
minute_starts = moments.map(lambda ms: ms - ms % MINUTE)


@given(zone=st.sampled_from(ZONES), now=moments | minute_starts, data=st.data())
def test_a_window_is_one_that_the_api_answers(zone: ZoneInfo, now: int, data: st.DataObject) -> None:
    starts = st.integers(now - 15 * DAY, now + HOUR)
    ranges = st.builds(lambda start, width: (start, start + width), starts, st.integers(-HOUR, 26 * HOUR))
    span = data.draw(
        st.sampled_from([*PRESETS, TODAY, YESTERDAY, *(since(shift) for shift in SHIFTS)])
        | st.builds(last, st.integers(-1, 25 * HOUR))
        | ranges.map(lambda pair: between(*pair, zone))
        | starts.map(lambda start: between(start, None, zone))
    )
    try:
        window = resolve(span, now, zone, SHIFTS)
    except SpanError as refused:
        window, says = None, str(refused)
    if window is None:
        assert span not in (*PRESETS, TODAY, YESTERDAY)
        assert "\n" not in says
        return
    for method in (Method.METRICS, Method.AGENT_VIEW):
        window.check(method, now)
    assert window.end == now if is_live(span) else window.end <= now
    assert 0 < window.width <= WIDEST
    assert "\n" not in note(span, now, zone, SHIFTS)


words = st.sampled_from(
    ["since", "last", "today", "yesterday", "early", "mon", "sun", "nov", "20", "9", "22:30", "-", "–", "to", "now",
     "24", "am", "2026-10-25", "29 feb", "2026", "1:30", "h", "m", "30m", "٣", "ſun", ".", ","]
)  # fmt: skip
texts = st.text(max_size=30) | st.lists(words, max_size=8).map(" ".join) | st.lists(words, max_size=8).map("".join)


@example(zone=ZONES[0], now=CHANGES[0], text="2000-01-01 - 2099-12-31")
@given(zone=st.sampled_from(ZONES), now=moments, text=texts)
def test_whatever_is_typed_is_a_window_or_one_line_with_an_example(zone: ZoneInfo, now: int, text: str) -> None:
    says = ""
    try:
        span = parse_span(text, now, zone, SHIFTS)
    except SpanError as refused:
        says = str(refused)
    if says:
        assert says.isprintable()
        assert says.count('"') >= 2
    else:
        resolve(span, now, zone, SHIFTS).check(Method.METRICS, now)


@given(zone=st.sampled_from(ZONES), now=moments, start=st.integers(1, 13 * 1440), width=st.integers(1, 1440))
def test_the_label_of_a_range_can_be_typed_again(zone: ZoneInfo, now: int, start: int, width: int) -> None:
    minute = now - now % MINUTE
    begin = minute - start * MINUTE
    end = min(begin + width * MINUTE, minute)
    # A time that clocks show twice is read as the first of the two.
    for ms in (begin, end):
        assume(moment(local(ms, zone).date(), local(ms, zone).time(), zone) == ms)
    assume(begin != day_start(begin, zone) or end != day_start(begin, zone, 1))
    span = between(begin, end, zone)
    assert parse_span(span.label, now, zone, ()) == span


@given(zone=st.sampled_from(ZONES), now=moments, ago=st.integers(2, 12))
def test_the_label_of_a_whole_day_can_be_typed_again(zone: ZoneInfo, now: int, ago: int) -> None:
    begin, end = day_start(now, zone, -ago), day_start(now, zone, 1 - ago)
    assume(end - begin <= WIDEST)
    span = between(begin, end, zone)
    assert parse_span(span.label, now, zone, ()) == span
