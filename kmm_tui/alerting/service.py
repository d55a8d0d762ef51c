"""The service: takes what the feed publishes, keeps the book of alerts, writes it down, and has people told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from kmm_tui.alerting.channels import Terminal
from kmm_tui.alerting.journal import Entry, Journal, alert_entry
from kmm_tui.alerting.known import Known
from kmm_tui.alerting.outlet import Outlet
from kmm_tui.board.alert_rules import AlertRules
from kmm_tui.board.alert_silence import SILENCE, Silence
from kmm_tui.board.alerts import SNOOZES, Alert, AlertBook, Change, What
from kmm_tui.board.freshness import STALE_AFTER
from kmm_tui.board.look import Look
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Roster, Snapshot
from kmm_tui.board.state import AGENTS, Section, Topic, TopicState
from kmm_tui.feed.clock import Clock
from kmm_tui.metrics import Method

logger = logging.getLogger(__name__)

JUMP = 30.0
"""Seconds between two turns after which the machine must have slept or its clock have been set."""
BELIEVED_GONE = 900.0
"""Seconds after the start until an alert ends whose skill, group or agent did not appear again."""
SILENCE_EVERY = 5.0
FOLLOWED_EVERY = 5.0
"""Seconds after which one that only follows reads again: there may be a page of it for each of many viewers."""
MOST_TOLD = 200
"""Alerts in one line of the journal that says that people were told of them."""


class AlertService:
    """The alerts of one account. `open` and `past` are what screens show; `version` grows whenever they change.

    Only who is in charge judges and tells; see the package. `note` and everything a person does return at once.
    """

    def __init__(
        self,
        rules: AlertRules,
        clock: Clock,
        journal: Journal,
        *,
        who: str,
        no_data: float | None = 300.0,
        outlets: Sequence[Outlet] = (),
        terminal: Terminal | None = None,
        only_follows: bool = False,
    ) -> None:
        """`who` acknowledges here; `no_data` is after how many seconds silence is an alert, None never.

        One that `only_follows` shows what another board judges, and never takes charge.
        """
        self._only_follows = only_follows
        self.rules = rules
        self._known = Known()
        self.terminal = terminal or Terminal()
        self._clock = clock
        self._journal = journal
        self._who = who
        self._outlets = tuple(outlets)
        for outlet in outlets:
            outlet.attach(rules.is_quiet, self.on_told)
        self._started = clock.now()
        self._silence = Silence(no_data, self._started, rules.usual) if no_data is not None else None
        self._book = AlertBook()
        self._in_charge = False
        self._entries: list[Entry] = []
        self._seen: dict[Topic, object] = {}
        self._scopes: set[Scope] = {ACCOUNT}
        self._ticked_at = self._started
        self._silence_at = 0.0
        self._levels = rules.levels()

    # -- what is shown

    @property
    def open(self) -> list[Alert]:
        """The open alerts, those to look at first in front."""
        if self._in_charge:
            return self._book.open
        return self._known.open

    @property
    def past(self) -> list[Alert]:
        """Alerts that are over, the newest first."""
        return self._known.past

    @property
    def version(self) -> int:
        """Grows whenever an alert is raised, over, or otherwise another one; not with each new value."""
        return self._known.version

    @property
    def is_in_charge(self) -> bool:
        """Whether this board judges and tells, and no other of this machine."""
        return self._in_charge

    @property
    def trouble(self) -> str:
        """What is wrong with the journal or a channel, in one line; '' if nothing is."""
        return self._journal.trouble or next((outlet.trouble for outlet in self._outlets if outlet.trouble), "")

    # -- what comes from the feed

    def look(self, look: Look) -> Look:
        """`look`, and what the rules need besides: alerts do not depend on what is on the screen."""
        levels = look.levels | (self._levels & {Level.SKILL, Level.GROUP})
        agents = Level.AGENT in self._levels
        return Look(
            levels=levels,
            agents=look.agents or agents,
            trend=look.trend,
            agent=look.agent,
            offline=look.offline,
            metrics=_joined(look.metrics, self.rules.needs(Method.METRICS)),
            agent_metrics=_joined(look.agent_metrics, self.rules.needs(Method.AGENT_VIEW) if agents else ()),
        )

    def watching(self, publish: Callable[[TopicState], None]) -> Callable[[TopicState], None]:
        """`publish`, and then a note of the state."""

        def both(state: TopicState) -> None:
            publish(state)
            try:
                self.note(state)
            except Exception:
                # An error here must not cost the board its figures.
                logger.exception("alerts could not take note of %s", state.topic)

        return both

    def note(self, state: TopicState) -> None:
        """Takes note of a topic's newest state."""
        topic = state.topic
        if state.is_past or not (topic.section is Section.FIGURES or topic == AGENTS):
            return
        if state.is_withdrawn:
            self._seen.pop(topic, None)
            self._gone([topic.scope])
            return
        if state.is_paused and self._silence:
            self._silence.forget(topic.scope)
        content, before = state.content, self._seen.get(topic)
        if content is None or content is before:
            return
        self._seen[topic] = content
        now = self._clock.now()
        if not self._in_charge or now - content.taken_at / 1000 > max(STALE_AFTER * state.interval, JUMP):
            return
        if isinstance(content, Snapshot):
            self._judge(content)
        elif isinstance(content, Roster) and Level.AGENT in self._levels:
            self._judge_agents(content)

    def _judge(self, snapshot: Snapshot) -> None:
        scope = snapshot.scope
        if scope.level not in self._levels:
            return
        label = "the account" if scope == ACCOUNT else snapshot.name or str(scope)
        at = snapshot.taken_at / 1000
        readings = self.rules.readings(scope, snapshot.name, label, snapshot.figures, at)
        self._scopes.add(scope)
        if self._silence:
            self._silence.heard(scope, label, at, readings)
        self._take([change for reading in readings for change in self._book.observe(reading)])

    def _judge_agents(self, roster: Roster) -> None:
        at, here = roster.taken_at / 1000, {Scope(Level.AGENT, agent.key) for agent in roster.agents}
        changes: list[Change] = []
        for agent in roster.agents:
            scope, label = Scope(Level.AGENT, agent.key), agent.name or f"agent {agent.key}"
            for reading in self.rules.readings(scope, agent.name, label, agent.figures, at):
                changes += self._book.observe(reading)
        self._take(changes)
        if roster.is_whole:
            # Who has logged out is in no trouble any more.
            before = {scope for scope in self._scopes if scope.level is Level.AGENT}
            before |= {alert.scope for alert in self._book.open if alert.scope.level is Level.AGENT}
            self._gone(before - here)
        self._scopes |= here

    def _gone(self, scopes: Iterable[Scope]) -> None:
        for scope in scopes:
            self._scopes.discard(scope)
            self.rules.forget(scope)
            if self._silence:
                self._silence.forget(scope)
            if self._in_charge:
                self._take(self._book.forget(scope, self._clock.now()))

    # -- what a person does

    def acknowledge(self, alert_id: str, note: str = "") -> None:
        """The person takes an open alert upon themselves."""
        self._ask({"do": "acknowledge", "id": alert_id, "who": self._who, "note": note})

    def snooze(self, alert_id: str, minutes: int) -> None:
        """Nobody is told of an open alert for some `minutes`, one of `SNOOZES`."""
        self._ask({"do": "snooze", "id": alert_id, "minutes": minutes})

    def _ask(self, wish: Entry) -> None:
        wish = {"v": 1, "at": self._clock.now(), **wish}
        if self._in_charge:
            self._fulfil(wish)
        else:
            self._entries.append(wish)

    def _fulfil(self, wish: Entry) -> None:
        now = self._clock.now()
        alert_id, minutes = str(wish.get("id")), wish.get("minutes")
        if wish.get("do") == "acknowledge":
            who, note = str(wish.get("who")), str(wish.get("note", ""))
            self._take(self._book.acknowledge(alert_id, who, note, now))
        elif wish.get("do") == "snooze" and minutes in SNOOZES:
            self._take(self._book.snooze(alert_id, int(str(minutes)), now))

    # -- time

    async def run(self) -> None:
        """Watches over time until it is cancelled; the channels along with it."""
        async with asyncio.TaskGroup() as group:
            for outlet in self._outlets:
                group.create_task(outlet.run())
            while True:
                try:
                    await self.turn()
                except Exception:
                    # The next turn may do better; without a next one nobody would be told of anything.
                    logger.exception("alerts missed a turn")
                await self._clock.sleep(FOLLOWED_EVERY if self._only_follows else 1.0)

    async def turn(self) -> None:
        """What is to be done each second. The disk is waited for beside the event loop."""
        if not self._in_charge:
            await self._follow()
        now = self._clock.now()
        if abs(now - self._ticked_at) > JUMP and self._silence:
            self._silence.excuse(now)
        self._ticked_at = now
        if self._in_charge:
            for entry in await asyncio.to_thread(self._journal.read):
                if "do" in entry:
                    self._fulfil(entry)
            self._take(self._book.tick(now, self.rules.all))
            if self._silence and abs(now - self._silence_at) >= SILENCE_EVERY:
                self._silence_at = now
                known = [(alert.rule, alert.scope) for alert in self._book.open if alert.rule.startswith(SILENCE)]
                readings = self._silence.readings(now, known)
                self._take([change for reading in readings for change in self._book.observe(reading)])
            if now - self._started > BELIEVED_GONE:
                self._started = now
                self._gone({alert.scope for alert in self._book.open} - self._scopes)
        await self.write()

    async def write(self) -> None:
        """Writes down what has happened since the last time."""
        entries, self._entries = self._entries, []
        if not entries:
            return
        await asyncio.to_thread(self._journal.append, entries)
        if self._in_charge and await asyncio.to_thread(self._journal.is_full):
            now = self._clock.now()
            kept = [*reversed(self._known.past), *self._book.open]
            snapshot = [alert_entry("kept", alert, now) for alert in kept]
            await asyncio.to_thread(self._journal.begin_anew, snapshot)

    async def close(self) -> None:
        """Writes the last of it and lets another board take charge."""
        await self.write()
        self._journal.close()
        self._in_charge = False

    async def _follow(self) -> None:
        is_mine = not self._only_follows and await asyncio.to_thread(self._journal.take_charge)
        self._known.learn(await asyncio.to_thread(self._journal.read))
        if not is_mine:
            return
        now = self._clock.now()
        self._in_charge, self._started = True, now
        self._book = AlertBook(self._known.open)
        if self._silence:
            self._silence.excuse(now)
            self._silence.expect(ACCOUNT, "the account")
        keys = [rule.key for rule in self.rules.all]
        silences = [f"{SILENCE}{key}" for key in ("", *keys)] if self._silence else []
        self._take(self._book.keep_only([*keys, *silences], now))
        for wish in list(self._known.wishes.values()):
            self._fulfil(wish)
        untold = [alert for alert in self._book.open if not alert.is_told]
        self._tell([Change(What.RAISED, alert, now) for alert in untold if not alert.is_muted(now)])

    def _take(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._known.note(change.alert)
            self._entries.append(alert_entry(change.what.value, change.alert, change.at))
        if changes:
            self._tell(changes)

    def _tell(self, changes: Sequence[Change]) -> None:
        for outlet in self._outlets:
            outlet.put(changes)

    def on_told(self, ids: Sequence[str]) -> None:
        """A channel has told people of these."""
        self._book.told(ids)
        now = self._clock.now()
        for start in range(0, len(ids), MOST_TOLD):
            self._entries.append({"v": 1, "at": now, "what": "told", "ids": ids[start : start + MOST_TOLD]})


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))
