"""The keys at the bottom: each with its word, or not at all; the most needed stay where the screen is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events

from kmm_tui.ui.columns import Span
from kmm_tui.ui.lines import Line, RoleLines

NEED = {"board.quit": 0, "board.help": 1, "rows.why": 2, "replay.pause": 2, "rows.filter": 3, "rows.hold": 6,
        "accounts.open": 2, "view.accounts": 2, "alerts.take": 2, "alerts.snooze": 2}  # fmt: skip
"""Which keys stay longest, by the id of what they do."""
USUAL = 4
COUNTED = 3
"""Of what there is some of."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key with its word, on cells `x` to `end`, and what it does."""

    text: str
    word: str
    action: str
    need: int
    count: Span | None = None
    """How much of it there is."""

    @property
    def size(self) -> int:
        """Cells, with the gap behind it."""
        return cell_len(self.text) + cell_len(self.word) + 3 + (cell_len(self.count[0]) + 1 if self.count else 0)


class KeyLine(RoleLines):
    """What keys do where the keyboard is now. A click does it, too."""

    DEFAULT_CSS = """
    KeyLine { height: 1; background: $kmm-surface; }
    """

    def __init__(self) -> None:
        super().__init__(id="keys")
        self.keys: list[Key] = []
        self._counts: dict[str, Span | None] = {}
        self._shown: list[tuple[int, int, Key]] = []

    def on_mount(self) -> None:
        """Keys change with what has the keyboard."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.renew())
        self.renew()

    def count(self, action: str, count: Span | None) -> None:
        """Says beside the key of `action` how much of it there is; None takes that away."""
        if self._counts.get(action) != count:
            self._counts[action] = count
            self.renew()

    def renew(self) -> None:
        """Looks anew which keys there are."""
        found: dict[str, Key] = {}
        for _, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and enabled and binding.action not in found:
                text = self.app.get_key_display(binding)
                count = self._counts.get(binding.action)
                need = NEED.get(binding.id or "", COUNTED if count else USUAL)
                found[binding.action] = Key(text, binding.description, binding.action, need, count)
        self.keys = list(found.values())
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        room, kept = width, set[int]()
        for index in sorted(range(len(self.keys)), key=lambda each: (self.keys[each].need, each)):
            size = self.keys[index].size
            if size <= room:
                kept.add(index)
                room -= size
        spans: list[Span] = []
        self._shown, x = [], 0
        for index in sorted(kept):
            key = self.keys[index]
            spans += [(f" {key.text}", "accent"), (f" {key.word} ", "dim")]
            if key.count:
                spans += [key.count, (" ", "dim")]
            self._shown.append((x, x + key.size, key))
            x += key.size
        return [spans]

    async def on_click(self, event: events.Click) -> None:
        """Does what the key does."""
        for start, end, key in self._shown:
            if start <= event.x < end:
                await self.screen.run_action(key.action)
                return
