"""``kmm-tui record`` and the way into a replay: what is recorded comes out as it went in, and goes when it is to."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import Section, Topic, TopicState
from kmm_tui.cli.moments import moment_text, parse_moment
from kmm_tui.metrics import Method
from kmm_tui.record.paths import default_folder
from kmm_tui.record.record import Record

ACCOUNT_KEY = "12345678"
START = 1_795_350_000_000
"""2026-11-22 12:20:00 UTC."""
ENVIRON = {
    "KMM_TUI_ACCOUNT": ACCOUNT_KEY,
    "KMM_TUI_AUTH__METHOD": "bearer",
    "KMM_TUI_AUTH__TOKEN": "unused",
    "KMM_TUI_BOARD__ZONE": "UTC",
}
NAME = "=Billing, EU"


def of(scope: Scope, at: int, online: int | None) -> TopicState:
    figures = Figures(Method.METRICS, frozenset({"onlineAgents"}), {"onlineAgents": online})
    snapshot = Snapshot(scope, NAME if scope.key else None, Window(at - HOUR, at), figures, at, Cost(at, 0.2, 100))
    return TopicState(Topic(Section.FIGURES, scope), 30.0, snapshot)


class StandingClock:
    def now(self) -> float:
        return START / 1000 + 3600


Kmm = Callable[..., Any]


@pytest.fixture
def record(kmm: Kmm, monkeypatch: pytest.MonkeyPatch) -> Kmm:
    """Runs ``kmm-tui record ...`` for an account of which nothing is recorded."""
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)

    def run(*arguments: str, environ: Mapping[str, str] | None = None) -> Any:
        return kmm("record", *arguments, environ={**ENVIRON, **(environ or {})})

    return run


@pytest.fixture
def recorded(record: Kmm) -> Path:
    """The file of an account with ten answers, half a minute apart, of the account and a skill; and then one more."""

    async def write() -> Path:
        made = Record(default_folder(), ACCOUNT_KEY, clock=StandingClock())
        made.start()
        for place in range(10):
            for scope in (ACCOUNT, Scope(Level.SKILL, "-1")):
                made.note(of(scope, START + place * 30_000, None if place == 3 else place))
        made.note(of(ACCOUNT, START + HOUR, 99))
        await made.written()
        await made.close()
        return made.path

    return asyncio.run(write())


def test_every_figure_is_exported_as_it_was_answered(record: Kmm, recorded: Path) -> None:
    ran = record("export", "--from", "2026-11-22 12:20", "--to", "2026-11-22 12:25")
    assert (ran.code, ran.err) == (0, "20 figures\n")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    of_skill = [row for row in rows if row["level"] == "skill"]
    assert [row["value"] for row in of_skill] == ["0", "1", "2", "", "4", "5", "6", "7", "8", "9"]
    assert {(row["key"], row["name"], row["metric"]) for row in of_skill} == {("-1", f"'{NAME}", "online_agents")}
    moments = [datetime.fromisoformat(row["taken_at"]) for row in of_skill]
    assert moments == [datetime.fromtimestamp(START / 1000 + place * 30, UTC) for place in range(10)]


def test_json_is_one_list_of_the_same(record: Kmm, recorded: Path) -> None:
    ran = record("export", "--from", "2026-11-22 12:20:30", "--to", "2026-11-22 12:20:30", "--format", "json")
    assert ran.code == 0
    assert [(row["level"], row["key"], row["name"], row["value"]) for row in json.loads(ran.out)] == [
        ("account", "", None, 1),
        ("skill", "-1", NAME, 1),
    ]


def test_without_a_range_everything_is_exported(record: Kmm, recorded: Path) -> None:
    ran = record("export", "--format", "json")
    assert len(json.loads(ran.out)) == 21
    assert ran.err == "21 figures\n"


def test_an_empty_range_is_an_empty_list_and_the_story_tells_what_there_is(record: Kmm, recorded: Path) -> None:
    ran = record("export", "--from", "2026-11-22 12:30", "--to", "2026-11-22 12:40", "--format", "json")
    assert (ran.code, json.loads(ran.out)) == (0, [])
    told = "the record goes from Sun 22 Nov 2026 12:20:00 to Sun 22 Nov 2026 13:20:00"
    assert ran.err == f"0 figures; {told}\n"


def test_an_export_may_go_into_a_file_that_nobody_else_reads(record: Kmm, recorded: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    ran = record("export", "--output", str(target))
    assert (ran.code, ran.out, ran.err) == (0, "", f"21 figures into {target}\n")
    assert len(target.read_text().splitlines()) == 22
    if os.name == "posix":
        assert target.stat().st_mode & 0o077 == 0
    assert [each.name for each in tmp_path.iterdir() if "out.csv" in each.name] == ["out.csv"]


def test_a_file_that_cannot_be_written_is_one_line(record: Kmm, recorded: Path, tmp_path: Path) -> None:
    ran = record("export", "--output", str(tmp_path / "missing" / "out.csv"))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"{tmp_path / 'missing' / 'out.csv'}: cannot be written (No such file or directory)\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "sometime"), '--from: "sometime" is no moment'),
        (("--to", "tomorrow"), '--to: "tomorrow" is no moment'),
        (("--from", "-1h", "--to", "-2h"), "--to: it lies before --from"),
    ],
)
def test_a_range_that_is_none_is_one_line(arguments: tuple[str, ...], says: str, record: Kmm, recorded: Path) -> None:
    ran = record("export", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(says)
    assert ran.err.count("\n") == 1


def test_where_nothing_is_recorded_that_is_said(record: Kmm) -> None:
    ran = record("export")
    assert (ran.code, ran.out, ran.err) == (2, "", "nothing is recorded of this account on this machine\n")
    assert record("forget", "--yes").err == "nothing is recorded of this account on this machine\n"
    info = record("info")
    assert info.code == 0
    assert "nothing is recorded" in info.err


def test_info_tells_where_how_much_and_since_when(record: Kmm, recorded: Path) -> None:
    ran = record("info", environ={"KMM_TUI_RECORD__CAP": "20MB", "KMM_TUI_RECORD__NAMES": "false"})
    assert (ran.code, ran.err) == (0, "")
    told = {line[:10].strip(): line[11:] for line in ran.out.splitlines()}
    assert told["account"] == ACCOUNT_KEY
    assert told["file"] == str(recorded)
    assert told["recording"] == "on, without names"
    assert told["size"].endswith(" of at most 20MB")
    assert (told["first"], told["last"]) == ("Sun 22 Nov 2026 12:20:00", "Sun 22 Nov 2026 13:20:00")
    assert "2 days" in told["kept"]
    assert "recording  off" in record("info", environ={"KMM_TUI_RECORD__ON": "false"}).out


def test_what_is_forgotten_is_gone_and_nothing_else(record: Kmm, recorded: Path) -> None:
    other = recorded.with_name("123.sqlite3")
    other.write_bytes(recorded.read_bytes())
    aside = recorded.with_name(f"{recorded.name}.broken-20261120-100000")
    aside.write_bytes(b"broken")
    ran = record("forget", "--yes")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"the record of account {ACCOUNT_KEY} is deleted\n"
    assert list(recorded.parent.iterdir()) == [other]


def test_nothing_is_forgotten_unasked(record: Kmm, recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = record("forget")
    assert (ran.code, ran.out) == (2, "")
    assert "nobody to ask" in ran.err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    for answer, left in ((False, True), (True, False)):
        monkeypatch.setattr("click.confirm", lambda text, err, answer=answer: answer)
        assert record("forget").code == 0
        assert recorded.exists() is left


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("sometime", '--at: "sometime" is no moment'),
        ("2026-11-20 10:00", "nothing is recorded at Fri 20 Nov 2026 10:00:00: the record goes from Sun 22 Nov 2026 "),
        ("2026-11-22 13:21", "nothing is recorded at Sun 22 Nov 2026 13:21:00: the record goes from Sun 22 Nov 2026 "),
        (
            "2026-11-22 12:50",
            "nothing is recorded at Sun 22 Nov 2026 12:50:00, after Sun 22 Nov 2026 12:24:30 until Sun 22 Nov 2026 "
            "13:20:00: the record goes from Sun 22 Nov 2026 12:20:00 to Sun 22 Nov 2026 13:20:00",
        ),
    ],
)
def test_a_time_of_which_nothing_is_recorded_is_one_line(
    at: str, says: str, kmm: Kmm, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kmm_tui.cli.terminal.need_terminal", lambda: None)
    ran = kmm("replay", "--at", at, environ=ENVIRON)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(says)
    assert ran.err.count("\n") == 1


def test_a_replay_of_nothing_says_so(kmm: Kmm, record: Kmm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kmm_tui.cli.terminal.need_terminal", lambda: None)
    ran = kmm("replay", "--at", "-1h", environ=ENVIRON)
    assert (ran.code, ran.err) == (2, "nothing is recorded of this account on this machine\n")


def test_a_replay_needs_a_terminal(shell: Kmm) -> None:
    ran = shell("replay", "--at", "-1h", environ=ENVIRON)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("The board needs a terminal")


# -- moments

LISBON = ZoneInfo("Europe/Lisbon")
NOW = 1_795_356_271_000
"""2026-11-22 14:04:31 in Lisbon, a Sunday."""


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("today 10:42", "Sun 22 Nov 2026 10:42:00"),
        ("10:42", "Sun 22 Nov 2026 10:42:00"),
        ("23:00", "Sat 21 Nov 2026 23:00:00"),
        ("Yesterday 9:00", "Sat 21 Nov 2026 09:00:00"),
        ("yesterday 23:59", "Sat 21 Nov 2026 23:59:00"),
        ("yesterday", "Sat 21 Nov 2026 00:00:00"),
        ("mon 9:00", "Mon 16 Nov 2026 09:00:00"),
        ("20 nov 10:00", "Fri 20 Nov 2026 10:00:00"),
        ("2026-11-20 10:00", "Fri 20 Nov 2026 10:00:00"),
        ("2026-11-20 9:00:30", "Fri 20 Nov 2026 09:00:30"),
        ("2026-11-20T10:00+01:00", "Fri 20 Nov 2026 09:00:00"),
        ("2026-06-20", "Sat 20 Jun 2026 00:00:00"),
        ("today 10:42:07", "Sun 22 Nov 2026 10:42:07"),
        ("23:59:59", "Sat 21 Nov 2026 23:59:59"),
        ("Fri 20 Nov 2026 10:00:59", "Fri 20 Nov 2026 10:00:59"),
        ("Sat 20 Jun 2026 10:00", "Sat 20 Jun 2026 10:00:00"),
        ("-2h", "Sun 22 Nov 2026 12:04:31"),
        ("-1d 2h", "Sat 21 Nov 2026 12:04:31"),
        ("now", "Sun 22 Nov 2026 14:04:31"),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, means: str) -> None:
    assert moment_text(parse_moment(text, NOW, LISBON), LISBON) == means


@given(st.integers(0, 200 * DAY // 1000))
def test_what_is_written_can_be_typed(seconds: int) -> None:
    at = (NOW // 1000 - seconds) * 1000
    assert parse_moment(moment_text(at, LISBON), NOW, LISBON) in (
        at,
        at - HOUR,
    )  # Of a doubled hour the first is meant.


@given(st.integers(0, 14 * DAY // MINUTE - 60))
def test_every_minute_that_is_over_can_be_written(minutes: int) -> None:
    at = NOW // MINUTE * MINUTE - minutes * MINUTE
    shown = datetime.fromtimestamp(at / 1000, UTC)
    assert parse_moment(f"{shown:%Y-%m-%d %H:%M}", NOW, UTC) == at
    assert parse_moment(f"{shown.day} {shown:%b %H:%M}", NOW, UTC) == at
    assert parse_moment(f"-{minutes}m", at + minutes * MINUTE, UTC) == at


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_moment_or_one_line(text: str) -> None:
    said = ""
    try:
        parse_moment(text, NOW, UTC)
    except ValueError as error:
        said = str(error)
    assert said.isprintable()
    assert not said or "write such as" in said
