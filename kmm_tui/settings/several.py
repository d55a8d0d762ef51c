"""Several profiles in one board: each is loaded by itself, and nothing of one may reach another's hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kmm_tui.settings.errors import Problem, SettingsError
from kmm_tui.settings.keys import dotted
from kmm_tui.settings.layers import environment, place
from kmm_tui.settings.load import Loaded, load

FLAG = "--profile"


def load_several(
    profiles: Sequence[str],
    *,
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    config: Path | None,
    default_path: Path,
) -> tuple[Loaded, ...]:
    """The settings once for each of `profiles`, in their order; the rest as for `load`.

    Raises ``SettingsError`` with every problem at once: those of each profile, a name or an account that is there
    twice, and variables that belong to a profile, as they would be laid over every one of them.
    """
    outcome = _load_several(profiles, flags, environ, config, default_path)
    # From here a traceback that prints locals would find secrets in these.
    flags, environ = {}, {}
    if isinstance(outcome, tuple):
        return outcome
    raise SettingsError(outcome)


def _load_several(
    profiles: Sequence[str], flags: Mapping[str, Any], environ: Mapping[str, str], config: Path | None, path: Path
) -> tuple[Loaded, ...] | list[Problem]:
    names = [name.strip() for name in profiles]
    problems = [
        Problem(FLAG, "", f'"{name}" is given twice; give each profile once')
        for at, name in enumerate(names)
        if names.index(name) == at and names.count(name) > 1
    ]
    problems += _laid_over_all(environ, names)
    if problems:
        return problems
    found: list[Loaded] = []
    for name in names:
        try:
            found.append(load(flags={**flags, "profile": name}, environ=environ, config=config, default_path=path))
        except SettingsError as error:
            # What is wrong with the rest of the file is wrong each time.
            problems += [each for each in error.problems if each not in problems]
    return problems or [*_one_account_each(found), *_whose_sources(found[0])] or tuple(found)


def _laid_over_all(environ: Mapping[str, str], names: Sequence[str]) -> list[Problem]:
    layer, _ = environment(environ)
    of_profile = [key for key in layer.values if place(key, "")[0] == "profiles"]
    header = dotted(("profiles", names[0]))
    return [
        Problem(
            layer.names[key],
            "",
            f"would be used for each of the profiles, whoever it is for; unset it, and write it under [{header}], "
            "or whose it is",
        )
        for key in of_profile
    ]


def _one_account_each(found: Sequence[Loaded]) -> list[Problem]:
    first: dict[str, str] = {}
    problems: list[Problem] = []
    for loaded in found:
        account, name = loaded.settings.chosen.account, loaded.settings.profile
        if account in first:
            key = dotted(("profiles", name, "account"))
            source = loaded.sources.get(key)
            text = f'is the account of the profile "{first[account]}" as well; a board shows each account once'
            problems.append(Problem(str(source) if source else "", key, text))
        first.setdefault(account, name)
    return problems


def _whose_sources(loaded: Loaded) -> list[Problem]:
    """Skills of two accounts may be called the same: figures of one must not be shown of the other."""
    return [
        Problem(
            str(loaded.sources.get(f"sources[{number}]", "")),
            f"sources[{number}]",
            "does not say which of the accounts it tells of; write profiles = "
            f'["{loaded.settings.profile}"]' + (', or key = "account"' if source.by == "account" else ""),
        )
        for number, source in enumerate(loaded.settings.sources)
        if not source.tells_whose
    ]


def warnings_of(found: Sequence[Loaded]) -> tuple[str, ...]:
    """The warnings of all, each once."""
    return tuple(dict.fromkeys(warning for loaded in found for warning in loaded.warnings))
