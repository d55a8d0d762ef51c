"""The log tells what went wrong, on one line each, without a secret, and never at the board's expense."""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kmm_tui.api.answers import Cost
from kmm_tui.api.text import Redactor
from kmm_tui.api.wire import Exchange
from kmm_tui.feed import log
from kmm_tui.feed.log import hide, hide_known_to, log_exchange, log_level, start_log, stop_log

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) [\w.]+: .+")
logger = logging.getLogger("kmm_tui.somewhere")

posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    yield
    stop_log()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "log"


@pytest.fixture
def lines(folder: Path) -> Callable[[], list[str]]:
    """The lines of the log, each of which looks like one."""

    def lines() -> list[str]:
        found = (folder / log.FILE).read_text(encoding="utf-8").splitlines()
        assert all(LINE.fullmatch(line) for line in found), found
        return found

    return lines


def exchange(status: int, seconds: float = 0.25) -> Exchange:
    return Exchange("va.example.net", "/api/account/1/metrics", status, Cost(1_800_000_000_000, seconds, 512))


def test_a_line_says_when_in_utc_how_bad_where_and_what(folder: Path, lines: Any) -> None:
    assert start_log(folder) == folder / log.FILE
    record = logging.LogRecord("kmm_tui.feed.poller", logging.WARNING, "x", 1, "%d agents", (3,), None)
    record.created = 1_800_000_030.5
    logging.getLogger(record.name).handle(record)
    assert lines() == ["2027-01-15T08:00:30.500Z WARNING feed.poller: 3 agents"]


