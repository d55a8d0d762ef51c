"""One day on the floor: the events, in order of time, that everything the API answers is counted from.

A day begins on an empty floor and ends, at a quiet hour, when the system closes whatever is still open; so each day can
be played by itself, and comes out the same whenever and in whatever steps it is played. Times are ms since it began.
"""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush
from itertools import accumulate
from random import Random
from typing import Any

from kmm_tui.simulator import conversation as talk
from kmm_tui.simulator import surveys
from kmm_tui.simulator.conversation import ASSIGNED, CLOSED, QUEUED, Conversation
from kmm_tui.simulator.daytime import DAY
from kmm_tui.simulator.demand import SLOT, SLOTS
from kmm_tui.simulator.ledger import Ledger
from kmm_tui.simulator.plan import MINUTE, Agent, Plan
from kmm_tui.simulator.shifts import ONLINE, Stretch, Timeline

_SHIFT, _ARRIVE, _ABANDON, _ANSWER, _REPLY, _CLOSE, _LEAVE, _HAND_ON = range(8)
_R, _F, _E, _S, _I = range(5)


class Seat:
    """An agent at work: the current stretch (None: logged out) and the conversations in hand."""

    __slots__ = ("agent", "deferred", "hand", "index", "is_bot", "open", "slots", "stretch")

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.index = agent.index
        self.slots = agent.slots
        self.is_bot = agent.is_bot
        self.open = False  # takes conversations from the queue
        self.stretch: Stretch | None = None
        self.hand: dict[Conversation, None] = {}
        self.deferred: list[tuple[Conversation, int]] = []

    def active(self, now: int) -> int:
        """How many of the conversations in hand somebody has written in lately."""
        return sum(now - conversation.touched_at < talk.IDLE for conversation in self.hand)

    def pending(self) -> int:
        """How many of the conversations in hand wait for this agent's answer."""
        return sum(conversation.waiting for conversation in self.hand)


