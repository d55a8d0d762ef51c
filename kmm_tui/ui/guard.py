"""Keeps an exception to the message or the widget that raised it; Textual would end the widget, or the screen's update.

Textual ends the message loop of whatever raises in a handler, and draws nothing of an update in which one widget fails.
Both happen in methods that every widget inherits, Textual's own ones as well: so they are wrapped in their classes, for
exactly the version that is pinned. An app that is not a `Survivor` sees nothing of it.

Two more of Textual's ways would end a board: a screen that is no longer there takes away another one in its place; and
two sizes of one terminal that changes quickly lay out a screen in turns, each for the sake of the other, for ever.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from rich.segment import Segment
from textual import events
from textual._context import active_app
from textual.await_complete import AwaitComplete
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

APOLOGY = "cannot be drawn; the log has the details"

_dispatch = MessagePump._dispatch_message
_render_lines = Widget.render_lines
_render = Widget._render
_dismiss = Screen.dismiss
_on_resize = Screen._on_resize


@runtime_checkable
class Survivor(Protocol):
    """An app that may go on after an exception."""

    def survives(self, error: Exception) -> bool:
        """Whether it goes on; then it has taken note of `error`."""
        ...


def _survived(error: Exception) -> bool:
    app = active_app.get(None)
    return isinstance(app, Survivor) and app.survives(error)


async def _guarded_dispatch(self: MessagePump, message: Message) -> None:
    try:
        await _dispatch(self, message)
    except Exception as error:
        if not _survived(error):
            raise
        # As if it had been handled: a key that one widget fails at may be a binding of the screen.
        goes_on = message.bubble and not message._stop_propagation
        if goes_on and self._parent and self.is_parent_active and self.is_attached:
            message._bubble_to(self._parent)


def _guarded_render_lines(self: Widget, crop: Region) -> list[Strip]:
    try:
        return _render_lines(self, crop)
    except Exception as error:
        if not _survived(error):
            raise
        apology = Strip([Segment(APOLOGY)]).adjust_cell_length(self.size.width).crop(crop.x, crop.right)
        blank = Strip.blank(crop.width)
        return [apology if y == 0 else blank for y in range(crop.y, crop.bottom)]


def _guarded_render(self: Widget) -> Visual:
    try:
        return _render(self)
    except Exception as error:
        if not _survived(error):
            raise
        return Content(APOLOGY)


def _guarded_dismiss(self: Screen[Any], result: Any = None) -> AwaitComplete:
    # Textual would take away whatever is in front: of another mode, or what was opened since.
    return _dismiss(self, result) if self in self.app.screen_stack else AwaitComplete()


async def _guarded_on_resize(self: Screen[Any], event: events.Resize) -> None:
    # Of a size that the terminal no longer has: the present one comes, or has come.
    if event.size == self.app.size:
        await _on_resize(self, event)
    else:
        event.stop()


def install() -> None:
    """Puts the guards in place; once is enough."""
    MessagePump._dispatch_message = _guarded_dispatch  # type: ignore[method-assign]
    Widget.render_lines = _guarded_render_lines  # type: ignore[method-assign]
    Widget._render = _guarded_render  # type: ignore[method-assign]
    Screen._on_resize = _guarded_on_resize  # type: ignore[method-assign]
    Screen.dismiss = _guarded_dismiss  # type: ignore[method-assign]
