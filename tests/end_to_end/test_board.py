"""The main promise: figures on the screen of a real terminal are those that the server serves."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

ABSENT = "–"


def count(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.0f}"


def percent(value: float | None) -> str:
    return ABSENT if value is None else f"{value * 100:.0f}%"


def clock(ms: float | None) -> str:
    return ABSENT if ms is None else f"{int(ms) // 60_000}:{int(ms) // 1000 % 60:02}"


COMPLETE = ("● LIVE", "SKILLS", "AGENTS of the account", "whole account")


@pytest.fixture(scope="module")
def shared_board(start_for_module: Any, still_floor: Any, environ: dict[str, str]) -> Any:
    """A complete board of the floor that stands still, which is looked at and not touched."""
    return start_for_module(environ={**environ, **still_floor.environ(plain=True)})


@pytest.fixture
def looked_at(shared_board: Any, floor: Any) -> Any:
    """The board that the tests look at together, complete and live."""
    shared_board.wait_for(*COMPLETE)
    return shared_board


@pytest.fixture
def board(start: Any, floor: Any, environ: dict[str, str]) -> Any:
    """A complete board of the floor that stands still."""
    terminal = start(environ={**environ, **floor.environ(plain=True)})
    terminal.wait_for(*COMPLETE)
    return terminal


def test_the_strip_shows_the_accounts_figures(looked_at: Any, floor: Any, query: Any) -> None:
    def shown() -> dict[str, tuple[str, str]]:
        labels = ("IN QUEUE", "P90 WAIT", "OVERDUE", "ONLINE", "LOAD", "1ST RESP", "RESPONSE", "CLOSED 1h", "CSAT")
        return {label: looked_at.tile(label) for label in labels}

    truth = query(floor, "metrics")["all"]
    served = {
        "IN QUEUE": (count(truth["unassignedConversations"]), f"{count(truth['availableSlots'])} free"),
        "P90 WAIT": (clock(truth["queueWaitTime90thPercentile"]), f"p50 {clock(truth['queueWaitTime50thPercentile'])}"),
        "OVERDUE": (count(truth["overdueConversationsTotal"]), f"{truth['overdueConversationsInQueue']} in queue"),
        "ONLINE": (count(truth["onlineAgents"]), f"{truth['awayAgents']} away {truth['backSoonAgents']} soon"),
        "LOAD": (percent(truth["humanOnlineLoad"]), f"all {percent(truth['agentLoad'])}"),
        "1ST RESP": (
            clock(truth["avgTimeToFirstResponseFirstAssignment"]),
            f"wait {clock(truth['avgWaitTimeFirstResponse'])}",
        ),
        "RESPONSE": (clock(truth["avgTimeToResponse"]), f"wait {clock(truth['avgWaitTime'])}"),
        "CLOSED 1h": (
            count(truth["closedConversations"]),
            f"{truth['closedByAgent']} agt {truth['closedByConsumer']} con {truth['autoClosed']} auto",
        ),
        "CSAT": (percent(truth["csat"]), ""),
    }
    looked_at.wait(lambda: shown() == served, f"the served figures {served}, not {shown()}")
    assert truth["unassignedConversations"] > 0
    assert truth["closedConversations"] > 100


def row_figures(metrics: dict[str, Any]) -> list[str]:
    """A row of the tables of skills and groups at 120 columns, from the queue on."""
    opened, overdue = metrics["openConversations"], metrics["overdueConversationsTotal"]
    return [
        count(metrics["unassignedConversations"]),
        clock(metrics["queueWaitTime50thPercentile"]),
        clock(metrics["queueWaitTime90thPercentile"]),
        count(overdue),
        percent(1 - overdue / opened if opened else None),
        count(metrics["onlineAgents"]),
        count(metrics["awayAgents"]),
        count(metrics["backSoonAgents"]),
        count(metrics["availableSlots"]),
        percent(metrics["humanOnlineLoad"]),
        clock(metrics["avgTimeToFirstResponseFirstAssignment"]),
        clock(metrics["avgTimeToResponse"]),
        count(metrics["closedConversations"]),
    ]


ROW = 3
"""Cells in front of a row's name: the cursor, the level and a blank."""
SCROLL_BAR = r" [▁▂▃▄▅▆▇█]$"


def shows(terminal: Any, name: str, metrics: dict[str, Any]) -> bool:
    """Whether the row of `name` has these figures, and no others."""
    line = next((line for line in terminal.lines if line[ROW:].startswith(f"{name} ")), "")
    cells = re.sub(SCROLL_BAR, "", line[ROW + len(name) :]).split()
    return cells == row_figures(metrics)


