"""``kmm-tui demo``: a simulated contact centre in a process of its own, and the board on it. Both end together."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import fail
from kmm_tui.cli.exits import Exit
from kmm_tui.cli.simulate import SIZES

if TYPE_CHECKING:
    from kmm_tui.api.client import KmmClient
    from kmm_tui.feed.budget import Budget
    from kmm_tui.settings import Loaded

DEMO_PACE = 60.0
"""Calls a second: the simulator minds bursts of 60 and no smaller ones."""
PLACES = ("Lisbon", "Manila", "Kraków", "Denver", "Nairobi", "Osaka")
"""Where several contact centres of a demo are, in their order."""
FIRST_ACCOUNT = "12345678"
SCENES = ("calm", "surge", "lunch", "outage", "night", "busy")
"""What the others play beside the first."""
GRACE = 2.0
"""Seconds that the simulator has to end by itself once its input is closed."""


class Simulator:
    """The simulator as a child process. It ends when this process does, since its input then closes."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            [sys.executable, "-m", "kmm_tui.simulator", "--announce", "--until-stdin-closes", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    @classmethod
    @contextmanager
    def running(cls, arguments: Sequence[str] = ()) -> Iterator[Simulator]:
        """One that runs as long as this lasts."""
        simulator = cls(arguments)
        try:
            yield simulator
        finally:
            simulator.stop()

    def announcement(self) -> dict[str, str]:
        """Waits until it listens: its address and credentials. Ends the command if it cannot start."""
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            click.echo(self._said() or f"the simulator ended with code {code}", err=True)
            raise click.exceptions.Exit(code or Exit.UNEXPECTED)
        found: dict[str, str] = json.loads(line)
        return found

    async def ended(self) -> str:
        """Returns once it has ended by itself, with a sentence about it."""
        while (code := self._process.poll()) is None:  # noqa: ASYNC110 - nothing else tells it on every system
            await asyncio.sleep(0.5)
        return self._said() or f"The simulated contact centre ended (code {code}), and the demo with it."

    def stop(self) -> None:
        """Ends it."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()

    def _said(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""


@click.command()
@click.option("--size", type=click.Choice(SIZES), default="medium", show_default=True, help="Of the contact centre.")
@click.option("--scene", default="busy", show_default=True, help="A scene's name, or the path of a scene's .toml.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same day.")
@click.option(
    "--speed", type=click.FloatRange(0.001, 1000), default=1.0, show_default=True, help="Times the clock's speed."
)
@click.option("--fault", "faults", multiple=True, help="NAME[:param=value,...]; may be repeated.")
@click.option("--every", default="5s", show_default=True, help="How often to ask; at least 5s.")
@click.option("--window", default="1h", show_default=True, help="What by-time figures are counted over.")
@click.option("--watch", multiple=True, help="Skill or group to watch, by id, name or pattern; may be repeated.")
@click.option("--theme", default=None, help="Name of the theme, such as kmm-light.")
@click.option(
    "--accounts",
    type=click.IntRange(1, len(PLACES)),
    default=1,
    show_default=True,
    help="Contact centres side by side, each with a scene of its own.",
)
@click.option("--wallboard", is_flag=True, help="Show the wallboard: large figures, page by page.")
@click.option("--screen", hidden=True)
@click.option("--distance", hidden=True)
@click.option("--floor", is_flag=True, hidden=True)
@click.pass_context
def demo(context: click.Context, /, *, faults: Sequence[str], watch: Sequence[str], **options: Any) -> None:
    """Show the board on a simulated contact centre. Nothing leaves this machine."""
    from kmm_tui.cli.terminal import need_terminal

    need_terminal()
    count = options["accounts"]
    if count > 1 and options["wallboard"]:
        fail("--wallboard: it shows one account; leave out --accounts", Exit.USAGE)
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                Simulator.running([*arguments_of(options, number), *(f"--fault={fault}" for fault in faults)])
            )
            for number in range(count)
        ]
        # What the demo records is there for its trends and its past, and is gone with it.
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="kmm-tui-demo-", ignore_cleanup_errors=True)))
        shown = _shown(options, watch)
        code = _show(running[0], shown, options, folder) if count == 1 else _show_several(running, shown, folder)
    context.exit(code)


def arguments_of(options: Mapping[str, Any], number: int) -> list[str]:
    """What the contact centre of this number is: the first as it was wished, the others of other scenes and days."""
    scene, seed = options["scene"], options["seed"] + number
    others = [name for name in SCENES if name != scene]
    scene = others[(number - 1) % len(others)] if number else scene
    account = str(int(FIRST_ACCOUNT) + number)
    fixed = [f"--{name}={options[name]}" for name in ("size", "speed")]
    return [*fixed, f"--scene={scene}", f"--seed={seed}", f"--account={account}"]


def _shown(options: Mapping[str, Any], watch: Sequence[str]) -> dict[str, Any]:
    """How it is to be shown, as `load_settings` takes it."""
    root = click.get_current_context().find_root().obj or {}
    return {
        "every": root.get("every") or options["every"],
        "window": root.get("window") or options["window"],
        "watch": list(watch) or root.get("watch"),
        "theme": options["theme"] or root.get("theme"),
        **{name: options[name] for name in ("screen", "distance", "floor")},
    }


def simulated(
    simulator: Simulator, options: Mapping[str, Any], name: str = "Demo contact centre", profile: str = "demo"
) -> tuple[Loaded, KmmClient, Budget]:
    """Settings for the simulated contact centre, without the person's own, and a client of it. Waits until it listens.

    `options` are those of `load_settings`.
    """
    # While the simulator starts, so does whoever asks it.
    from pydantic import SecretStr

    from kmm_tui.api.client import KmmClient
    from kmm_tui.api.credentials import UserLogin
    from kmm_tui.cli.connect import load_settings
    from kmm_tui.feed.budget import Budget
    from kmm_tui.feed.clock import SystemClock

    here = simulator.announcement()
    environ = {
        "KMM_TUI_ACCOUNT": here["account"],
        "KMM_TUI_NAME": name,
        "KMM_TUI_DOMAIN_API": here["url"],
        "KMM_TUI_AUTH__METHOD": "user",
        "KMM_TUI_AUTH__USERNAME": here["username"],
        "KMM_TUI_AUTH__PASSWORD": here["password"],
    }
    own = {"profile": profile, "config": None}
    loaded = load_settings({**options, **own}, environ=environ, ignore_file=True)
    budget = Budget(SystemClock(), fastest=DEMO_PACE)
    login = UserLogin(here["username"], SecretStr(here["password"]))
    client = KmmClient(here["account"], login, domain_api=here["url"], observe=budget.heard, gate=budget.pace)
    return loaded, client, budget


def _show(simulator: Simulator, shown: Mapping[str, Any], options: Mapping[str, Any], folder: Path) -> int:
    from kmm_tui.cli.desks import about_of, new_prefs, run_board

    loaded, client, budget = simulated(simulator, shown)
    settings = loaded.settings
    prefs, note = new_prefs(loaded)
    return run_board(
        client,
        replace(about_of(loaded), notice="DEMO"),
        budget,
        theme=settings.ui.theme,
        prefs=prefs,
        note=note,
        mouse=settings.ui.mouse and not options["wallboard"],
        wall=bool(options["wallboard"]),
        watchdog=simulator.ended,
        **_parts_of(loaded, folder),
    )


def _show_several(running: Sequence[Simulator], shown: Mapping[str, Any], folder: Path) -> int:
    from kmm_tui.cli.accounts import run_accounts
    from kmm_tui.cli.desks import about_of, new_desk, new_prefs
    from kmm_tui.cli.logged import begin_log

    made = [
        simulated(simulator, shown, place, f"demo-{place.lower()}")
        for simulator, place in zip(running, PLACES, strict=False)
    ]
    settings = made[0][0].settings
    prefs, note = new_prefs(made[0][0])
    begin_log(*(client for _, client, _ in made))
    desks, closes = [], []
    for loaded, client, budget in made:
        about = replace(about_of(loaded), notice="DEMO")
        desk, close = new_desk(client, about, budget, prefs, **_parts_of(loaded, folder))
        desks.append(desk)
        closes.append(close)

    return run_accounts(
        desks,
        closes,
        theme=settings.ui.theme,
        tz=settings.zone(),
        prefs=prefs,
        note=note,
        mouse=settings.ui.mouse,
        watchdog=partial(all_ended, running),
    )


async def all_ended(running: Sequence[Simulator]) -> str:
    """Returns once none is left, with a sentence about the first. One that ends is the state of its lane until then."""
    first, *_ = await asyncio.gather(*(simulator.ended() for simulator in running))
    return first


def _parts_of(loaded: Loaded, folder: Path) -> dict[str, Any]:
    """What belongs to the desk of a simulated account: nothing is kept of it, and nobody is told."""
    from kmm_tui.cli.alerts import alerts_of
    from kmm_tui.record.record import Record

    settings = loaded.settings
    return {
        "watch": settings.board.watch,
        "tz": settings.zone(),
        "days": settings.usual.days if settings.usual.fill else 0,
        "record": Record(folder, settings.chosen.account),
        "alerts": alerts_of(loaded, is_kept=False),
    }
