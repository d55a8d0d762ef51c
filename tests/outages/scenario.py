"""One outage from its beginning to the recovery: what the board showed, and whether it kept its promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kmm_tui.board.board import worst
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Roster, Snapshot, Trend
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, TREND, TopicState
from kmm_tui.feed.clock import Clock
from tests.outages import vendor
from tests.outages.prepared import TELLING
from tests.outages.rig import Watched, watched
from tests.outages.virtual_time import START

INTERVAL = 30.0
WARM = 100.0
LASTS = 600.0
TREND_EVERY = 300.0
PATIENCE = 1200.0
LOOK_EVERY = 5.0
CALL_LASTS = 60.0
"""For one that is under way when the fault ends, and those that come after it."""
THROTTLED_FOR = 240.0
METHODS = ("metrics", "agent_view", "historical")
SIGN_IN_CALLS = ("login", "token")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as the simulator takes it, and what a person has to be told.

    `word` is the reason that the board has to show, "" for none; `of` overrides it by sign-in. Without `heals` only a
    person can mend it. `retry_after` is what the server asks for, in seconds.
    """

    order: str
    word: str
    on: tuple[str, ...] = METHODS
    of: Mapping[str, str] = field(default_factory=dict)
    sockets: bool = False
    heals: bool = True
    retry_after: float = 0.0
    may: str = ""
    extra: int = 0

    @property
    def name(self) -> str:
        return self.order.partition(":")[0]

    def word_for(self, sign_in: str) -> str:
        return self.of.get(sign_in, self.word)

    def order_on(self, target: str) -> str:
        return f"{self.order}{',' if ':' in self.order else ':'}on={target}"


@dataclass(slots=True)
class Outcome:
    """What became of it. `live_again` is seconds after the fault's end, None if never within `PATIENCE`.

    `calls` are those to the struck target while it lasted, `all_calls` those to any; `broken` the promises not kept.
    """

    fault: Fault
    on: str
    sign_in: str
    words: list[str] = field(default_factory=list)
    oldest: Age = Age.LIVE
    live_again: float | None = None
    person: bool = False
    calls: int = 0
    all_calls: int = 0
    allowed: int = 0
    longest: float = 0.0
    broken: list[str] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)


_AGES = (Age.LIVE, Age.AWAITED, Age.LATE, Age.STALE, Age.GONE)


class _Observer:
    """Looks at the board, at every state that is published and every few seconds."""

    def __init__(self, board: Watched, outcome: Outcome) -> None:
        self._watched, self._outcome = board, outcome
        self.began: float | None = None
        self.ended: float | None = None
        board.told.append(self._hear)

    def concerned(self) -> Freshness:
        """The sections that the struck target feeds; everything, where it is not one of the methods."""
        board, now = self._watched.board, self._watched.clock.now()
        if self._outcome.on.startswith("agent_view"):
            return board.freshness(AGENTS, now)
        if self._outcome.on == "historical":
            return board.freshness(TREND, now)
        parts = [
            board.freshness(ACCOUNT_FIGURES, now),
            board.section(Level.SKILL, now),
            board.section(Level.GROUP, now),
        ]
        if not self._outcome.on.startswith("metrics"):
            parts += [board.freshness(AGENTS, now), board.freshness(TREND, now)]
        return worst(parts)

    def _hear(self, state: TopicState) -> None:
        if state.trouble:
            self._outcome.messages.add(state.trouble.message)
        self.look()

    def look(self) -> None:
        """Notes what is shown now."""
        found, outcome, now = self.concerned(), self._outcome, self._watched.clock.now()
        self._check_shown()
        if self.began is None:
            return
        if self.ended is None:
            self._look_while_it_lasts(found, now)
        elif outcome.live_again is None and found.is_live:
            outcome.live_again = max(0.0, now - self.ended)

    def _look_while_it_lasts(self, found: Freshness, now: float) -> None:
        outcome = self._outcome
        outcome.oldest = max(outcome.oldest, found.age, key=_AGES.index)
        if found.trouble and found.trouble.word not in outcome.words:
            outcome.words.append(found.trouble.word)
        beat = TREND_EVERY if outcome.on == "historical" else INTERVAL
        failing = outcome.fault.word_for(outcome.sign_in) not in ("", "EMPTY?")
        # The last good answer may have come just before the fault, and the section is as old as its oldest part.
        if failing and found.age is Age.LIVE and self.began is not None and now - self.began > 2 * beat + 2:
            self._break("it was LIVE while it failed for more than two intervals")

    def _check_shown(self) -> None:
        """Nothing old may be shown as live, and nothing that is missing as zero: no figure here is ever zero."""
        board, now = self._watched.board, self._watched.clock.now()
        for topic in (ACCOUNT_FIGURES, AGENTS, TREND):
            state = board.state(topic)
            if state is None or state.content is None:
                continue
            values = list(_values(state))
            if any(value == 0 for _, value in values):
                self._break("a zero was shown that nobody had answered")
            made = [value for name, value in values if name == TELLING and value is not None]
            fresh = state.freshness(now)
            if fresh.age is Age.LIVE and made and now - START - max(made) > 2 * state.interval + 2:
                self._break("an old figure was shown as live")

    def _break(self, promise: str) -> None:
        if promise not in self._outcome.broken:
            self._outcome.broken.append(promise)


