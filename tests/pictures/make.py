"""Makes the pictures anew from the running program: `python tests/pictures/make.py [NAME ...]`.

Each picture is the real board on the real simulator, over HTTP, at one size and in one theme.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from textual.pilot import Pilot

from kmm_tui.alerting.journal import Journal
from kmm_tui.alerting.service import AlertService
from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import UserLogin
from kmm_tui.board.alert_rules import AlertRule, AlertRules
from kmm_tui.board.presets import DEFAULT_PRESET, DEFAULT_STATE_LIMITS, PRESETS
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, TREND
from kmm_tui.board.wall import DEFAULT_PLANS, Names, Plan
from kmm_tui.board.wallprefs import WallPrefs
from kmm_tui.cli.demo import DEMO_PACE, PLACES, Simulator, arguments_of
from kmm_tui.cli.desks import new_app, new_desk
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.clock import SystemClock
from kmm_tui.settings.views import Views
from kmm_tui.ui.accounts.app import AccountsApp
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.header import About
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.wall.app import WallApp

FOLDER = Path(__file__).parent
HOUR = 3_600_000


@dataclass(frozen=True)
class Picture:
    """One picture: how large, in which theme, of which scene, after which keys and with which faults."""

    name: str
    words: str
    size: tuple[int, int]
    theme: str = "kmm-dark"
    world: str = "medium"
    scene: str = "busy"
    keys: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    password: str | None = None
    wait: float = 1.0
    wall: WallPrefs | None = None
    accounts: int = 1


WALL = WallPrefs(plans=(*DEFAULT_PLANS, Plan(("group:Billing Lisbon",), agents=True)), names=Names.INITIALS)
WALL_PAGES = ("the account", "the skills in trouble or busiest", "the agent groups", "the agents of a team")
WALLS = tuple(
    Picture(
        f"wall-{number + 1}-{width}x{height}",
        f"The wall on {width} x {height}: {words}",
        (width, height),
        scene="surge",
        keys=("right",) * number,
        wall=WALL,
    )
    for number, words in enumerate(WALL_PAGES)
    for width, height in ((80, 24), (120, 40), (200, 60))
)

OTHER_THEMES = {
    "light": "the light theme",
    "contrast": "the theme of high contrast",
    "deuteranopia": "the theme that is safe for red-green blindness",
    "mono": "the theme without colour",
}
THEMES = tuple(
    picture
    for name, words in OTHER_THEMES.items()
    for picture in (
        Picture(
            f"overview-{name}", f"The overview in {words}", (132, 40), f"kmm-{name}", scene="surge", keys=("down",)
        ),
        Picture(f"wall-{name}", f"The wall in {words}", (100, 30), f"kmm-{name}", scene="surge", wall=WALL),
    )
)

PICTURES = (
    Picture("overview", "The overview: where it burns, and who is there", (132, 40), scene="surge", keys=("down",)),
    Picture("overview-80x24", "The overview on 80 x 24", (80, 24), scene="surge", keys=("down",)),
    Picture("overview-200x60", "The overview on 200 x 60", (200, 60), scene="surge", keys=("down",)),
    Picture("calm", "A calm floor", (120, 40), scene="calm"),
    Picture("skills", "`2`: skills", (120, 34), scene="surge", keys=("2",)),
    Picture("groups", "`3`: agent groups, `g` with their sub-groups", (120, 24), keys=("3", "g")),
    Picture(
        "agents",
        "`Enter` on a skill: its agents, and who could cover",
        (120, 34),
        scene="surge",
        keys=("2", "down", "enter"),
    ),
    Picture("agent", "`Enter` on an agent: everything about them", (120, 40), scene="lunch", keys=("4", "enter")),
    Picture("trend", "`5`: the trend of the chosen skill", (120, 30), scene="surge", keys=("down", "5")),
    Picture("why", "`?`: why", (120, 34), scene="surge", keys=("down", "question_mark")),
    Picture("away-with-work", "`a`: away with work", (120, 24), scene="lunch", keys=("a",)),
    Picture("cover", "`x`: who could cover", (120, 34), scene="surge", keys=("down", "x")),
    Picture("filter", "`/`: a filter", (120, 24), keys=("4", "slash", *"!online")),
    Picture("columns", "`c`: the columns", (120, 40), keys=("c",)),
    Picture("held", "`Space`: the rows held still", (120, 30), scene="surge", keys=("space",), wait=12.0),
    Picture("views", "`v`: saved views", (100, 24), keys=("v",)),
    Picture("palette", "`:` finds actions, skills, groups and agents", (100, 24), keys=("colon", *"bill")),
    Picture("windows", "`d`: what figures are counted over", (100, 26), keys=("d",)),
    Picture(
        "past",
        "`[` and `{`: an hour of another day",
        (120, 36),
        keys=("left_curly_bracket", "left_square_bracket"),
        wait=4.0,
    ),
    Picture("usual", "`u`: beside what was usual", (132, 30), keys=("u", "u", "u"), wait=25.0),
    Picture("heat-map", "`5` and `H`: hours by days", (120, 30), keys=("5", "H"), wait=40.0),
    Picture(
        "alerts",
        "`6`: alerts, one of them taken with a note",
        (120, 30),
        scene="surge",
        keys=("6", "A", *"Ana calls them in", "enter"),
        wait=2.0,
    ),
    Picture("meter", "`m`: what asking costs", (100, 24), keys=("m",)),
    Picture("help", "`F1`: the help", (120, 40), keys=("f1",)),
    Picture("themes", "`T`: the themes", (120, 36), "kmm-deuteranopia", scene="surge", keys=("down", "T")),
    *(
        Picture(
            f"accounts{suffix}",
            f"Several accounts, the worst on top{words}",
            size,
            theme,
            accounts=count,
            password=password,
            wait=4.0,
        )
        for suffix, words, size, theme, count, password in (
            ("", "", (120, 40), "kmm-dark", 4, None),
            ("-80x24", ", on 80 x 24", (80, 24), "kmm-dark", 3, None),
            ("-200x60", ", on 200 x 60", (200, 60), "kmm-dark", 4, None),
            ("-light", ", in the light theme", (120, 40), "kmm-light", 4, None),
            ("-refused", ", one of them refused", (120, 40), "kmm-dark", 3, "not-it"),
        )
    ),
    *THEMES,
    Picture("wrong-password", "A refused sign-in", (120, 40), password="not-it"),
    *WALLS,
    Picture("wall-calm-light", "The wall on a calm floor, in the light theme", (100, 30), "kmm-light", scene="calm",
            wall=WALL),
    Picture("wall-refused", "The wall while a sign-in is refused", (100, 30), password="not-it", wall=WALL),
)  # fmt: skip


async def draw(picture: Picture, folder: Path) -> None:
    """Runs the board until every part of it has an answer (or is refused one), and saves what it shows."""
    wishes = {"size": picture.world, "scene": picture.scene, "seed": 1, "speed": 1.0}
    prefs = Prefs(
        PRESETS[DEFAULT_PRESET],
        DEFAULT_STATE_LIMITS,
        views=Views(folder / "views.json"),
        wall=picture.wall or WallPrefs(),
    )
    desks, closes = [], []
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                Simulator.running([*arguments_of(wishes, number), *(f"--fault={each}" for each in picture.faults)])
            )
            for number in range(picture.accounts)
        ]
        for number, simulator in enumerate(running):
            # Of several accounts it is the first that is refused.
            password = picture.password if number == 0 else None
            desk, close = _desk(simulator.announcement(), picture, prefs, PLACES[number], password)
            desks.append(desk)
            closes.append(close)
        if picture.accounts > 1:
            app: BoardApp = AccountsApp(desks, SystemClock(), theme=picture.theme, prefs=prefs)
        else:
            app = new_app(desks[0], theme=picture.theme, prefs=prefs, wall=picture.wall is not None)
        async with app.run_test(size=picture.size) as pilot:
            await _until(pilot, lambda: all(_is_complete(app, desk) for desk in desks))
            for key in picture.keys:
                await pilot.press(key)
                await pilot.pause(0.3)
            await pilot.pause(picture.wait)
            svg = app.export_screenshot(title="kmm-tui")
        await asyncio.gather(*(close() for close in closes))
    (FOLDER / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
    print(f"{picture.name}.svg")


def _desk(
    here: Mapping[str, str], picture: Picture, prefs: Prefs, place: str, password: str | None
) -> tuple[Desk, Callable[[], Awaitable[None]]]:
    login = UserLogin(here["username"], SecretStr(password or here["password"]))
    budget = Budget(SystemClock(), fastest=DEMO_PACE)
    client = KmmClient(here["account"], login, domain_api=here["url"], observe=budget.heard, gate=budget.pace)
    name, profile = ("Demo contact centre", "demo") if picture.accounts == 1 else (place, f"demo-{place.lower()}")
    about = About(here["account"], name, profile, HOUR, 5.0, "DEMO")
    rules = AlertRules(limits=prefs.limits, usual=AlertRule("", ""))
    alerts = AlertService(rules, SystemClock(), Journal(None, "demo"), who="you")
    return new_desk(client, about, budget, prefs, alerts=alerts)


def gallery() -> str:
    """A page with every picture."""
    parts = [f"## {each.words}\n\n![{each.words}]({each.name}.svg)\n" for each in PICTURES]
    head = "# Every screen\n\nMade by `python tests/pictures/make.py` from the running program.\n"
    return "\n".join([head, *parts])


def _is_complete(app: BoardApp, desk: Desk) -> bool:
    topics = [ACCOUNT_FIGURES, AGENTS, TREND]
    if isinstance(app, WallApp | AccountsApp):
        topics = [ACCOUNT_FIGURES] if isinstance(app, AccountsApp) else [ACCOUNT_FIGURES, AGENTS]
    states = [desk.board.state(topic) for topic in topics]
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
    with tempfile.TemporaryDirectory() as scratch:
        for each in PICTURES:
            if not wanted or each.name in wanted:
                asyncio.run(draw(each, Path(scratch)))
    (FOLDER / "README.md").write_text(gallery(), encoding="utf-8")
