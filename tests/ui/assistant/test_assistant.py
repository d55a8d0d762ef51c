"""The assistant by keyboard and mouse: each answer is tried, nothing is kept before the last, no secret is shown."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from pydantic import SecretStr
from textual import events
from textual.widgets import Button, Input, OptionList

from kmm_tui.settings.models import DOMAIN_API
from kmm_tui.settings.writer import Keep, NewProfile
from kmm_tui.ui.assistant import steps
from kmm_tui.ui.assistant.app import AssistantApp, Ended
from kmm_tui.ui.assistant.helper import Told
from kmm_tui.ui.assistant.words import WAYS

SECRET = "hunter2-Zq9"


@pytest.mark.parametrize(
    ("keys", "ended"),
    [
        (["enter"], Ended(demo=True)),
        (["down", "down", "enter"], None),
        (["escape"], None),
        (["ctrl+q"], None),
        (["tab", "enter"], Ended(demo=True)),
    ],
)
async def test_without_settings_there_is_the_demo_the_assistant_or_the_end(
    keys: list[str], ended: Ended | None, helper: Any
) -> None:
    app = AssistantApp(helper, welcome=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press(*keys)
    assert app.return_value == ended
    assert helper.saved == []


async def test_from_the_first_key_to_the_profile(helper: Any, stage: Any) -> None:
    app = AssistantApp(helper, welcome=True)
    async with app.run_test(size=(80, 24)) as pilot:
        at = stage(pilot, helper)
        await at.settle()
        await at.press("down", "enter")
        await at.until("AccountStep")
        await at.walk_to_names()
        await at.enter("Acme EMEA")
        await at.press("enter", "enter")
        await at.until("KeepStep")
        assert helper.saved == []
        await at.press("enter")
    assert app.return_value == Ended(profile="acme-emea")
    given: dict[str, str | SecretStr] = {"username": "me", "password": SecretStr(SECRET)}
    assert helper.tried == [("12345678", "user", given)]
    profile = NewProfile("acme-emea", "12345678", "user", given, "Acme EMEA", DOMAIN_API)
    assert helper.saved == [(profile, Keep.FILES)]


async def test_escape_goes_back_step_by_step_and_out_and_what_was_typed_stays(helper: Any, stage: Any) -> None:
    app = AssistantApp(helper, welcome=False)
    async with app.run_test() as pilot:
        at = stage(pilot, helper)
        await at.walk_to_names()
        await at.enter("Acme EMEA")
        await at.press("enter", "enter")
        await at.until("KeepStep")
        await at.press("escape")
        assert (at.step, at.value("display"), at.value("name")) == ("NamesStep", "Acme EMEA", "acme-emea")
        await at.press("escape")
        assert (at.step, at.value("username"), at.value("password")) == ("SignInStep", "me", SECRET)
        await at.press("escape")
        assert at.step == "MethodStep"
        await at.press("escape")
        assert (at.step, at.value("account")) == ("AccountStep", "12345678")
        assert at.result == "● found account 12345678: its figures come from kmm.example"
        await at.press("escape")
    assert app.return_value is None
    assert helper.saved == []


async def test_forward_again_nothing_is_asked_a_second_time(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.NamesStep)
        await at.press("escape", "escape", "escape")
        assert at.step == "AccountStep"
        await at.press("enter", "enter", "enter", "enter")
        await at.until("NamesStep")
    assert (helper.looked_up, helper.tried) == ([], [])


async def test_another_account_has_to_be_found_and_signed_in_to_anew(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.NamesStep)
        await at.press("escape", "escape", "escape")
        await at.press("backspace", "enter")
        assert (at.step, at.result[:7]) == ("AccountStep", "■ AUTH:")
        await at.enter("8")
        await at.press("enter")
        await at.until("MethodStep")
        await at.press("enter", "enter", "enter")
        await at.until("NamesStep")
    assert helper.looked_up == ["1234567", "12345678"]


# -- the account


async def test_an_account_is_looked_up_once_it_is_typed_and_only_then(
    helper: Any, stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PAUSE", 0.02)
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.enter("1234")
        await pilot.pause(0.05)
        assert helper.looked_up == []
        pilot.app.screen.query_one("#account", Input).value = "12345678"
        await pilot.pause(0.1)
        assert helper.looked_up == ["12345678"]
        assert at.result == "● found account 12345678: its figures come from kmm.example"
        assert at.step == "AccountStep"


async def test_what_is_typed_over_a_look_up_gives_it_up(helper: Any, stage: Any) -> None:
    helper.gate = asyncio.Event()
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.enter("12345678")
        await at.press("enter")
        assert at.result == "○ looking for account 12345678 …"
        await at.enter("9")
        assert (helper.given_up, at.result) == (1, "")
        helper.gate.set()
        await at.press("enter")
        assert at.result.startswith("■ AUTH: the Domain API knows no account 123456789")
        assert at.step == "AccountStep"


@pytest.mark.parametrize("typed", ["", "acme", "12a"])
async def test_what_is_no_number_is_not_looked_up(typed: str, helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.enter(typed)
        await at.press("enter")
        assert at.result == "■ the account is a number, digits only, such as 12345678"
    assert helper.looked_up == []


async def test_another_domain_api_is_named(helper: Any, stage: Any) -> None:
    helper.domain_api = "http://127.0.0.1:8787"
    app = AssistantApp(helper, welcome=False)
    async with app.run_test() as pilot:
        at = stage(pilot, helper)
        await at.settle()
        assert "looked up at http://127.0.0.1:8787" in str(app.screen.query_one("#domain").render())
        await at.jump(steps.KeepStep)
        await at.press("enter")
    assert helper.saved[0][0].domain_api == "http://127.0.0.1:8787"


# -- signing in


@pytest.mark.parametrize("number", range(len(WAYS)))
async def test_each_way_asks_for_what_it_takes_and_hides_its_secrets(number: int, helper: Any, stage: Any) -> None:
    method, way = list(WAYS.items())[number]
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep, method)
        inputs = list(pilot.app.screen.query(Input))
        assert {one.id: one.password for one in inputs} == {key: key not in way.open_fields for key in way.fields}
        for key in way.fields:
            assert at.focus == key
            await at.enter("me" if key in way.open_fields else SECRET)
            await at.press("enter")
        await at.until("NamesStep")
    assert [(account, used) for account, used, _ in helper.tried] == [("12345678", method)]


async def test_a_refused_password_is_said_and_never_tried_again_by_itself(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep)
        await at.enter("me")
        await at.press("enter")
        await at.enter("wrong")
        assert helper.tried == []
        await at.press("enter")
        # Square brackets are what the server said, and no markup.
        assert at.result == "■ AUTH: the login is refused [401]; correct user name and password"
        assert (at.step, len(helper.tried)) == ("SignInStep", 1)
        await at.press(*["backspace"] * 5)
        assert at.result == ""
        await at.enter(SECRET)
        await at.press("enter")
        await at.until("NamesStep")


async def test_keys_that_come_all_at_once_land_where_they_belong(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep)
        for key in ("m", "e", "tab", "tab", "shift+tab", *SECRET, "enter"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.until("NamesStep")
    assert [given for _, _, given in helper.tried] == [{"username": "me", "password": SecretStr(SECRET)}]


async def test_an_account_and_enter_at_once_go_on_when_it_is_found(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.settle()
        for key in (*"12345678", "enter"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.until("MethodStep")
    assert helper.looked_up == ["12345678"]


async def test_an_empty_field_is_named_and_gets_the_cursor(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep)
        await at.press("tab", "enter")
        assert (at.result, at.focus) == ("■ User name is empty; type or paste it", "username")
    assert helper.tried == []


async def test_enter_while_it_is_tried_does_not_try_it_twice(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep)
        helper.gate = asyncio.Event()
        await at.enter("me")
        await at.press("enter")
        await at.enter(SECRET)
        await at.press("enter", "enter", "enter")
        assert at.result == "○ signing in, and asking for one figure …"
        assert len(helper.tried) == 1
        await at.press("escape")
        assert (at.step, helper.given_up) == ("MethodStep", 1)


async def test_what_was_typed_over_a_sign_in_is_tried_itself(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep)
        helper.gate = asyncio.Event()
        await at.enter("me")
        await at.press("enter")
        await at.enter(SECRET)
        await at.press("enter")
        await at.enter("x")
        helper.gate.set()
        await at.settle()
        assert at.step == "SignInStep"
        await at.press("enter")
        assert at.result.startswith("■ AUTH")


async def test_blanks_around_a_pasted_key_are_left_out_but_not_those_of_a_password(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep, "bearer")
        pilot.app.screen.query_one("#token", Input).value = f" {SECRET} "
        await at.press("enter")
        await at.until("NamesStep")
        await at.press("escape", "escape", "up", "enter")
        await at.until("SignInStep")
        await at.enter("me")
        pilot.app.screen.query_one("#password", Input).value = f" {SECRET}"
        await at.press("enter", "enter")
    assert helper.tried[0][2] == {"token": SecretStr(SECRET)}
    assert helper.tried[1][2] == {"username": "me", "password": SecretStr(f" {SECRET}")}


# -- names and the end


async def test_the_profile_is_named_after_the_board_until_it_is_named_by_hand(helper: Any, stage: Any) -> None:
    helper.taken = ("zurich-ag",)
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.NamesStep)
        assert at.value("name") == "12345678"
        await at.enter("Zürich AG")
        assert at.value("name") == "zurich-ag-2"
        await at.press("enter", "end", "x")
        assert at.value("name") == "zurich-ag-2x"
        await at.press("shift+tab", "end", "!")
        assert at.value("name") == "zurich-ag-2x"


async def test_a_name_that_is_taken_or_none_is_refused_at_once(helper: Any, stage: Any) -> None:
    helper.taken = ("acme",)
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.NamesStep)
        await at.press("enter", *["backspace"] * 8)
        await at.enter("ACME")
        assert at.result == "■ there is a profile ACME already; choose another name"
        await at.press("enter")
        assert (at.step, at.focus) == ("NamesStep", "name")
        await at.enter(" x")
        assert at.result.startswith("■ letters, digits, - and _ only")


@pytest.mark.parametrize("installed", [True, False])
async def test_the_keyring_is_offered_where_it_is_installed(installed: bool, helper: Any, stage: Any) -> None:
    helper.has_keyring = installed
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.KeepStep)
        assert pilot.app.screen.query_one(OptionList).option_count == (2 if installed else 1)
        await at.press("down", "enter")
    assert helper.saved[0][1] is (Keep.KEYRING if installed else Keep.FILES)


async def test_what_cannot_be_written_is_said_and_can_be_tried_again(helper: Any, stage: Any) -> None:
    helper.saving = Told(False, "config.toml: cannot be written: No space left on device")
    app = AssistantApp(helper, welcome=False)
    async with app.run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.KeepStep)
        await at.press("enter")
        assert (at.step, at.result) == ("KeepStep", "■ config.toml: cannot be written: No space left on device")
        helper.saving = Told(True, "written")
        await at.press("enter")
    assert app.return_value == Ended(profile="acme-emea")
    assert len(helper.saved) == 2


async def test_while_it_is_written_there_is_no_way_back(helper: Any, stage: Any) -> None:
    app = AssistantApp(helper, welcome=False)
    async with app.run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.KeepStep)
        helper.gate = asyncio.Event()
        await at.press("enter", "escape", "enter")
        assert at.step == "KeepStep"
        helper.gate.set()
        await at.settle()
    assert app.return_value == Ended(profile="acme-emea")
    assert (len(helper.saved), helper.given_up) == (1, 0)


async def test_a_mouse_is_enough_to_go_on_and_back(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test(size=(60, 20)) as pilot:
        at = stage(pilot, helper)
        await at.enter("12345678")
        await pilot.click("#on")
        await at.until("MethodStep")
        await pilot.click(OptionList, offset=(5, 4))
        await at.until("SignInStep")
        assert pilot.app.screen.query_one("#app_key", Input)
        await pilot.click("#back")
        await at.until("MethodStep")


async def test_tab_reaches_everything_and_the_buttons_work(helper: Any, stage: Any) -> None:
    async with AssistantApp(helper, welcome=False).run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep)
        reached = []
        for _ in range(4):
            reached.append(at.focus)
            await at.press("tab")
        assert reached == ["username", "password", "on", "back"]
        pilot.app.screen.query_one("#back", Button).focus()
        await at.press("enter")
        assert at.step == "MethodStep"


# -- secrets


async def test_no_secret_is_shown_copied_or_logged_even_when_something_breaks(
    helper: Any, stage: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def break_down(*_: Any) -> Told:
        raise RuntimeError("as nobody foresaw")

    caplog.set_level(logging.DEBUG)
    app = AssistantApp(helper, welcome=False)
    app.outlives = True
    async with app.run_test() as pilot:
        at = stage(pilot, helper)
        await at.jump(steps.SignInStep)
        await at.enter("me")
        await at.press("enter")
        await at.enter(SECRET)
        await at.press("home", "shift+end", "ctrl+c", "ctrl+x")
        assert SECRET not in app.clipboard
        await at.enter(SECRET)
        shown = [app.export_screenshot()]
        helper.sign_in = break_down
        await at.press("enter")
        assert at.result == "■ unexpected RuntimeError; please report it"
        shown += [app.export_screenshot(), repr(at.app._answers), repr(list(app.screen.query(Input)))]
        assert at.step == "SignInStep"
    assert SECRET not in "".join(shown)
    assert SECRET not in caplog.text
    assert SECRET not in "".join(capfd.readouterr())


# -- how it looks


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_every_step_fits(size: tuple[int, int], helper: Any, stage: Any, svg: Any, picture: Any) -> None:
    helper.has_keyring = True
    app = AssistantApp(helper, welcome=True)
    async with app.run_test(size=size) as pilot:
        at = stage(pilot, helper)
        await at.settle()
        assert picture(app) == svg(name=f"welcome-{size[0]}x{size[1]}")
        await at.press("down", "enter")
        await at.until("AccountStep")
        await at.enter("1234567")
        await at.press("enter")
        assert picture(app) == svg(name=f"account-{size[0]}x{size[1]}")
        await at.enter("8")
        await at.press("enter")
        await at.until("MethodStep")
        assert picture(app) == svg(name=f"method-{size[0]}x{size[1]}")
        await at.press("down", "enter")
        await at.until("SignInStep")
        for _ in range(4):
            await at.enter("x")
            await at.press("enter")
        await at.press("shift+tab")
        assert picture(app) == svg(name=f"sign-in-{size[0]}x{size[1]}")
        for key in WAYS["app_key"].fields:
            app.screen.query_one(f"#{key}", Input).value = SECRET
        await at.press("tab", "enter")
        await at.until("NamesStep")
        await at.enter("Acme EMEA")
        assert picture(app) == svg(name=f"names-{size[0]}x{size[1]}")
        await at.press("enter", "enter")
        await at.until("KeepStep")
        assert picture(app) == svg(name=f"keep-{size[0]}x{size[1]}")
        bottom = app.screen.query_one("#body").virtual_size.height
        assert bottom <= app.screen.query_one("#body").size.height
