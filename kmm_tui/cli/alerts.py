"""``kmm-tui alerts``: what is open and what was, and a try of every channel."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import account_options, fail, load_settings, root_options
from kmm_tui.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from pydantic import SecretStr

    from kmm_tui.alerting.channels import Terminal
    from kmm_tui.alerting.journal import Journal
    from kmm_tui.alerting.outlet import Channel
    from kmm_tui.alerting.service import AlertService
    from kmm_tui.board.alerts import Alert
    from kmm_tui.settings import Loaded, OwnNotice

NO_CHANNELS = 'there are no channels; write [[notices]] with to = "bell", or another, into the settings file'


@click.group()
def alerts() -> None:
    """See which alerts are open and were, and try the channels that tell of them."""


@alerts.command("list")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--open", "only_open", is_flag=True, help="Without those that are over.")
@account_options
def list_command(form: str, *, only_open: bool, **given: Any) -> None:
    """Print open alerts and those that are over, as the board on this machine has written them down."""
    from kmm_tui.alerting.known import Known
    from kmm_tui.alerting.notice import alert_payload

    loaded = load_settings(root_options(given), without_sign_in=True)
    journal, known, now = _journal(loaded), Known(), time.time()
    known.learn(journal.read())
    if journal.trouble:
        fail(journal.trouble.replace("written down", "read"), Exit.UNEXPECTED)
    found = [*known.open, *(() if only_open else known.past)]
    if form == "json":
        for alert in found:
            payload = alert_payload(alert, "open" if alert.is_open else "over", now)
            click.echo(json.dumps(payload, ensure_ascii=False, separators=(",", ":")))
    else:
        for alert in found:
            click.echo(_row(alert, now, loaded.settings.zone()))
    if not found:
        click.echo("no alert is open" if only_open else "there were no alerts so far", err=True)


@alerts.command("test")
@account_options
def test_command(**given: Any) -> None:
    """Send one test notice through every channel of the settings, and say which of them it went through."""
    loaded = load_settings(root_options(given))
    notices = loaded.settings.own_notices
    if not notices:
        fail(NO_CHANNELS, Exit.USAGE)
    from kmm_tui.alerting.channels import Terminal

    terminal = Terminal()
    if sys.stderr.isatty():
        terminal.write = lambda text: click.echo(text, err=True, nl=False)
    if not asyncio.run(_try_all(loaded, [channel_of(loaded, notice, terminal) for notice in notices])):
        raise click.exceptions.Exit(Exit.UNEXPECTED)


async def _try_all(loaded: Loaded, channels: Sequence[Channel]) -> bool:
    from kmm_tui.alerting.notice import Notice
    from kmm_tui.alerting.outlet import ChannelError

    profile, is_good = loaded.settings.chosen, True
    for channel in channels:
        started = time.monotonic()
        notice = Notice(profile.account, profile.name or profile.account, time.time(), is_test=True, id="test")
        try:
            await channel.send(notice)
        except ChannelError as error:
            is_good = False
            click.echo(f"✗ {channel.name}: {error}")
        else:
            click.echo(f"✓ {channel.name}: sent in {time.monotonic() - started:.1f} s")
    return is_good


def _row(alert: Alert, now: float, zone: tzinfo | None) -> str:
    from kmm_tui.board.alert_text import alert_text
    from kmm_tui.board.localtime import moment_text

    taken = f", {alert.ack.who}: {alert.ack.note or 'taken'}" if alert.ack else ""
    return f"{moment_text(int(alert.since * 1000), zone)}  {alert_text(alert, now)}{taken}"


def alerts_of(loaded: Loaded, *, is_kept: bool = True) -> AlertService | None:
    """The alerts of the chosen profile with their channels; None where they are switched off.

    Without `is_kept` nothing is written down and nobody told: for accounts that are none.
    """
    settings = loaded.settings
    if not settings.alerting.on:
        return None
    from kmm_tui.alerting.channels import Terminal
    from kmm_tui.alerting.journal import Journal
    from kmm_tui.alerting.outlet import Outlet
    from kmm_tui.alerting.service import AlertService
    from kmm_tui.feed.clock import SystemClock

    clock, terminal, profile = SystemClock(), Terminal(), settings.chosen
    silence = settings.alerting.no_data
    outlets = [
        Outlet(
            channel_of(loaded, notice, terminal),
            clock,
            profile.account,
            profile.name or profile.account,
            least=notice.least,
            is_quiet=settings.quiet_hours(notice.quiet),
        )
        for notice in (settings.own_notices if is_kept else ())
    ]
    return AlertService(
        settings.alert_rules(),
        clock,
        _journal(loaded) if is_kept else Journal(None, profile.account),
        who=_user(),
        no_data=silence.total_seconds() if silence else None,
        outlets=outlets,
        terminal=terminal,
    )


def followed_alerts(loaded: Loaded) -> AlertService | None:
    """The alerts that another board of the chosen profile judges; None where they are switched off."""
    if not loaded.settings.alerting.on:
        return None
    from kmm_tui.alerting.service import AlertService
    from kmm_tui.board.alert_rules import AlertRules
    from kmm_tui.feed.clock import SystemClock

    return AlertService(AlertRules(), SystemClock(), _journal(loaded), who=_user(), no_data=None, only_follows=True)


def channel_of(loaded: Loaded, notice: OwnNotice, terminal: Terminal) -> Channel:
    """The channel of an entry of ``[[notices]]``. Its secrets are read when it is first used."""
    from kmm_tui.alerting.channels import AppriseChannel, CommandChannel, TerminalChannel, WebhookChannel
    from kmm_tui.settings.secrets import Secret, reveal

    def reading(secret: Secret) -> Callable[[], SecretStr]:
        return lambda: reveal(secret)

    if notice.command:
        return CommandChannel(notice.command, loaded.path.absolute().parent if loaded.path else None)
    if notice.url is None:
        return TerminalChannel(notice.to, terminal)
    if notice.to == "apprise":
        return AppriseChannel(reading(notice.url))
    return WebhookChannel(reading(notice.url), reading(notice.key) if notice.key else None, notice.ca_bundle)


def _journal(loaded: Loaded) -> Journal:
    from platformdirs import user_state_path

    from kmm_tui.alerting.journal import Journal

    return Journal(user_state_path("kmm-tui", appauthor=False), loaded.settings.chosen.account)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container may know no name for its user.
        return "somebody"