class Floor:
    """One world day. `advance` plays it up to a moment; `ledger`, `seats` and `queues` are its state then."""

    def __init__(self, plan: Plan, lines: list[Timeline], rates: list[list[float]], name: str, start: int) -> None:
        self.plan = plan
        self.start = start
        self.now = 0
        self.opened = self.closed = 0
        self.ledger = Ledger(len(plan.agents), len(plan.skills))
        self.seats = [Seat(agent) for agent in plan.agents]
        self.queues: list[deque[tuple[Conversation, int]]] = [deque() for _ in plan.skills]
        self._rates = rates
        self._rng = Random(name)
        self._chance = self._rng.random
        self._spread = talk.spread()
        self._crew = [[self.seats[index] for index in crew] for crew in plan.with_skill]
        self._wanted: dict[int, list[float]] = {}
        self._count = 0
        self._events: list[tuple[int, int, int, Any, Any]] = []
        for index, line in enumerate(lines):
            for stretch in line:
                if stretch.start <= start:  # at work when the day begins
                    self.seats[index].stretch = stretch
                    self.seats[index].open = stretch.status == ONLINE
                else:
                    self._plan_shift(index, stretch.start - start, stretch)
            nexts = [stretch.start for stretch in line[1:]] + [start + 2 * DAY]
            for stretch, next_start in zip(line, nexts, strict=False):
                if stretch.end < min(next_start, start + DAY):
                    self._plan_shift(index, stretch.end - start, None)
        heapify(self._events)
        for skill in range(len(rates)):
            self._next_arrival(skill, 0)

    # -- playing ----------------------------------------------------------------------------------------------------

    def advance(self, until: int) -> None:
        """Plays everything up to and including `until`; at the end of the day the floor is swept."""
        until = min(until, DAY - 1)
        events = self._events
        while events and events[0][0] <= until:
            now, _, kind, what, token = heappop(events)
            if kind == _ANSWER:
                if what.token == token:
                    self._answer(what, now)
            elif kind == _REPLY:
                if what.token == token:
                    self._reply(what, now)
            elif kind == _ARRIVE:
                self._arrive(what, now)
            elif kind == _SHIFT:
                self._change(self.seats[what], token, now)
            elif what.token == token:
                if kind == _CLOSE:
                    self._close(what, now, what.fate)
                elif kind == _HAND_ON:
                    self._hand_on(what, now)
                else:  # the consumer's patience is over, in the queue or with an agent who is away
                    self._close(what, now, "consumer")
        self.now = max(self.now, until)
        if until == DAY - 1:
            self._sweep(until)

    def _at(self, time: int, kind: int, what: Any, token: Any) -> None:
        self._count += 1
        # Never on an exact minute, so that windows cut in two at a minute add up.
        heappush(self._events, (time if time % MINUTE else time + 1, self._count, kind, what, token))

    def _plan_shift(self, index: int, time: int, stretch: Stretch | None) -> None:
        self._count += 1
        self._events.append((time if time % MINUTE else time + 1, self._count, _SHIFT, index, stretch))

    def _factor(self) -> float:
        return self._spread[int(self._chance() * 1024)]

    def _sweep(self, now: int) -> None:
        for queue in self.queues:
            for conversation, token in list(queue):
                if conversation.token == token:
                    self._close(conversation, now, "silence")
            queue.clear()
        for seat in self.seats:
            seat.open = False
            for conversation in list(seat.hand):
                self._close(conversation, now, "silence")

    # -- consumers --------------------------------------------------------------------------------------------------

    def _next_arrival(self, skill: int, now: int) -> None:
        rates, slot = self._rates[skill], now // SLOT
        while slot < SLOTS:
            if rates[slot] > 0:
                now += int(self._rng.expovariate(rates[slot])) + 1
                if now < (slot + 1) * SLOT:
                    self._at(now, _ARRIVE, skill, None)
                    return
            slot += 1
            now = slot * SLOT

    def _arrive(self, skill: int, now: int) -> None:
        self._next_arrival(skill, now)
        self.opened += 1
        self._enqueue(Conversation(skill, now), now)

    def _enqueue(self, conversation: Conversation, now: int) -> None:
        conversation.place = QUEUED
        conversation.agent = -1
        conversation.queued_at = now
        conversation.token += 1
        best, best_load = None, 1.0
        for seat in self._crew[conversation.skill]:
            if seat.open:
                load = len(seat.hand) / seat.slots
                if load < best_load:
                    best, best_load = seat, load
        if best is not None:
            self._assign(conversation, best, now)
            return
        self.queues[conversation.skill].append((conversation, conversation.token))
        self._at(now + int(self._rng.expovariate(1 / talk.PATIENCE)), _ABANDON, conversation, conversation.token)

    def _reply(self, conversation: Conversation, now: int) -> None:
        conversation.waiting = True
        conversation.touched_at = conversation.asked_at = conversation.waits_since = now
        self._await_answer(conversation, self.seats[conversation.agent], now)

    # -- agents -----------------------------------------------------------------------------------------------------

    def _change(self, seat: Seat, stretch: Stretch | None, now: int) -> None:
        before, seat.stretch = seat.stretch, stretch
        seat.open = stretch is not None and stretch.status == ONLINE
        if stretch is None:
            for conversation in list(seat.hand):
                self._back_to_queue(conversation, now)
            seat.deferred.clear()
            return
        if seat.deferred and stretch.answers and not (before is not None and before.answers):
            for conversation, token in seat.deferred:
                if conversation.token == token:
                    conversation.token += 1  # the consumer's plan to leave lapses
                    self._at(now + int(talk.ANSWER * self._factor()), _ANSWER, conversation, conversation.token)
            seat.deferred.clear()
        if seat.open:
            self._pull(seat, now)

    def _pull(self, seat: Seat, now: int) -> None:
        queues, skills = self.queues, seat.agent.skills
        while seat.open and len(seat.hand) < seat.slots:
            best: Conversation | None = None
            for skill in skills:
                queue = queues[skill]
                while queue and queue[0][0].token != queue[0][1]:
                    queue.popleft()
                if queue and (best is None or queue[0][0].queued_at < best.queued_at):
                    best = queue[0][0]
            if best is None:
                return
            queues[best.skill].popleft()
            self._assign(best, seat, now)

    def _assign(self, conversation: Conversation, seat: Seat, now: int) -> None:
        conversation.place = ASSIGNED
        conversation.agent = seat.index
        conversation.assigned_at = now
        if conversation.first_assigned_at < 0:
            conversation.first_assigned_at = now
        conversation.token += 1
        conversation.answered = False
        fate = talk.drawn(talk.BOT_FATES if seat.is_bot else talk.FATES, self._chance())
        conversation.fate = fate
        if seat.is_bot:
            conversation.turns = 1 + int(self._chance() * 4)
        elif fate in ("agent", "consumer", "silence"):
            conversation.turns = 2 + int(self._chance() * 8)
        else:
            conversation.turns = 1 + int(self._chance() * 3)
        seat.hand[conversation] = None
        self._await_answer(conversation, seat, now)

    def _await_answer(self, conversation: Conversation, seat: Seat, now: int) -> None:
        if seat.is_bot:
            delay = talk.BOT_ANSWER * self._factor()
        else:
            busy = 0.45 + 0.55 * len(seat.hand) / seat.slots
            pace = seat.agent.pace * self.plan.skills[conversation.skill].pace
            delay = talk.ANSWER * self._factor() * busy * pace
        self._at(now + int(delay) + 1, _ANSWER, conversation, conversation.token)

    def _answer(self, conversation: Conversation, now: int) -> None:
        seat = self.seats[conversation.agent]
        if not (seat.stretch is not None and seat.stretch.answers):
            seat.deferred.append((conversation, conversation.token))
            leaves = now + int(self._rng.expovariate(1 / talk.PATIENCE_UNHEARD))
            self._at(leaves, _LEAVE, conversation, conversation.token)
            return
        self._note_answer(conversation, seat, now)
        conversation.waiting = False
        conversation.touched_at = now
        conversation.turns -= 1
        if conversation.turns > 0:
            pace = 0.3 if seat.is_bot else 1.0
            self._at(now + int(talk.REPLY * self._factor() * pace) + 1, _REPLY, conversation, conversation.token)
            return
        fate = conversation.fate
        if fate == "silence":
            low, high = talk.SILENCE
            self._at(now + low + int(self._chance() * (high - low)), _CLOSE, conversation, conversation.token)
        elif fate in ("agent", "consumer"):
            self._at(now + 5_000 + int(self._chance() * 70_000), _CLOSE, conversation, conversation.token)
        else:
            self._at(now + 2_000 + int(self._chance() * 20_000), _HAND_ON, conversation, conversation.token)

    def _note_answer(self, conversation: Conversation, seat: Seat, now: int) -> None:
        ledger, agent, skill = self.ledger, seat.index, conversation.skill
        since = conversation.asked_at if conversation.asked_at > conversation.assigned_at else conversation.assigned_at
        wait = now - conversation.waits_since
        if seat.is_bot:
            ledger.series(_R, agent, skill).answer(now, now - since, None)
            matched = self._chance() < talk.INTENT_MATCHED
            ledger.series(_I, agent, skill).add(now, (0, 1), (1, int(matched)))
        else:
            ledger.series(_R, agent, skill).answer(now, now - since, wait)
            if wait > conversation.longest:
                conversation.longest = wait
        if conversation.answered:
            return
        firsts = [(4, 1), (5, now - conversation.assigned_at)]
        if not conversation.heard:
            firsts += [(2, 1), (3, now - conversation.first_assigned_at)]
            if not seat.is_bot:
                firsts += [(0, 1), (1, wait)]
        conversation.heard = True
        conversation.answered = True
        ledger.series(_F, agent, skill).add(now, *firsts)

    # -- endings ----------------------------------------------------------------------------------------------------

    def _release(self, conversation: Conversation, now: int) -> Seat | None:
        """Takes a conversation out of wherever it is; what was planned for it lapses."""
        conversation.token += 1
        if conversation.place != ASSIGNED:
            return None
        seat = self.seats[conversation.agent]
        del seat.hand[conversation]
        conversation.handled += now - conversation.assigned_at
        return seat

    def _close(self, conversation: Conversation, now: int, how: str) -> None:
        seat = self._release(conversation, now)
        conversation.place = CLOSED
        self.closed += 1
        agent = seat.index if seat is not None else self.ledger.nobody
        kind = 0 if how == "agent" else 1 if how == "consumer" else 2
        ends = self.ledger.series(_E, agent, conversation.skill)
        if seat is None:
            ends.add(now, (kind, 1))
            return
        ends.add(now, (kind, 1), (5, 1), (6, conversation.handled))
        if kind != 2 and not seat.is_bot and self._chance() < surveys.ANSWERED:
            facts = surveys.answers(self._chance, conversation.longest, seat.agent.pace)
            self.ledger.series(_S, agent, conversation.skill).add(now, *facts)
        if seat.open:
            self._pull(seat, now)

    def _hand_on(self, conversation: Conversation, now: int) -> None:
        if conversation.fate == "back":
            self._back_to_queue(conversation, now)
            return
        seat = self.seats[conversation.agent]
        self._release(conversation, now)
        self.ledger.series(_E, seat.index, conversation.skill).add(now, (3, 1))
        conversation.waiting = True
        conversation.waits_since = conversation.asked_at = conversation.touched_at = now
        if seat.is_bot:  # the first answer that counts from here on is a human's
            conversation.heard = False
            conversation.first_assigned_at = -1
        colleague = self._colleague(seat, conversation.skill) if conversation.fate == "to agent" else None
        if colleague is not None:
            self._assign(conversation, colleague, now)
        else:
            conversation.skill = self._other_skill(conversation.skill, now)
            self._pass_on(conversation, seat, now)
        if seat.open:
            self._pull(seat, now)

    def _pass_on(self, conversation: Conversation, seat: Seat, now: int) -> None:
        """Back into the queue, and not to the same agent at once."""
        was_open, seat.open = seat.open, False
        self._enqueue(conversation, now)
        seat.open = was_open

    def _colleague(self, seat: Seat, skill: int) -> Seat | None:
        free = [s for s in self._crew[skill] if s is not seat and s.open and len(s.hand) < s.slots]
        return free[int(self._chance() * len(free))] if free else None

    def _other_skill(self, skill: int, now: int) -> int:
        """Another skill, by how much each is asked for at this hour; the same one if no other is served."""
        slot = now // SLOT
        if slot not in self._wanted:
            self._wanted[slot] = list(accumulate(row[slot] for row in self._rates[:-1]))
        running = self._wanted[slot]
        chance = self._chance() * running[-1]
        for other, share in enumerate(running):
            if chance < share and other != skill:
                return other
        return skill if skill < len(running) else 0

    def _back_to_queue(self, conversation: Conversation, now: int) -> None:
        seat = self.seats[conversation.agent]
        self._release(conversation, now)
        self.ledger.series(_E, seat.index, conversation.skill).add(now, (4, 1))
        if not conversation.waiting:
            conversation.waiting = True
            conversation.waits_since = conversation.asked_at = now
        self._pass_on(conversation, seat, now)
        if seat.open:
            self._pull(seat, now)
