"""From settings to a client: what every command that talks to an account shares."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from kmm_tui.cli.exits import Exit, exit_for

if TYPE_CHECKING:
    from kmm_tui.api.client import KmmClient
    from kmm_tui.feed.budget import Budget
    from kmm_tui.settings import Loaded, SettingsError

logger = logging.getLogger(__name__)

GOODBYE = 3.0
"""Seconds that logging out may take before one leaves all the same."""

NO_ACCOUNT = '"kmm-tui setup" asks for an account step by step; "kmm-tui demo" shows the board without one.'

Profiles = str | tuple[str, ...] | None
_Result = TypeVar("_Result")
_Command = TypeVar("_Command", bound=Callable[..., Any])


def fail(message: str, code: Exit) -> NoReturn:
    """Ends the command with one line on stderr."""
    click.echo(message, err=True)
    raise click.exceptions.Exit(code)


def account_options(command: _Command) -> _Command:
    """``--config`` and ``--profile`` on a command itself, where people write them as well."""
    command = click.option("--config", "own_config", type=click.Path(path_type=Path), help="Settings file to use.")(
        command
    )
    return click.option(
        "--profile", "own_profile", multiple=True, callback=profiles_given, help="Profile of the settings file to use."
    )(command)


def profiles_given(context: object, parameter: object, given: tuple[str, ...]) -> Profiles:  # noqa: ARG001 - click's
    """What was given as ``--profile``: None, a name, or several names. Most commands take one, see `one_profile`."""
    return given if len(given) > 1 else next(iter(given), None)


def one_profile(options: Mapping[str, Any]) -> str | None:
    """The profile of a command that is about one account. Ends it with code 2 where several were given."""
    given: Profiles = options.get("profile")
    if isinstance(given, tuple):
        fail(
            "--profile: this command is about one account, so give one profile; several side by side are shown by "
            f"kmm-tui {' '.join(f'--profile {name}' for name in given)}",
            Exit.USAGE,
        )
    return given


def root_options(own: Mapping[str, Any]) -> dict[str, Any]:
    """The options of ``kmm-tui`` itself, with those that were given again behind the command; takes the latter away."""
    context = click.get_current_context(silent=True)
    found: dict[str, Any] = dict(context.find_root().obj or {}) if context else {}
    for name in ("config", "profile"):
        if own.get(f"own_{name}") is not None:
            found[name] = own[f"own_{name}"]
    return found


def flags_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that `options` give, all but the profile."""
    flags = {
        "board.every": options.get("every"),
        "board.window": options.get("window"),
        "board.watch": list(options.get("watch") or ()) or None,
        "ui.theme": options.get("theme"),
        "wallboard.screen": options.get("screen"),
        "wallboard.distance": options.get("distance"),
        "wallboard.floor": options.get("floor") or None,
    }
    return {key: value for key, value in flags.items() if value is not None}


def fail_for(error: SettingsError) -> NoReturn:
    """Ends the command with what is wrong with the settings."""
    lacks_account = any(problem.key.endswith(".account") and not problem.where for problem in error.problems)
    fail(f"{error}\n{NO_ACCOUNT}" if lacks_account else str(error), Exit.USAGE)


def load_settings(
    options: Mapping[str, Any],
    *,
    environ: Mapping[str, str] | None = None,
    ignore_file: bool = False,
    without_sign_in: bool = False,
) -> Loaded:
    """The settings by flags, environment and file. Ends the command with code 2 where something is wrong with them.

    `environ` stands in for the process's own environment; `ignore_file` reads no file; `without_sign_in` is for whoever
    signs in nowhere, and keeps no secret.
    """
    from kmm_tui.board.own import use
    from kmm_tui.settings import SettingsError, default_path, load

    profile = one_profile(options)
    try:
        loaded = load(
            flags={**flags_of(options), "profile": profile},
            environ=os.environ if environ is None else environ,
            config=options.get("config"),
            default_path=Path(os.devnull) if ignore_file else default_path(),
            without_sign_in=without_sign_in,
        )
    except SettingsError as error:
        fail_for(error)
    use(loaded.settings.own_metrics())
    for warning in loaded.warnings:
        click.echo(warning, err=True)
    return loaded


def new_budget(account: str, fastest: float) -> Budget:
    """The budget of an account, which remembers over a restart what it was told; `fastest` in calls a second."""
    from platformdirs import user_state_path

    from kmm_tui.feed.budget import Budget
    from kmm_tui.feed.clock import SystemClock
    from kmm_tui.feed.memory import Memory

    return Budget(SystemClock(), Memory(user_state_path("kmm-tui", appauthor=False), account), fastest)


def budget_of(loaded: Loaded) -> Budget:
    """The budget of the chosen profile's account."""
    return new_budget(loaded.settings.chosen.account, loaded.settings.board.calls_per_minute / 60)


def new_client(loaded: Loaded, budget: Budget | None = None) -> KmmClient:
    """A client for the chosen profile. Reads its secrets and certificates.

    Ends the command with code 2 where one of them, or a proxy that the environment names, is no good.
    """
    from kmm_tui.settings import SettingsError

    try:
        return client_of(loaded, budget)
    except SettingsError as error:
        fail(str(error), Exit.USAGE)


def client_of(loaded: Loaded, budget: Budget | None = None) -> KmmClient:
    """The same, but raises ``SettingsError``."""
    from kmm_tui.api.client import KmmClient
    from kmm_tui.settings import Problem, SettingsError

    profile = loaded.settings.chosen
    credentials, trust = loaded.sign_in(), loaded.trust()
    try:
        return KmmClient(
            profile.account,
            credentials,
            domain_api=profile.domain_api,
            verify=trust,
            proxy=profile.proxy,
            observe=budget.heard if budget else None,
            gate=budget.pace if budget else None,
        )
    except ValueError as error:
        # The settings have been checked; a proxy of the environment has not.
        problem = Problem("", "", str(error))
    raise SettingsError([problem])


async def leave(close: Callable[[], Awaitable[None]]) -> None:
    """Logs out by `close`, for `GOODBYE` seconds at most. It never fails: how a command ends is decided before."""
    try:
        async with asyncio.timeout(GOODBYE):
            await close()
    except TimeoutError:
        logger.warning("nobody answered the logout within %g s", GOODBYE)
    except Exception:
        # The board is gone from the screen, and its exit code says how it ended.
        logger.exception("logging out failed")


@asynccontextmanager
async def visiting(client: KmmClient) -> AsyncIterator[KmmClient]:
    """`client` for as long as this lasts; then it logs out, for `GOODBYE` seconds at most, whatever happened."""
    try:
        yield client
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await client.close()


def run_async(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Runs `work` to its end. An error of the API becomes one line and its exit code."""
    from kmm_tui.api.errors import KmmError

    try:
        return asyncio.run(work)
    except KmmError as error:
        fail(f"{error.word}: {error}", exit_for(error))
