"""The steps, in the order in which they are asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pydantic import SecretStr
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from kmm_tui.settings.models import DOMAIN_API
from kmm_tui.settings.writer import Keep, NewProfile
from kmm_tui.ui.assistant.helper import Told
from kmm_tui.ui.assistant.step import Entry, Field, SecretInput, Step
from kmm_tui.ui.assistant.words import WAYS

PAUSE = 0.5
"""Seconds without a key after which an account number is looked up."""
SHORTEST = 5
"""Digits of an account number from which on that happens; Enter looks up shorter ones too."""


def _option(key: str, title: str, explained: str) -> Option:
    return Option(Content.assemble((title, "bold $kmm-title"), "\n", (explained, "$kmm-dim")), id=key)


def chosen(options: OptionList) -> str:
    """The id of the option that the cursor is on."""
    return options.highlighted_option.id or "" if options.highlighted_option else ""


class Welcome(Step):
    """Nothing is set yet: see the demo, or connect an account."""

    HEADING = "Nothing is set yet."
    EXPLAINED = "The board shows agents, waits, responses and resolutions of a messaging contact centre."
    KEYS = "↑ ↓ choose  Enter go on  Esc quit"

    def body(self) -> Iterable[Widget]:
        """Three ways."""
        options = OptionList(
            _option("demo", "See the demo", "A simulated contact centre. Nothing leaves this machine."),
            _option("connect", "Connect an account", "Five short steps, each tried against the account."),
            _option("quit", "Quit", "kmm-tui setup and kmm-tui demo come back to these."),
            compact=True,
        )
        options.highlighted = 0
        yield options

    @property
    def way(self) -> str:
        """What is chosen: demo, connect or quit."""
        return chosen(self.query_one(OptionList))

    def go_on(self) -> None:
        """The app knows what comes next."""
        self.done()


class AccountStep(Step):
    """The account's number, looked up while it is typed."""

    HEADING = "Which account?"
    EXPLAINED = "Its number, such as 12345678. It is looked up as you type; that takes no sign-in."

    _timer: Timer | None = None
    _sought = ""
    _goes_on = False

    def body(self) -> Iterable[Widget]:
        """One input."""
        yield Field("Account number", Entry(self.answers.account, id="account", placeholder="12345678"))
        if self.helper.domain_api != DOMAIN_API:
            yield Static(Content.assemble((f"looked up at {self.helper.domain_api}", "$kmm-dim")), id="domain")

    def on_mount(self) -> None:
        """Back again, it is still found."""
        if self.answers.account:
            self.say(Told(True, self.answers.found))

    @property
    def _typed(self) -> str:
        return self.query_one("#account", Input).value.strip()

    def on_input_changed(self) -> None:
        """Looks it up once nobody types any more."""
        if self._typed and self._typed in (self.answers.account, self._sought):
            return
        self.answers.account = self._sought = ""
        self._goes_on = False
        self.stop_asking()
        self._let_go()
        self.say(None if not self._typed else self._wrong())
        if len(self._typed) >= SHORTEST and not self._wrong():
            self._timer = self.set_timer(PAUSE, self._look_up)

    def _wrong(self) -> Told | None:
        text = self._typed
        if text.isascii() and text.isdigit():
            return None
        return Told(False, "the account is a number, digits only, such as 12345678")

    def _let_go(self) -> None:
        if self._timer:
            self._timer.stop()
            self._timer = None

    def _look_up(self) -> None:
        self._let_go()
        account = self._sought = self._typed

        def then(told: Told) -> None:
            if told.good:
                self.answers.account, self.answers.found = account, told.text
                if self._goes_on:
                    self.done()
            self._goes_on = False

        self.ask(lambda: self.helper.find(account), then, f"looking for account {account} …")

    def go_on(self) -> None:
        """Only with an account that was found."""
        if self.answers.account and self.answers.account == self._typed:
            self.done()
        elif wrong := self._wrong():
            self.say(wrong)
        else:
            self._goes_on = True
            if not self.is_asking:
                self._look_up()


class MethodStep(Step):
    """The way of signing in."""

    HEADING = "How does the board sign in?"

    def so_far(self) -> tuple[str, ...]:
        """The account."""
        return (self.answers.found,)

    def body(self) -> Iterable[Widget]:
        """The four ways, the recommended one first."""
        options = OptionList(*(_option(key, way.title, way.takes) for key, way in WAYS.items()), compact=True)
        options.highlighted = list(WAYS).index(self.answers.method) if self.answers.method else 0
        yield options

    def go_on(self) -> None:
        """Takes the one that the cursor is on."""
        self.answers.method = chosen(self.query_one(OptionList))
        self.done()


