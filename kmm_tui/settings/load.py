"""The settings, put together from flags, environment, file and defaults, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmm_tui.api.credentials import Credentials
from kmm_tui.board.own import using
from kmm_tui.settings import keys
from kmm_tui.settings.check import profile_tables, top_level
from kmm_tui.settings.checking import Checking
from kmm_tui.settings.errors import Problem, SettingsError
from kmm_tui.settings.keys import dotted, listed, nearest
from kmm_tui.settings.layers import Draft, Layer, Origin, Source, environment, flags_layer
from kmm_tui.settings.models import FREE_TABLES, TABLES, Settings
from kmm_tui.settings.own_metrics import Growing
from kmm_tui.settings.read import choose_path, exposed, read
from kmm_tui.settings.secrets import Runner, run_command

if TYPE_CHECKING:
    import ssl


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
    checking = Checking(draft, path, findings, profile)
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
