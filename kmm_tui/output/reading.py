"""One reading of the whole board: how bad it is, as monitoring plugins say it, and as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from kmm_tui.board.board import Board
from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure import Absent, Figure
from kmm_tui.board.figure_text import figure_text
from kmm_tui.board.judge import Verdict
from kmm_tui.board.limit_text import bound_text, bounds_of
from kmm_tui.board.own import own
from kmm_tui.board.rows import AgentRow, ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent
from kmm_tui.board.state import TopicState
from kmm_tui.metrics import Metric, Unit
from kmm_tui.output.plain import agent_severity, severity_word, shown_figures
from kmm_tui.output.rows import Grid

SHOWN = (
    "unassigned_conversations",
    "queue_wait_time_50th_percentile",
    "queue_wait_time_90th_percentile",
    "overdue_conversations_total",
    "sla_share",
    "online_agents",
    "away_agents",
    "back_soon_agents",
    "available_slots",
    "human_online_load",
    "avg_time_to_first_response_first_assignment",
    "avg_time_to_response",
    "closed_conversations",
    "closed_by_agent",
    "closed_by_consumer",
    "auto_closed",
    "csat",
)
"""The columns of the table of skills and groups; CSV and JSON have every figure."""
SHOWN_OF_AGENTS = (
    "assigned_conversations",
    "pending_agent_response",
    "agent_load",
    "avg_time_to_response",
    "closed_conversations",
    "transfer_rate",
    "csat",
)
MOST_LINES = 20
"""Scopes in trouble that a plugin tells of, beyond which it counts them."""


class State(IntEnum):
    """How monitoring plugins end."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_STATES = {
    Severity.CALM: State.OK,
    Severity.UNKNOWN: State.UNKNOWN,
    Severity.WARN: State.WARNING,
    Severity.CRITICAL: State.CRITICAL,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the board said at `now`, epoch s. `missing` was asked for and not answered."""

    board: Board
    now: float
    missing: Sequence[TopicState] = ()
    agents: bool = False

    def scopes(self) -> list[ScopeRow]:
        """The account, then skills, then groups; of each the worst first."""
        account = self.board.account_row(self.now)
        rows = [account] if account else []
        for level in (Level.SKILL, Level.GROUP):
            rows += sorted(
                self.board.rows(level, self.now), key=lambda row: (-row.judged.rank, row.label, row.scope.key)
            )
        return rows

    def agent_rows(self) -> list[AgentRow]:
        """The agents, the worst first; none where they are not wanted."""
        found = self.board.agent_rows(ACCOUNT) if self.agents else []
        return sorted(found, key=lambda row: (-self.severity_of(row), row.agent.name or "", row.key))

    def severity_of(self, row: AgentRow) -> Severity:
        """How bad it is about one agent."""
        return agent_severity(row, round(self.now * 1000))

    @property
    def severity(self) -> Severity:
        """The worst of everything. What was not answered is unknown, which is worse than calm and better than warn."""
        found = [row.severity for row in self.scopes()] + [self.severity_of(row) for row in self.agent_rows()]
        return max([*found, Severity.UNKNOWN if self.missing or not found else Severity.CALM])

    @property
    def state(self) -> State:
        """The same as monitoring plugins say it."""
        return _STATES[self.severity]

    def troubles(self) -> Iterator[str]:
        """What was not answered, a line for each reason."""
        reasons = Counter(
            f"{each.trouble.word}: {each.trouble.message}" if each.trouble else "OFFLINE: no answer in time"
            for each in self.missing
        )
        return iter(reasons)


def scopes_grid(reading: Reading, *, whole: bool) -> Grid:
    """A row for each scope; `whole` with every figure, else with those of `SHOWN`."""
    rows = reading.scopes()
    names = _names(rows) if whole else [name for name in (*SHOWN, *own().metrics) if name in set(_names(rows))]
    metrics = _metrics(names)
    cells = []
    for row in rows:
        label = "whole account" if row.scope == ACCOUNT else row.label
        texts = (row.scope.level.value, row.scope.key or None, label, severity_word(row.severity), row.judged.worst)
        cells.append((texts if whole else (*texts[:1], *texts[2:4]), _figures(row, metrics)))
    heads = ("level", "id", "name", "severity", "worst") if whole else ("level", "name", "severity")
    return Grid(heads, metrics, tuple(cells))


def agents_grid(reading: Reading) -> Grid:
    """A row for each agent."""
    metrics = _metrics((*SHOWN_OF_AGENTS, *own().usual(Level.AGENT)))
    rows = tuple(
        (
            (_named(row.agent), severity_word(reading.severity_of(row)), row.agent.status, row.agent.reason),
            _figures(row, metrics),
        )
        for row in reading.agent_rows()
    )
    return Grid(("agent", "severity", "status", "reason"), metrics, rows)


def _figures(row: ScopeRow | AgentRow, metrics: Sequence[Metric]) -> tuple[Figure, ...]:
    """Of sources that have long been silent nothing is told."""
    return tuple(Absent.NOT_ANSWERED if row.is_old_figure(metric) else row.get(metric) for metric in metrics)


def _named(agent: Agent) -> str:
    return agent.name or agent.key


def _names(rows: Iterable[ScopeRow]) -> list[str]:
    found = (metric.name for row in rows if row.figures for metric, _ in shown_figures(row.figures))
    return list(dict.fromkeys(found))


def _metrics(names: Iterable[str]) -> tuple[Metric, ...]:
    return tuple(metric for name in names if (metric := metric_named(name)))


# -- as monitoring plugins print it


def as_plugin(reading: Reading) -> str:
    """One line with figures of the account for graphs, then a line for each scope that is not calm.

    The form is that of the Monitoring Plugins' guidelines: ``KMM WARNING - text | 'label'=value[unit];warn;critical``.
    Durations are in seconds, ratios in percent. Names lose the characters that mean something there.
    """
    bad = [row for row in reading.scopes() if row.severity is not Severity.CALM]
    agents = [row for row in reading.agent_rows() if reading.severity_of(row) is not Severity.CALM]
    bad.sort(key=lambda row: -row.severity)
    lines = [f"{row.scope.level.value} {_scope_line(row)}" for row in bad]
    lines += [f"agent {_named(row.agent)}: {severity_word(reading.severity_of(row))}" for row in agents]
    reasons = list(reading.troubles())
    if bad and bad[0].severity >= Severity.WARN:
        head = _scope_line(bad[0]) + (f"; {_counts(reading, bad, agents)}" if len(lines) > 1 else "")
    elif agents and reading.severity >= Severity.WARN:
        head = _counts(reading, bad, agents)
    else:
        head = next(iter([*reasons, *lines]), f"all calm in {len(reading.scopes())} scopes")
    perfdata = _perfdata(reading)
    more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    first = f"KMM {reading.state.name} - {_harmless(head)}" + (f" | {perfdata}" if perfdata else "")
    return "\n".join([first, *(_harmless(line) for line in [*reasons, *lines[:MOST_LINES], *more])]) + "\n"


def _scope_line(row: ScopeRow) -> str:
    label = "whole account" if row.scope == ACCOUNT else row.label
    said = [
        text
        for verdict in sorted(row.judged.verdicts.values(), key=lambda each: -each.severity)
        if verdict.severity is not Severity.CALM and (text := _verdict(verdict))
    ]
    return f"{label}: {', '.join(said) or severity_word(row.severity)}"


def _verdict(verdict: Verdict) -> str:
    metric = metric_named(verdict.metric)
    if metric is None:
        return ""
    if verdict.severity is Severity.UNKNOWN:
        return f"{metric.label} unknown"
    bound = bound_text(verdict.limit, verdict.severity)
    return f"{metric.label} {figure_text(verdict.figure, metric)}" + (f" ({bound})" if bound else "")


def _counts(reading: Reading, bad: Sequence[ScopeRow], agents: Sequence[AgentRow]) -> str:
    counts = Counter([*(row.severity for row in bad), *(reading.severity_of(row) for row in agents)])
    return ", ".join(f"{counts[each]} {severity_word(each)}" for each in sorted(counts, reverse=True))


def _harmless(text: str) -> str:
    """`text` without what ends it there: the bar begins figures."""
    return text.replace("|", "/")


_SCALES: dict[Unit, tuple[float, str]] = {
    Unit.DURATION: (0.001, "s"),
    Unit.RATIO: (100.0, "%"),
    Unit.SHARE: (100.0, "%"),
}


def _perfdata(reading: Reading) -> str:
    row = reading.board.account_row(reading.now)
    if row is None or row.figures is None or row.is_old:
        return ""
    found = []
    for metric, figure in shown_figures(row.figures):
        if isinstance(figure, Absent):
            continue
        verdict = row.judged.verdicts.get(metric.name)
        scale, unit = _SCALES.get(metric.unit, (1.0, ""))
        limits = [_range(verdict, level, scale) if verdict else "" for level in ("warn", "critical")]
        found.append(f"'{metric.name}'={figure * scale:.10g}{unit};{';'.join(limits)}".rstrip(";"))
    return " ".join(found)


def _range(verdict: Verdict, level: str, scale: float) -> str:
    limit, bounds = verdict.limit, bounds_of(verdict.limit)
    value = limit.warn if level == "warn" else limit.critical
    if value is None or bounds is None:
        return ""
    text = f"{value * scale:.10g}"
    return text if bounds.high_is_bad else f"{text}:"
