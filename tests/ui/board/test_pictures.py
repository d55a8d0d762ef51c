"""What the board looks like as a picture: dark and light. All else is held as text, by states and by views."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from .conftest import LIMITED, SetStage, plain, settle


@pytest.mark.parametrize("theme", ["kmm-dark", "kmm-light"])
async def test_the_board_as_a_picture(stage: SetStage, svg: SnapshotAssertion, theme: str) -> None:
    set_up = stage(theme=theme, prefs=LIMITED)
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        set_up.app._tick()
        await settle(pilot)
        assert plain(set_up.app.export_screenshot()) == svg
