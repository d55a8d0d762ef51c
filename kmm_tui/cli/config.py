"""``kmm-tui config``: where settings are, what they say and where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kmm_tui.cli.connect import account_options, one_profile
from kmm_tui.cli.keys import key_lines, key_problems

if TYPE_CHECKING:
    from kmm_tui.settings import Loaded

USAGE_OR_SETTINGS = 2
"""The exit code for a mistake in the command or in the settings."""
_WIDEST_VALUE = 48


def _option(name: str) -> Any:
    """An option of the command, else of ``kmm-tui``: from the root context's object, or from its parameters."""
    context = click.get_current_context()
    own = context.params.get(f"own_{name}")
    if own is not None:
        return own
    root = context.find_root()
    value = root.obj.get(name) if isinstance(root.obj, Mapping) else getattr(root.obj, name, None)
    return root.params.get(name) if value is None else value


def _config_path() -> Path | None:
    chosen = _option("config")
    return None if chosen is None else Path(chosen)


def _end(error: Exception) -> NoReturn:
    click.echo(str(error), err=True)
    raise click.exceptions.Exit(USAGE_OR_SETTINGS)


@contextmanager
def _settings_errors() -> Iterator[None]:
    """Ends the command with its code and the problems, a line each, on stderr."""
    from kmm_tui.settings import SettingsError

    try:
        yield
    except SettingsError as error:
        _end(error)


@click.group("config")
def config() -> None:
    """See or start the settings file."""


@config.command("show")
@account_options
def show_command(**_own: Any) -> None:
    """Print every value with its source; secrets are masked."""
    from kmm_tui.settings import show

    loaded = _loaded()
    for warning in (*loaded.warnings, *_theme_problems(loaded), *key_problems(loaded)):
        click.echo(warning, err=True)
    rows = show(loaded)
    keys = max(len(row.key) for row in rows)
    # One long limit must not push every source off the screen.
    values = min(_WIDEST_VALUE, max(len(row.value) for row in rows))
    for row in rows:
        click.echo(f"{row.key:<{keys}}  {row.value:<{values}}  {row.source}")


def _loaded() -> Loaded:
    import os

    from kmm_tui.settings import default_path, load

    with _settings_errors():
        return load(
            flags={"profile": one_profile({"profile": _option("profile")})},
            environ=os.environ,
            config=_config_path(),
            default_path=default_path(),
        )


@config.command("keys")
@account_options
def keys_command(**_own: Any) -> None:
    """Print all that has a key, by the name that [keys] knows it by, with its keys; and check your own."""
    loaded = _loaded() if _path().exists() else None
    for line in key_lines(loaded):
        click.echo(line)
    wrong = key_problems(loaded) if loaded else []
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        raise click.exceptions.Exit(USAGE_OR_SETTINGS)


def _theme_problems(loaded: Loaded) -> list[str]:
    """What is wrong with a person's themes, and with the choice of one; a line each."""
    from kmm_tui.settings import themes_folder
    from kmm_tui.settings.themefile import DEFAULT, all_themes, weak_lines

    found, failed = all_themes(themes_folder(loaded.path))
    wanted, names = loaded.settings.ui.theme, [theme.name for theme in found]
    told = [*failed, *weak_lines(found)]
    if wanted not in names:
        told.append(f"ui.theme: there is no theme {wanted!r}, {DEFAULT} is used; there are {', '.join(names)}")
    return told


@config.command("themes")
@account_options
def themes_command(**_own: Any) -> None:
    """Check the themes, yours included: list each with its file, and say what is wrong with one."""
    from kmm_tui.settings import themes_folder
    from kmm_tui.settings.themefile import all_themes, weak_lines

    folder = themes_folder(_path())
    found, failed = all_themes(folder)
    width = max((len(theme.name) for theme in found), default=0)
    for theme in found:
        about = theme.title or ("dark" if theme.dark else "light")
        click.echo(f"{theme.name:<{width}}  {about:<20}  {theme.file if theme.own else 'came with the program'}")
    for line in (*failed, *weak_lines(found)):
        click.echo(line, err=True)
    if not any(theme.own for theme in found) and not failed:
        click.echo(f"Your own go into {folder}, one file each.", err=True)
    if failed:
        raise click.exceptions.Exit(USAGE_OR_SETTINGS)


@config.command("path")
@account_options
def path_command(**_own: Any) -> None:
    """Print where the settings file is."""
    path = _path()
    click.echo(str(path))
    if not path.exists():
        click.echo('There is no file yet; "kmm-tui config init" writes an example.', err=True)


@config.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the settings file, for editors."""
    import json

    from kmm_tui.settings import schema

    click.echo(json.dumps(schema(), indent=2))


@config.command("init")
@account_options
def init_command(**_own: Any) -> None:
    """Write a commented example where the settings file belongs; an existing file is left alone."""
    from kmm_tui.settings import write_example

    path = _path()
    with _settings_errors():
        write_example(path)
    click.echo(f'Wrote {path}. Fill in your account, then try it with "kmm-tui check".', err=True)


def _path() -> Path:
    import os

    from kmm_tui.settings import choose_path, default_path

    return choose_path(_config_path(), os.environ, default_path())[0]
