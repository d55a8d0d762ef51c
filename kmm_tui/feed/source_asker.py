"""Asks one source once: its file, address, command or database, within its time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from pydantic import SecretStr

from kmm_tui.board.scope import Level
from kmm_tui.board.sources import SourceAnswer
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.source_rows import answer_of
from kmm_tui.outside import command, web
from kmm_tui.outside.command import CommandError
from kmm_tui.outside.rows import Row, RowsError, read_rows
from kmm_tui.outside.web import WebError
from kmm_tui.settings.own_sources import OwnSource
from kmm_tui.settings.secrets import SecretError, reveal

_REFUSED = {401: "DENIED", 403: "DENIED", 407: "DENIED", 429: "THROTTLED"}
_WHAT_TO_DO = {"DENIED": "set its headers", "THROTTLED": "ask it less often with every"}


class SourceError(Exception):
    """A source has no figures. `word` is OFFLINE, DENIED, THROTTLED, SERVER, REFUSED, FAILED or GARBLED.

    The text is one line without a secret.
    """

    def __init__(self, word: str, text: str) -> None:
        super().__init__(text)
        self.word = word


class SourceAsker:
    """Asks one source. Its secrets are read when it is first asked, and again after it was denied."""

    def __init__(
        self,
        source: OwnSource,
        clock: Clock,
        zone: tzinfo | None,
        account: Sequence[str | None] = (),
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`account` is what rows that name accounts may call the one whose figures are wanted: its id, and its name."""
        self._source = source
        self._clock = clock
        self._zone = zone
        self._account = tuple(account)
        self._timer = timer
        self._headers: Mapping[str, SecretStr] | None = None

    async def ask(self) -> SourceAnswer:
        """What it says now. Raises `SourceError`."""
        source, began, at = self._source, self._timer(), int(self._clock.now() * 1000)
        is_keyed = source.key is not None
        try:
            rows = await self._rows()
            answer = await asyncio.to_thread(
                answer_of, source.name, source.level, source.columns(), rows, is_keyed=is_keyed,
                has_slots=source.slot is not None, length=source.slot_length, zone=self._zone, taken_at=at,
                took=self._timer() - began,
            )  # fmt: skip
            return answer.of_account(self._account) if is_keyed and source.level is Level.ACCOUNT else answer
        except RowsError as error:
            trouble = SourceError(error.word, str(error))
        except WebError as error:
            trouble = SourceError("OFFLINE", str(error))
        except CommandError as error:
            trouble = SourceError("FAILED", str(error))
        except SecretError as error:
            trouble = SourceError("DENIED", str(error))
        if trouble.word == "DENIED":
            self._headers = None
        raise trouble

    async def _rows(self) -> tuple[Row, ...]:
        source, seconds = self._source, self._source.timeout.total_seconds()
        data = b""
        if source.url is not None:
            data = await self._web(source.url, seconds)
        elif source.command is not None:
            data = await self._command(source.command, seconds)
        return await read_rows(source.reading(), data, seconds=seconds)

    async def _web(self, url: SecretStr, seconds: float) -> bytes:
        if self._headers is None:
            # A keyring or a command takes its time, which the board does not wait for.
            self._headers = await asyncio.to_thread(self._revealed)
        reply = await web.ask(url.get_secret_value(), headers=self._headers, seconds=seconds)
        if reply.is_good:
            return reply.body
        word = _REFUSED.get(reply.status, "SERVER" if reply.status >= 500 else "REFUSED")
        hint = f"; {_WHAT_TO_DO[word]}" if word in _WHAT_TO_DO else ""
        raise SourceError(word, f"{self._source.origin} answers {reply.status}{hint}")

    def _revealed(self) -> Mapping[str, SecretStr]:
        return {name: reveal(secret) for name, secret in self._source.headers.items()}

    async def _command(self, arguments: tuple[str, ...], seconds: float) -> bytes:
        ran = await command.run(arguments, seconds=seconds)
        if ran.code:
            raise SourceError("FAILED", f"{self._source.origin} ended with code {ran.code}; run it yourself to see why")
        return ran.output