class SignInStep(Step):
    """What that way takes, tried when it is confirmed: never by itself, since accounts get locked."""

    HEADING = "Sign in"
    KEYS = "Enter try it  Esc back  Ctrl+Q quit"

    def so_far(self) -> tuple[str, ...]:
        """The account."""
        return (self.answers.found,)

    def body(self) -> Iterable[Widget]:
        """An input for each value; a secret's shows nothing."""
        way = WAYS[self.answers.method]
        yield Static(Content.assemble((way.takes, "$kmm-dim")))
        before = self.answers.given.get(self.answers.method, {})
        for key, label in way.fields.items():
            value = before.get(key, "")
            if isinstance(value, SecretStr) or key not in way.open_fields:
                known = value.get_secret_value() if isinstance(value, SecretStr) else ""
                yield Field(label, SecretInput(id=key, value=known))
            else:
                yield Field(label, Entry(value, id=key))

    def on_input_changed(self) -> None:
        """What was said is about other values."""
        if not self.is_asking:
            self.say(None)

    def _given(self) -> dict[str, str | SecretStr]:
        way = WAYS[self.answers.method]
        given: dict[str, str | SecretStr] = {}
        for key in way.fields:
            value = self.query_one(f"#{key}", Input).value
            # A password may begin with a blank; whatever else does was copied with one too many.
            value = value if key == "password" else value.strip()
            given[key] = value if key in way.open_fields else SecretStr(value)
        return given

    def go_on(self) -> None:
        """Tries it, unless the same has just gone well."""
        if self.is_asking:
            return
        given = self._given()
        for key, value in given.items():
            if not (value.get_secret_value() if isinstance(value, SecretStr) else value):
                self.query_one(f"#{key}", Input).focus()
                self.say(Told(False, f"{WAYS[self.answers.method].fields[key]} is empty; type or paste it"))
                return
        account, method = self.answers.account, self.answers.method
        self.answers.given[method] = given
        if self.answers.tried == (account, method, given):
            self.done()
            return

        def then(told: Told) -> None:
            # Typed over while it was tried: what went well is not what stands there.
            if told.good and self._given() == given:
                self.answers.tried, self.answers.signed_in = (account, method, given), told.text
                self.done()

        self.ask(lambda: self.helper.sign_in(account, method, given), then, "signing in, and asking for one figure …")


class NamesStep(Step):
    """What the board calls the account, and what the settings call it."""

    HEADING = "What is it called?"
    EXPLAINED = "The board shows the first name; the second one chooses the profile: kmm-tui --profile NAME."
    _suggested = ""

    def so_far(self) -> tuple[str, ...]:
        """Account and sign-in."""
        return (self.answers.found, self.answers.signed_in)

    def body(self) -> Iterable[Widget]:
        """Two inputs; the second follows the first until it is typed in."""
        suggested = self._suggestion(self.answers.display)
        name = self.answers.name or suggested
        self._suggested = suggested
        yield Field("Name on the board", Entry(self.answers.display, id="display", placeholder="Acme EMEA"))
        yield Field("Name of the profile", Entry(name, id="name"))

    def _suggestion(self, display: str) -> str:
        plain = unicodedata.normalize("NFKD", display).encode("ascii", "ignore").decode().lower()
        base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:36] or self.answers.account
        names = (base, *(f"{base}-{number}" for number in range(2, 100)))
        return next((name for name in names if not self.helper.name_trouble(name)), base)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Suggests a name of the profile, and says at once if one cannot be taken."""
        name = self.query_one("#name", Input)
        if event.input.id == "display" and name.value == self._suggested:
            self._suggested = name.value = self._suggestion(event.value)
        trouble = self.helper.name_trouble(name.value.strip()) if name.value else ""
        self.say(Told(False, trouble) if trouble else None)

    def go_on(self) -> None:
        """With a name that can be taken."""
        name = self.query_one("#name", Input).value.strip()
        display = self.query_one("#display", Input).value.strip()
        if name == self._suggested:
            name = self._suggestion(display)
        if trouble := self.helper.name_trouble(name):
            self.query_one("#name", Input).focus()
            self.say(Told(False, trouble))
        elif not display.isprintable():
            self.query_one("#display", Input).focus()
            self.say(Told(False, "the name on the board holds characters that cannot be shown; type it anew"))
        else:
            self.answers.name, self.answers.display = name, display
            self.done()


class KeepStep(Step):
    """What will be written and where; choosing one of the ways writes it."""

    HEADING = "Keep it, and start the board"
    KEYS = "Enter write and start  Esc back"

    def so_far(self) -> tuple[str, ...]:
        """Everything that went well."""
        return (self.answers.found, self.answers.signed_in)

    def body(self) -> Iterable[Widget]:
        """What is written, and where the secrets can go."""
        answers, path = self.answers, self.helper.path
        named = f" ({answers.display})" if answers.display else ""
        lines = (f"profile {answers.name}{named}, account {answers.account}", f"into {path}; no secret goes into it")
        yield Static(Content.assemble(("\n".join(lines), "$kmm-text")), id="summary")
        options = [
            _option("files", "Secrets in files", f"Each in one of its own in {path.parent}, for you only (0600).")
        ]
        if self.helper.has_keyring:
            options.append(
                _option("keyring", "Secrets in the keyring", "The system's; it has to be unlocked at each start.")
            )
        choice = OptionList(*options, compact=True)
        choice.highlighted = 0
        yield choice

    def go_on(self) -> None:
        """Writes it; only then is there anything to be found on the disk."""
        if self.is_asking:
            return
        answers = self.answers
        keep = Keep(chosen(self.query_one(OptionList)))
        given = answers.given[answers.method]
        profile = NewProfile(
            answers.name, answers.account, answers.method, given, answers.display or None, self.helper.domain_api
        )
        self.ask(lambda: self.helper.save(profile, keep), self._saved, "writing …")

    def _saved(self, told: Told) -> None:
        if told.good:
            self.done()

    def action_back(self) -> None:
        """Not while it is being written."""
        if not self.is_asking:
            super().action_back()


STEPS: tuple[type[Step], ...] = (AccountStep, MethodStep, SignInStep, NamesStep, KeepStep)
"""In their order, after the welcome."""