def _values(state: TopicState) -> list[tuple[str, Any]]:
    content = state.content
    if isinstance(content, Snapshot):
        return list(content.figures.values.items())
    if isinstance(content, Roster):
        return [each for agent in content.agents for each in agent.figures.values.items()]
    if isinstance(content, Trend):
        return [each for point in content.points for each in point.values.items()]
    return []


async def play(fault: Fault, on: str, sign_in: str) -> Outcome:
    """Lets `fault` strike `on` for 10 minutes, and waits for the recovery."""
    outcome = Outcome(fault, on, sign_in)
    from_the_start = on == "domain"
    async with watched(sign_in, interval=INTERVAL, sockets=fault.sockets, begin=not from_the_start) as board:
        observer = _Observer(board, outcome)
        if not from_the_start:
            await board.pass_(WARM)
            if not observer.concerned().is_live:
                outcome.broken.append("not LIVE before the fault")
        struck = board.app.service.faults.switch_on(fault.order_on(on))
        if on in SIGN_IN_CALLS:
            # A sign-in is asked for when the bearer in use is refused.
            board.app.service.faults.switch_on("expired-session")
        if from_the_start:
            board.feed.start()
        struck_targets = on.split("+")
        before, all_before, logins = board.calls(*struck_targets), board.calls(), board.calls("login")
        observer.began = board.clock.now()
        await _look_for(LASTS, observer, board.clock)
        outcome.calls, outcome.all_calls = board.calls(*struck_targets) - before, board.calls() - all_before
        if fault.word_for(sign_in) == "AUTH" and sign_in == "user" and board.calls("login") - logins != 1:
            outcome.broken.append(f"a wrong password was tried {board.calls('login') - logins} times")
        board.app.service.faults.switch_off(struck.id)
        observer.ended = board.clock.now()
        observer.look()
        await _until_live(outcome, observer, board)
        outcome.broken += [f"{name} has ended" for name in board.ended()]
    _judge(outcome)
    return outcome


async def _look_for(seconds: float, observer: _Observer, clock: Clock) -> None:
    for _ in range(int(seconds / LOOK_EVERY)):
        await clock.sleep(LOOK_EVERY)
        observer.look()


async def _until_live(outcome: Outcome, observer: _Observer, board: Watched) -> None:
    for _ in range(2):
        for _ in range(int(PATIENCE / 60)):
            if outcome.live_again is not None:
                return
            await board.pass_(60)
        observer.look()
        if outcome.live_again is None:
            # What a person does who has mended it.
            outcome.person = True
            observer.ended = board.clock.now()
            board.feed.ask_now()


def most_calls(fault: Fault, on: str, sign_in: str) -> int:
    """How many calls the vendor's table allows to the struck target in `LASTS` seconds.

    The scopes that ask in the same moment share them: skills and groups make two calls of `metrics`, the agents one,
    the trend one. A sign-in is shared too, save by the trend, which has its own beat; hosts are looked up by each.
    """
    word = fault.word_for(sign_in)
    beat = TREND_EVERY if on == "historical" else INTERVAL
    tries = vendor.most_tries(word, LASTS, beat, fault.retry_after)
    calls = {"metrics": 2, "agent_view": 1, "historical": 1, "login": 2, "token": 2, "domain": 4}
    return sum(calls[target] for target in on.split("+")) * tries + fault.extra


def _judge(outcome: Outcome) -> None:
    fault, word, broken = outcome.fault, outcome.fault.word_for(outcome.sign_in), outcome.broken
    if word and word not in outcome.words:
        broken.append(f"{word} was not shown, but {outcome.words or 'nothing'}")
    if more := set(outcome.words) - {word, fault.may}:
        broken.append(f"{', '.join(more)} was shown for nothing")
    if outcome.live_again is None:
        broken.append("never LIVE again")
    elif outcome.person is (fault.heals or not word):
        broken.append("a person was needed" if outcome.person else "it went on by itself")
    beat = INTERVAL if outcome.on.startswith(("metrics", "agent_view")) else TREND_EVERY
    # Once it has been throttled it asks slowly for some minutes.
    slowed = THROTTLED_FOR if word == "THROTTLED" else 0.0
    wait = vendor.longest_wait(fault.may if fault.may == "REFUSED" else word, LASTS, INTERVAL, fault.retry_after)
    outcome.longest = max(beat, wait) + slowed + CALL_LASTS
    if outcome.live_again is not None and outcome.live_again > outcome.longest:
        broken.append(f"LIVE again only after {outcome.live_again:.0f} s, not {outcome.longest:.0f}")
    outcome.allowed = most_calls(fault, outcome.on, outcome.sign_in)
    if outcome.calls > outcome.allowed:
        broken.append(f"{outcome.calls} calls, where {outcome.allowed} are allowed")
