"""What the commands share that read the board without a screen: their options, and the way from them to a feed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kmm_tui.cli.connect import account_options, budget_of, leave, load_settings, new_client, root_options

if TYPE_CHECKING:
    from kmm_tui.api.client import KmmClient
    from kmm_tui.board.state import TopicState
    from kmm_tui.feed.budget import Budget
    from kmm_tui.feed.following import Following
    from kmm_tui.settings import Loaded

_Command = TypeVar("_Command", bound=Callable[..., Any])


def board_options(command: _Command) -> _Command:
    """What is watched, of whom; and whether it is the demo's contact centre."""
    options = (
        click.option("--window", "own_window", help="What by-time figures are counted over, such as 1h; 1m to 24h."),
        click.option(
            "--watch", "own_watch", multiple=True, help="Skill or group, by id, name or pattern; may be repeated."
        ),
        click.option("--agents", is_flag=True, help="Each agent as well."),
        click.option("--demo", is_flag=True, help="Of a simulated contact centre instead of an account."),
    )
    for option in reversed(options):
        command = option(command)
    return account_options(command)


def every_option(command: _Command) -> _Command:
    """How often is asked, for what goes on."""
    return click.option("--every", "own_every", help="How often to ask, such as 30s; at least 5s.")(command)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose board it is. `width` is that of the usual window in ms, `interval` in seconds."""

    loaded: Loaded
    client: KmmClient
    budget: Budget
    width: int
    interval: float
    agents: bool


def connect(given: Mapping[str, Any], stack: ExitStack) -> Account:
    """The account that the options mean. `stack` ends what it has begun. Ends the command where settings are wrong."""
    options = root_options(given)
    for name in ("every", "window", "watch"):
        if given.get(f"own_{name}"):
            options[name] = given[f"own_{name}"]
    if given["demo"]:
        from kmm_tui.cli.demo import Simulator, simulated

        loaded, client, budget = simulated(stack.enter_context(Simulator.running()), options)
    else:
        loaded = load_settings(options)
        budget = budget_of(loaded)
        client = new_client(loaded, budget)
    board = loaded.settings.board
    width = round(board.window.total_seconds() * 1000)
    return Account(loaded, client, budget, width, board.every.total_seconds(), given["agents"])


@asynccontextmanager
async def following(
    account: Account,
    *,
    heard: Callable[[Following, TopicState], None] | None = None,
    ticked: Callable[[Following, float], None] | None = None,
) -> AsyncIterator[Following]:
    """The account's board as long as this lasts; then it logs out."""
    from kmm_tui.board.board import Board
    from kmm_tui.board.judge import Judge
    from kmm_tui.board.present import Present
    from kmm_tui.board.scope import Watch
    from kmm_tui.board.span import last
    from kmm_tui.feed.clock import SystemClock
    from kmm_tui.feed.following import Following

    settings = account.loaded.settings
    found = Following(
        account.client,
        Board(Judge(settings.limits()), settings.state_limits()),
        Watch(tuple(settings.board.watch)),
        account.interval,
        SystemClock(),
        account.budget,
        present=Present(settings.span(), last(account.width), settings.zone(), settings.shifts()),
        width=account.width,
        agents=account.agents,
        heard=(lambda state: heard(found, state)) if heard else None,
        ticked=(lambda now: ticked(found, now)) if ticked else None,
        sources=settings.chosen_sources,
        zone=settings.zone(),
        name=settings.chosen.name,
    )
    try:
        async with found:
            yield found
    finally:
        await leave(found.close)
