"""One channel: a storm is one notice a minute, what failed is tried again, and nobody hears of a thing twice."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.alerting.notice import Gathered
from kmm_tui.alerting.outlet import ChannelError, Outlet
from kmm_tui.board.alerts import Ack, Change, What
from kmm_tui.board.severity import Severity
from tests.alerting.conftest import NOW, Ear, Turned, alert, raised


async def played(outlet: Outlet, clock: Turned, seconds: int) -> None:
    for _ in range(seconds):
        clock.seconds += 1
        await outlet.turn()


async def test_a_storm_of_500_is_at_most_one_notice_a_minute(ear: Ear, clock: Turned) -> None:
    outlet = Outlet(ear, clock, "1", "Acme")
    for number in range(500):
        outlet.put([raised(number)])
        await played(outlet, clock, 1)
    await played(outlet, clock, 120)
    assert [len(notice.changes) for notice in ear.heard] == [3, *[60] * 8, 17]
    sent = [notice.at for notice in ear.heard]
    assert all(later - earlier >= 60 for earlier, later in itertools.pairwise(sent))


async def test_500_at_once_are_one_notice_that_counts_them(ear: Ear, clock: Turned) -> None:
    outlet = Outlet(ear, clock, "1", "Acme")
    outlet.put([raised(number, peak=Severity.CRITICAL if number < 3 else Severity.WARN) for number in range(500)])
    await played(outlet, clock, 200)
    (notice,) = ear.heard
    assert notice.title == "Acme: 3 critical, 497 warn"
    assert notice.lines()[0] == "■ Skill 0: P90 wait 4:12, max 3:00, for 2:03"
    assert notice.lines()[-1] == "and 490 more"
    payload = notice.payload()
    assert (payload["count"], len(payload["alerts"])) == (500, 100)


async def test_what_is_over_before_it_was_told_is_not_told(ear: Ear, clock: Turned) -> None:
    outlet = Outlet(ear, clock, "1", "Acme")
    outlet.put([raised(), Change(What.RESOLVED, replace(alert(), ended=NOW), NOW)])
    await played(outlet, clock, 90)
    assert ear.heard == []


async def test_the_end_is_told_to_those_who_heard_of_the_begin(ear: Ear, clock: Turned) -> None:
    outlet = Outlet(ear, clock, "1", "Acme")
    outlet.put([raised()])
    await played(outlet, clock, 5)
    outlet.put([Change(What.RESOLVED, replace(alert(), ended=NOW + 30), NOW + 330)])
    await played(outlet, clock, 90)
    assert [[each.what for each in notice.changes] for notice in ear.heard] == [[What.RAISED], [What.RESOLVED]]
    assert ear.heard[1].lines() == ["✓ Skill 1: P90 wait, over after 2:30, worst 5:00"]


async def test_what_failed_is_tried_again_with_what_came_meanwhile_and_its_trouble_is_told(
    ear: Ear, clock: Turned
) -> None:
    outlet = Outlet(ear, clock, "1", "Acme")
    ear.fails = ChannelError("hooks.example did not answer within 15 s")
    outlet.put([raised(1)])
    await played(outlet, clock, 3 + 5 + 15 + 60)
    assert ear.tries == 3 + 1
    assert outlet.trouble == "ear: hooks.example did not answer within 15 s"
    outlet.put([raised(2)])
    ear.fails = None
    await played(outlet, clock, 121)
    assert [len(notice.changes) for notice in ear.heard] == [2]
    assert outlet.trouble == ""


async def test_what_a_person_has_to_mend_is_not_hammered(ear: Ear, clock: Turned) -> None:
    outlet = Outlet(ear, clock, "1", "Acme")
    ear.fails = ChannelError("hooks.example answered 404", is_lasting=True)
    outlet.put([raised()])
    await played(outlet, clock, 290)
    assert ear.tries == 1


async def test_an_error_of_a_channel_is_its_trouble_and_not_its_end(ear: Ear, clock: Turned) -> None:
    class Broken(Ear):
        async def send(self, notice: object) -> None:
            raise KeyError("s3cret")

    outlet = Outlet(Broken(), clock, "1", "Acme")
    outlet.put([raised()])
    await played(outlet, clock, 3)
    assert outlet.trouble == "ear: an error of its own, see the log"


async def test_what_somebody_knows_of_is_not_told_and_what_is_too_small_for_a_channel_neither(
    ear: Ear, clock: Turned
) -> None:
    outlet = Outlet(ear, clock, "1", "Acme", least=Severity.CRITICAL)
    taken = replace(alert(1), ack=Ack("ana", NOW))
    outlet.put([raised(1), Change(What.ACKNOWLEDGED, taken, NOW), raised(2, peak=Severity.WARN)])
    await played(outlet, clock, 90)
    assert ear.heard == []


async def test_in_quiet_hours_it_waits_for_what_is_still_open_in_the_morning(ear: Ear, clock: Turned) -> None:
    outlet = Outlet(ear, clock, "1", "Acme", is_quiet=lambda now: now < NOW + 600)
    outlet.put([raised(1), raised(2), Change(What.RESOLVED, replace(alert(2), ended=NOW), NOW)])
    await played(outlet, clock, 599)
    assert ear.heard == []
    await played(outlet, clock, 10)
    assert [[each.alert.id for each in notice.changes] for notice in ear.heard] == [["a1"]]


async def test_a_clock_that_is_set_back_holds_nothing_up_for_long(ear: Ear, clock: Turned) -> None:
    outlet = Outlet(ear, clock, "1", "Acme")
    outlet.put([raised(1)])
    await played(outlet, clock, 5)
    clock.seconds -= 86_400
    outlet.put([raised(2)])
    await played(outlet, clock, 70)
    assert len(ear.heard) == 2


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(list(What))), max_size=40))
def test_nobody_hears_of_an_end_without_its_begin(events: list[tuple[int, What]]) -> None:
    gathered = Gathered()
    told: set[str] = set()
    for number, what in events:
        ended = NOW if what is What.RESOLVED else None
        gathered.put(Change(what, replace(alert(number), ended=ended), NOW))
        if number == 0:
            for change in gathered.waiting:
                assert change.what is not What.RESOLVED or change.alert.id in told
                (told.discard if change.what is What.RESOLVED else told.add)(change.alert.id)
            gathered.done(gathered.waiting)
            assert gathered.waiting == []
