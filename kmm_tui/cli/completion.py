"""``kmm-tui completion``: the script that lets a shell complete commands, options and the names of things.

All of it runs at each press of Tab: nothing here may load the screen, the HTTP library or the settings' models.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

if TYPE_CHECKING:
    from kmm_tui.metrics import Method

PROGRAM = "kmm-tui"
VARIABLE = "_KMM_TUI_COMPLETE"
"""Where the shell's script tells click that it asks."""
STARTUP = {
    "bash": ("~/.bashrc", 'eval "$(kmm-tui completion bash)"'),
    "zsh": ("~/.zshrc", 'eval "$(kmm-tui completion zsh)"'),
    "fish": ("~/.config/fish/config.fish", "kmm-tui completion fish | source"),
}
"""Each shell's startup file, and the line that belongs there."""

Names = Callable[[click.Context], Iterable[str]]


class Named(click.types.StringParamType):
    """A text of which some are known by name. `or_file`: it may be the path of a file as well."""

    def __init__(self, names: Names, *, or_file: bool = False) -> None:
        self._names = names
        self._or_file = or_file

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - the base's
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names that begin with what is typed. Whatever fails gives none: nobody reads an error behind a Tab."""
        try:
            names = sorted({name for name in self._names(ctx) if name.startswith(incomplete)})
        except Exception:  # noqa: BLE001 - see above
            names = []
        if self._or_file and not names:
            return [CompletionItem(incomplete, type="file")]
        return [CompletionItem(name) for name in names]


def _settings_path(context: click.Context) -> Path:
    """The settings file that the command line, ``KMM_TUI_CONFIG`` or nothing names."""
    given = (context.params.get("own_config"), context.find_root().params.get("config"))
    named = next((one for one in given if one), None) or os.environ.get("KMM_TUI_CONFIG")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path(PROGRAM, appauthor=False) / "config.toml"


def profiles(context: click.Context) -> Iterator[str]:
    """The profiles of the settings file."""
    found = tomllib.loads(_settings_path(context).read_bytes().decode("utf-8-sig"))
    return (name for name in found["profiles"] if name.isprintable())


def themes(context: click.Context) -> Iterator[str]:
    """The themes that came with the program, and those beside the settings."""
    package = resources.files("kmm_tui")
    folder = package / "themes"
    if not folder.is_dir() and isinstance(package, Path):
        # A source tree: the files lie beside the package.
        folder = package.parent / "themes"
    for each in (folder, _settings_path(context).with_name("themes")):
        for file in each.iterdir() if each.is_dir() else ():
            if file.name.endswith(".toml") and file.is_file():
                named = re.search(
                    r'^name\s*=\s*["\']([a-z0-9-]+)["\']', file.read_bytes().decode("utf-8", "replace"), re.M
                )
                if named:
                    yield named[1]


def scenes(_: click.Context) -> Iterable[str]:
    """The simulator's scenes."""
    from kmm_tui.simulator.scenes import SCENES

    return SCENES


def faults(_: click.Context) -> Iterable[str]:
    """The simulator's faults."""
    from kmm_tui.simulator.faults import TABLE

    return (kind.name for kind in TABLE)


def _method(context: click.Context) -> Method | None:
    """The method that a command of ``query`` asks."""
    from kmm_tui.metrics import Method

    commands = {"metrics": Method.METRICS, "agents": Method.AGENT_VIEW, "historical": Method.HISTORICAL}
    return commands.get(context.info_name or "")


def metrics(context: click.Context) -> Iterable[str]:
    """Request names of the metrics that the command's method offers."""
    from kmm_tui.metrics import CATALOGUE, offered

    method = _method(context)
    return (metric.name for metric in (offered(method) if method else CATALOGUE))


def sort_fields(context: click.Context) -> Iterable[str]:
    """The fields by which the command's method can sort."""
    from kmm_tui import metrics

    method = _method(context)
    return metrics.sort_fields(method) if method else ()


_OPTIONS: dict[str, Named] = {
    "--profile": Named(profiles),
    "--theme": Named(themes),
    "--scene": Named(scenes, or_file=True),
    "--fault": Named(faults),
    "--metric": Named(metrics),
    "--sort": Named(sort_fields),
}


def teach_completion(command: click.Command) -> None:
    """Lets `command`, and all below it, complete the values of the options that are known here."""
    for parameter in command.params:
        known = next((_OPTIONS[name] for name in parameter.opts if name in _OPTIONS), None)
        if known and isinstance(parameter.type, click.types.StringParamType):
            parameter.type = known
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            teach_completion(inner)


def _epilog() -> str:
    lines = "\n".join(f"  {file:<28} {line}" for file, line in STARTUP.values())
    return f"\b\nFor the completion in every new shell:\n{lines}"


@click.command(epilog=_epilog())
@click.argument("shell", type=click.Choice(list(STARTUP)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, profiles, metrics and more."""
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click has one for each of the three
    click.echo(kind(context.find_root().command, {}, PROGRAM, VARIABLE).source())
    if sys.stdout.isatty():
        file, line = STARTUP[shell]
        click.echo(f"# For every new shell, put this line into {file}:  {line}", err=True)
