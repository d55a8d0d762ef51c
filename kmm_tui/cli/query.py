"""``kmm-tui query``: one question to the API, its answer on stdout."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kmm_tui.cli.connect import account_options, fail, load_settings, new_client, root_options, run_async, visiting
from kmm_tui.cli.exits import Exit

if TYPE_CHECKING:
    from kmm_tui.api.client import KmmClient
    from kmm_tui.api.window import Window
    from kmm_tui.output.rows import Grid

_Result = TypeVar("_Result")
_Command = TypeVar("_Command", bound=Callable[..., Any])

PATIENCE = 30.0
STATES = ("ONLINE", "BACK_SOON", "AWAY", "OFFLINE")
LEAST_WINDOW = "30m"
STATE_METRICS = (
    "agent_current_status",
    "agent_current_status_start_time",
    "agent_current_status_reason",
    "agent_current_status_reason_start_time",
)
"""Asked for with whatever else is asked of agents: every row tells state and reason."""


@click.group()
def query() -> None:
    """Ask the API once and print the answer."""


def _ids(_: click.Context, __: click.Parameter, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Ids without blanks around them; an empty one is most likely a shell variable that is not set."""
    found = tuple(each.strip() for each in ids)
    if not all(found):
        raise click.BadParameter("an empty id was given")
    return found


def _id_option(name: str, what: str, text: str) -> Callable[[_Command], _Command]:
    return click.option(f"--{name}", what, multiple=True, metavar="ID", callback=_ids, help=f"{text}; may be repeated.")


