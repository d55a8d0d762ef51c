"""The board as plain data, for other programs: the objects that ``once --format json`` and ``stream`` print.

`SCHEMA` is the version of what is described here. Within one version nothing is renamed, removed or given another
meaning; there may be more keys, kinds and metrics, so a reader lets go what it does not know. Moments and durations are
in milliseconds, moments since the epoch.

Each object has ``kind``, ``at`` (when it was written) and ``account``. By its kind:

* ``figures``: the account, a skill or an agent group. ``scope`` is its ``level``, ``id`` and ``name`` (null where it
  has none), ``window`` what by-time figures are counted over, ``severity`` calm, unknown, warn or critical, ``worst``
  the metric that says so, ``figures`` the figures by request name.
* ``agents``: everybody who is logged in; ``whole`` is false where some could not be read.
* ``list``: that the skills or the groups of the account are known, and how many there are.
* ``gone``: this scope is no more.

Each but the last has ``taken_at`` (of the last good answer, null if there was none), ``freshness`` (``word`` AWAITED,
LIVE, LATE, STALE or GONE, ``age`` in ms, ``live``), ``trouble`` (``word``, ``message``, ``since``; null if all is well)
and ``next_try``.

A line of the stream also has ``overtaken``: how many lines so far were never written, since the reader was too slow and
a newer one of the same scope came first.

A figure is an object. It has either ``value``, a number in ``unit`` (``count``, ``ms``, ``ratio`` and ``share`` where
1.0 is 100 %, ``score``), or ``nothing``, the reason why there is none: ``not_applicable`` (nothing to divide by),
``not_offered``, ``not_answered`` (also where a source has long been silent), ``not_recorded``, or ``too_old`` where the
last answer is too old to be shown. With a
limit it has ``severity`` and ``limits``, and ``since`` while it is not calm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from kmm_tui.board.agents import in_state_since
from kmm_tui.board.board import Board
from kmm_tui.board.derived import figure_of, is_old, known_metrics
from kmm_tui.board.figure import Absent, Figure, Figures
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.insight import severity_of_time, time_in_state_ms
from kmm_tui.board.judge import Judged, Verdict
from kmm_tui.board.own import Own, own
from kmm_tui.board.rows import AgentRow, ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Listing, Roster, Snapshot
from kmm_tui.board.state import AGENTS, LISTS, Section, Topic, TopicState
from kmm_tui.metrics import Method, Metric

SCHEMA = 1

NOTHING: dict[Absent, str] = {
    Absent.NOT_APPLICABLE: "not_applicable",
    Absent.NOT_OFFERED: "not_offered",
    Absent.NOT_ASKED: "not_asked",
    Absent.NOT_ANSWERED: "not_answered",
    Absent.NOT_RECORDED: "not_recorded",
}
TOO_OLD = "too_old"
_NEVER_SHOWN = (Age.GONE, Age.AWAITED)


def as_line(data: dict[str, Any]) -> bytes:
    """One object as one line of JSON, in UTF-8."""
    # Half a character from the network would fit into no file; as an escape it does.
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def severity_word(severity: Severity) -> str:
    """``calm``, ``unknown``, ``warn`` or ``critical``."""
    return severity.name.lower()


def shown_figures(figures: Figures) -> Iterator[tuple[Metric, Figure]]:
    """The figures that were asked for, or follow from those that were, in the order of the catalogue."""
    for metric in _shown(figures.method, figures.asked | figures.refused, own()):
        # What a source said long ago is no figure of now.
        yield metric, Absent.NOT_ANSWERED if is_old(figures, metric) else figure_of(figures, metric)


@lru_cache(maxsize=64)
def _shown(method: Method, asked: frozenset[str], _: Own) -> tuple[Metric, ...]:
    """The same of all answers of one kind: there may be a thousand of them."""
    every = Figures(method, asked, {})
    numbers = (metric for metric in known_metrics().values() if metric.is_number and method in metric.methods)
    return tuple(metric for metric in numbers if figure_of(every, metric) is not Absent.NOT_ASKED)


def agent_severity(row: AgentRow, now_ms: int) -> Severity:
    """The worst of an agent: of the figures, and of the time in a state that has a limit."""
    return max(row.judged.severity, severity_of_time(time_in_state_ms(row.agent, now_ms), row.limit))


def topic_data(board: Board, topic: Topic, account: str, now: float) -> dict[str, Any] | None:
    """What the board knows of `topic` at `now` (epoch s); None of a topic that programs are not told of."""
    state = board.state(topic)
    if state is None or state.is_paused:
        return None
    if topic == AGENTS:
        return _agents(board, state, account, now)
    if topic.section is not Section.FIGURES:
        return None
    if topic in LISTS.values():
        return _list(state, account, now)
    return _figures(board, state, account, now)


def gone_data(topic: Topic, account: str, now: float) -> dict[str, Any] | None:
    """That a skill or group is no more; None of a topic that programs are not told of."""
    if topic.section is not Section.FIGURES or not topic.scope.key:
        return None
    return {**_head("gone", account, now), "scope": _scope(topic.scope, None)}


def _head(kind: str, account: str, now: float) -> dict[str, Any]:
    return {"schema": SCHEMA, "kind": kind, "at": round(now * 1000), "account": account}


def _scope(scope: Scope, name: str | None) -> dict[str, Any]:
    return {"level": scope.level.value, "id": scope.key or None, "name": name}


def _truth(state: TopicState, fresh: Freshness) -> dict[str, Any]:
    trouble, content = state.trouble, state.content
    return {
        "taken_at": content.taken_at if content else None,
        "freshness": {
            "word": fresh.age.name,
            "age": None if fresh.seconds is None else round(fresh.seconds * 1000),
            "live": fresh.is_live,
        },
        "trouble": None
        if trouble is None
        else {"word": trouble.word, "message": trouble.message, "since": round(trouble.at * 1000)},
        "next_try": None if state.next_try is None else round(state.next_try * 1000),
    }


def _figures(board: Board, state: TopicState, account: str, now: float) -> dict[str, Any]:
    scope, content = state.topic.scope, state.content
    fresh, row = board.freshness(state.topic, now), board.row(scope, now)
    known = content if isinstance(content, Snapshot) else None
    severity = row.severity if known and row else Severity.UNKNOWN
    judged = row.judged if row and fresh.age not in _NEVER_SHOWN else None
    return {
        **_head("figures", account, now),
        "scope": _scope(scope, known.name if known and scope != ACCOUNT else None),
        "window": {"from": known.window.start, "to": known.window.end} if known else None,
        **_truth(state, fresh),
        "severity": severity_word(severity),
        "worst": judged.worst if judged else None,
        "figures": _each(known.figures, judged, fresh) if known else {},
    }


def _each(figures: Figures, judged: Judged | None, fresh: Freshness) -> dict[str, Any]:
    verdicts = judged.verdicts if judged else {}
    gone = fresh.age in _NEVER_SHOWN
    return {
        metric.name: figure_data(figure, metric, verdicts.get(metric.name), gone=gone)
        for metric, figure in shown_figures(figures)
    }


def figure_data(
    figure: Figure, metric: Metric, verdict: Verdict | None = None, *, gone: bool = False
) -> dict[str, Any]:
    """One figure; `gone` is one that is too old to be shown."""
    found: dict[str, Any]
    if gone:
        found = {"nothing": TOO_OLD}
    elif isinstance(figure, Absent):
        found = {"nothing": NOTHING[figure]}
    else:
        found = {"value": figure}
    found["unit"] = metric.unit.value
    if verdict and not gone:
        found["severity"] = severity_word(verdict.severity)
        found["limits"] = {"warn": verdict.limit.warn, "critical": verdict.limit.critical}
        if verdict.since is not None:
            found["since"] = round(verdict.since * 1000)
    return found


def _list(state: TopicState, account: str, now: float) -> dict[str, Any]:
    return {
        **_head("list", account, now),
        "level": state.topic.scope.level.value,
        "count": state.content.count if isinstance(state.content, Listing) else None,
        **_truth(state, state.freshness(now)),
    }


def _agents(board: Board, state: TopicState, account: str, now: float) -> dict[str, Any]:
    fresh, roster = board.freshness(state.topic, now), state.content
    known = roster if isinstance(roster, Roster) and fresh.age not in _NEVER_SHOWN else None
    return {
        **_head("agents", account, now),
        "window": {"from": known.window.start, "to": known.window.end} if known else None,
        **_truth(state, fresh),
        "whole": known.is_whole if known else None,
        "agents": [_agent(row, fresh, round(now * 1000)) for row in board.agent_rows(ACCOUNT)] if known else None,
    }


def _agent(row: AgentRow, fresh: Freshness, now_ms: int) -> dict[str, Any]:
    agent = row.agent
    return {
        "id": agent.key,
        "name": agent.name,
        "group": {"id": agent.group_id, "name": agent.group_name},
        "skills": [{"id": skill.key, "name": skill.name} for skill in agent.skills],
        "status": agent.status,
        "reason": agent.reason,
        "since": in_state_since(agent),
        "limit": row.limit,
        "away_with_work": row.has_work,
        "severity": severity_word(agent_severity(row, now_ms)),
        "worst": row.judged.worst,
        "figures": _each(agent.figures, row.judged, fresh),
    }


def worst_first(rows: Iterable[ScopeRow]) -> list[ScopeRow]:
    """Rows in the order that they are told in."""
    return sorted(rows, key=lambda row: (-row.judged.rank, row.label, row.scope.key))


def board_data(board: Board, account: str, now: float, *, agents: bool = False) -> list[dict[str, Any]]:
    """Everything that the board knows: lists, the account, skills and groups with the worst first, and agents."""
    topics = [*LISTS.values(), Topic(Section.FIGURES, ACCOUNT)]
    for level in (Level.SKILL, Level.GROUP):
        topics += [Topic(Section.FIGURES, row.scope) for row in worst_first(board.rows(level, now))]
    if agents:
        topics.append(AGENTS)
    found = (topic_data(board, topic, account, now) for topic in topics)
    return [each for each in found if each is not None]
