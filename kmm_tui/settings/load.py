"""The settings, put together from flags, environment, file and defaults, and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kmm_tui.api.credentials import Credentials
from kmm_tui.board.own import using
from kmm_tui.settings import keys
from kmm_tui.settings.auth import METHODS
from kmm_tui.settings.away import read_away
from kmm_tui.settings.bindings import read_keys
from kmm_tui.settings.check import Finding, check, profile_tables, top_level
from kmm_tui.settings.errors import Problem, SettingsError
from kmm_tui.settings.hours import FORM, unnamed
from kmm_tui.settings.keys import KeyPath, dotted, listed, nearest, variable
from kmm_tui.settings.layers import Draft, Layer, Origin, Source, environment, flags_layer
from kmm_tui.settings.models import FREE_TABLES, TABLES, WINDOWS, Board, Profile, Settings
from kmm_tui.settings.own_alerts import Alerting, OwnAlert
from kmm_tui.settings.own_limits import OwnLimit
from kmm_tui.settings.own_metrics import FormulaError, Growing
from kmm_tui.settings.own_notices import OwnNotice
from kmm_tui.settings.own_shifts import TODAY, OwnShift
from kmm_tui.settings.own_sources import OwnFormula, OwnSource
from kmm_tui.settings.parents import read_parents
from kmm_tui.settings.read import choose_path, exposed, read
from kmm_tui.settings.secrets import Runner, run_command
from kmm_tui.settings.table import Table

if TYPE_CHECKING:
    import ssl

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


@dataclass(frozen=True)
class Loaded:
    """Settings that are good, and where they come from.

    ``path`` is the file that was read, or None. ``sources`` has every dotted key that a layer gives. ``warnings`` are
    lines for stderr. ``incomplete`` names profiles of the file, other than the chosen one, that lack what is listed
    and so are not in ``settings.profiles``: the environment can complete them when they are chosen.
    """

    settings: Settings
    path: Path | None
    sources: Mapping[str, Source]
    warnings: tuple[str, ...] = ()
    incomplete: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def sign_in(self, run: Runner = run_command) -> Credentials:
        """The chosen profile's credentials, its secret files and commands read now: that may take 10 s for each.

        Raises ``SettingsError`` with the place of each secret that cannot be had.
        """
        try:
            return self.settings.chosen.auth.resolve(run)
        except SettingsError as error:
            problems = error.problems
        raise SettingsError(self._placed(problem) for problem in problems)

    def trust(self) -> ssl.SSLContext:
        """What servers' certificates are checked against, the chosen profile's ``ca_bundle`` included. Takes 30 ms.

        Raises ``SettingsError`` that names a file of certificates which is missing or broken.
        """
        from kmm_tui.api.routes import BadBundle, new_trust  # the settings alone need no network

        try:
            return new_trust(self.settings.chosen.ca_bundle)
        except BadBundle as error:
            problem = Problem(error.variable, "", str(error))
            if not error.variable:
                problem = self._placed(Problem("", "ca_bundle", str(error)))
        raise SettingsError([problem])

    def _placed(self, problem: Problem) -> Problem:
        key = f"{dotted(('profiles', self.settings.profile))}.{problem.key}"
        source = self.sources.get(key)
        return replace(problem, where=str(source) if source else "", key=key)


def load(
    *,
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    config: Path | None,
    default_path: Path,
    without_sign_in: bool = False,
) -> Loaded:
    """The settings by flags (dotted keys, such as ``board.every``) over environment over file over defaults.

    ``config`` is the file named by ``--config``; without it ``KMM_TUI_CONFIG`` or ``default_path`` is read. Secret
    files and commands are not touched. ``without_sign_in`` leaves out how any profile signs in and reaches its hosts,
    and whom alerts are told, and lacks none of it: for whoever signs in nowhere. Raises ``SettingsError`` with every
    problem at once.
    """
    outcome = _load(flags, environ, config, default_path, without_sign_in)
    # From here a traceback that prints locals would find secrets in these.
    flags, environ = {}, {}
    if isinstance(outcome, Loaded):
        return outcome
    raise SettingsError(outcome)


def _load(
    flags: Mapping[str, Any], environ: Mapping[str, str], config: Path | None, default_path: Path, without_sign_in: bool
) -> Loaded | list[Problem]:
    path, named_by = choose_path(config, environ, default_path)
    draft, unreadable = read(path, named_by)
    from_flags = flags_layer(flags)
    from_environment, unknown_variables = environment(environ)
    if unreadable:
        return [*unreadable, *unknown_variables]
    warnings = tuple(exposed(draft))

    findings = top_level(draft.tree)
    in_file = draft.tree.get("profiles", {})
    in_file = in_file if isinstance(in_file, dict) else {}
    findings += profile_tables(in_file)
    chosen = _choose(draft, list(in_file), from_flags, from_environment.values, environ)
    if isinstance(chosen, Problem):
        profile, no_profile = "", [chosen]
    else:
        profile, no_profile = chosen[0], []
        if chosen[1]:
            draft.put(("profile",), profile, chosen[1])
    if profile:
        for layer in (from_environment, from_flags):
            draft.lay(layer, profile)
        if without_sign_in:
            draft.without_secrets([profile, *in_file])

    folder = path.absolute().parent
    checking = _Checking(draft, path, findings, profile)
    growing = Growing()
    own, formulas = checking.own_sources(growing, folder), checking.own_formulas(growing)
    # Limits, alerts and walls may be of a person's own metrics.
    with using(growing.own()):
        tables = {name: checking.table(model, name) for name, model in TABLES.items()}
        lists = {
            "sources": own,
            "derived": formulas,
            "limits": checking.limits(growing),
            "shifts": checking.shifts(tables["board"]),
            "alerts": checking.alerts(tables["alerting"]),
            "notices": checking.notices(folder),
        }
    free = {name: checking.free(name) for name in FREE_TABLES}
    profiles = checking.profiles(folder)
    problems = [*no_profile, *checking.problems(), *unknown_variables]
    if problems or None in tables.values():
        return problems
    settings = Settings(profile=profile, profiles=profiles, **tables, **lists, **free)
    sources = {dotted(key): source for key, source in draft.sources.items()}
    return Loaded(settings, draft.file, sources, warnings, checking.incomplete)


def _choose(
    draft: Draft, in_file: list[str], flags: Layer, variables: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[str, Source | None] | Problem:
    """The chosen profile and what chose it, or why there is none."""
    chosen: tuple[str, Source | None] | None = None
    if "profile" in flags.values:
        chosen = str(flags.values["profile"]), flags.source("profile")
    elif environ.get(keys.PROFILE_VARIABLE):
        chosen = environ[keys.PROFILE_VARIABLE], Source(Origin.ENVIRONMENT, keys.PROFILE_VARIABLE)
    elif "profile" in draft.tree:
        if not isinstance(draft.tree["profile"], str):
            return Problem(str(draft.source(("profile",))), "profile", "must be the name of a profile, in quotes")
        chosen = draft.tree["profile"], draft.source(("profile",))
    if chosen is None:
        if len(in_file) > 1:
            hint = f'choose one with --profile, {keys.PROFILE_VARIABLE} or profile = "{in_file[0]}" in the file'
            return Problem(str(draft.file), "", f"has the profiles {listed(in_file, 'and')}; {hint}")
        return (in_file[0], draft.source(("profiles", in_file[0]))) if in_file else ("default", None)
    name, source = chosen
    name = name.strip()
    at_key = "profile" if source and source.origin is Origin.FILE else ""
    if not name:
        return Problem(str(source), at_key, "must be the name of a profile")
    if in_file and name not in in_file and "account" not in {**variables, **flags.values}:
        meant = nearest(name, in_file)
        hint = f'did you mean "{meant}"?' if meant else f"known here: {listed(in_file, 'and')}"
        return Problem(str(source), at_key, f'no profile is called "{name}"; {hint}')
    return name, source


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


class _Checking:
    """The draft's tables, checked one by one; gathers all that is wrong."""

    def __init__(self, draft: Draft, path: Path, findings: Iterable[Finding], chosen: str) -> None:
        self._draft = draft
        self._path = path
        self._findings = list(findings)
        self._chosen = chosen
        self.incomplete: dict[str, tuple[str, ...]] = {}

    def table(self, model: type[Table], name: str) -> Any:
        table = self._draft.tree.get(name, {})
        checked, findings = check(model, table if isinstance(table, dict) else {}, (name,), None)
        self._findings += findings
        return checked

    def limits(self, growing: Growing) -> tuple[OwnLimit, ...]:
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
        table = self._draft.tree.get(name, {})
        good, wrong = _FREE[name](table if isinstance(table, dict) else {})
        self._findings += [Finding((name, *path), text) for path, text in wrong]
        return good

    def profiles(self, folder: Path) -> dict[str, Profile]:
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
