"""The tables of the settings, checked one by one: all that is wrong with them, by where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from kmm_tui.settings.auth import METHODS
from kmm_tui.settings.away import read_away
from kmm_tui.settings.bindings import read_keys
from kmm_tui.settings.check import Finding, check
from kmm_tui.settings.errors import Problem
from kmm_tui.settings.hours import FORM, unnamed
from kmm_tui.settings.keys import KeyPath, dotted, listed, nearest, variable
from kmm_tui.settings.layers import Draft, Origin, Source
from kmm_tui.settings.models import WINDOWS, Board, Profile
from kmm_tui.settings.own_alerts import Alerting, OwnAlert
from kmm_tui.settings.own_limits import OwnLimit
from kmm_tui.settings.own_metrics import FormulaError, Growing
from kmm_tui.settings.own_notices import OwnNotice
from kmm_tui.settings.own_shifts import TODAY, OwnShift
from kmm_tui.settings.own_sources import OwnFormula, OwnSource
from kmm_tui.settings.parents import read_parents
from kmm_tui.settings.table import Table

T = TypeVar("T", bound=Table)

_SAMPLES = {"account": 'account = "12345678"', "method": 'method = "user"'}
_FREE: dict[str, Callable[[Mapping[str, Any]], tuple[dict[str, Any], list[tuple[KeyPath, str]]]]] = {
    "away": read_away,
    "group_parents": read_parents,
    "keys": read_keys,
}
_LACKING = {
    ("limits", "metric"): 'missing; write metric = "queue_wait_time_90th_percentile", or the name of another',
    ("notices", "to"): 'missing; write to = "webhook", or the name of another channel',
    ("sources", "name"): 'missing; write name = "plan"',
    ("sources", "by"): 'missing; write by = "skill", or account, group or agent',
    ("sources", "metrics"): "missing; write [[sources.metrics]] below it, with the name of a metric",
    ("derived", "name"): 'missing; write name = "staff_gap"',
    ("derived", "formula"): 'missing; write formula = "planned_agents - online_agents"',
    ("shifts", "name"): 'missing; write name = "Early"',
    ("shifts", "from"): 'missing; write from = "07:00"',
    ("shifts", "to"): 'missing; write to = "15:00"',
}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


class Checking:
    """The draft's tables, checked one by one; gathers all that is wrong."""

    def __init__(self, draft: Draft, path: Path, findings: Iterable[Finding], chosen: str) -> None:
        self._draft = draft
        self._path = path
        self._findings = list(findings)
        self._chosen = chosen
        self.incomplete: dict[str, tuple[str, ...]] = {}

    def table(self, model: type[Table], name: str) -> Any:
        """A table of the file, or its defaults; None where it is no good."""
        table = self._draft.tree.get(name, {})
        checked, findings = check(model, table if isinstance(table, dict) else {}, (name,), None)
        self._findings += findings
        return checked

    def limits(self, growing: Growing) -> tuple[OwnLimit, ...]:
        """The limits. Of one on a metric that is no good itself nothing is said."""
        before = len(self._findings)
        found = tuple(limit.placed(self._place(at)) for at, limit in self._listed(OwnLimit, "limits"))
        lame = self._lame(growing, "sources", "derived")
        tables = self._draft.tree.get("limits", [])
        self._findings[before:] = [
            finding
            for finding in self._findings[before:]
            if finding.path[2:] != ("metric",) or str(tables[finding.path[1]].get("metric")).strip() not in lame
        ]
        return found

    def own_sources(self, growing: Growing, folder: Path) -> tuple[OwnSource, ...]:
        """The sources, each name and each of their metrics once."""
        seen: set[str] = set()
        good: list[OwnSource] = []
        for at, source in self._listed(OwnSource, "sources", folder):
            wrong = len(self._findings)
            if source.name.casefold() in seen:
                self._findings.append(Finding((*at, "name"), "a source before has this name; choose another"))
            seen.add(source.name.casefold())
            self._check_profiles((*at, "profiles"), source.profiles)
            for place in range(len(source.metrics)):
                try:
                    growing.add_source(source, place)
                except ValueError as error:
                    self._findings.append(Finding((*at, "metrics", place, "name"), str(error)))
            if len(self._findings) == wrong:
                good.append(source)
        return tuple(good)

    def _check_profiles(self, at: KeyPath, names: Iterable[str]) -> None:
        tables = self._draft.tree.get("profiles", {})
        known = [*tables] if isinstance(tables, dict) else []
        for name in names:
            if name not in (*known, self._chosen):
                meant = nearest(name, known)
                hint = f'did you mean "{meant}"?' if meant else f"known here: {listed(known, 'and') or 'none'}"
                self._findings.append(Finding(at, f'no profile is called "{name}"; {hint}'))

    def own_formulas(self, growing: Growing) -> tuple[OwnFormula, ...]:
        """The formulas, in their order: each stands on what is before it."""
        good: list[OwnFormula] = []
        lame = self._lame(growing, "sources")
        for at, own in self._listed(OwnFormula, "derived"):
            try:
                growing.add_formula(own)
            except FormulaError as error:
                # What is wrong with a metric is said where it stands, and not again of all that need it.
                if not lame & set(re.findall(r"\w+", own.formula)):
                    self._findings.append(Finding((*at, "formula"), str(error)))
                lame.add(own.name)
            except ValueError as error:
                self._findings.append(Finding((*at, "name"), str(error)))
            else:
                good.append(own)
        return tuple(good)

    def _lame(self, growing: Growing, *lists: str) -> set[str]:
        """Names of own metrics that the file has and that are no good."""
        tables = [table for name in lists for table in _dicts(self._draft.tree.get(name))]
        tables += [inner for table in tables for inner in _dicts(table.get("metrics"))]
        names = {name for name in (table.get("name") for table in tables) if isinstance(name, str)}
        return names - growing.own().metrics.keys()

    def shifts(self, board: Board | None) -> tuple[OwnShift, ...]:
        """The shifts, each name once; and whether the one that the board opens with is among them."""
        seen: dict[str, str] = {}
        good: list[OwnShift] = []
        for at, shift in self._listed(OwnShift, "shifts"):
            if shift.name.casefold() in seen:
                first = seen[shift.name.casefold()]
                self._findings.append(Finding((*at, "name"), f'this shift was given before, as "{first}"'))
            else:
                seen[shift.name.casefold()] = shift.name
                good.append(shift)
        opens = board.opens if board else TODAY
        if isinstance(opens, str) and opens != TODAY and opens.casefold() not in self._named():
            meant = nearest(opens, [TODAY, *seen.values()])
            hint = f'did you mean "{meant}"?' if meant else f"write {WINDOWS}"
            self._findings.append(Finding(("board", "window"), f"no shift is called so; {hint}"))
        return tuple(good)

    def alerts(self, alerting: Alerting | None) -> tuple[OwnAlert, ...]:
        """The rules, each title once, as open alerts are known by it; and whether their shifts are there."""
        self._check_hours(("alerting",), alerting, ("quiet",))
        seen: set[str] = set()
        good: list[OwnAlert] = []
        for at, alert in self._listed(OwnAlert, "alerts"):
            if alert.title.casefold() in seen:
                text = f'another rule is called "{alert.title}"; give this one a name of its own'
                self._findings.append(Finding((*at, "name") if alert.name else at, text))
            seen.add(alert.title.casefold())
            self._check_hours(at, alert, ("quiet", "hours"))
            good.append(alert)
        return tuple(good)

    def notices(self, folder: Path) -> tuple[OwnNotice, ...]:
        """The channels; their files start at `folder`."""
        good = []
        for at, notice in self._listed(OwnNotice, "notices", folder):
            self._check_hours(at, notice, ("quiet",))
            good.append(notice)
        return tuple(good)

    def _check_hours(self, at: KeyPath, table: Table | None, keys: Iterable[str]) -> None:
        for key in keys:
            wrong = unnamed(getattr(table, key), self._named()) if table else None
            if wrong is not None:
                meant = nearest(wrong, self._named())
                hint = f'did you mean "{meant}"?' if meant else f"write {FORM}"
                self._findings.append(Finding((*at, key), f"neither hours nor a shift; {hint}"))

    def _named(self) -> set[str]:
        """Every name of a shift in the file, of those with a mistake, too: that is said already."""
        entries = self._draft.tree.get("shifts", [])
        names = (entry.get("name") for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
        return {" ".join(name.split()).casefold() for name in names if isinstance(name, str)}

    def _listed(self, model: type[T], name: str, folder: Path | None = None) -> Iterator[tuple[KeyPath, T]]:
        """The good tables of a list of tables, with their ways."""
        entries = self._draft.tree.get(name, [])
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            at: KeyPath = (name, number)
            if not isinstance(entry, dict):
                self._findings.append(Finding(at, f"must be a table; write [[{name}]]"))
                continue
            table, findings = check(model, entry, at, folder)
            for one in findings:
                lacking = _LACKING.get((name, str(one.path[-1])), one.text)
                self._findings.append(replace(one, missing=False, text=lacking) if one.missing else one)
            if table:
                yield at, table

    def _place(self, at: KeyPath) -> str:
        source = self._draft.source(at)
        return f"{Path(source.name).name}:{source.line}"

    def free(self, name: str) -> dict[str, Any]:
        """A table whose keys are a person's own."""
        table = self._draft.tree.get(name, {})
        good, wrong = _FREE[name](table if isinstance(table, dict) else {})
        self._findings += [Finding((name, *path), text) for path, text in wrong]
        return good

    def profiles(self, folder: Path) -> dict[str, Profile]:
        """The profiles that are good; their files start at `folder`."""
        tables = self._draft.tree.get("profiles", {})
        good: dict[str, Profile] = {}
        for name, table in (tables if isinstance(tables, dict) else {}).items():
            if isinstance(table, dict):
                profile, findings = check(Profile, table, ("profiles", name), folder)
                if profile:
                    good[name] = profile
                self._note(name, findings)
        if self._chosen and self._chosen not in good and not self._findings:
            self._note(self._chosen, check(Profile, {}, ("profiles", self._chosen), folder)[1])
        return good

    def _note(self, name: str, findings: list[Finding]) -> None:
        """Only the chosen profile has to be complete; the others have to be right as far as they go."""
        if name != self._chosen:
            lacking = tuple(dotted(finding.path[2:]) for finding in findings if finding.missing)
            findings = [finding for finding in findings if not finding.missing]
            if lacking and not findings:
                self.incomplete[name] = lacking
        self._findings += findings

    def problems(self) -> list[Problem]:
        """Those of the file by line, then the environment's, then those of flags, then what stands nowhere."""
        first_of = {finding.path: finding for finding in reversed(self._findings)}
        wrong = [finding.path for finding in first_of.values() if not finding.missing]
        real = [
            f
            for f in reversed(first_of.values())
            if not (f.missing and any(f.path[: len(path)] == path for path in wrong))
        ]
        rank = {Origin.FILE: 0, Origin.ENVIRONMENT: 1, Origin.FLAG: 2, Origin.DEFAULT: 3}
        placed = [(self._draft.source(finding.path), finding) for finding in real]
        placed.sort(key=lambda one: (rank[one[0].origin], one[0].line or 0, one[0].name))
        return [self._problem(source, finding) for source, finding in placed]

    def _problem(self, source: Source, finding: Finding) -> Problem:
        named = source.origin in {Origin.ENVIRONMENT, Origin.FLAG}
        where = "" if source.origin is Origin.DEFAULT else str(source)
        text = "; ".join((finding.text, *self._remedy(finding)))
        return Problem(where, "" if named else dotted(finding.path), text)

    def _remedy(self, finding: Finding) -> Iterator[str]:
        if not finding.missing:
            return
        key = dotted(finding.path[2:])
        name = str(finding.path[-1])
        if key == "auth":
            key, name = "auth.method", "method"
        inner = key.startswith("auth.")
        header = dotted((*finding.path[:2], "auth") if inner else finding.path[:2])
        if name == "method":
            yield f"without it there is no way to sign in ({listed(METHODS)})"
        sample = _SAMPLES.get(name, f"{name} = ...")
        yield f"set {variable(key)}, or write {sample} under [{header}] in {self._path}"
