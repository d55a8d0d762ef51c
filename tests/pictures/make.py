"""Makes the pictures anew from the running program: `python tests/pictures/make.py [NAME ...]`.

Each picture is the real board on the real simulator, over HTTP, at one size and in one theme.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from textual.pilot import Pilot

from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import UserLogin
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, TREND
from kmm_tui.cli.board import new_app
from kmm_tui.cli.demo import DEMO_PACE, Simulator
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.clock import SystemClock
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.header import About

FOLDER = Path(__file__).parent
HOUR = 3_600_000


@dataclass(frozen=True)
class Picture:
    """One picture: how large, in which theme, of which scene, after which keys and with which faults."""

    name: str
    size: tuple[int, int]
    theme: str = "kmm-dark"
    world: str = "medium"
    scene: str = "busy"
    keys: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    password: str | None = None


PICTURES = (
    Picture("overview", (132, 40), keys=("down", "down")),
    Picture("overview-light", (132, 40), theme="kmm-light", keys=("down", "down")),
    Picture("overview-80x24", (80, 24), keys=("down",)),
    Picture("overview-200x60", (200, 60), keys=("down",)),
    Picture("help", (120, 40), keys=("question_mark",)),
    Picture("wrong-password", (120, 40), password="not-it"),
    Picture("calm", (120, 40), scene="calm"),
)


async def draw(picture: Picture) -> None:
    """Runs the board until every part of it has an answer (or is refused one), and saves what it shows."""
    arguments = [f"--size={picture.world}", f"--scene={picture.scene}", *(f"--fault={each}" for each in picture.faults)]
    simulator = Simulator(arguments)
    try:
        here = simulator.announcement()
        login = UserLogin(here["username"], SecretStr(picture.password or here["password"]))
        budget = Budget(SystemClock(), fastest=DEMO_PACE)
        client = KmmClient(here["account"], login, domain_api=here["url"], observe=budget.heard, gate=budget.pace)
        about = About(here["account"], "Demo contact centre", "demo", HOUR, 5.0, "DEMO")
        app, close = new_app(client, about, budget, theme=picture.theme)
        async with app.run_test(size=picture.size) as pilot:
            await _until(pilot, lambda: _is_complete(app))
            await pilot.press(*picture.keys)
            await pilot.pause(0.3)
            svg = app.export_screenshot(title="kmm-tui")
        await close()
    finally:
        simulator.stop()
    (FOLDER / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
    print(f"{picture.name}.svg")


def _is_complete(app: BoardApp) -> bool:
    states = [app.board.state(topic) for topic in (ACCOUNT_FIGURES, AGENTS, TREND)]
    return all(state is not None and (state.content or state.trouble) for state in states)


async def _until(pilot: Pilot[Any], done: Callable[[], bool], seconds: float = 20.0) -> None:
    pause: Callable[[float], Awaitable[None]] = pilot.pause
    for _ in range(int(seconds / 0.1)):
        if done():
            break
        await pause(0.1)
    await pause(0.3)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for each in PICTURES:
        if not wanted or each.name in wanted:
            asyncio.run(draw(each))
