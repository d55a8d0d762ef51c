"""The app around the steps: which comes after which, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from kmm_tui.settings.themefile import DEFAULT
from kmm_tui.ui.assistant.helper import Answers, Helper
from kmm_tui.ui.assistant.step import STYLE, Step
from kmm_tui.ui.assistant.steps import STEPS, Welcome
from kmm_tui.ui.themed import ThemedApp


@dataclass(frozen=True, slots=True)
class Ended:
    """What a person has come to: the demo, or a profile that is written."""

    demo: bool = False
    profile: str = ""


class AssistantApp(ThemedApp[Ended]):
    """Asks step by step. It ends with None where the person has left; then nothing was written."""

    TITLE = "kmm-tui"
    CSS = STYLE
    # Its commands would be a picture of the screen and another theme; neither belongs here.
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="assistant.quit"),
    ]

    def __init__(self, helper: Helper, *, welcome: bool, theme: str = DEFAULT, themes: Path | None = None) -> None:
        """`welcome` offers the demo first; `themes` is the folder of a person's own."""
        super().__init__(theme, themes)
        self._helper = helper
        self._welcome = welcome
        self._answers = Answers()

    def get_default_screen(self) -> Screen[None]:
        """The welcome, or the first step."""
        return Welcome(self._answers, self._helper) if self._welcome else self._step(0)

    def _step(self, number: int) -> Step:
        return STEPS[number](self._answers, self._helper, f" · {number + 1} of {len(STEPS)}")

    def on_mount(self) -> None:
        """The theme."""
        self.wear_wanted()

    def on_step_done(self, message: Step.Done) -> None:
        """The next one, or the end."""
        step = message.step
        if step is not self.screen:
            return
        if isinstance(step, Welcome) and step.way != "connect":
            self.exit(Ended(demo=True) if step.way == "demo" else None)
            return
        number = 0 if isinstance(step, Welcome) else STEPS.index(type(step)) + 1
        if number < len(STEPS):
            self.push_screen(self._step(number))
        else:
            self.exit(Ended(profile=self._answers.name))

    def on_step_back(self, message: Step.Back) -> None:
        """The one before, or the end."""
        if message.step is not self.screen:
            return
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.exit()
