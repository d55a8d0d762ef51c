"""What is remembered is whole or not there, is for this user only, and never ends the board."""

from __future__ import annotations

import io
import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.feed import memory as module
from kmm_tui.feed.memory import Memory

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such file modes")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


@settings(deadline=None)
@given(value=VALUES)
def test_what_was_remembered_is_recalled(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    memory = Memory(tmp_path_factory.getbasetemp() / "values", "1")
    memory.remember("thing", value)
    assert memory.recall("thing") == value


@posix_only
def test_only_this_user_may_read_it_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        memory = Memory(tmp_path / "state", "1")
        memory.remember("thing", [1])
        memory.remember("thing", [2])
    finally:
        os.umask(before)
    folder = tmp_path / "state" / "1"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "thing.json").stat().st_mode & 0o777 == 0o600
    assert names(folder) == ["thing.json"]


def test_a_writer_that_fails_half_way_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path, "1")
    memory.remember("thing", "before")

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            os.write(handles[-1], text.encode()[:6])
            raise OSError(28, "No space left on device")

    handles: list[int] = []

    def opened(handle: int, *_: Any, **__: Any) -> Full:
        handles.append(handle)
        return Full()

    monkeypatch.setattr(os, "fdopen", opened)
    memory.remember("thing", "after")
    os.close(handles[0])
    assert memory.recall("thing") == "before"
    assert names(tmp_path / "1") == ["thing.json"]


def test_two_boards_that_write_at_once_leave_one_whole_value(tmp_path: Path) -> None:
    values = [[number] * 20_000 for number in range(4)]
    torn: list[Any] = []
    done = threading.Event()

    def read() -> None:
        memory = Memory(tmp_path, "1")
        while not done.is_set():
            if (value := memory.recall("thing")) not in (None, *values):
                torn.append(value)

    def write(value: list[int]) -> None:
        memory = Memory(tmp_path, "1")
        for _ in range(15):
            memory.remember("thing", value)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(value,)) for value in values]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert torn == []
    assert Memory(tmp_path, "1").recall("thing") in values
    assert names(tmp_path / "1") == ["thing.json"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"\0" * 100, b'{"a": }', b"[" * 100_000, b'"' + b"x" * 100]
)
def test_what_cannot_be_read_counts_as_never_remembered(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    memory = Memory(tmp_path, "1")
    memory.remember("thing", 1)
    (tmp_path / "1" / "thing.json").write_bytes(content)
    with caplog.at_level(logging.WARNING, "kmm_tui"):
        assert memory.recall("thing") is None
    assert "thing.json cannot be read" in caplog.text
    memory.remember("thing", 2)
    assert memory.recall("thing") == 2


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path, "1")
    memory.remember("thing", "x" * 100)
    monkeypatch.setattr(module, "LARGEST", 50)
    assert memory.recall("thing") is None


def test_a_folder_that_cannot_be_written_costs_the_memory_and_not_the_board(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "thing.json").mkdir()
    with caplog.at_level(logging.WARNING, "kmm_tui"):
        for memory in (Memory(tmp_path / "file", "1"), Memory(tmp_path, "1")):
            memory.remember("thing", 1)
            assert memory.recall("thing") is None
    assert caplog.text.count("cannot be remembered") == 2
    assert names(tmp_path / "1") == ["thing.json"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_costs_the_memory_and_not_the_board(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    memory = Memory(tmp_path, "1")
    memory.remember("thing", 1)
    assert memory.recall("thing") is None
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("value", ["half a character \ud83d", {"key": "\udcff"}])
def test_text_that_no_file_can_hold_is_not_remembered(tmp_path: Path, value: Any) -> None:
    memory = Memory(tmp_path, "1")
    memory.remember("thing", "before")
    memory.remember("thing", value)
    assert memory.recall("thing") == "before"
    assert names(tmp_path / "1") == ["thing.json"]


@pytest.mark.parametrize(
    "account", ["..", "../../etc", "/etc", "a/b", "C:\\x", "a\0b", "acc\nount", ".", "~", "كلم", "x" * 40]
)
def test_an_account_of_any_name_stays_within_the_folder(tmp_path: Path, account: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    memory = Memory(state, account)
    memory.remember("thing", account.isprintable())
    assert memory.recall("thing") is account.isprintable()
    (kept,) = tmp_path.rglob("thing.json")
    assert kept.parent.parent == state


def test_accounts_and_things_are_kept_apart(tmp_path: Path) -> None:
    for account in ("1", "2", "le_12", "le12"):
        for thing in ("pace", "board"):
            Memory(tmp_path, account).remember(thing, [account, thing])
    assert Memory(tmp_path, "le_12").recall("pace") == ["le_12", "pace"]
    assert Memory(tmp_path, "2").recall("board") == ["2", "board"]
    assert Memory(tmp_path, "3").recall("board") is None


def test_without_a_folder_nothing_is_remembered() -> None:
    memory = Memory(None, "1")
    memory.remember("thing", 1)
    assert memory.recall("thing") is None


def test_it_is_plain_json(tmp_path: Path) -> None:
    Memory(tmp_path, "1").remember("thing", {"name": "Zürich"})
    assert json.loads((tmp_path / "1" / "thing.json").read_bytes()) == {"name": "Zürich"}