def test_skills_and_groups_show_their_figures(board: Any, floor: Any, query: Any) -> None:
    skills = query(floor, "metrics", "--by", "skill", "--sort", "assignedConversations:desc")["rows"]
    longest = sorted(skills, key=lambda row: -row["metrics"]["unassignedConversations"])[0]
    board.wait(lambda: shows(board, longest["name"], longest["metrics"]), f"{longest}")

    # Whoever is on the screen is right.
    def visible() -> list[dict[str, Any]]:
        return [row for row in skills if any(line[ROW:].startswith(f"{row['name']} ") for line in board.lines)]

    board.wait(lambda: len(visible()) > 8, "more than eight skills")
    for row in visible():
        board.wait(lambda row=row: shows(board, row["name"], row["metrics"]), f"{row}")

    board.send("3")
    groups = {row["name"]: row["metrics"] for row in query(floor, "metrics", "--by", "group")["rows"]}
    name = max(groups, key=lambda each: groups[each]["unassignedConversations"])
    board.wait(lambda: shows(board, name, groups[name]), f"{name}: {groups[name]}")
    board.send("g")
    whole = {row["name"]: row["metrics"] for row in query(floor, "metrics", "--by", "group", "--subgroups")["rows"]}
    larger = next(each for each in whole if whole[each] != groups[each])
    board.wait(lambda: shows(board, larger, whole[larger]), f"{larger}: {whole[larger]}")


AT_MOST = {"Lunch": "/30:00", "Break": "/15:00", "Coaching": "/1:00:00", "Meeting": "/1:00:00"}
"""How long agents may be away, as long as the settings do not say otherwise."""


def agent_shown(line: str, row: dict[str, Any]) -> bool:
    """Whether the line is this agent's, who is away: name, reason, how long that may take, and figures."""
    state = f"○ {row['reason']} "
    if not line[ROW:].startswith(row["name"]) or state not in line:
        return False
    metrics = row["metrics"]
    cells = [cell for cell in line.split(state)[1].split() if not re.fullmatch("[█▉▊▋▌▍▎▏░»]+", cell)]
    return cells[1:7] == [
        AT_MOST[row["reason"]],
        count(metrics["assignedConversations"]),
        count(metrics["activeConversations"]),
        count(metrics["pendingAgentResponse"]),
        percent(metrics["agentLoad"]),
        f"{count(metrics['availableSlots'])}/{count(metrics['maxSlots'])}",
    ]


def test_agents_show_their_state_reason_and_figures(looked_at: Any, floor: Any, query: Any) -> None:
    answer = query(floor, "agents")
    states = [row["status"] for row in answer["rows"]]
    counts = [f" {answer['count']} "]
    for state, words in (("ONLINE", "● {} online"), ("AWAY", "○ {} away"), ("BACK_SOON", "◐ {} back soon")):
        counts.append(words.format(states.count(state)))
    # The counts follow the title once the agents have been answered.
    left = [row["metrics"]["assignedConversations"] for row in answer["rows"] if row["status"] != "ONLINE"]
    counts.append(f" ! {sum(map(bool, left))} away with work ({sum(left)} consumers) ")
    looked_at.wait(lambda: all(count in looked_at.line("AGENTS of the account") for count in counts), f"{counts}")
    # Away first, and who is away longest: nobody is left out, nobody is invented.
    longest = sorted((row for row in answer["rows"] if row["status"] == "AWAY"), key=lambda row: row["reasonSince"])

    def shown() -> list[str]:
        first = next(index for index, line in enumerate(looked_at.lines) if "AGENTS of the account" in line) + 2
        return [line for line in looked_at.lines[first:] if "○ " in line]

    def right() -> bool:
        return len(shown()) >= 3 and all(agent_shown(line, row) for line, row in zip(shown(), longest, strict=False))

    looked_at.wait(right, f"{longest[:6]}")


def seconds(text: str) -> int:
    total = 0
    for part in text.split(":"):
        total = total * 60 + int(part)
    return total


def test_time_in_state_ticks_with_the_clock(looked_at: Any, floor: Any, query: Any) -> None:
    rows = query(floor, "agents", "--state", "AWAY")["rows"]
    row = min(rows, key=lambda each: each["reasonSince"])

    def told() -> int:
        line = looked_at.line(row["name"])
        return seconds(re.split(rf"○ {re.escape(row['reason'])} +", line)[1].split()[0])

    looked_at.wait(lambda: abs(time.time() - row["reasonSince"] / 1000 - told()) <= 2, "the time in that state")
    first = told()
    looked_at.wait(lambda: told() >= first + 2, "two more seconds in that state")


def test_the_agents_follow_the_chosen_skill(board: Any, floor: Any, query: Any) -> None:
    board.send("\x1b[B")
    title = board.wait(
        lambda: next((line for line in board.lines if re.search(r"AGENTS of (?!the account)", line)), ""), "a skill"
    )
    name = re.search(r"AGENTS of (.+?) +\d+ ", title)
    assert name
    skill = next(row["key"] for row in query(floor, "metrics", "--by", "skill")["rows"] if row["name"] == name[1])
    answer = query(floor, "agents", "--skill", skill)
    assert f"AGENTS of {name[1]} {answer['count']} " in title
    assert f"● {[row['status'] for row in answer['rows']].count('ONLINE')} online" in title


