"""The first run and ``kmm-tui setup``: the assistant, and after it the demo, or the board on the new profile."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import fail, visiting
from kmm_tui.cli.exits import Exit

if TYPE_CHECKING:
    import ssl

    from kmm_tui.settings import Loaded
    from kmm_tui.settings.writer import Keep, NewProfile
    from kmm_tui.ui.assistant.app import Ended
    from kmm_tui.ui.assistant.helper import Given, Told

DOMAIN_API_VARIABLE = "KMM_TUI_DOMAIN_API"
NO_SETTINGS = frozenset({"KMM_TUI_LOG", DOMAIN_API_VARIABLE})
"""Variables that say nothing of an account: with them alone it is still a first run."""
PROBE = "setup"
"""Stands for the new profile while the rest of the settings is checked."""
Show = Callable[[Mapping[str, Any]], int]
"""Shows the board by options as `load_settings` takes them, and returns the exit code."""
CLOCK_TOLERANCE = 60.0
"""Seconds by which this machine's clock may differ from the server's before it is worth a word."""


def is_first_run(options: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Whether nothing is set: no settings file, no variable of an account, no flag that names a file or profile."""
    named = options.get("config") or options.get("profile")
    if named or any(name.startswith("KMM_TUI_") and name not in NO_SETTINGS for name in environ):
        return False
    from kmm_tui.settings import default_path

    try:
        # A link that points nowhere is somebody's settings as well.
        default_path().lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def first_run(options: Mapping[str, Any], show: Show) -> int:
    """Offers the demo or the assistant, and does what is chosen, the board by `show`. Returns the exit code."""
    return assist(options, os.environ.get(DOMAIN_API_VARIABLE), show, welcome=True)


def assist(options: Mapping[str, Any], domain_api: str | None, show: Show, *, welcome: bool) -> int:
    """Adds a profile step by step and shows its board by `show`, or the demo. Returns the exit code."""
    from kmm_tui.settings import choose_path, default_path

    path, _ = choose_path(options.get("config"), os.environ, default_path())
    loaded = _checked(path, domain_api)
    helper = Assistance(path, loaded.settings.chosen.domain_api)
    signals: list[int] = []
    theme = options.get("theme") or loaded.settings.ui.theme
    ended = asyncio.run(_run(helper, theme, path, signals, welcome=welcome))
    if signal.SIGINT in signals:
        return Exit.INTERRUPTED
    if isinstance(ended, int):
        return ended
    if ended.demo:
        from kmm_tui.cli.demo import demo

        click.get_current_context().invoke(demo)
        return Exit.OK
    _tell(path, ended.profile)
    return show({**options, "config": path, "profile": ended.profile})


def _checked(path: Path, domain_api: str | None) -> Loaded:
    """The settings with a profile in them that stands for the new one. Ends the command where they are broken."""
    from kmm_tui.settings import SettingsError, load

    flags = {"profile": PROBE, "account": "0", "auth.method": "bearer", "auth.token": "none", "domain_api": domain_api}
    try:
        return load(flags=flags, environ={}, config=None, default_path=path)
    except SettingsError as error:
        fail(str(error), Exit.USAGE)


async def _run(helper: Assistance, theme: str, path: Path, signals: list[int], *, welcome: bool) -> Ended | int:
    """What the assistant came to, or the exit code where it came to nothing."""
    from kmm_tui.cli.terminal import end_on_signals
    from kmm_tui.feed.log import start_log
    from kmm_tui.settings import themes_folder
    from kmm_tui.ui.assistant.app import AssistantApp

    # Nothing is left behind, and nothing that goes wrong is printed over the screen.
    start_log(None)
    app = AssistantApp(helper, welcome=welcome, theme=theme, themes=themes_folder(path))
    end_on_signals(app, signals)
    ended = await app.run_async()
    return ended or (Exit.UNEXPECTED if app.return_code else Exit.OK)


