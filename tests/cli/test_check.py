"""``kmm-tui check``: a line for each step, what to do about the one that fails, and its exit code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

STEPS = ["settings", "hosts", "sign-in", "metrics", "agent view", "historical", "clock"]


def lines(ran: Any) -> list[tuple[str, str, str]]:
    """Mark, step and text of each line."""
    return [(line[:7].strip(), line[8:19].strip(), line[20:]) for line in ran.out.splitlines()]


def test_all_is_well_with_a_line_for_each_step(kmm: Any, server: Any) -> None:
    ran = kmm("check", environ=server.user_environ())
    assert (ran.code, ran.err) == (0, "")
    assert [(mark, step) for mark, step, _ in lines(ran)] == [("ok", step) for step in STEPS]
    text = {step: text for _, step, text in lines(ran)}
    assert server.here["account"] in text["settings"]
    assert "127.0.0.1" in text["hosts"]
    assert text["sign-in"] == "user login"
    assert "s, " in text["agent view"]
    # The server tells whole seconds.
    assert text["clock"] in ("differs from the server's by 0 s", "differs from the server's by 1 s")


def test_keys_that_clash_are_told_before_the_board_refuses_to_start(kmm: Any, server: Any, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('[keys]\n"rows.hold" = "q"\n', encoding="utf-8")
    ran = kmm("check", "--config", str(settings), environ=server.user_environ())
    assert ran.code == 2
    assert lines(ran)[0][:2] == ("FAILED", "keys")
    assert "'q' is both rows.hold and board.quit" in lines(ran)[0][2]
    assert [step for _, step, _ in lines(ran)[1:]] == STEPS


def test_each_method_is_asked_one_small_question_and_it_logs_out(kmm: Any, server: Any) -> None:
    kmm("check", environ=server.user_environ())
    stats = server.stats()
    asked = {target: stats["targets"][target] for target in ("metrics", "agent_view", "historical", "login", "logout")}
    assert asked == dict.fromkeys(asked, 1)
    assert stats["sessions"] == 0
    assert stats["refused"] == []
    for target in ("metrics", "agent_view", "historical"):
        body = server.asked(target)[0]
        assert sum(len(names) for key, names in body.items() if key.startswith("metricsToRetrieve")) == 1


@pytest.mark.parametrize(
    ("fault", "code", "failing", "says"),
    [
        ("wrong-host:services=agentVep", 6, ["sign-in"], "cannot be reached"),
        ("403", 4, ["metrics", "agent view", "historical"], "permission Key Messaging Metrics"),
        ("403:on=agent_view", 4, ["agent view"], "permission Key Messaging Metrics"),
        ("500:on=historical", 6, ["historical"], "failed with 500"),
        ("429:on=metrics", 7, ["metrics"], "asked too often"),
        ("html:on=login", 6, ["sign-in"], "a web page instead of JSON"),
        ("html:on=domain", 6, ["hosts"], "a web page instead of JSON"),
        ("refused-metric:metric=online_agents", 5, ["metrics"], "online_agents"),
        ("password-changed:on=login", 3, ["sign-in"], "correct user name and password"),
    ],
)
def test_a_failing_step_says_what_to_do_and_gives_the_exit_code(
    fault: str, code: int, failing: list[str], says: str, kmm: Any, server: Any
) -> None:
    server.fault(fault)
    ran = kmm("check", environ=server.user_environ())
    assert ran.code == code
    found = lines(ran)
    assert [step for mark, step, _ in found if mark == "FAILED"] == failing
    assert all(says in text for mark, _, text in found if mark == "FAILED")
    # Up to the failing step, and beyond it where there is something to learn.
    assert [step for _, step, _ in found] == STEPS[: len(found)]
    if failing[0] in ("hosts", "sign-in"):
        assert found[-1][1] == failing[0]
    else:
        assert len(found) == len(STEPS)
    assert server.stats()["sessions"] == 0


@pytest.mark.parametrize(("skew", "seconds", "where"), [(300, 300, "behind"), (-90, 90, "ahead of")])
def test_a_clock_that_is_wrong_is_told(skew: int, seconds: int, where: str, kmm: Any, server: Any) -> None:
    server.fault(f"clock-skew:seconds={skew}")
    ran = kmm("check", environ=server.user_environ())
    mark, step, text = lines(ran)[-1]
    assert (mark, step) == ("WARN", "clock")
    found = re.match(r"this machine is (\d+) s (behind|ahead of) the server", text)
    assert found
    assert abs(int(found[1]) - seconds) <= 1
    assert found[2] == where
    assert "NTP" in text


def test_a_wrong_clock_is_told_also_when_it_is_why_all_is_refused(kmm: Any, server: Any) -> None:
    server.fault("clock-skew:seconds=-600")
    ran = kmm("check", environ=server.user_environ())
    marks = [mark for mark, _, _ in lines(ran)]
    assert marks[-1] == "WARN"
    assert "ahead of the server" in lines(ran)[-1][2]


@pytest.mark.parametrize("method", ["app_key", "bearer"])
def test_a_sign_in_without_a_step_of_its_own_is_not_called_tried(method: str, kmm: Any, server: Any) -> None:
    names = {"app_key": ("app_key", "secret", "access_token", "access_token_secret"), "bearer": ("token",)}[method]
    environ = {
        **server.base_environ(),
        "KMM_TUI_AUTH__METHOD": method,
        **{f"KMM_TUI_AUTH__{name.upper()}": f"wrong-{name}" for name in names},
    }
    ran = kmm("check", environ=environ)
    assert ran.code == 3
    found = lines(ran)
    assert "the calls below try it" in found[2][2]
    assert [mark for mark, _, _ in found[3:6]] == ["FAILED"] * 3
    assert "wrong-" not in ran.out + ran.err


def test_broken_settings_are_the_first_failure(kmm: Any, server: Any) -> None:
    ran = kmm("check", environ={**server.user_environ(), "KMM_TUI_BOARD__EVERY": "1s"})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("KMM_TUI_BOARD__EVERY: must be at least 5s")


def test_each_source_is_tried_whatever_became_of_the_account(kmm: Any, server: Any, tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text("skill,planned\nBilling,3\nSales,4\n")
    config = tmp_path / "config.toml"
    config.write_text(
        """
        [[sources]]
        name = "plan"
        file = "plan.csv"
        by = "skill"
        key = "skill"
        metrics = [{ name = "planned_agents", value = "planned" }]
        [[sources]]
        name = "gone"
        file = "gone.csv"
        by = "account"
        metrics = [{ name = "rostered" }]
        """
    )
    server.fault("500:on=historical")
    for code, fault in ((6, True), (6, False)):
        ran = kmm("--config", str(config), "check", environ=server.user_environ())
        *others, plan, gone = lines(ran)
        assert ran.code == code
        assert ("FAILED" in [mark for mark, _, _ in others]) is fault
        assert plan[:2] == ("ok", "source")
        assert plan[2].startswith("plan: plan.csv tells 1 metric of 2 skills in ")
        assert gone[:2] == ("FAILED", "source")
        assert gone[2].startswith("gone: OFFLINE: ")
        assert "gone.csv cannot be read: No such file or directory" in gone[2]
        server.reset()
