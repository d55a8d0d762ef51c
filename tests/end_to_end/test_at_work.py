"""A supervisor at work: what is beyond its limit has a sign, a place and an answer to why; each view has its key."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

COMPLETE = ("● LIVE", "SKILLS", "AGENTS of the account", "whole account")
SIGNS = ("", "▲", "■")
ROW = 3
"""Cells in front of a row's name: the cursor, the level and a blank."""
Metrics = dict[str, Any]


def clock(ms: float) -> str:
    return f"{int(ms) // 60_000}:{int(ms) // 1000 % 60:02}"


def percent(value: float) -> str:
    return f"{value * 100:.0f}%"


def sla_share(metrics: Metrics) -> float | None:
    opened = metrics["openConversations"]
    return 1 - metrics["overdueConversationsTotal"] / opened if opened else None


def online_share(metrics: Metrics) -> float | None:
    agents = sum(metrics[name] for name in ("onlineAgents", "awayAgents", "backSoonAgents"))
    return metrics["onlineAgents"] / agents if agents else None


class Limit(NamedTuple):
    """What the board comes with: of these figures high ones are bad where `warn` is below `critical`."""

    value: Callable[[Metrics], float | None]
    warn: float
    critical: float
    text: Callable[[float], str] = clock
    base: str = "openConversations"
    least: int = 0

    def level(self, metrics: Metrics) -> int:
        """0 is calm or unknown, 1 warn, 2 critical."""
        value = self.value(metrics)
        if value is None or metrics[self.base] < self.least:
            return 0
        if self.warn < self.critical:
            return (value >= self.warn) + (value >= self.critical)
        return (value < self.warn) + (value < self.critical)

    def bound(self, level: int) -> str:
        """The limit as it stands below a figure that broke it."""
        return f"{'max' if self.warn < self.critical else 'min'} {self.text((self.warn, self.critical)[level - 1])}"


LIMITS = {
    "p90": Limit(lambda each: each["queueWaitTime90thPercentile"], 60_000, 180_000),
    "1st": Limit(lambda each: each["avgTimeToFirstResponseFirstAssignment"], 60_000, 120_000),
    "resp": Limit(lambda each: each["avgTimeToResponse"], 60_000, 120_000),
    "over q": Limit(lambda each: each["overdueConversationsInQueue"], 1, 3, str),
    "sla": Limit(sla_share, 0.95, 0.90, percent, "openConversations", 20),
    "load": Limit(lambda each: each["humanOnlineLoad"], 0.85, 0.95, percent),
    "on %": Limit(online_share, 0.75, 0.60, percent),
    "csat": Limit(lambda each: each["csat"], 0.85, 0.75, percent, "closedConversations", 50),
}


def level(metrics: Metrics) -> int:
    return max(limit.level(metrics) for limit in LIMITS.values())


@pytest.fixture(scope="module")
def board(start_for_module: Any, still_floor: Any, environ: dict[str, str]) -> Any:
    """A board with the limits that it comes with; every test leaves it at the overview."""
    terminal = start_for_module(environ={**environ, **still_floor.environ()})
    terminal.wait_for(*COMPLETE)
    return terminal


def home(board: Any) -> None:
    board.send("1")
    board.wait(lambda: "›" not in board.text and all(part in board.text for part in COMPLETE), "the overview")


def test_a_figure_beyond_its_limit_carries_its_sign_and_the_limit(board: Any, floor: Any, query: Any) -> None:
    truth = query(floor, "metrics")["all"]
    own = {"P90 WAIT": "p90", "LOAD": "load", "1ST RESP": "1st", "RESPONSE": "resp", "CSAT": "csat"}
    broken = {label: LIMITS[name] for label, name in own.items() if LIMITS[name].level(truth)}
    for label, limit in broken.items():
        reached = limit.level(truth)
        want = (f"{SIGNS[reached]} {limit.text(limit.value(truth) or 0)}", limit.bound(reached))
        board.wait(lambda label=label, want=want: board.tile(label) == want, f"{label} {want}")
    calm = own.keys() - broken.keys()
    assert not [label for label in calm if re.search("[▲■]|m(ax|in) ", " ".join(board.tile(label)))]
    # At lunch somebody is always busy, and many are away: that is told by the tile of those who are online.
    assert broken
    share = LIMITS["on %"]
    reached = share.level(truth)
    assert reached
    figure = f"on % {percent(online_share(truth) or 0)}/{share.bound(reached).split()[1]}"
    assert board.tile("ONLINE") == (f"{SIGNS[reached]} {truth['onlineAgents']}", figure)


