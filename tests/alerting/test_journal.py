"""The journal: nothing that was written is lost with a torn line, a full file, a restart or a second board."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.alerting import journal as journals
from kmm_tui.alerting.journal import Journal, alert_entry, alert_of
from kmm_tui.board.alerts import Ack
from tests.alerting.conftest import NOW, alert


def entry(number: int = 1) -> journals.Entry:
    return alert_entry("raised", alert(number), NOW)


def test_what_is_written_is_read_back_as_it_was_by_its_owner_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "12/34")
    assert journal.take_charge()
    taken = replace(alert(1), ack=Ack("ana", NOW, "on it\u2028\x85x"), snoozed_until=NOW, label="Zürich\n\x1b[31m")
    journal.append([alert_entry("acknowledged", taken, NOW)])
    assert [alert_of(each) for each in Journal(tmp_path, "12/34").read()] == [taken]
    assert journal.path == tmp_path / "12_34" / "alerts.jsonl"
    if os.name == "posix":
        assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700
    journal.close()


@given(st.integers(0, 400), st.booleans())
def test_a_torn_line_costs_itself_alone(tmp_path_factory: pytest.TempPathFactory, cut: int, is_last: bool) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder, "1")
    journal.append([entry(1), entry(2)])
    assert journal.path
    content = journal.path.read_bytes()
    torn = content[: len(content) - cut]
    journal.path.write_bytes(torn)
    if not is_last:
        Journal(folder, "1").append([entry(3)])
    found = [known.id for each in Journal(folder, "1").read() if (known := alert_of(each))]
    whole = torn.count(b"\n")
    assert found[:whole] == ["a1", "a2"][:whole]
    assert is_last or found[-1] == "a3"


def test_lines_that_are_no_entries_are_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "1")
    journal.append([entry(1)])
    assert journal.path
    with journal.path.open("ab") as file:
        file.write(
            b'[]\n{"alert": {"id": 1}}\n\xff\xfe\n' + b"[" * 100_000 + b"\n" + b'{"alert": "' + b"x" * 20_000 + b'"}\n'
        )
    journal.append([entry(2)])
    assert [known.id for each in Journal(tmp_path, "1").read() if (known := alert_of(each))] == ["a1", "a2"]


def test_only_one_is_in_charge_and_the_others_read_what_it_writes_and_add_what_they_wish(tmp_path: Path) -> None:
    first, second = Journal(tmp_path, "1"), Journal(tmp_path, "1")
    assert (first.take_charge(), second.take_charge()) == (True, False)
    first.append([entry(1)])
    assert len(second.read()) == 1
    assert second.read() == []
    second.append([{"do": "snooze", "id": "a1", "minutes": 5}])
    assert [each.get("do") for each in first.read()] == [None, "snooze"]
    first.close()
    assert second.take_charge()
    second.close()


def test_it_does_not_grow_for_ever_and_keeps_what_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "LARGEST", 20_000)
    journal, other = Journal(tmp_path, "1"), Journal(tmp_path, "1")
    journal.append([entry(number) for number in range(100)])
    other.read()
    assert journal.is_full()
    journal.begin_anew([entry(7)])
    assert not journal.is_full()
    assert journal.read() == []
    assert [alert_of(each) for each in other.read()] == [alert(7)]
    for _ in range(3):
        journal.append([entry(number) for number in range(100)])
        journal.begin_anew([entry(7)])
    assert sum(path.stat().st_size for path in (tmp_path / "1").iterdir()) < 200_000
    assert len(Journal(tmp_path, "1").read()) == 102


def test_a_disk_that_refuses_costs_the_journal_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "1").write_text("a file where the folder should be")
    journal = Journal(tmp_path, "1")
    assert journal.take_charge()
    journal.append([entry()])
    assert journal.trouble.startswith("alerts cannot be written down: ")
    assert journal.read() == []


def test_without_a_folder_nothing_is_kept() -> None:
    journal = Journal(None, "1")
    assert journal.take_charge()
    journal.append([entry()])
    assert (journal.read(), journal.is_full(), journal.path) == ([], False, None)
