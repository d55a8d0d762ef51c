"""What the keys do, what the words mean, and what the figures are not for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.cells import wrap
from kmm_tui.ui.keymap import Deed, key_text

NOTICE = (
    "Key Messaging Metrics are for reporting and information. They are not for decisions in real time, such as routing."
)

LEVELS: tuple[tuple[str, str], ...] = (
    ("■ critical", "beyond the second limit; stands on top, the worst first"),
    ("▲ warn", "beyond the first limit; a figure is calm again only well inside it"),
    ("? unknown", "a limit is set and there is no figure: missing data is never good news"),
    ("! with work", "an agent is away or back soon while conversations are assigned"),
)

WORDS: tuple[tuple[str, str], ...] = (
    ("LIVE", "the answer is at most two intervals old"),
    ("LATE", "older than two intervals"),
    ("STALE", "older than five: values are dimmed, and in the end replaced by --"),
    ("AUTH", "the sign-in is refused: mend the credentials, then press r"),
    ("DENIED", "the key or user may not read this"),
    ("THROTTLED", "asked too often: the board waits"),
    ("OFFLINE", "no connection, or no answer in time"),
    ("SERVER", "the server failed"),
    ("GARBLED", "an answer that cannot be read"),
    ("REFUSED", "the server does not take the request"),
    ("NO FEED", "a board that only follows another one: that one has ended or hangs"),
    ("EMPTY?", "the answer fell from many to none: asked again before it is believed"),
)

SIGNS: tuple[tuple[str, str], ...] = (
    ("–", "not applicable: nobody waits, or nothing to divide by"),
    ("?", "asked for, but the answer holds no value"),
    ("n/o", "not offered: by this method of the API, or to this account"),
    ("--", "too old to be shown"),
)

FIGURES: tuple[str, ...] = (
    "unassigned_conversations",
    "queue_wait_time_50th_percentile",
    "queue_wait_time_90th_percentile",
    "overdue_conversations_total",
    "available_slots",
    "agent_load",
    "avg_time_to_first_response_first_assignment",
    "avg_time_to_response",
    "avg_wait_time",
    "pending_agent_response",
    "csat",
)


LEFT = 15
"""Cells of a key, a word or a figure, with the blank behind it."""
MOST_LINES = 9


class _Text(Static):
    """A text that is broken into lines by itself, for whatever width it has."""

    def __init__(self, write: Callable[[int], Content]) -> None:
        super().__init__()
        self._write = write

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's own
        return self._write(width).plain.count("\n")

    def render(self) -> Content:
        return self._write(self.content_size.width)


class Help(ModalScreen[None]):
    """The help, over the board; any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "dismiss", "Close", id="help.close"),
    ]
    # Not CSS, which would hold for this class alone and not for those of other boards.
    DEFAULT_CSS = """
    Help { align: center middle; }
    Help > VerticalScroll {
        width: 92%; max-width: 104; height: auto; max-height: 92%;
        background: $kmm-surface; color: $kmm-text; padding: 1 3;
        scrollbar-size-vertical: 1;
    }
    Help Static { width: 1fr; height: auto; }
    """

    def __init__(self, deeds: Mapping[str, Deed], keymap: Mapping[str, str] | None = None) -> None:
        """`deeds` are all that has a key, by id; `keymap` are other keys than the usual ones."""
        super().__init__()
        self.deeds = deeds
        self._keymap = keymap or {}

    def compose(self) -> ComposeResult:
        """One text of some parts."""
        with VerticalScroll():
            yield _Text(self._text)

    def _keys(self) -> list[tuple[str, str]]:
        shown = [deed for deed in self.deeds.values() if deed.part == "board" and not deed.id.endswith("quit-always")]
        return [self._written(deed) for deed in shown]

    def _written(self, deed: Deed) -> tuple[str, str]:
        return key_text(self._keymap.get(deed.id, deed.keys)), deed.words

    def _text(self, width: int) -> Content:
        figures = [(BY_NAME[name].label, BY_NAME[name].meaning) for name in FIGURES]
        parts: list[tuple[str, Sequence[tuple[str, str]]]] = [
            ("KEYS", self._keys()),
            ("HOW BAD", LEVELS),
            ("HOW FRESH", WORDS),
            ("INSTEAD OF A NUMBER", SIGNS),
            ("FIGURES", figures),
        ]
        content = Content.assemble(("\n".join(wrap(NOTICE, max(8, width), MOST_LINES)), "$kmm-dim"), "\n")
        for title, rows in parts:
            content += Content.assemble("\n", (title, "bold $kmm-title"), "\n")
            for left, right in rows:
                head = left.ljust(LEFT) if len(left) < LEFT else f"{left}\n{' ' * LEFT}"
                content += Content.assemble((head, "$kmm-accent"))
                # Below its own beginning, as what stands further left is another key.
                lines = wrap(right, max(8, width - LEFT), MOST_LINES)
                content += Content.assemble((f"\n{' ' * LEFT}".join(lines), "$kmm-text"), "\n")
        return content