@posix
def test_nobody_else_may_read_it(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / log.FILE).touch(0o644)
    start_log(folder)
    logger.warning("x")
    assert stat.S_IMODE((folder / log.FILE).stat().st_mode) == 0o600
    stop_log()
    (folder / log.FILE).unlink()
    folder.rmdir()
    old = os.umask(0)
    try:
        start_log(folder)
    finally:
        os.umask(old)
    assert stat.S_IMODE((folder / log.FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_only_this_program_is_logged_and_nothing_of_it_is_printed(
    folder: Path, lines: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    before = list(logging.getLogger().handlers)
    start_log(folder)
    assert logging.getLogger().handlers == before
    logger.error("mine")
    logging.getLogger("kmm_tui_other").warning("another's")
    logging.getLogger("httpx").warning("a library's")
    assert [line.rpartition(": ")[2] for line in lines()] == ["mine"]
    start_log(None)
    logger.error("nowhere")
    assert "nowhere" not in "".join(lines())
    printed = "".join(capfd.readouterr())
    assert "mine" not in printed
    assert "nowhere" not in printed


@pytest.mark.parametrize(
    ("word", "levels"),
    [
        (None, ["INFO", "WARNING", "ERROR"]),
        ("", ["INFO", "WARNING", "ERROR"]),
        ("debug", ["DEBUG", "INFO", "WARNING", "ERROR"]),
        (" Warning ", ["WARNING", "ERROR"]),
    ],
)
def test_what_is_logged_is_what_was_asked_for(word: str | None, levels: list[str], folder: Path, lines: Any) -> None:
    start_log(folder, log_level(word))
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logger.log(level, "x")
    assert [line.split()[1] for line in lines()] == levels


def test_off_is_off_and_a_typo_is_told(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert start_log(folder, log_level("off")) is None
    logger.critical("x")
    assert not folder.exists()
    assert capfd.readouterr() == ("", "")
    with pytest.raises(ValueError, match="KMM_TUI_LOG must be debug, info, warning or off"):
        log_level("verbose")


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_said_is_one_clean_line(tmp_path_factory: Any, said: str, more: str) -> None:
    folder = tmp_path_factory.mktemp("log")
    start_log(folder)
    try:
        raise RuntimeError(more)
    except RuntimeError:
        logger.exception("%s", said)
    stop_log()
    raw = (folder / log.FILE).read_bytes().decode()
    assert raw.count("\n") == 1
    assert raw.endswith("\n")
    assert raw[:-1].isprintable() or all(c.isprintable() or c in "\u200c\u200d" or c.isspace() for c in raw[:-1])
    assert not any(c in raw[:-1] for c in "\r\x1b\x00\x85\u2028\u202e")


@pytest.mark.parametrize("place", ["message", "argument", "exception", "cause", "group", "name"])
def test_no_secret_is_in_it_wherever_it_was_said(place: str, folder: Path, lines: Any) -> None:
    secret, learnt, added = "p/ss wörd&1", "bearer-of-now-77", "csrf=12345"
    redactor = Redactor([secret])
    start_log(folder, logging.DEBUG)
    hide_known_to(redactor)
    # Learnt later than the log began, as a bearer is.
    redactor.learn(learnt)
    hide(added)
    for each in (secret, learnt, added):
        text = f"see {each} {each[:3]}\x00{each[3:]} and {each}"
        try:
            if place == "cause":
                raise KeyError("x") from ValueError(text)
            if place == "group":
                raise ExceptionGroup("several", [ValueError(text), OSError("y")])
            if place == "exception":
                raise ValueError(text)
            raise ValueError("x")
        except Exception:  # noqa: BLE001 - a group is one as well
            {
                "message": lambda text=text: logger.error(text),
                "argument": lambda text=text: logger.error("%s", text),
                "name": lambda text=text: logger.error("%(t)s", {"t": text}),
            }.get(place, lambda: logger.exception("x"))()
    whole = "\n".join(lines())
    for each in (secret, learnt, added):
        assert each not in whole
    assert whole.count("********") >= 3


def test_a_long_line_is_cut_and_no_half_of_a_secret_is_left_of_it(folder: Path, lines: Any) -> None:
    start_log(folder)
    hide("secret-" * 20)
    logger.error("x" * (log.LONGEST_LINE - 30) + "secret-" * 20)
    (line,) = lines()
    assert len(line) < log.LONGEST_LINE + 100
    assert "secret" not in line


class Answer(BaseModel):
    figure: int


def deepest(bearer: str) -> None:
    body = {"figure": f"the body with {bearer}"}
    Answer.model_validate(body)


def test_an_exception_is_told_by_its_kind_and_place_without_variables_and_bodies(folder: Path, lines: Any) -> None:
    start_log(folder)
    try:
        try:
            deepest("kept-for-itself")
        except ValidationError as error:
            raise LookupError("not there") from error
    except LookupError:
        logger.exception("while reading")
    (line,) = lines()
    assert "while reading | LookupError: not there at test_log.py:" in line
    assert "<- ValidationError: 1 validation error for Answer at " in line
    assert "test_log.py:" in line.split("<-")[1]
    assert " deepest" in line
    assert "kept-for-itself" not in line
    assert "the body" not in line


def test_what_cannot_be_said_is_still_a_line(folder: Path, lines: Any, capfd: pytest.CaptureFixture[str]) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    start_log(folder)
    logger.error("%d agents", "no number")
    try:
        raise Mute
    except Mute:
        logger.exception("mute")
    first, second = lines()
    assert "%d agents (TypeError in its arguments)" in first
    assert "mute | Mute: " in second
    assert capfd.readouterr() == ("", "")


def test_each_call_is_a_line_with_a_number_of_its_own(folder: Path, lines: Any) -> None:
    start_log(folder, logging.DEBUG)
    for status in (200, 429, 503, 401, 0):
        log_exchange(exchange(status))
    found = lines()
    assert [line.split()[1] for line in found] == ["DEBUG", "INFO", "INFO", "INFO", "INFO"]
    told = [re.fullmatch(r".* calls: (\w{4})-(\d{6}) (.*)", line) for line in found]
    assert all(told)
    numbers = [int(each[2]) for each in told if each]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert len({each[1] for each in told if each}) == 1
    assert [each[3] for each in told if each] == [
        f"va.example.net /api/account/1/metrics {status} 0.250 s 512 bytes"
        for status in ("200", "429", "503", "401", "no answer")
    ]
    try:
        raise ValueError("x")
    except ValueError:
        logger.exception("odd")
    assert f"| last request {told[-1][1]}-{numbers[-1]:06}" in lines()[-1]  # type: ignore[index]


def test_it_is_never_larger_than_three_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LARGEST", 2000)
    start_log(folder)
    for number in range(300):
        logger.warning("line %d", number)
    found = sorted(path.name for path in folder.iterdir())
    assert found == [log.FILE, f"{log.FILE}.1", f"{log.FILE}.2"]
    assert all(path.stat().st_size <= 2000 for path in folder.iterdir())
    whole = "".join((folder / name).read_text() for name in reversed(found))
    # The newest ones, in order, none lost.
    numbers = [int(number) for number in re.findall(r"line (\d+)", whole)]
    assert numbers == list(range(numbers[0], 300))
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_two_boards_share_it_and_rotate_it_without_losing_a_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LARGEST", 3000)
    monkeypatch.setattr(log, "FILES", 40)
    start_log(folder)
    other = log._LogFile(folder / log.FILE)
    other.setFormatter(log._Lines())
    for number in range(200):
        logger.warning("line %d", 2 * number)
        other.handle(logging.LogRecord("kmm_tui.b", logging.WARNING, "x", 1, "line %d", (2 * number + 1,), None))
    other.close()
    whole = "".join(path.read_text() for path in folder.iterdir())
    assert sorted(int(number) for number in re.findall(r"line (\d+)", whole)) == list(range(400))
    assert len(list(folder.iterdir())) > 5
    assert all(path.stat().st_size <= 3000 for path in folder.iterdir())


class Full:
    """A file on a disk that is full."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")

    flush = write

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def test_a_full_disk_costs_lines_and_nothing_else(
    folder: Path, lines: Any, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start_log(folder)
    logger.error("before")
    with monkeypatch.context() as full:
        really = log._LogFile._open
        full.setattr(log._LogFile, "_open", lambda self: Full(really(self)))
        handler = next(each for each in logging.getLogger("kmm_tui").handlers if isinstance(each, log._LogFile))
        handler._let_go()
        for _ in range(3):
            logger.error("lost")
    handler._let_go()
    logger.error("after")
    assert [line.rpartition(": ")[2] for line in lines()] == ["before", "after"]
    assert capfd.readouterr() == ("", "")


def test_a_file_that_cannot_be_renamed_is_written_on_up_to_a_limit(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(log, "LARGEST", 1000)

    def held(*_: object) -> None:
        raise PermissionError(13, "another process holds it")

    monkeypatch.setattr(os, "rename", held)
    start_log(folder)
    for _ in range(200):
        logger.error("x" * 50)
    assert 2000 < (folder / log.FILE).stat().st_size <= 4200
    assert capfd.readouterr() == ("", "")


@posix
def test_a_folder_that_is_none_or_vanishes_costs_nothing(
    tmp_path: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert start_log(tmp_path / "file" / "log") is None
    logger.error("lost")
    start_log(folder)
    (folder / log.FILE).unlink()
    folder.rmdir()
    logger.error("lost")
    folder.mkdir()
    logger.error("found")
    assert "found" in (folder / log.FILE).read_text()
    assert capfd.readouterr() == ("", "")


def test_nothing_is_left_open_or_hidden_after_it(folder: Path) -> None:
    tree = logging.getLogger("kmm_tui")
    before = (list(tree.handlers), tree.propagate, tree.level)
    start_log(folder)
    start_log(folder)
    assert sum(isinstance(each, log._LogFile) for each in tree.handlers) == 1
    stop_log()
    assert (list(tree.handlers), tree.propagate, tree.level) == before