def test_the_header_says_whose_figures_when_and_how_old(looked_at: Any, floor: Any) -> None:
    title = looked_at.lines[0]
    assert f"account {floor.here['account']}" in title
    assert "profile default" in title
    assert re.search(r"last 1h \d\d:\d\d–\d\d:\d\d", title)
    assert re.search(r"● LIVE \d+s", title)
    assert re.search(r"\d\d:\d\d:\d\d$", title)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (300, 80)])
def test_it_works_from_small_to_large(
    columns: int, rows: int, start: Any, floor: Any, environ: Any, query: Any
) -> None:
    terminal = start(columns=columns, rows=rows, environ={**environ, **floor.environ(plain=True)})
    terminal.wait_for("● LIVE", "whole account", "IN QUEUE", "Quit")
    truth = query(floor, "metrics")["all"]
    terminal.wait(lambda: terminal.tile("ONLINE")[0] == count(truth["onlineAgents"]), "agents online")
    assert terminal.tile("LOAD")[0] == percent(truth["humanOnlineLoad"])
    assert all(len(line) <= columns for line in terminal.lines)
    assert re.search("^ ?1 Overview .* q Quit", terminal.lines[-1])


def test_a_resized_terminal_is_filled_anew(board: Any) -> None:
    board.resize(80, 24)
    board.wait(
        lambda: re.search("^ ?1 Overview .* q Quit", board.lines[-1]) and "IN QUEUE" in board.text,
        "the board at 80 x 24",
    )
    assert "CLOSED" not in board.lines[1] + board.lines[2]
    board.resize(50, 15)
    sentence = "kmm-tui needs 60 x 20, this terminal has 50 x 15. in queue "
    board.wait(lambda: sentence in " ".join(board.text.split()), sentence)
    board.wait(lambda: "SKILLS" not in board.text, "nothing but the sentence")
    board.resize(160, 50)
    board.wait_for("SKILLS", "AGENT GROUPS", "AGENTS of", "TREND of", "CLOSED", "CSAT")
    board.wait(lambda: re.search("^ ?1 Overview .* q Quit", board.lines[-1]), "the footer")
    board.send("q")
    assert board.ended() == 0


def test_too_small_a_terminal_gets_a_sentence_with_the_figures_that_matter(
    start: Any, floor: Any, environ: Any, query: Any
) -> None:
    terminal = start(columns=50, rows=15, environ={**environ, **floor.environ()})
    truth = query(floor, "metrics")["all"]
    sentence = (
        f"in queue {truth['unassignedConversations']}, p90 wait {clock(truth['queueWaitTime90thPercentile'])}, "
        f"online {truth['onlineAgents']}"
    )
    terminal.wait(lambda: sentence in " ".join(terminal.text.split()), sentence)


def test_a_terminal_that_knows_no_size_gets_a_board_that_answers(start: Any, floor: Any, environ: Any) -> None:
    terminal = start(columns=0, rows=0, environ={**environ, **floor.environ()})
    terminal.wait_for("● LIVE", "whole account")
    terminal.send("q")
    assert terminal.ended() == 0


def test_q_logs_out(board: Any, floor: Any) -> None:
    before = floor.stats()
    assert before["targets"]["login"] == 1
    board.send("q")
    assert board.ended() == 0
    stats = floor.stats()
    assert stats["sessions"] == before["sessions"] - 1
    assert stats["targets"]["logout"] == 1
    assert stats["refused"] == []
    assert board.left_on() == []
    assert board.after() == ""


def test_a_wrong_password_is_shown_with_what_to_do_and_tried_once(start: Any, floor: Any, environ: Any) -> None:
    wrong = {**environ, **floor.environ(), "KMM_TUI_AUTH__PASSWORD": "not-this-one"}
    terminal = start(environ=wrong)
    terminal.wait_for("AUTH", "the login of demo@example.com is refused", "r tries again")
    assert "not-this-one" not in terminal.text
    assert floor.stats()["targets"]["login"] == 1
    terminal.send("q")
    assert terminal.ended() == 0


def test_a_failing_server_is_a_state_and_the_board_goes_on(board: Any, floor: Any) -> None:
    floor.fault("html:on=metrics,count=3")
    board.send("r")
    board.wait_for("GARBLED", "web page")
    assert "whole account" in board.text
    board.send("r")
    board.send("r")
    board.wait(lambda: board.send("r") or "● LIVE" in board.lines[0], "a live board again")


def test_settings_without_an_account_say_all_ways_to_one(start: Any, environ: Any) -> None:
    terminal = start(environ={**environ, "KMM_TUI_UI__THEME": "kmm-dark"})
    assert terminal.ended() == 2
    for word in ("KMM_TUI_ACCOUNT", "config.toml", "kmm-tui setup", "kmm-tui demo"):
        assert word in terminal.text
    assert b"\x1b" not in terminal.raw
