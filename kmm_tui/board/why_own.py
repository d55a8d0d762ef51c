"""Where a figure of a person's own comes from: a source and what it said, or a formula and what it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kmm_tui.board.derived import figure_of, is_old, known_metrics
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.figure_text import GONE, age_text, figure_text
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.own import own
from kmm_tui.board.scope import Scope
from kmm_tui.board.sources import SourceAnswer
from kmm_tui.board.state import TopicState
from kmm_tui.metrics import Metric

Clock = Callable[[float], str]
Lines = list[tuple[str, str]]
ABSENCES = {
    Absent.NOT_APPLICABLE: "not applicable: there is nothing to divide by",
    Absent.NOT_OFFERED: "its source says nothing of this one",
    Absent.NOT_ASKED: "nothing was known of its source, or of what its formula needs, when this was answered",
    Absent.NOT_ANSWERED: "its source, or one that its formula needs, has no usable value for it now",
}


def own_lines(
    metric: Metric,
    figures: Figures | None,
    scope: Scope,
    label: str,
    sources: Mapping[str, TopicState],
    now: float,
    clock: Clock,
) -> Lines:
    """What is known of a metric of a source or a formula at `now`, epoch seconds; each source that it needs in full."""
    lines: Lines = []
    figure = Absent.NOT_ANSWERED if figures is None else figure_of(figures, metric)
    if isinstance(figure, Absent):
        lines.append(("no number", ABSENCES.get(figure, "not recorded")))
    formula = own().formulas.get(metric.name)
    if formula is None:
        return lines + _source_lines(metric, scope, label, sources, now, clock)
    parts = [known_metrics()[name] for name in formula.names]
    given = [f"{part.label.lower()} {_text(part, figures)}" for part in parts]
    lines.append(("formula", f"{formula.text}, of {', '.join(given)}"))
    for part in _sourced(metric):
        lines += _source_lines(part, scope, label, sources, now, clock)
    return lines


def _sourced(metric: Metric) -> list[Metric]:
    """The metrics of sources that a formula needs, one for each source."""
    found: dict[str, Metric] = {}
    wanted = [metric.name]
    while wanted:
        name = wanted.pop(0)
        if name in own().sources:
            found.setdefault(own().sources[name], known_metrics()[name])
        elif name in own().formulas:
            wanted += own().formulas[name].names
    return list(found.values())


def _text(metric: Metric, figures: Figures | None) -> str:
    figure = Absent.NOT_ANSWERED if figures is None else figure_of(figures, metric)
    if figures is not None and is_old(figures, metric):
        return GONE if isinstance(figure, Absent) else f"{figure_text(figure, metric)} (old)"
    return figure_text(figure, metric)


def _source_lines(
    metric: Metric, scope: Scope, label: str, sources: Mapping[str, TopicState], now: float, clock: Clock
) -> Lines:
    name = own().sources.get(metric.name, "")
    state = sources.get(name)
    if state is None:
        return [("source", f"{name}: not asked by this board")]
    answer = state.content if isinstance(state.content, SourceAnswer) else None
    lines = [("source", f"{name} › {_raw(metric, answer, scope, label, now, clock)}")]
    if answer is not None:
        lines.append(("asked", f"at {clock(answer.taken_at / 1000)}, answered in {answer.took:.2f} s"))
    return [*lines, ("fresh", fresh_text(state.freshness(now), clock))]


def _raw(metric: Metric, answer: SourceAnswer | None, scope: Scope, label: str, now: float, clock: Clock) -> str:
    if answer is None:
        return f"{metric.name}: no answer yet"
    place = next((n for n, column in enumerate(answer.columns) if column.field == metric.field), None)
    if place is None:
        return f"{metric.name}: it does not tell it any more"
    told = answer.columns[place].told
    slots = answer.slots_of(scope, label)
    slot = answer.slot_at(scope, label, int(now * 1000))
    if not slots:
        return f"{told}: nothing of {label}"
    if slot is None:
        return f"{told}: nothing for this time, only from {clock(slots[0].start / 1000)} on"
    raw = slot.values[place]
    when = f", from {clock(slot.start / 1000)} to {clock(slot.end / 1000)}" if slot.start else ""
    return f"{told} = {'no number' if raw is None else f'{raw:,}'.replace(',', ' ')}{when}"


def fresh_text(fresh: Freshness, clock: Clock) -> str:
    """How fresh a source is, and what is in the way."""
    age = "" if fresh.seconds is None else f", {age_text(fresh.seconds)} old"
    word = {Age.AWAITED: "not answered yet", Age.GONE: "too old to be shown"}.get(fresh.age, fresh.age.value)
    why = f"; {fresh.trouble.word}: {fresh.trouble.message}" if fresh.trouble else ""
    again = f"; asked again at {clock(fresh.next_try)}" if fresh.next_try else ""
    return f"{word}{age}{why}{again}"
