"""No credential, bearer, csrf or session id that was in use is in the log, the kept board or what a person is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.feed.log import hide_known_to, start_log, stop_log
from kmm_tui.simulator.signin import DEMO
from tests.outages.rig import SIGN_INS, Watched, watched
from tests.outages.virtual_time import run_virtually

FAULTS = (
    "500:body=json,on=all", "reset:on=all", "429:on=all", "403:on=all", "expired-session", "html:on=all",
    "truncated:on=all", "nulls:on=all", "strings:on=all", "empty", "extra-fields:on=all", "clock-skew:on=all",
    "refused-metric:metric=csat", "password-changed",
)  # fmt: skip
SECRETS = {
    "user": (DEMO.password,),
    "app key": (DEMO.app_key, DEMO.secret, DEMO.access_token, DEMO.access_token_secret),
    "OAuth 2.0": (DEMO.client_secret,),
    "bearer": (DEMO.token,),
}
"""Names of users and applications are none: a person has to know whose sign-in is refused."""


class _Seen:
    """Every secret that was ever in use: the credentials, and what the simulator issued for them."""

    def __init__(self, board: Watched, credentials: tuple[str, ...]) -> None:
        self.secrets = set(credentials)
        self._newest: list[str] = []
        self._board = board
        door = board.app.service.door
        issue = door.oauth2.issue

        def noted(content_type: str, body: bytes) -> dict[str, object]:
            answer = issue(content_type, body)
            self._newest = [answer["access_token"]]
            self.secrets |= set(self._newest)
            return answer

        door.oauth2.issue = noted  # type: ignore[method-assign]

    def look(self) -> None:
        for session in self._board.app.service.sessions._by_bearer.values():
            self._newest = [session.bearer, session.csrf, session.cookie]
            self.secrets |= set(self._newest)

    def newest(self) -> list[str]:
        """What was issued last."""
        return self._newest


def _crashing(words: str) -> Callable[[], Coroutine[Any, Any, None]]:
    async def crash() -> None:
        raise RuntimeError(words)

    return crash


async def _all_faults(sign_in: str, folder: Path) -> tuple[set[str], set[str]]:
    """The secrets that were in use, and everything that was said of troubles."""
    said: set[str] = set()
    async with watched(sign_in, folder=folder) as board:
        hide_known_to(board.client.redactor)
        seen = _Seen(board, SECRETS[sign_in])
        board.told.append(lambda state: said.add(state.trouble.message if state.trouble else ""))
        await board.pass_(100)
        for order in FAULTS:
            board.app.service.faults.switch_on(order)
            # A sign-in is needed while the fault is there.
            board.app.service.faults.switch_on("expired-session")
            for _ in range(6):
                seen.look()
                await board.pass_(30)
            board.app.service.faults.switch_off()
            board.feed.ask_now()
            await board.pass_(60)
        # A crash whose words hold what is in use now.
        seen.look()
        now_in_use = [*SECRETS[sign_in], *seen.newest()]
        board.client.sign_in.keep_alive = _crashing(" ".join(now_in_use))  # type: ignore[method-assign]
        board.spawn(board.feed._keep_alive(60.0), "crashing")
        await board.pass_(90)
    return seen.secrets, said


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_no_secret_in_log_kept_board_or_message_after_all_faults(sign_in: str, tmp_path: Path) -> None:
    log = start_log(tmp_path / "log", logging.DEBUG)
    try:
        secrets, said = run_virtually(_all_faults(sign_in, tmp_path / "state"))
    finally:
        stop_log()
    assert log is not None
    written = {path.name: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"kmm-tui.log", "board-outages.json", "pace.json"} <= set(written)
    # Everything was asked, failed in several ways, and was told of.
    assert len(said) > 8
    assert written["kmm-tui.log"].count("\n") > 100
    assert "RuntimeError: ********" in written["kmm-tui.log"]
    least = {"user": 3, "OAuth 2.0": 1}.get(sign_in, 0)
    assert len(secrets) >= len(SECRETS[sign_in]) + least
    for where, text in [*written.items(), ("messages", "\n".join(said))]:
        assert not [secret for secret in secrets if secret in text], f"in {where}"
