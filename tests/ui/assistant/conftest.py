"""The assistant with a helper that answers what a test tells it to, and writes nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, Static

from kmm_tui.settings.models import DOMAIN_API
from kmm_tui.settings.writer import Keep, NewProfile, name_trouble
from kmm_tui.ui.assistant.app import AssistantApp, Ended
from kmm_tui.ui.assistant.helper import Given, Told
from kmm_tui.ui.assistant.step import Step
from kmm_tui.ui.assistant.steps import STEPS, KeepStep, SignInStep

SECRET = "hunter2-Zq9"


@dataclass
class FakeHelper:
    """Knows the account 12345678, and lets in whoever has the right password."""

    domain_api: str = DOMAIN_API
    path: Path = Path("/home/me/.config/kmm-tui/config.toml")
    has_keyring: bool = False
    taken: tuple[str, ...] = ()
    looked_up: list[str] = field(default_factory=list)
    tried: list[tuple[str, str, Given]] = field(default_factory=list)
    saved: list[tuple[NewProfile, Keep]] = field(default_factory=list)
    saving: Told = field(default_factory=lambda: Told(True, "written"))
    gate: asyncio.Event | None = None
    """Where there is one, everything waits for it."""
    given_up: int = 0

    async def _wait(self) -> None:
        try:
            if self.gate:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise

    async def find(self, account: str) -> Told:
        self.looked_up.append(account)
        await self._wait()
        if account != "12345678":
            return Told(False, f"AUTH: the Domain API knows no account {account}; check the account number")
        return Told(True, f"found account {account}: its figures come from kmm.example")

    async def sign_in(self, account: str, method: str, given: Given) -> Told:
        self.tried.append((account, method, given))
        await self._wait()
        secrets = [value.get_secret_value() for value in given.values() if isinstance(value, SecretStr)]
        if set(secrets) != {SECRET}:
            return Told(False, "AUTH: the login is refused [401]; correct user name and password")
        return Told(True, "signed in by user login, metrics answered in 0.21 s")

    def name_trouble(self, name: str) -> str:
        return name_trouble(name, self.taken)

    async def save(self, profile: NewProfile, keep: Keep) -> Told:
        self.saved.append((profile, keep))
        await self._wait()
        return self.saving


@dataclass
class Stage:
    """A running assistant, and how a person works with it."""

    pilot: Pilot[Ended]
    helper: FakeHelper

    @property
    def app(self) -> AssistantApp:
        assert isinstance(self.pilot.app, AssistantApp)
        return self.pilot.app

    @property
    def step(self) -> str:
        return type(self.app.screen).__name__

    @property
    def result(self) -> str:
        """How the step went, in its own words."""
        shown = self.app.screen.query_one("#result", Static).content
        return shown.plain if isinstance(shown, Content) else str(shown)

    @property
    def focus(self) -> str | None:
        return self.app.focused.id if self.app.focused else None

    def value(self, entry: str) -> str:
        return self.app.screen.query_one(f"#{entry}", Input).value

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        await self.pilot.pause()

    async def enter(self, text: str) -> None:
        """All of it at once, as it is pasted."""
        assert isinstance(self.app.focused, Input)
        self.app.focused.insert_text_at_cursor(text)
        await self.settle()

    async def until(self, step: str) -> None:
        """Waits for `step` to be on the screen."""
        for _ in range(200):
            if self.step == step and self.app.screen.focused is not None:
                await self.settle()
                return
            await self.pilot.pause(0.01)
        pytest.fail(f"waited in vain for {step}: this is {self.step}, {self.result!r}")

    async def walk_to_names(self) -> None:
        """As a person gets there, from the account on."""
        await self.enter("12345678")
        await self.press("enter")
        await self.until("MethodStep")
        await self.press("down", "down", "enter")
        await self.until("SignInStep")
        await self.enter("me")
        await self.press("enter")
        await self.enter(SECRET)
        await self.press("enter")
        await self.until("NamesStep")

    async def jump(self, step: type[Step], method: str = "user") -> None:
        """Puts `step` on the screen with everything answered before it, the earlier steps beneath it."""
        given: dict[str, str | SecretStr] = {"username": "me", "password": SecretStr(SECRET)}
        answers, account = self.app._answers, "12345678"
        answers.account, answers.method, answers.found = account, method, (await FakeHelper().find(account)).text
        place = STEPS.index(step)
        if place > STEPS.index(SignInStep):
            answers.given, answers.tried = {"user": given}, (account, "user", given)
            answers.signed_in = (await FakeHelper().sign_in(account, "user", given)).text
        if step is KeepStep:
            answers.name, answers.display = "acme-emea", "Acme EMEA"
        self.app.screen.query_one("#account", Input).value = account
        for number in range(1, place + 1):
            self.app.push_screen(self.app._step(number))
        await self.until(step.__name__)


@pytest.fixture
def helper() -> FakeHelper:
    return FakeHelper()


@pytest.fixture
def stage() -> Callable[[Pilot[Ended], FakeHelper], Stage]:
    return Stage


class SvgExtension(SingleFileSnapshotExtension):
    """One SVG file for each snapshot, so that a change can be looked at."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def svg(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares pictures of the screen."""
    return snapshot.use_extension(SvgExtension)


@pytest.fixture
def picture() -> Callable[[AssistantApp], str]:
    """A screenshot without what differs from run to run: its ids, and fonts fetched from elsewhere."""

    def picture(app: AssistantApp) -> str:
        return re.sub(
            r"terminal-\d+", "terminal", re.sub(r"@font-face\s*{[^}]*}\s*", "", app.export_screenshot(simplify=True))
        )

    return picture
