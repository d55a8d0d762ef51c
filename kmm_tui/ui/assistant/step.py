"""What every step of the assistant looks like and does: a question, an answer, how it went, and on or back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static
from textual.worker import Worker

from kmm_tui.ui.assistant.helper import Answers, Helper, Told

KEYS = "Enter go on  Esc back  Ctrl+Q quit"

STYLE = """
Step { background: $kmm-ground; color: $kmm-text; }
Step > #title { height: 1; background: $kmm-surface; color: $kmm-title; }
Step > #body { height: 1fr; padding: 1 2 0 2; scrollbar-size-vertical: 1; }
Step #body > * { width: 1fr; max-width: 100; height: auto; margin: 0 0 1 0; }
Step.-low #body { padding: 0 2; }
Step.-low #so-far { display: none; }
Step Field > .label { width: 22; color: $kmm-dim; }
Step Field > Input { width: 1fr; }
Step Input, Step Input:focus { background: $kmm-surface; color: $kmm-text; }
Step Input:focus { background: $kmm-cursor; color: $kmm-title; }
Step Input > .input--placeholder { color: $kmm-dim; }
Step OptionList, Step OptionList:focus {
    background: $kmm-ground; color: $kmm-text; border: none; padding: 0; max-height: 100%;
}
Step OptionList > .option-list--option { padding: 0 1; }
Step > #foot { height: 1; padding: 0 2; }
Step #foot Button {
    width: auto; min-width: 0; margin: 0 2 0 0; background: $kmm-surface; color: $kmm-accent; text-style: none;
}
Step #foot Button:hover { background: $kmm-cursor-blurred; }
Step #foot Button:focus { background: $kmm-cursor; color: $kmm-title; text-style: bold; }
Step #foot Static { color: $kmm-dim; width: 1fr; height: 1; }
"""
"""Every step's. Low screens show the question and not what went well before."""


class Entry(Input):
    """An input of one line. Being reached it selects nothing: the next key would replace all of it."""

    def __init__(self, value: str = "", *, id: str, placeholder: str = "", password: bool = False) -> None:  # noqa: A002
        super().__init__(value, id=id, placeholder=placeholder, password=password, compact=True, select_on_focus=False)
        self.cursor_blink = False


class SecretInput(Entry):
    """An input that shows its characters to nobody, and hands them to no clipboard."""

    def __init__(self, *, id: str, value: str = "") -> None:  # noqa: A002 - the base's name
        super().__init__(value, id=id, password=True)

    def action_copy(self) -> None:
        """Copies nothing."""

    def action_cut(self) -> None:
        """Deletes what is selected, and copies nothing."""
        self.delete_selection()


class Field(Horizontal):
    """A label and the input that it is for."""

    def __init__(self, label: str, entry: Input) -> None:
        super().__init__()
        self._label = label
        self._entry = entry

    def compose(self) -> ComposeResult:
        """The label to the left."""
        yield Static(Content(self._label), classes="label")
        yield self._entry


