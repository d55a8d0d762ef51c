"""Chips: one line of choices with their counts, one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.widget import Widget

from kmm_tui.ui.cells import clean, cut
from kmm_tui.ui.columns import Span
from kmm_tui.ui.lines import Line, RoleLines
from kmm_tui.ui.roles import Role

BEFORE, AFTER = "‹", "›"
"""There are more chips on that side."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice: `● 7 online`; without a glyph the text leads: `all 11`."""

    key: str
    glyph: str
    text: str
    role: Role = "value"
    count: int | None = None

    @property
    def words(self) -> str:
        """What is written on it."""
        count = "" if self.count is None else str(self.count)
        parts = (self.glyph, count, self.text) if self.glyph else (self.text, count)
        return clean(" ".join(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A chip, or an arrow to the next one that is not shown, on cells `x` to `end`."""

    key: str
    x: int
    end: int


class Chips(RoleLines):
    """`[all 11] ● 7 online  ○ 3 Lunch`: the chosen one is bold and in brackets, which take no room of the others."""

    class Chosen(Message):
        """The person wants what stands behind the chip `key`, by a click or by `Chips.next`."""

        def __init__(self, chips: Chips, key: str) -> None:
            super().__init__()
            self.chips = chips
            self.key = key

        @property
        def control(self) -> Widget:
            """The line of chips, so that `@on` can tell several apart by a selector."""
            return self.chips

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._chips: tuple[Chip, ...] = ()
        self._chosen: str | None = None
        self._shown: list[_Shown] = []

    @property
    def chosen(self) -> str | None:
        """The key of the chosen chip, None only without chips."""
        return self._chosen

    def set_chips(self, chips: Sequence[Chip], chosen: str | None = None) -> None:
        """Shows these, with keys that are unique; the choice stays, or is `chosen`.

        If that one is gone the first one is it, which is posted as `Chosen`.
        """
        self._chips = tuple(chips)
        if chosen is not None:
            self._chosen = chosen
        before, keys = self._chosen, self._keys()
        if before not in keys:
            self._chosen = keys[0] if keys else None
            if before is not None and self._chosen is not None:
                self.post_message(self.Chosen(self, self._chosen))
        self.show()

    def choose(self, key: str) -> bool:
        """Marks the chip `key` as chosen, without posting anything; False if there is none."""
        if key not in self._keys():
            return False
        self._chosen = key
        self.show()
        return True

    def next(self, step: int = 1) -> None:
        """Chooses the next chip (the one before with -1), round and round, and posts it."""
        keys = self._keys()
        if self._chosen in keys:
            self._post(keys[(keys.index(self._chosen) + step) % len(keys)])

    def lines(self, width: int) -> Sequence[Line]:
        self._shown = []
        if not self._chips:
            return [()]
        sizes = [cell_len(chip.words) + 2 for chip in self._chips]
        first, last = _window(sizes, self._index(), width)
        spans: list[Span] = []
        x = 0
        if first > 0:
            spans.append((BEFORE, "accent"))
            self._shown.append(_Shown(self._chips[first - 1].key, 0, 1))
            x = 1
        more = last < len(self._chips)
        for chip, size in zip(self._chips[first:last], sizes[first:last], strict=True):
            size = min(size, max(0, width - x - more))
            words = cut(chip.words, size - 2)
            chosen = chip.key == self._chosen
            spans.append((f"[{words}]", "strong") if chosen else (f" {words} ", chip.role))
            self._shown.append(_Shown(chip.key, x, x + size))
            x += size
        if more:
            spans += [(" " * (width - 1 - x), "value"), (AFTER, "accent")]
            self._shown.append(_Shown(self._chips[last].key, width - 1, width))
        return [[span for span in spans if span[0]]]

    def on_click(self, event: events.Click) -> None:
        """Chooses what is clicked on; an arrow is the next chip on its side."""
        offset = event.get_content_offset(self)
        if offset is not None:
            for shown in self._shown:
                if shown.x <= offset.x < shown.end:
                    self._post(shown.key)
                    return

    def _post(self, key: str) -> None:
        self.choose(key)
        self.post_message(self.Chosen(self, key))

    def _keys(self) -> list[str]:
        return [chip.key for chip in self._chips]

    def _index(self) -> int:
        return next(index for index, chip in enumerate(self._chips) if chip.key == self._chosen)


def _window(sizes: Sequence[int], chosen: int, width: int) -> tuple[int, int]:
    """From which chip to which all fit, as far left as the chosen one allows; at least that one."""
    first = 0
    while first < chosen and sum(sizes[first : chosen + 1]) + (first > 0) + (chosen < len(sizes) - 1) > width:
        first += 1
    last = chosen + 1
    while last < len(sizes) and sum(sizes[first : last + 1]) + (first > 0) + (last < len(sizes) - 1) <= width:
        last += 1
    return first, last
