"""Why a figure is what it is: what it means, where it comes from, what it is held against, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import Window
from kmm_tui.board.derived import DERIVED, counted_over, figure_of, metric_named
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.figure_text import figure_text
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.insight import what_moves
from kmm_tui.board.judge import Judge, Verdict
from kmm_tui.board.limit_text import bounds_of, limit_text, value_text
from kmm_tui.board.limits import Limit
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import BY_NAME, Combine, Kind, Method, Metric, Unit

Clock = Callable[[float], str]
"""Writes an epoch moment (seconds) as the person's wall clock has it."""

ABSENCES = {
    Absent.NOT_APPLICABLE: "not applicable: there is nothing to count it over, such as nobody waiting",
    Absent.NOT_OFFERED: "this method of the API, or this account, does not offer it",
    Absent.NOT_ASKED: "nobody asked for it: c adds it to the columns",
    Absent.NOT_ANSWERED: "asked for, and the answer holds no usable value",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figures are asked about, and the answer they came with. `agents` are those of the scope."""

    scope: Scope
    label: str
    figures: Figures | None
    window: Window | None
    cost: Cost | None
    fresh: Freshness
    verdicts: tuple[Verdict, ...] = ()
    agents: Sequence[Agent] = ()
    subgroups: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: a title, the figure as text, how bad it is in words, and labelled lines."""

    title: str
    text: str
    severity: Severity
    verdict: str
    meaning: str
    lines: tuple[tuple[str, str], ...]


def explain(metric: Metric, about: Subject, judge: Judge, now: float, clock: Clock) -> Why:
    """All that is known of one figure at `now`, epoch seconds."""
    figures = about.figures
    figure = Absent.NOT_ANSWERED if figures is None else figure_of(figures, metric)
    verdict = next((each for each in about.verdicts if each.metric == metric.name), None)
    severity = verdict.severity if verdict else Severity.CALM
    lines = [("formula", text) for text in [_formula(metric, figures)] if text]
    lines += [
        ("source", _source(metric, figures)),
        ("counted", _counted(metric, about, clock)),
        ("asked", _asked(about, clock)),
        ("fresh", _fresh(about.fresh)),
        ("limits", _limits(judge.limit_for(metric.name, about.scope, about.label))),
        ("what moves it", ", ".join(what_moves(figures, about.agents)) or "nothing is known of it"),
        ("leaves out", _leaves_out(metric, about)),
        ("put together", _combined(metric)),
    ]
    if isinstance(figure, Absent):
        lines.insert(0, ("no number", ABSENCES[figure]))
    text = figure_text(figure, metric)
    title = f"{metric.label} · {about.label}"
    return Why(title, text, severity, _verdict(verdict, now, clock), metric.meaning, tuple(lines))


def _verdict(verdict: Verdict | None, now: float, clock: Clock) -> str:
    if verdict is None:
        return "no limit"
    if verdict.is_few:
        return "too few to judge"
    if verdict.severity is Severity.CALM:
        return "within its limits"
    if verdict.severity is Severity.UNKNOWN:
        return "unknown: a limit is set and there is no figure"
    since = ""
    if verdict.since is not None:
        minutes = max(0, int((now - verdict.since) // 60))
        since = f" since {clock(verdict.since)} ({minutes} min)"
    return f"{verdict.severity.word}{since}"


def _formula(metric: Metric, figures: Figures | None) -> str:
    derived = DERIVED.get(metric.name)
    if derived is None:
        return f"over {BASES.get(metric.base, metric.base)}" if metric.base else ""
    parts = []
    for name in derived.inputs:
        part = BY_NAME[name]
        value = Absent.NOT_ANSWERED if figures is None else figures.get(part)
        parts.append(f"{part.label.lower()} {figure_text(value, part)}")
    return f"{derived.formula}, of {', '.join(parts)}"


BASES = {
    "assignedConversations": "assigned conversations",
    "concludedConversations": "concluded conversations (closed or transferred)",
    "closedConversations": "closed conversations",
}


def _source(metric: Metric, figures: Figures | None) -> str:
    method = figures.method.value if figures else next(iter(sorted(each.value for each in metric.methods)), "")
    if metric.name in DERIVED:
        return f"computed by the board from {method} › {', '.join(DERIVED[metric.name].inputs)}"
    value = figures.number(metric) if figures else None
    unit = {Unit.DURATION: " ms"}.get(metric.unit, "")
    raw = "no value" if value is None else f"{value:,}{unit}".replace(",", " ")
    return f"{method} › {metric.name} › {metric.field} = {raw}"


def _counted(metric: Metric, about: Subject, clock: Clock) -> str:
    if metric.kind is Kind.CURRENT:
        return "a current value: as of the answer, the window does not apply"
    if about.window is None:
        return "over the window"
    return f"over {clock(about.window.start / 1000)}–{clock(about.window.end / 1000)}, whole minutes"


def _asked(about: Subject, clock: Clock) -> str:
    cost = about.cost
    if cost is None:
        return "no answer yet"
    calls = "" if cost.calls == 1 else f" in {cost.calls} calls"
    return f"at {clock(cost.asked_at / 1000)}, answered in {cost.took:.2f} s{calls}"


def _fresh(fresh: Freshness) -> str:
    age = "" if fresh.seconds is None else f", {fresh.seconds:.0f} s old"
    word = {Age.AWAITED: "not answered yet", Age.GONE: "too old to be shown"}.get(fresh.age, fresh.age.value)
    why = f"; {fresh.trouble.word}: {fresh.trouble.message}" if fresh.trouble else ""
    return f"{word}{age}{why}"


def _limits(limit: Limit | None) -> str:
    if limit is None:
        return "none set here; [[limits]] in the settings sets one"
    found = bounds_of(limit)
    back = []
    if found and limit.warn is not None:
        back.append(value_text(limit, found.warn_leave))
    if found and limit.critical is not None:
        back.append(value_text(limit, found.critical_leave))
    source = f" ({limit.source})" if limit.source else ""
    least = f", from {limit.least} {_counted_over(limit)} on" if limit.least else ""
    return f"{limit_text(limit)}{source}, back at {' / '.join(back)}{least}"


def _counted_over(limit: Limit) -> str:
    metric = metric_named(limit.metric)
    base = counted_over(metric) if metric else None
    return f"{base.short} conversations" if base else "of them"


def _leaves_out(metric: Metric, about: Subject) -> str:
    left: list[str] = []
    if metric.name in ("assigned_conversations", "active_conversations"):
        left.append("conversations begun over 30 days ago")
    if metric.name.startswith("human_") or ("wait_time" in metric.name and metric.kind is Kind.BY_TIME):
        left.append("bots")
    if about.scope.level is Level.AGENT and metric.unit is Unit.LIST:
        left += ["offline time", "bots"]
    if Method.METRICS not in metric.methods:
        left.append("agents who are logged out")
    if about.scope.level is Level.GROUP and not about.subgroups:
        left.append("sub-groups (g includes them)")
    note = "; bots are included" if metric.name == "agent_load" else ""
    return f"{', '.join(left) if left else 'nothing that is documented'}{note}"


def _combined(metric: Metric) -> str:
    match metric.combine:
        case Combine.SUM:
            return "adds up over agents, and over scopes that share nothing"
        case Combine.WEIGHTED:
            return f"over several only as a mean weighted by {BASES.get(metric.base or '', 'its base')}"
        case _:
            return "cannot be added or averaged over skills, groups or agents"