def test_rows_beyond_a_limit_stand_on_top_the_worst_first(board: Any, floor: Any, query: Any) -> None:
    rows = {row["name"]: row["metrics"] for row in query(floor, "metrics", "--by", "skill")["rows"]}
    levels = {name: level(metrics) for name, metrics in rows.items()}
    assert 2 in levels.values()
    board.send("2")
    counts = [f"  {SIGNS[each]} {[*levels.values()].count(each)}" for each in (2, 1) if each in levels.values()]
    board.wait_for("".join([f"overview › SKILLS {len(rows)}", *counts]))

    def shown() -> list[tuple[str, str]]:
        """Name and line of each row, from top to bottom."""
        return [(name, line) for line in board.lines for name in rows if line[ROW:].startswith(f"{name} ")]

    board.wait(lambda: len(shown()) == len(rows), "every skill")
    top = next(index for index, line in enumerate(board.lines) if "whole account" in line)
    assert board.lines[top + 1] == shown()[0][1]
    found = [levels[name] for name, _ in shown()]
    assert found == sorted(found, reverse=True)
    for name, line in shown():
        metrics = rows[name]
        assert line[1] in ({SIGNS[levels[name]]} if levels[name] else {" ", "?"}), line
        # The same sign stands at each figure that is beyond its own limit, and at no other.
        signs = re.findall("[▲■](?=[0-9])", line[ROW:])
        columns = ("p90", "sla", "load", "1st", "resp")
        broken = [LIMITS[column] for column in columns if LIMITS[column].level(metrics)]
        assert signs == [SIGNS[limit.level(metrics)] for limit in broken], line
        for limit in broken:
            assert f"{SIGNS[limit.level(metrics)]}{limit.text(limit.value(metrics) or 0)}" in line
    home(board)


def test_why_says_which_limits_and_whose(board: Any, floor: Any, query: Any) -> None:
    rows = {row["name"]: row["metrics"] for row in query(floor, "metrics", "--by", "skill")["rows"]}
    board.send("\x1b[B")
    title = board.wait(
        lambda: next((line for line in board.lines if re.search("AGENTS of (?!the account)", line)), ""), "a skill"
    )
    (name,) = (name for name in rows if f"AGENTS of {name} " in title)
    board.send("?")
    board.wait_for("Esc back", "preset live-chat", "▲", "■", name)
    assert "critical" in board.text
    board.send("\x1b")
    board.wait(lambda: "preset live-chat" not in board.text, "the board again")
    board.send("\x1b")
    board.wait_for("AGENTS of the account")


def test_each_view_has_its_key_and_escape_leads_back(board: Any) -> None:
    parts = ("SKILLS", "AGENT GROUPS", "AGENTS of the account", "TREND of the account")
    for key, part in zip("2345", parts, strict=True):
        board.send(key)
        board.wait(
            lambda part=part: f"overview › {part}" in board.text and sum(each in board.text for each in parts) == 1,
            f"{part} and nothing else",
        )
    board.send("\x1b")
    board.wait(lambda: "›" not in board.text and all(part in board.text for part in COMPLETE), "the overview")


def test_help_and_a_filter_are_at_hand(board: Any) -> None:
    board.send("\x1bOP")
    board.wait_for("KEYS", "not for decisions in real time")
    board.send("\x1b")
    board.wait(lambda: "KEYS" not in board.text, "the board again")
    board.send("/")
    board.wait(lambda: any(re.match(r" / .* 25 of 25", line) for line in board.lines), "the line of the filter")
    board.send("bil")
    board.wait(lambda: "/bil" in board.line("SKILLS") and "Claims FR" not in board.text, "only what fits")
    assert "Billing" in board.text
    board.send("\x1b")
    board.wait_for("Claims FR")
    home(board)