def _names(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Request names; ``current:`` in front of one that the catalogue has as current says nothing new."""
    from kmm_tui.metrics import BY_FIELD, BY_NAME, Kind

    found = []
    for name in names:
        prefix, colon, bare = name.strip().rpartition(":")
        if not bare or (colon and prefix != "current"):
            raise click.BadParameter(f'{name!r} is no request name; only "current:" may stand in front of one')
        metric = BY_NAME.get(bare) or BY_FIELD.get(bare)
        found.append(bare if metric and (not colon or metric.kind is Kind.CURRENT) else f"{prefix}{colon}{bare}")
    return tuple(found)


def _common(user_types: tuple[str, ...]) -> Callable[[_Command], _Command]:
    def add(command: _Command) -> _Command:
        options = (
            click.option("--window", default="1h", show_default=True, help="The time up to now, 30m to 24h."),
            click.option(
                "--metric",
                "names",
                multiple=True,
                metavar="NAME",
                callback=_names,
                help="Request name; may be repeated; all by default.",
            ),
            click.option(
                "--user-type", "user_types", multiple=True, type=click.Choice(user_types, case_sensitive=False)
            ),
            click.option(
                "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
            ),
            click.option(
                "--patience",
                type=click.FloatRange(0),
                default=PATIENCE,
                show_default=True,
                help="Seconds to retry for.",
            ),
        )
        for option in reversed(options):
            command = option(command)
        return account_options(command)

    return add


@query.command("metrics")
@click.option("--by", type=click.Choice(["account", "skill", "group"]), default="account", show_default=True)
@_id_option("skill", "skills", "Only this skill")
@_id_option("group", "groups", "Only this agent group")
@_id_option("agent", "agents", "Only this agent")
@click.option("--subgroups", is_flag=True, help="Each group's figures include its sub-groups'.")
@click.option("--sort", metavar="FIELD[:asc|desc]", help="Order of the rows.")
@_common(("HUMAN", "BOT"))
def metrics_command(by: str, subgroups: bool, sort: str | None, **given: Any) -> None:
    """Figures of the account, or of each skill or agent group."""
    from kmm_tui.api.query import MetricsQuery, Sort
    from kmm_tui.metrics import Method
    from kmm_tui.output.rows import metrics_data, metrics_grid

    async def ask(client: KmmClient, window: Window) -> tuple[dict[str, Any], Grid]:
        question = MetricsQuery(
            window=window,
            metrics=given["names"] or None,
            skill_ids=given["skills"],
            group_ids=given["groups"],
            agent_ids=given["agents"],
            user_types=given["user_types"],
            include_subgroups=subgroups,
            group_by={"skill": "skillId", "group": "agentGroupId"}.get(by),  # type: ignore[arg-type]
            sections=("all",) if by == "account" else (),
            sort=Sort.parse(sort, Method.METRICS) if sort else None,
        )
        answer = await client.all_metrics(question)
        data = metrics_data(client.account, by, answer)
        return data, metrics_grid(data, answer.asked)

    _run(ask, given)


@query.command("agents")
@_id_option("skill", "skills", "Only agents with this skill")
@_id_option("group", "groups", "Only agents of this group")
@_id_option("agent", "agents", "Only this agent")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES, case_sensitive=False),
    help="Only agents in this state; all who are logged in by default.",
)
@click.option("--sort", metavar="FIELD[:asc|desc]", help="Order of the rows.")
@_common(("HUMAN", "BOT", "SYSTEM"))
def agents_command(states: tuple[str, ...], sort: str | None, **given: Any) -> None:
    """Agents with their states and figures."""
    from kmm_tui.api.query import AgentViewQuery, Sort
    from kmm_tui.metrics import Method
    from kmm_tui.output.rows import agents_data, agents_grid

    async def ask(client: KmmClient, window: Window) -> tuple[dict[str, Any], Grid]:
        question = AgentViewQuery(
            window=window,
            metrics=(*given["names"], *STATE_METRICS) if given["names"] else None,
            skill_ids=given["skills"],
            group_ids=given["groups"],
            agent_ids=given["agents"],
            user_types=given["user_types"],
            states=states,  # type: ignore[arg-type]
            sort=Sort.parse(sort, Method.AGENT_VIEW) if sort else None,
        )
        answer = await client.all_agents(question)
        data = agents_data(client.account, answer)
        return data, agents_grid(data, answer.asked)

    _run(ask, given)


@query.command("historical")
@_id_option("skill", "skills", "Only this skill")
@_id_option("group", "groups", "Only this agent group")
@_id_option("agent", "agents", "Only this agent")
@click.option(
    "--interval", type=click.IntRange(1), metavar="MINUTES", help="Between points; the server's choice by default."
)
@_common(("HUMAN", "BOT"))
def historical_command(interval: int | None, **given: Any) -> None:
    """Closed, transferred and concluded conversations over time."""
    from kmm_tui.api.query import HistoricalQuery
    from kmm_tui.output.rows import historical_data, historical_grid

    async def ask(client: KmmClient, window: Window) -> tuple[dict[str, Any], Grid]:
        question = HistoricalQuery(
            window=window,
            metrics=given["names"] or None,
            skill_ids=given["skills"],
            group_ids=given["groups"],
            agent_ids=given["agents"],
            user_types=given["user_types"],
            interval=interval,
        )
        answer = await client.historical(question)
        data = historical_data(client.account, answer)
        return data, historical_grid(data, answer.asked)

    _run(ask, given)


def _tell_unlisted(names: Sequence[str]) -> None:
    import difflib

    from kmm_tui.metrics import BY_FIELD, BY_NAME

    for name in names:
        if name not in BY_NAME and name not in BY_FIELD:
            near = difflib.get_close_matches(name.removeprefix("current:"), BY_NAME, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            click.echo(f"{name} is not in the catalogue: asked for as it is{hint}", err=True)


def _run(ask: Callable[[KmmClient, Window], Awaitable[tuple[dict[str, Any], Grid]]], given: dict[str, Any]) -> None:
    from kmm_tui.api.window import Window, parse_duration
    from kmm_tui.feed.retry import patiently
    from kmm_tui.output.formats import as_csv, as_json, as_table

    try:
        width = parse_duration(given["window"])
    except ValueError as error:
        fail(f"--window: {error}", Exit.USAGE)
    if width < parse_duration(LEAST_WINDOW):
        fail(f"--window: {given['window']} is too short; ask for {LEAST_WINDOW} to 24h", Exit.USAGE)
    _tell_unlisted(given["names"])
    client = new_client(load_settings(root_options(given)))

    def told(error: Exception, wait: float) -> None:
        click.echo(f"{error} (next try in {wait:.0f} s)", err=True)

    async def work() -> tuple[dict[str, Any], Grid]:
        async def attempt() -> tuple[dict[str, Any], Grid]:
            return await ask(client, Window.last(width, int(time.time() * 1000)))

        async with visiting(client):
            return await patiently(attempt, given["patience"], now=time.monotonic, sleep=asyncio.sleep, told=told)

    data, grid = run_async(work())
    text = {"json": lambda: as_json(data), "csv": lambda: as_csv(grid), "table": lambda: as_table(grid)}[
        given["form"]
    ]()
    click.echo(text, nl=False)
