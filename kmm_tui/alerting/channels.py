"""The ways to tell people: the terminal itself, a web address, a command, and any service that apprise knows."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kmm_tui.alerting.notice import Notice
from kmm_tui.alerting.outlet import ChannelError
from kmm_tui.alerting.tmux import through_tmux
from kmm_tui.feed.log import hide
from kmm_tui.outside.command import CommandError, name_of, run
from kmm_tui.outside.web import WebError, WebReply, ask, host_of

SECONDS = 15.0
"""How long one notice may take, whatever it goes through."""
LONGEST = 200
"""Characters of a notice on a terminal."""
TIMESTAMP, SIGNATURE, NOTICE = "X-Kmm-Tui-Timestamp", "X-Kmm-Tui-Signature", "X-Kmm-Tui-Notice"
_MOST_ANSWER = 65_536
_PASSING = frozenset({408, 425, 429})

Reveal = Callable[[], SecretStr]
"""Reads a secret, which may take seconds. Raises an exception whose text says what to do, without the secret."""


def bell(notice: Notice) -> str:  # noqa: ARG001 - a bell says nothing
    """The bell alone."""
    return "\a"


def osc9(notice: Notice) -> str:
    """A desktop notice of iTerm2, Windows Terminal, WezTerm, Ghostty and others."""
    # A number in front would be another command to ConEmu and Windows Terminal.
    return f"\x1b]9; {_plain(_said(notice))}\x1b\\"


def osc777(notice: Notice) -> str:
    """A desktop notice of urxvt, foot, Ghostty, WezTerm and others."""
    title, text = (_plain(part).replace(";", ",") for part in (notice.title, " · ".join(notice.lines(3))))
    return f"\x1b]777;notify;{title};{text}\x1b\\"


TERMINAL: dict[str, Callable[[Notice], str]] = {"bell": bell, "osc9": osc9, "osc777": osc777}
"""What is written to the terminal, by the name of the channel."""


def _said(notice: Notice) -> str:
    return " · ".join([notice.title, *notice.lines(3)])


def _plain(text: str) -> str:
    """What can do nothing to a terminal: neither end the sequence that it is in, nor begin another."""
    return "".join(each if each.isprintable() else " " for each in text)[:LONGEST]


class Terminal:
    """The terminal that the board is on. A screen sets `write`, which takes text for it and never waits."""

    write: Callable[[str], None] | None = None


class TerminalChannel:
    """Tells on the terminal itself."""

    def __init__(self, form: str, terminal: Terminal) -> None:
        self.name = form
        self._terminal = terminal

    async def send(self, notice: Notice) -> None:
        """See `Channel`."""
        if self._terminal.write is None:
            raise ChannelError("there is no terminal", is_lasting=True)
        self._terminal.write(through_tmux(TERMINAL[self.name](notice)))


def signature(key: SecretStr, timestamp: str, body: bytes) -> str:
    """``v1=`` and the HMAC-SHA256, in hex, over the timestamp as it is sent, a full stop, and the body."""
    content = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(key.get_secret_value().encode(), content, hashlib.sha256).hexdigest()


class WebhookChannel:
    """POSTs the notice as JSON; signed, where there is a `key`."""

    def __init__(self, url: Reveal, key: Reveal | None = None, ca_bundle: Path | None = None) -> None:
        self.name = "webhook"
        self._url, self._key, self._ca_bundle = url, key, ca_bundle
        self._revealed: tuple[SecretStr, SecretStr | None] | None = None

    async def send(self, notice: Notice) -> None:
        """See `Channel`."""
        url, key = await self._secrets()
        body = json.dumps(notice.payload(), ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = str(int(notice.at))
        headers: dict[str, str | SecretStr] = {
            "Content-Type": "application/json",
            TIMESTAMP: timestamp,
            NOTICE: notice.id,
        }
        if key:
            headers[SIGNATURE] = signature(key, timestamp, body)
        reply = await self._post(url, headers, body)
        if not reply.is_good:
            host, status = host_of(url.get_secret_value()), reply.status
            is_lasting = 400 <= status < 500 and status not in _PASSING
            raise ChannelError(f"{host} answered {status}", is_lasting=is_lasting)

    async def _post(self, url: SecretStr, headers: dict[str, str | SecretStr], body: bytes) -> WebReply:
        trouble = ""
        try:
            return await ask(
                url.get_secret_value(), method="POST", headers=headers, body=body, seconds=SECONDS,
                most_bytes=_MOST_ANSWER, ca_bundle=self._ca_bundle,
            )  # fmt: skip
        except WebError as error:
            trouble = str(error)
        raise ChannelError(trouble)

    async def _secrets(self) -> tuple[SecretStr, SecretStr | None]:
        if self._revealed is None:
            self._revealed = await revealed(self._url), await revealed(self._key) if self._key else None
        return self._revealed


class CommandChannel:
    """Runs an argument list with the notice as JSON on its stdin. Nothing of a notice becomes an argument."""

    def __init__(self, arguments: Sequence[str], folder: Path | None = None) -> None:
        self.name = f"command {name_of(arguments)}"
        self._arguments, self._folder = tuple(arguments), folder

    async def send(self, notice: Notice) -> None:
        """See `Channel`."""
        body = json.dumps(notice.payload(), ensure_ascii=False).encode() + b"\n"
        trouble = ""
        try:
            ran = await run(self._arguments, stdin=body, seconds=SECONDS, most_bytes=_MOST_ANSWER, folder=self._folder)
            if ran.code:
                trouble = f"it ended with code {ran.code}; run it yourself to see why"
        except CommandError as error:
            trouble = str(error)
        if trouble:
            raise ChannelError(trouble)


class AppriseChannel:
    """One of the services of apprise, by its address. It takes the extra ``notify``."""

    def __init__(self, url: Reveal) -> None:
        self.name = "apprise"
        self._url = url
        self._service: Any = None

    async def send(self, notice: Notice) -> None:
        """See `Channel`."""
        if self._service is None:
            url = await revealed(self._url)
            self._service = await beside(lambda: _service(url))
        service, title, text = self._service, notice.title, "\n".join(notice.lines())
        kind = "failure" if any(alert.is_open for alert in notice.alerts) else "info"
        # Whatever a service says when it fails may hold its address, and so a secret.
        if not await beside(lambda: bool(service.notify(body=text or title, title=title, notify_type=kind))):
            raise ChannelError("the service did not take it; see that its address is right and that it can be reached")


def _service(url: SecretStr) -> Any:
    try:
        import apprise
    except ImportError:
        raise ChannelError("it takes the extra: pip install 'kmm-tui[notify]'", is_lasting=True) from None
    service = apprise.Apprise()
    if not service.add(url.get_secret_value()):
        raise ChannelError("the address is none that apprise knows; see its list of services", is_lasting=True)
    return service


async def revealed(reveal: Reveal) -> SecretStr:
    """The secret, read beside the event loop, and hidden from the log. Raises `ChannelError`."""
    secret: SecretStr = await beside(reveal)
    hide(secret.get_secret_value())
    return secret


async def beside(work: Callable[[], Any]) -> Any:
    """What `work` returns, done in a thread of its own that keeps nothing from ending. Raises `ChannelError`."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    found: list[Any] = []
    wrong: list[ChannelError] = []

    def work_beside() -> None:
        try:
            found.append(work())
        except ChannelError as error:
            wrong.append(error)
        except Exception as error:  # noqa: BLE001 - of what others raise only our own text is known to be harmless
            known = type(error).__module__.startswith("kmm_tui.")
            wrong.append(ChannelError(str(error) if known else f"it failed ({type(error).__name__})", is_lasting=known))
        try:
            loop.call_soon_threadsafe(done.set)
        except RuntimeError:  # the loop has ended meanwhile, and nobody waits
            return

    threading.Thread(target=work_beside, name="notice", daemon=True).start()
    try:
        async with asyncio.timeout(SECONDS):
            await done.wait()
    except TimeoutError:
        raise ChannelError(f"it did not end within {SECONDS:g} s") from None
    if wrong:
        raise ChannelError(str(wrong[0]), is_lasting=wrong[0].is_lasting) from None
    return found[0]
