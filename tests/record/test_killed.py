"""However a board ends, what was answered two seconds before is on the disk, and the file is whole."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.record.killed import PROMISE, killed


@pytest.mark.parametrize("seed", [1])
async def test_a_killed_board_loses_nothing_that_is_older_than_two_seconds(seed: int) -> None:
    chance = random.Random(seed)
    moments = [PROMISE + 0.1 + chance.random() for _ in range(8)]
    assert await asyncio.gather(*(killed(seconds, again=False) for seconds in moments)) == [""] * 8