class Step(Screen[None]):
    """One question. `go_on` is what Enter does; `Done` and `Back` tell the app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="assistant.back"),
        Binding("enter", "enter", "Go on", priority=True, id="assistant.on"),
        Binding("tab", "move(1)", "Next", show=False, priority=True, id="assistant.next"),
        Binding("shift+tab", "move(-1)", "Previous", show=False, priority=True, id="assistant.previous"),
    ]
    AUTO_FOCUS: ClassVar[str] = "Input, OptionList"
    HEADING: ClassVar[str]
    EXPLAINED: ClassVar[str] = ""
    KEYS: ClassVar[str] = KEYS
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]  # noqa: RUF012 - the base's, of an instance

    class Done(Message):
        """The step is answered."""

        def __init__(self, step: Step) -> None:
            super().__init__()
            self.step = step

    class Back(Message):
        """The person wants to go back."""

        def __init__(self, step: Step) -> None:
            super().__init__()
            self.step = step

    def __init__(self, answers: Answers, helper: Helper, place: str = "") -> None:
        """`place` says which step of how many it is."""
        super().__init__()
        self.answers = answers
        self.helper = helper
        self._place = place
        self._asking: Worker[None] | None = None

    @property
    def is_asking(self) -> bool:
        """Whether an answer is awaited."""
        return self._asking is not None and not self._asking.is_finished

    # -- what is shown

    def body(self) -> Iterable[Widget]:
        """What the step asks with."""
        raise NotImplementedError

    def so_far(self) -> tuple[str, ...]:
        """The lines of the steps that went well."""
        return ()

    def compose(self) -> ComposeResult:
        """Title, what went well so far, the question, how it went, and the way on."""
        yield Static(Content.assemble(" ", ("kmm", "$kmm-accent"), "  Connect an account", self._place), id="title")
        with VerticalScroll(id="body", can_focus=False):
            if lines := self.so_far():
                done = Content("\n").join(Content.assemble(("● ", "$kmm-ok"), (line, "$kmm-dim")) for line in lines)
                yield Static(done, id="so-far")
            yield Static(Content.assemble((self.HEADING, "bold $kmm-title"), *self._explained()), id="question")
            yield from self.body()
            yield Static("", id="result")
        with Horizontal(id="foot"):
            yield Button("Go on", id="on", compact=True)
            yield Button("Back", id="back", compact=True)
            yield Static(Content(self.KEYS), id="keys")

    def _explained(self) -> Iterable[tuple[str, str]]:
        return [(f"\n{self.EXPLAINED}", "$kmm-dim")] if self.EXPLAINED else []

    def on_mount(self) -> None:
        """The cursor is there before anything is drawn."""
        self._focus_first()

    def _focus_first(self) -> None:
        self.set_focus(next(iter(self.query(self.AUTO_FOCUS).results(Widget)), None))

    def say(self, told: Told | None) -> None:
        """Shows how it went: glyph, words, colour. None shows nothing."""
        content = Content("")
        if told:
            sign = ("● ", "$kmm-ok") if told.good else ("■ ", "bold $kmm-critical")
            content = Content.assemble(sign, (told.text, "$kmm-text"))
        self._show(content)

    def _show(self, content: Content) -> None:
        result = self.query_one("#result", Static)
        result.update(content)
        if content:
            self.call_after_refresh(result.scroll_visible, animate=False)

    # -- asking

    def ask(self, work: Callable[[], Awaitable[Told]], then: Callable[[Told], None], meanwhile: str) -> None:
        """Shows `meanwhile` and what comes of `work`, and hands it to `then`. What was asked before is given up."""
        self._show(Content.assemble(("○ ", "$kmm-dim"), (meanwhile, "$kmm-dim")))
        self._asking = self.run_worker(partial(self._ask, work, then), group="ask", exclusive=True, exit_on_error=False)

    async def _ask(self, work: Callable[[], Awaitable[Told]], then: Callable[[Told], None]) -> None:
        try:
            told = await work()
        except Exception as error:
            self.say(Told(False, f"unexpected {type(error).__name__}; please report it"))
            raise
        self._asking = None
        self.say(told)
        then(told)

    def stop_asking(self) -> None:
        """Gives up what is awaited."""
        if self._asking:
            self._asking.cancel()
            self._asking = None

    # -- on and back

    def go_on(self) -> None:
        """The person says that it is answered."""
        raise NotImplementedError

    def done(self) -> None:
        """Tells the app."""
        self.post_message(self.Done(self))

    def action_back(self) -> None:
        """Tells the app."""
        self.post_message(self.Back(self))

    def action_move(self, by: int) -> None:
        """To the next place, or the one before."""
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_enter(self) -> None:
        """To the next input, and on from the last one; chooses, or presses, where the cursor is."""
        at = self.focused
        inputs = list(self.query(Input))
        following = inputs[inputs.index(at) + 1 :] if isinstance(at, Input) else []
        if following:
            self.set_focus(following[0])
        elif isinstance(at, OptionList):
            at.action_select()
        elif isinstance(at, Button):
            at.action_press()
        elif at:
            self.go_on()
        else:
            self._focus_first()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click, on one of several."""
        event.stop()
        self.go_on()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The ways for a mouse."""
        event.stop()
        if event.button.id == "on":
            self.go_on()
        else:
            self.action_back()