def _tell(path: Path, profile: str) -> None:
    """Says on stderr how the board is started from now on, and what in the environment stands in the way of that."""
    from kmm_tui.settings import SettingsError, load
    from kmm_tui.settings.layers import VARIABLES

    try:
        alone = load(flags={}, environ={}, config=path, default_path=path).settings.profile == profile
    except SettingsError:
        alone = False
    start = "kmm-tui" if alone else f"kmm-tui --profile {profile}"
    click.echo(f"Profile {profile} is in {path}. From now on: {start}", err=True)
    for name, key in VARIABLES.items():
        if os.environ.get(name) and name != DOMAIN_API_VARIABLE and not key.startswith(("board.", "ui.")):
            click.echo(f"{name} is set and wins over the profile; unset it.", err=True)


@dataclass
class Assistance:
    """What the assistant can ask: the Domain API, the account's hosts, the settings file. Secrets reach no message."""

    path: Path
    domain_api: str
    _trust: ssl.SSLContext | None = None

    @property
    def has_keyring(self) -> bool:
        """Whether the extra is installed."""
        from kmm_tui.settings import vault

        return vault.installed()

    async def find(self, account: str) -> Told:
        """Looks the account's host of the metrics up."""
        from pydantic import SecretStr

        from kmm_tui.api.credentials import Bearer
        from kmm_tui.api.errors import KmmError
        from kmm_tui.api.hosts import KMM
        from kmm_tui.ui.assistant.helper import Told

        try:
            # The Domain API is asked without a sign-in: this bearer goes nowhere.
            async with visiting(self._client(account, Bearer(SecretStr("none")))) as client:
                url = await client.hosts.url(KMM)
        except KmmError as error:
            return Told(False, f"{error.word}: {error}")
        except ValueError as error:
            return Told(False, str(error))
        return Told(True, f"found account {account}: its figures come from {url.host}")

    async def sign_in(self, account: str, method: str, given: Given) -> Told:
        """Signs in, asks how many agents are online, and logs out."""
        from kmm_tui.api.errors import KmmError
        from kmm_tui.api.query import MetricsQuery
        from kmm_tui.api.window import HOUR, Window
        from kmm_tui.settings import SettingsError
        from kmm_tui.settings.auth import credentials_of
        from kmm_tui.ui.assistant.helper import Told

        try:
            async with visiting(self._client(account, credentials_of(method, given))) as client:
                await client.sign_in.prepare()
                window = Window.last(HOUR, int(client.clock() * 1000))
                query = MetricsQuery(window=window, metrics=("online_agents",), sections=("all",))
                answer = await client.metrics(query)
                label, offset = client.sign_in.label, client.server_offset or 0.0
        except KmmError as error:
            return Told(False, f"{error.word}: {error}")
        except (SettingsError, ValueError) as error:
            return Told(False, str(error))
        clock = ""
        if abs(offset) > CLOCK_TOLERANCE:
            clock = f"; this machine's clock is {abs(offset):.0f} s off, set it right (NTP)"
        return Told(True, f"signed in by {label}, metrics answered in {answer.cost.took:.2f} s{clock}")

    def name_trouble(self, name: str) -> str:
        """What is wrong with the name, by what is in the file now."""
        from kmm_tui.settings import SettingsError
        from kmm_tui.settings.writer import name_trouble, profiles_in

        try:
            return name_trouble(name, profiles_in(self.path))
        except SettingsError as error:
            return str(error)

    async def save(self, profile: NewProfile, keep: Keep) -> Told:
        """Writes the profile; a keyring may take its seconds for each secret."""
        from kmm_tui.settings import SettingsError
        from kmm_tui.settings.writer import add_profile
        from kmm_tui.ui.assistant.helper import Told

        try:
            await asyncio.to_thread(add_profile, self.path, profile, keep)
        except SettingsError as error:
            return Told(False, " ".join(str(error).split()))
        return Told(True, f"profile {profile.name} is written")

    def _client(self, account: str, credentials: Any) -> Any:
        """A client. Raises ``ValueError`` for certificates or a proxy of the environment that are none."""
        from kmm_tui.api.client import KmmClient
        from kmm_tui.api.routes import new_trust

        if self._trust is None:
            self._trust = new_trust()
        return KmmClient(account, credentials, domain_api=self.domain_api, verify=self._trust)
