"""The answer to `?` tells what is documented or was answered, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.derived import DERIVED, known_metrics, metric_named
from kmm_tui.board.figure import Absent, Figures, Number
from kmm_tui.board.freshness import Age, Freshness, Trouble
from kmm_tui.board.judge import Judge, Judged
from kmm_tui.board.limits import Limit
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent
from kmm_tui.board.why import ABSENCES, FORMULAS, Subject, Why, combined, explain, formula_text, is_moved, left_out
from kmm_tui.metrics import BY_NAME, CATALOGUE, Combine, Kind, Method, Metric

AT = datetime(2026, 11, 22, 14, 4, 19, tzinfo=UTC).timestamp()
NOW = AT + 12
BILLING = Scope(Level.SKILL, "1")
LIVE = Freshness(Age.LIVE, 12.0)
P90 = "queue_wait_time_90th_percentile"
VALUES: dict[str, Number | None] = {
    "unassigned_conversations": 14, P90: 252_000, "available_slots": 0, "online_agents": 7, "away_agents": 3,
    "back_soon_agents": 1, "agent_load": 1.04, "closed_conversations": 88, "closed_by_agent": 51,
    "closed_by_consumer": 21, "auto_closed": 16, "csat": None, "overdue_conversations_total": None,
    "open_conversations": 80,
}  # fmt: skip


def clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")


def figures(values: dict[str, Number | None], method: Method = Method.METRICS) -> Figures:
    asked = [BY_NAME[name] for name in values]
    return Figures(method, frozenset(each.field for each in asked), {BY_NAME[n].field: v for n, v in values.items()})


def subject(
    values: dict[str, Number | None] | None = VALUES,
    scope: Scope = BILLING,
    fresh: Freshness = LIVE,
    judged: Judged | None = None,
    agents: Sequence[Agent] = (),
    subgroups: bool = False,
) -> Subject:
    method = Method.AGENT_VIEW if scope.level is Level.AGENT else Method.METRICS
    at = int(AT * 1000)
    return Subject(
        scope=scope,
        label="Billing",
        figures=None if values is None else figures(values, method),
        window=None if values is None else Window.last(HOUR, at),
        cost=None if values is None else Cost(at, 0.214, 4096),
        fresh=fresh,
        verdicts=tuple(judged.verdicts.values()) if judged else (),
        agents=agents,
        subgroups=subgroups,
    )


def metric_of(name: str) -> Metric:
    metric = metric_named(name)
    assert metric is not None
    return metric


def ask(name: str, about: Subject, limits: Sequence[Limit] = (), now: float = NOW) -> tuple[Why, dict[str, str]]:
    why = explain(metric_of(name), about, Judge(limits), now, clock)
    return why, dict(why.lines)


def agent(status: str, reason: str | None = None, **values: Number | None) -> Agent:
    shown = figures(values, Method.AGENT_VIEW)
    return Agent("5", "Marta", "7", "Lisbon", (), status, int(AT * 1000), reason, None, 4, shown)


def test_a_figure_tells_where_it_comes_from_and_what_it_is_held_against() -> None:
    judge = Judge(PRESETS["live-chat"])
    judged = judge.judge(BILLING, "Billing", figures(VALUES), AT - 330)
    why, lines = ask(P90, subject(judged=judged), PRESETS["live-chat"])
    assert (why.title, why.text) == ("P90 wait · Billing", "4:12")
    assert (why.severity, why.verdict) == (Severity.CRITICAL, "critical, seen since 13:58:49 (5 min)")
    assert lines["source"] == f"metrics › {P90} › queueWaitTime90thPercentile = 252 000 ms"
    assert lines["counted"] == "a current value: as of the answer, the window does not apply"
    assert lines["asked"] == "at 14:04:19, answered in 0.21 s"
    assert lines["fresh"] == "LIVE, 12 s old"
    assert lines["limits"] == "▲ 1:00  ■ 3:00 (preset live-chat), back at 0:50 / 2:30"
    assert lines["what moves it"] == "14 waiting, 0 free slots, 3 of 11 agents away, 1 back soon, load 104 %, 88 closed"
    assert lines["leaves out"] == "nothing that is documented"
    assert lines["put together"] == "cannot be added or averaged over skills, groups or agents"
    assert lines["resolved"] == "88 in the window: 51 by agents, 21 by consumers, 16 by the system"
    assert "formula" not in lines


def test_a_window_is_told_in_the_whole_minutes_that_the_server_counts() -> None:
    _, lines = ask("closed_conversations", subject())
    assert lines["counted"] == "over 13:05:00–14:05:00, the server rounds to whole minutes"
    formula = "closed by agents + by consumers + by the system, of closed by agent 51, closed by consumer 21, "
    assert lines["formula"] == f"{formula}closed by system 16"


@pytest.mark.parametrize("metric", known_metrics().values(), ids=lambda metric: metric.name)
@pytest.mark.parametrize("level", Level)
def test_nothing_is_claimed_that_is_not_documented(metric: Metric, level: Level) -> None:
    about = subject(scope=Scope(level, "" if level is Level.ACCOUNT else "1"))
    _, lines = ask(metric.name, about)
    # "Begun in the last 30 days" is said of two metrics only.
    assert ("30 days" in lines["leaves out"]) == (metric.name in ("assigned_conversations", "active_conversations"))
    # Of bots it is said of the loads, of waits for human answers, and of the lists of times per state.
    names = (
        "human_agent_load", "human_online_load", "human_away_load",
        "avg_wait_time", "avg_wait_time_first_response", "total_wait_time_first_response",
        "agent_status_duration", "agent_status_with_reason_duration",
    )  # fmt: skip
    left_out_part = lines["leaves out"].partition(";")[0]
    assert ("bots" in left_out_part) == (metric.name in names)
    assert ("bots are included" in lines["leaves out"]) == (metric.name == "agent_load" and level is not Level.AGENT)
    assert ("sub-groups" in lines["leaves out"]) == (level is Level.GROUP)
    # A current value has no window, and a window is told for all others.
    assert ("window does not apply" in lines["counted"]) == (metric.kind is Kind.CURRENT)
    # A formula is told of what the API documents and of what the board computes, and of no other.
    assert ("formula" in lines) == (metric.name in FORMULAS or metric.name in DERIVED)
    if metric.combine is Combine.NEVER:
        assert "adds up" not in lines["put together"]
    elif metric.combine is Combine.SUM:
        assert ("agents" in lines["put together"]) == (Method.AGENT_VIEW in metric.methods)
    wanted = Method.AGENT_VIEW if level is Level.AGENT else Method.METRICS
    assert f"{wanted.value} ›" in lines["source"]


def test_what_an_input_of_a_formula_was_is_told_and_an_unknown_one_is_no_zero() -> None:
    text = formula_text(metric_of("sla_share"), figures(VALUES))
    assert text == "1 - overdue / open, of overdue ?, open 80"
    assert formula_text(metric_of("sla_share"), None) == "1 - overdue / open"
    assert formula_text(BY_NAME["transfer_rate"], figures({"transfers": 2}, Method.AGENT_VIEW)) == (
        "transfers / concluded, of transfers 2"
    )


def test_what_moves_satisfaction_is_not_known() -> None:
    assert not is_moved(BY_NAME["csat"])
    assert not is_moved(BY_NAME["nps"])
    assert not is_moved(BY_NAME["max_slots"])
    assert is_moved(BY_NAME["avg_time_to_response"])
    _, lines = ask("csat", subject())
    assert "what moves it" not in lines
    assert "14 waiting" in lines["beside it"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("csat", "–", "not applicable"),
        ("overdue_conversations_total", "?", "no usable value"),
        ("human_agent_load", "·", "nobody asked for it"),
        ("transfers", "n/o", "does not offer it"),
    ],
)
def test_a_missing_figure_says_why_and_is_no_zero(name: str, text: str, words: str) -> None:
    why, lines = ask(name, subject())
    assert why.text == text
    assert words in lines["no number"]
    assert lines["source"].endswith("= no value")


def test_before_the_first_answer_nothing_was_asked_in_vain() -> None:
    trouble = Trouble("OFFLINE", "no connection", NOW)
    why, lines = ask(P90, subject(None, fresh=Freshness(Age.AWAITED, None, trouble)), PRESETS["live-chat"])
    assert why.text == "--"
    assert why.verdict == "nothing to judge"
    assert lines["no number"] == "nothing has been answered yet"
    assert lines["asked"] == "no answer yet"
    assert lines["fresh"] == "not answered yet; OFFLINE: no connection"
    assert lines["what moves it"] == "nothing is known of it"
    assert "resolved" not in lines


def test_stale_figures_look_old_and_what_was_critical_is_past() -> None:
    judged = Judge(PRESETS["live-chat"]).judge(BILLING, "Billing", figures(VALUES), AT)
    about = subject(judged=judged, fresh=Freshness(Age.STALE, 200.0))
    why, lines = ask(P90, about, PRESETS["live-chat"], AT + 200)
    assert why.is_old
    assert why.text == "4:12"
    assert why.verdict == "old: it was critical at 14:04:19"
    assert lines["fresh"] == "STALE, 200 s old"


def test_figures_that_are_gone_are_shown_nowhere() -> None:
    judged = Judge(PRESETS["live-chat"]).judge(BILLING, "Billing", figures(VALUES), AT)
    about = subject(judged=judged, fresh=Freshness(Age.GONE, 700.0))
    why, lines = ask(P90, about, PRESETS["live-chat"], AT + 700)
    assert (why.text, why.severity, why.is_old) == ("--", Severity.CALM, True)
    told = " ".join(lines.values())
    for value in ("4:12", "252", "14 waiting", "104"):
        assert value not in told
    assert lines["no number"] == "the last answer is too old to be shown"


def test_one_agent_is_no_crowd() -> None:
    marta = agent("AWAY", "Lunch", assigned_conversations=3, closed_conversations=14, agent_load=0.75)
    values: dict[str, Number | None] = {"assigned_conversations": 3, "closed_conversations": 14, "agent_load": 0.75}
    _, lines = ask("agent_load", subject(values, Scope(Level.AGENT, "5"), agents=[marta]))
    assert lines["what moves it"] == "lunch, 3 assigned, load 75 %, 14 closed"
    soon = agent("BACK_SOON")
    _, lines = ask("agent_load", subject({}, Scope(Level.AGENT, "5"), agents=[soon]))
    assert lines["what moves it"] == "back soon"


def test_who_closed_is_told_only_where_all_of_it_is_known() -> None:
    _, lines = ask(P90, subject({**VALUES, "auto_closed": None}))
    assert "resolved" not in lines


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (None, "none set here; [[limits]] in the settings sets one"),
        (Limit("transfer_rate", 0.1, 0.2, least=10, source="mine"),
         "▲ 10%  ■ 20% (mine), back at 8% / 18%, from 10 concluded conversations on"),
        (Limit("transfer_rate", critical=0.2), "■ 20%, back at 18%"),
    ],
)  # fmt: skip
def test_limits_tell_both_levels_and_where_they_are_left(limit: Limit | None, text: str) -> None:
    about = subject({"transfer_rate": 0.05}, Scope(Level.AGENT, "5"))
    _, lines = ask("transfer_rate", about, [limit] if limit else [])
    assert lines["limits"] == text


def test_too_few_are_not_judged_and_unknown_is_not_fine() -> None:
    limits = [Limit("sla_share", 0.95, 0.9, least=20)]
    few: dict[str, Number | None] = {"overdue_conversations_total": 3, "open_conversations": 4}
    judged = Judge(limits).judge(BILLING, "Billing", figures(few), AT)
    assert ask("sla_share", subject(few, judged=judged), limits)[0].verdict == "too few to judge"
    judged = Judge(limits).judge(BILLING, "Billing", figures(VALUES), AT)
    why, _ = ask("sla_share", subject(judged=judged), limits)
    assert why.verdict == "unknown: a limit is set and there is no figure"
    assert ask("csat", subject(judged=judged), limits)[0].verdict == "no limit"


def test_sub_groups_are_left_out_unless_they_are_switched_on() -> None:
    group = Scope(Level.GROUP, "7")
    assert "sub-groups" in left_out(BY_NAME[P90], subject(scope=group))
    assert "sub-groups" not in left_out(BY_NAME[P90], subject(scope=group, subgroups=True))
    assert "sub-groups" not in left_out(BY_NAME[P90], subject(scope=ACCOUNT))


def test_several_calls_are_told() -> None:
    about = subject()
    assert about.cost is not None
    swept = Subject(about.scope, about.label, about.figures, about.window, about.cost + about.cost, about.fresh)
    _, lines = ask(P90, swept)
    assert lines["asked"] == "at 14:04:19, answered in 0.43 s in 2 calls"


def test_a_mean_names_its_weight_and_slots_their_trap() -> None:
    assert combined(BY_NAME["transfer_rate"]).endswith("weighted by concluded conversations (closed or transferred)")
    assert "under each of the agent's skills" in combined(BY_NAME["available_slots"])
    assert "one agent may have several" in combined(BY_NAME["online_agents"])
    weighted = [metric for metric in CATALOGUE if metric.combine is Combine.WEIGHTED]
    assert weighted
    assert all("its base" not in combined(metric) for metric in weighted)


def test_absences_have_their_own_words() -> None:
    assert set(ABSENCES) == set(Absent)
    assert len(set(ABSENCES.values())) == len(Absent)
