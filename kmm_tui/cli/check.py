"""``kmm-tui check``: everything on the way from the settings to a figure, a line each, with what to do on failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import account_options, load_settings, new_client, root_options, run_async, visiting
from kmm_tui.cli.exits import Exit, exit_for
from kmm_tui.cli.keys import key_problems

if TYPE_CHECKING:
    from kmm_tui.api.client import KmmClient
    from kmm_tui.settings import Loaded

_OF_SOURCE = {
    "DENIED": Exit.PERMISSION,
    "THROTTLED": Exit.THROTTLED,
    "OFFLINE": Exit.UNREACHABLE,
    "SERVER": Exit.UNREACHABLE,
    "GARBLED": Exit.UNREACHABLE,
}
CLOCK_TOLERANCE = 60.0
"""Seconds by which this machine's clock may differ from the server's before it is worth a warning."""


@click.command()
@account_options
@click.pass_context
def check(context: click.Context, /, **given: Any) -> None:
    """Try settings, hosts, sign-in and one small call of each method; then each source of the settings."""
    loaded = load_settings(root_options(given))
    profile = loaded.settings.chosen
    keys = key_problems(loaded)
    for line in keys:
        _line("FAILED", "keys", line)
    _line("ok", "settings", f"profile {loaded.settings.profile}, account {profile.account}" + _where(loaded))
    client = new_client(loaded)
    context.exit(run_async(_both(client, loaded)) or (Exit.USAGE if keys else Exit.OK))


async def _both(client: KmmClient, loaded: Loaded) -> int:
    # The sources have nothing to do with the account: they are tried whatever became of it.
    worst = await _check(client)
    of_sources = await _check_sources(loaded)
    return worst or of_sources


async def _check_sources(loaded: Loaded) -> int:
    """Asks each source once, a line each; the code of the first that fails."""
    if not loaded.settings.chosen_sources:
        return Exit.OK
    from kmm_tui.api.text import clean
    from kmm_tui.feed.clock import SystemClock
    from kmm_tui.feed.source_asker import SourceAsker, SourceError

    worst: Exit = Exit.OK
    account = (loaded.settings.chosen.account, loaded.settings.chosen.name)
    for source in loaded.settings.chosen_sources:
        try:
            answer = await SourceAsker(source, SystemClock(), loaded.settings.zone(), account).ask()
        except SourceError as error:
            _line("FAILED", "source", clean(f"{source.name}: {error.word}: {error}"))
            worst = worst or _OF_SOURCE.get(error.word, Exit.REFUSED)
            continue
        about = "the account" if source.by == "account" else _counted(len(answer.slots), source.by)
        told = _counted(len(source.metrics), "metric")
        text = f"{source.name}: {source.origin} tells {told} of {about} in {answer.took:.2f} s"
        _line("ok" if answer.slots else "WARN", "source", clean(text))
    return worst


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


async def _check(client: KmmClient) -> int:
    from kmm_tui.api.errors import KmmError
    from kmm_tui.api.hosts import KMM
    from kmm_tui.api.query import AgentViewQuery, HistoricalQuery, MetricsQuery
    from kmm_tui.api.signin import SignIn
    from kmm_tui.api.window import HOUR, Window

    window = Window.last(HOUR, int(client.clock() * 1000))
    worst: Exit = Exit.OK

    async def step(name: str, work: Callable[[], Awaitable[str]]) -> bool:
        nonlocal worst
        try:
            _line("ok", name, await work())
        except KmmError as error:
            _line("FAILED", name, f"{error.word}: {error}")
            worst = worst or exit_for(error)
            return False
        return True

    async def hosts() -> str:
        return f"figures come from {(await client.hosts.url(KMM)).host}"

    async def sign_in() -> str:
        if type(client.sign_in).prepare is SignIn.prepare:
            return f"{client.sign_in.label}: no step of its own, the calls below try it"
        await client.sign_in.prepare()
        return client.sign_in.label

    async def metrics() -> str:
        answer = await client.metrics(MetricsQuery(window=window, metrics=("online_agents",), sections=("all",)))
        return f"answered in {answer.cost.took:.2f} s"

    async def agents() -> str:
        answer = await client.agent_view(AgentViewQuery(window=window, metrics=("agent_load",), limit=1))
        return f"answered in {answer.cost.took:.2f} s, {answer.count} agents are logged in"

    async def historical() -> str:
        answer = await client.historical(HistoricalQuery(window=window, metrics=("closed_conversations",), interval=60))
        return f"answered in {answer.cost.took:.2f} s"

    methods = (("metrics", metrics), ("agent view", agents), ("historical", historical))
    async with visiting(client):
        # Each step stands on the ones before it: after a failure there is nothing to learn from the rest.
        if await step("hosts", hosts) and await step("sign-in", sign_in):
            answered = [await step(name, work) for name, work in methods]
            # A refusal tells the time as well, and a wrong clock may be why it was refused.
            if any(answered) or client.server_offset is not None:
                _tell_clock(client.server_offset)
    return worst


def _tell_clock(offset: float | None) -> None:
    if offset is None:
        _line("?", "clock", "the server does not tell its time")
    elif abs(offset) > CLOCK_TOLERANCE:
        ahead = "behind" if offset > 0 else "ahead of"
        _line("WARN", "clock", f"this machine is {abs(offset):.0f} s {ahead} the server; set it right (NTP)")
    else:
        _line("ok", "clock", f"differs from the server's by {abs(offset):.0f} s")


def _where(loaded: Loaded) -> str:
    return f" ({loaded.path})" if loaded.path else " (environment and flags)"


def _line(mark: str, name: str, text: str) -> None:
    click.echo(f"{mark:<7} {name:<11} {text}")
