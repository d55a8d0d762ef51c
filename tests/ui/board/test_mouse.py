"""The mouse does what keys do, and can be switched off."""

from __future__ import annotations

from typing import Any

import pytest

from kmm_tui.cli import desks as command
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.chips import Chips
from kmm_tui.ui.strip import FigureStrip

from .conftest import ABOUT, LIMITED, SetStage
from .person import at_board


async def test_rows_headers_chips_and_tiles_are_clicked(stage: SetStage) -> None:
    async with at_board(stage) as person:
        pilot, table = person.pilot, person.table("skills")
        place = person.rows("skills").index("1") + 1
        await pilot.click(table, offset=(5, place))
        await person.settled()
        person.line("AGENTS of Billing 2")
        at = person.line("▾queue").index("p50")
        await pilot.click(table, offset=(at, 0))
        await person.settled()
        assert "▾p50" in person.text.replace(" ", "")
        await pilot.click(table, offset=(at, place))
        await person.press("question_mark")
        person.line("P50 wait · Billing")
        await person.press("escape")
        await pilot.click(table, offset=(5, place), times=2)
        await person.settled()
        person.line("overview › AGENTS of Billing")
        chips = pilot.app.screen.query_one(Chips)
        at = person.line("[all 2]").index("online")
        await pilot.click(chips, offset=(at, 0))
        await person.settled()
        person.line("[● 1 online]")
        assert person.rows("agents") == ["3"]
        strip = pilot.app.screen.query_one(FigureStrip)
        await pilot.click(strip, offset=(person.line("IN QUEUE").index("ONLINE"), 1), times=2)
        await person.settled()
        person.line("Online · the account")


@pytest.mark.parametrize("mouse", [True, False])
def test_the_mouse_is_left_to_the_terminal_where_it_is_switched_off(
    monkeypatch: pytest.MonkeyPatch, stage: SetStage, mouse: bool
) -> None:
    asked: dict[str, Any] = {}
    app = stage().app

    async def run(self: BoardApp, **how: Any) -> None:
        asked.update(how)

    async def close() -> None:
        asked["closed"] = True

    monkeypatch.setattr(BoardApp, "run_async", run)
    monkeypatch.setattr(command, "new_desk", lambda *_, **__: (app.desk, close))
    monkeypatch.setattr(command, "new_app", lambda *_, **__: app)
    monkeypatch.setattr(command, "begin_log", lambda _: None)
    code = command.run_board(None, ABOUT, None, theme="kmm-dark", prefs=LIMITED, mouse=mouse)  # type: ignore[arg-type]
    assert code == 0
    assert asked == {"mouse": mouse, "closed": True}
