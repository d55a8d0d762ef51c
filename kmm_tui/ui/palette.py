"""The command palette: every action by name, and a jump to any skill, agent group or agent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.markup import escape

from kmm_tui.board.scope import Level, Scope
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.cells import clean
from kmm_tui.ui.keymap import Keyed, key_text
from kmm_tui.ui.places import Place, View

MOST_JUMPS = 2000
SKIPPED = ("table.", "strip.", "filter.", "board.quit-always", "board.palette", "board.suspend")


class Actions(Provider):
    """What keys do, for those who do not know the key."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for words, help_text, run in self._actions():
            yield DiscoveryHit(words, run, help=help_text)

    async def search(self, query: str) -> Hits:
        """Those that fit."""
        matcher = self.matcher(query)
        for words, help_text, run in self._actions():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, matcher.highlight(words), run, help=help_text)

    def _actions(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        screen, app = self.screen, self.app
        known = app.deeds if isinstance(app, Keyed) else {}
        for node, binding, enabled, _ in screen.active_bindings.values():
            deed = known.get(binding.id or "")
            if deed is None or not enabled or deed.id.startswith(SKIPPED):
                continue
            run = partial(self.app.run_action, binding.action, default_namespace=node)
            yield f"{binding.description}: {deed.words}", f"key {key_text(binding.key)}", run


class Jumps(Provider):
    """Skills, agent groups and agents by name."""

    async def search(self, query: str) -> Hits:
        """Those that fit."""
        screen = self.screen
        if not isinstance(screen, BoardScreen):
            return
        matcher = self.matcher(query)
        for name, what, place in _places(screen):
            score = matcher.match(name)
            if score > 0:
                shown = highlighted(matcher, name)
                yield Hit(score, shown, partial(screen.jump, place), text=name, help=escape(what))


def highlighted(matcher: Matcher, name: str) -> Content:
    """As the matcher does it, but a name is data: nothing in it is markup, and none makes an action of itself."""
    content = Content(name)
    for offset in matcher.fuzzy_search.match(matcher.query, name)[1]:
        content = content.stylize(matcher.match_style, offset, offset + 1)
    return content


def _places(screen: BoardScreen) -> Iterator[tuple[str, str, Place]]:
    board, now = screen.board, screen.now
    for level, what in ((Level.SKILL, "skill"), (Level.GROUP, "agent group")):
        for row in board.rows(level, now)[:MOST_JUMPS]:
            yield clean(row.label), what, Place(View.AGENTS, row.scope)
    roster = board.roster()
    for agent in roster.agents[:MOST_JUMPS] if roster else ():
        group = clean(agent.group_name or "")
        name = clean(agent.name or f"agent {agent.key}")
        yield name, f"agent{f' of {group}' if group else ''}", Place(View.AGENT, Scope(Level.AGENT, agent.key))
