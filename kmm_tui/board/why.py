"""Why a figure is what it is: what it means, where it comes from, what it is held against, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import Window, ceil_minute, floor_minute
from kmm_tui.board.derived import DERIVED, counted_over, figure_of, is_old, metric_named
from kmm_tui.board.figure import Absent, Figure, Figures
from kmm_tui.board.figure_text import GONE, count_text, figure_text
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.insight import what_moves
from kmm_tui.board.judge import Judge, Verdict, method_of
from kmm_tui.board.limit_text import bounds_of, limit_text, value_text
from kmm_tui.board.limits import Limit
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent
from kmm_tui.board.state import TopicState
from kmm_tui.board.why_own import own_lines
from kmm_tui.metrics import BY_NAME, Combine, Kind, Method, Metric, Unit

Clock = Callable[[float], str]
"""Writes an epoch moment (seconds) as the person's wall clock has it."""

ABSENCES = {
    Absent.NOT_APPLICABLE: "not applicable: no value was sent, as where nobody waits or there is nothing to divide by",
    Absent.NOT_OFFERED: "this method of the API, or this account, does not offer it",
    Absent.NOT_ASKED: "nobody asked for it: choose it as a column to have it asked",
    Absent.NOT_ANSWERED: "asked for, and the answer holds no usable value",
    Absent.NOT_RECORDED: "not recorded: it is a value of that moment, of which the API tells only the present one",
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
    sources: Mapping[str, TopicState] = field(default_factory=dict)
    """Where each of the person's own sources stands."""


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: a title, the figure as text, how bad it is in words, and labelled lines."""

    title: str
    text: str
    severity: Severity
    verdict: str
    meaning: str
    lines: tuple[tuple[str, str], ...]
    is_old: bool = False
    """Too old for colour, or gone: what was bad then may be good by now."""


def explain(metric: Metric, about: Subject, judge: Judge, now: float, clock: Clock) -> Why:
    """All that is known of one figure at `now`, epoch seconds."""
    age = about.fresh.age
    figures = None if age is Age.GONE else about.figures
    figure = None if figures is None else figure_of(figures, metric)
    verdict = next((each for each in about.verdicts if each.metric == metric.name), None) if figures else None
    lines: list[tuple[str, str]] = []
    if metric.is_own and age is not Age.GONE:
        lines = own_lines(metric, figures, about.scope, about.label, about.sources, now, clock)
        lines.append(("limits", _limits(judge.limit_for(metric.name, about.scope, about.label))))
        lines.append(("put together", combined(metric)))
    else:
        lines = _lines(metric, about, figures, figure, judge, clock)
    old_figure = figures is not None and is_old(figures, metric)
    is_old_row = age in (Age.STALE, Age.GONE)
    text = GONE if figure is None or (old_figure and isinstance(figure, Absent)) else figure_text(figure, metric)
    return Why(
        title=f"{metric.label} · {about.label}",
        text=text,
        severity=verdict.severity if verdict else Severity.CALM,
        verdict=_was(verdict, about, clock) if is_old_row else _verdict(verdict, now, clock, figures),
        meaning=metric.meaning,
        lines=tuple(lines),
        is_old=is_old_row or old_figure,
    )


def _lines(
    metric: Metric, about: Subject, figures: Figures | None, figure: Figure | None, judge: Judge, clock: Clock
) -> list[tuple[str, str]]:
    lines = [("no number", text) for text in [_absence(figure, about.fresh.age)] if text]
    lines += [("formula", text) for text in [formula_text(metric, figures)] if text]
    lines += [
        ("source", _source(metric, figures, about.scope)),
        ("counted", _counted(metric, about, clock)),
        ("asked", _asked(about, clock)),
        ("fresh", _fresh(about.fresh)),
        ("limits", _limits(judge.limit_for(metric.name, about.scope, about.label))),
        ("what moves it" if is_moved(metric) else "beside it", _beside(about, figures)),
    ]
    lines += [("resolved", text) for text in [_resolved(figures)] if text]
    return [*lines, ("leaves out", left_out(metric, about)), ("put together", combined(metric))]


def _absence(figure: Figure | None, age: Age) -> str:
    if figure is None:
        return {
            Age.AWAITED: "nothing has been answered yet",
            Age.GONE: "the last answer is too old to be shown",
        }.get(age, "the last answer holds nothing of it")
    return ABSENCES[figure] if isinstance(figure, Absent) else ""


def _verdict(verdict: Verdict | None, now: float, clock: Clock, figures: Figures | None) -> str:
    if verdict is None:
        return "no limit" if figures else "nothing to judge"
    if verdict.is_few:
        return "too few to judge"
    if verdict.severity is Severity.CALM:
        return "within its limits"
    if verdict.severity is Severity.UNKNOWN:
        return "unknown: a limit is set and there is no figure"
    since = ""
    if verdict.since is not None:
        # It may have been so before this board first asked.
        minutes = max(0, int((now - verdict.since) // 60))
        since = f", seen since {clock(verdict.since)} ({minutes} min)"
    return f"{verdict.severity.word}{since}"


def _was(verdict: Verdict | None, about: Subject, clock: Clock) -> str:
    if about.fresh.age is Age.GONE or verdict is None or verdict.severity < Severity.WARN:
        return "old"
    at = f" at {clock(about.cost.asked_at / 1000)}" if about.cost else ""
    return f"old: it was {verdict.severity.word}{at}"


FORMULAS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "closed_conversations": (
        "closed by agents + by consumers + by the system", ("closed_by_agent", "closed_by_consumer", "auto_closed"),
    ),
    "pending_agent_response_rate": ("pending / assigned", ("pending_agent_response", "assigned_conversations")),
    "transfer_rate": ("transfers / concluded", ("transfers", "concluded_conversations")),
    "closed_rate": ("closed / concluded", ("closed_conversations", "concluded_conversations")),
    "csat": ("survey answers of 4 or 5 / all survey answers", ()),
    "agent_load": ("weight of assigned conversations / capacity", ()),
    "human_agent_load": ("weight of assigned conversations / capacity, of human agents", ()),
    "human_online_load": ("weight of assigned conversations / capacity, of human agents online", ()),
    "human_away_load": ("weight of assigned conversations / capacity, of human agents away", ()),
}  # fmt: skip
"""How the API's documentation says a metric is counted, and from which of the others; it tells of no other metric."""


def formula_text(metric: Metric, figures: Figures | None) -> str:
    """How a metric is counted, with the figures it is counted from as far as they were answered; '' if not told."""
    derived = DERIVED.get(metric.name)
    formula, inputs = (derived.formula, derived.inputs) if derived else FORMULAS.get(metric.name, ("", ()))
    parts = []
    for name in inputs:
        part = BY_NAME[name]
        value = Absent.NOT_ASKED if figures is None else figures.get(part)
        if value is not Absent.NOT_ASKED:
            parts.append(f"{part.label.lower()} {figure_text(value, part)}")
    return f"{formula}, of {', '.join(parts)}" if parts else formula


BASES = {
    "assignedConversations": "assigned conversations",
    "concludedConversations": "concluded conversations (closed or transferred)",
    "closedConversations": "closed conversations",
}


def _source(metric: Metric, figures: Figures | None, scope: Scope) -> str:
    method = (figures.method if figures else method_of(scope.level)).value
    if metric.name in DERIVED:
        return f"computed by the board from {method} › {', '.join(DERIVED[metric.name].inputs)}"
    value = figures.number(metric) if figures else None
    unit = {Unit.DURATION: " ms"}.get(metric.unit, "")
    raw = "no value" if value is None else f"{value:,}{unit}".replace(",", " ")
    return f"{method} › {metric.name} › {' or '.join((metric.field, *metric.aliases))} = {raw}"


def _counted(metric: Metric, about: Subject, clock: Clock) -> str:
    if metric.kind is Kind.CURRENT:
        return "a current value: as of the answer, the window does not apply"
    if about.window is None:
        return "over the window"
    start, end = floor_minute(about.window.start), ceil_minute(about.window.end)
    return f"over {clock(start / 1000)}–{clock(end / 1000)}, the server rounds to whole minutes"


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
    return f"{base.label.lower()} conversations" if base else "of them"


_MOVED = ("wait", "overdue", "load", "response", "unassigned", "slots", "sla_share", "open_conv", "active_conv")


def is_moved(metric: Metric) -> bool:
    """Whether queue, places and who is there have to do with the metric; of others nobody can say what moves them."""
    return any(word in metric.name for word in _MOVED) and metric.name != "max_slots"


def _beside(about: Subject, figures: Figures | None) -> str:
    if about.scope.level is not Level.AGENT:
        return ", ".join(what_moves(figures, about.agents)) if figures else "nothing is known of it"
    # One agent is no crowd of which so many are away.
    words = [(agent.reason or agent.status or "").lower().replace("_", " ") for agent in about.agents]
    if figures and (assigned := figures.number(BY_NAME["assigned_conversations"])) is not None:
        words.append(f"{count_text(assigned)} assigned")
    words += what_moves(figures, ()) if figures else ()
    return ", ".join(word for word in words if word) if figures else "nothing is known of it"


def _resolved(figures: Figures | None) -> str:
    """By whom conversations were closed in the window, where all of it is known."""
    names = ("closed_conversations", *FORMULAS["closed_conversations"][1])
    values = [figures.number(BY_NAME[name]) if figures else None for name in names]
    counts = [count_text(value) for value in values if value is not None]
    if len(counts) < len(names):
        return ""
    return f"{counts[0]} in the window: {counts[1]} by agents, {counts[2]} by consumers, {counts[3]} by the system"


def left_out(metric: Metric, about: Subject) -> str:
    """What a figure is documented not to count, and what it counts although one may not expect it."""
    left: list[str] = []
    if metric.name in ("assigned_conversations", "active_conversations"):
        left.append("conversations begun over 30 days ago")
    if metric.name.startswith("human_"):
        left.append("bots")
    if metric.name in ("human_online_load", "human_away_load"):
        left.append("agents in any other state")
    if "wait_time" in metric.name and metric.kind is Kind.BY_TIME:
        left.append("answers of bots")
    if metric.name == "avg_time_to_response":
        left.append("time in the queue")
    if metric.name == "avg_time_to_first_response_first_assignment":
        left.append("time before the first assignment")
    if metric.unit is Unit.LIST:
        left += ["offline time", "bots"]
    if about.scope.level is Level.GROUP and not about.subgroups:
        left.append("sub-groups, unless they are switched on")
    notes = []
    if metric.name == "agent_load" and about.scope.level is not Level.AGENT:
        notes.append("bots are included")
    if about.scope.level is Level.AGENT:
        notes.append("agents who logged out are listed only on request")
    return "; ".join([", ".join(left) or "nothing that is documented", *notes])


_AGENT_COUNTS = ("online_agents", "away_agents", "back_soon_agents")


def combined(metric: Metric) -> str:
    """How values of several skills, groups or agents may be put together."""
    if metric.name == "available_slots":
        return "not over skills: an agent's free slots count under each of the agent's skills"
    if metric.name in _AGENT_COUNTS:
        return "not over skills: one agent may have several"
    match metric.combine:
        case Combine.SUM:
            over = ["agents"] if Method.AGENT_VIEW in metric.methods else []
            over += ["skills or groups that share nothing"] if Method.METRICS in metric.methods else []
            return f"adds up over {', and over '.join(over)}"
        case Combine.WEIGHTED:
            return f"over several only as a mean weighted by {BASES.get(metric.base or '', 'its base')}"
        case _:
            return "cannot be added or averaged over skills, groups or agents"
