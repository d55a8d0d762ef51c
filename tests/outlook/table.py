"""How often a look ahead comes true: `python tests/outlook/table.py [SEED ...]` prints the table of the README.

Every two minutes of two and a half hours of each scene, for the account and each skill, what the board would say is
held against what the simulated contact centre then does. The parameters were chosen on other seeds than those shown.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kmm_tui.board.judge import Judge, Judged
from kmm_tui.board.lately import Lately
from kmm_tui.board.limit_text import bounds_of
from kmm_tui.board.outlook import HORIZON, queue_outlook
from kmm_tui.board.outlook_text import WATCHED, crossing_of, need_of
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.staffing import staffing
from kmm_tui.simulator.floor import Floor
from kmm_tui.simulator.scenes import SCENES
from tests.outlook.futures import Played, in_time, later

SEEDS = (11, 12, 13)
TURNS = 300
STEP = 4
STAFF_STEP = 20
FUTURES = 3
MOST_MORE = 8
LONGEST = 2
"""Skills with the longest queues whose staffing is held against their futures, at each such look."""
LATE = 1.5
"""Times the horizon, within which what was said has to happen."""
WAIT = "queue_wait_time_90th_percentile"
QUEUE = "unassigned_conversations"
KINDS = (
    ("p90 wait crosses", (WAIT,)),
    ("overdue crosses", ("overdue_conversations_in_queue",)),
    ("SLA share, CSAT cross", ("sla_share", "csat")),
)


@dataclass
class Tally:
    """What was said of one kind in one scene: how often, how often it came true, and by how many minutes it was off."""

    said: int = 0
    true: int = 0
    off: list[float] = field(default_factory=list)

    def add(self, said: float | None, actual: float | None) -> None:
        """Notes one saying, in seconds; `said` is None where it tells no time, `actual` where it did not happen."""
        self.said += 1
        if actual is not None:
            self.true += 1
            if said is not None:
                self.off.append(abs(actual - said) / 60)

    @property
    def text(self) -> str:
        """As it stands in the table."""
        if not self.said:
            return "–"
        off = f", off {median(self.off):.1f} min" if self.off else ""
        return f"{self.true} of {self.said}{off}"


@dataclass(frozen=True)
class Turn:
    """All that the board knows at one turn."""

    at: float
    figures: dict[Scope, Snapshot]
    judged: dict[Scope, Judged]


Results = dict[str, dict[str, Tally]]


def play(scene: str, seed: int, results: Results, size: str = "medium", turns: int = TURNS) -> None:
    """Plays a scene and notes what was said and what came."""
    judge, lately = Judge(PRESETS["live-chat"]), Lately(WATCHED)
    played = Played.of(scene, size, seed)
    said: list[tuple[str, str, Scope, int, float | None, float | None]] = []
    line: list[Turn] = []
    for place, (at, figures) in enumerate(played.turns(turns)):
        judged = {scope: judge.judge(scope, each.name, each.figures, at) for scope, each in figures.items()}
        for each in figures.values():
            lately.note(each)
        line.append(Turn(at, figures, judged))
        if place % STEP == 0:
            said += _sayings(lately, judged, at, place)
        if place % STAFF_STEP == 0 and place >= 20:
            _staff(played, lately, judge, figures, at, results.setdefault("staffing", {}).setdefault(scene, Tally()))
    for kind, name, scope, place, seconds, limit in said:
        if line[-1].at - line[place].at >= HORIZON * LATE:
            results.setdefault(kind, {}).setdefault(scene, Tally()).add(
                seconds, _came(line, place, scope, name, seconds, limit)
            )


def _sayings(
    lately: Lately, judged: dict[Scope, Judged], at: float, place: int
) -> list[tuple[str, str, Scope, int, float | None, float | None]]:
    found: list[tuple[str, str, Scope, int, float | None, float | None]] = []
    for scope, each in judged.items():
        for kind, names in KINDS:
            for name in names:
                verdict = each.verdicts.get(name)
                ahead = crossing_of(name, verdict, lately, scope, at) if verdict else None
                if ahead:
                    found.append((kind, name, scope, place, ahead.seconds, ahead.limit))
        queue = queue_outlook(lately.points(scope, QUEUE, at - 720), at)
        if queue and queue.seconds is not None:
            found.append(("queue empties", QUEUE, scope, place, queue.seconds, None))
    return found


def _came(
    line: Sequence[Turn], place: int, scope: Scope, name: str, seconds: float | None, limit: float | None
) -> float | None:
    """When it happened, in seconds from then; None where it did not in time."""
    now = line[place].at
    levels = None if limit is None else bounds_of(line[place].judged[scope].verdicts[name].limit)
    for turn in line[place + 1 :]:
        if turn.at - now > HORIZON * LATE:
            return None
        value = ScopeRow(scope, "", turn.figures[scope].figures, None).number(name) or 0.0  # type: ignore[arg-type]
        if levels is None or limit is None:
            came = value == 0
        else:
            came = value >= limit if levels.high_is_bad else value < limit
        if came:
            return turn.at - now
    return None


def _staff(
    played: Played, lately: Lately, judge: Judge, figures: dict[Scope, Snapshot], at: float, tally: Tally
) -> None:
    plan, floor = played.world.plan, played.world.floor
    humans = [skill for skill in plan.skills if not skill.for_bots]
    for skill in sorted(humans, key=lambda each: -len(floor.queues[each.index]))[:LONGEST]:
        scope = next(each for each in figures if each.key == skill.id)
        waiting = ScopeRow(scope, "", figures[scope].figures, None).number(QUEUE)  # type: ignore[arg-type]
        limit = judge.limit_for(WAIT, scope, skill.name)
        if not waiting or limit is None or limit.critical is None:
            continue
        slots = [seat.slots for seat in floor.seats if seat.open and skill.index in seat.agent.skills]
        target = limit.critical / 1000
        need = need_of(figures[scope], lately, slots, target, at)
        answer = staffing(need) if need else None
        if answer is None:
            continue
        actual = needed(floor, skill.index, target)
        if actual is not None:
            right = answer.least <= actual <= answer.most
            tally.add(None, 0.0 if right else None)
            middle = (answer.least + answer.most) / 2
            tally.off.append(abs(middle - actual))


def needed(floor: Floor, skill: int, target: float) -> int | None:
    """How many more agents it really takes, in most of some futures; None where there are not so many."""
    for more in range(MOST_MORE + 1):
        futures = [later(floor, f"future/{number}", skill=skill, more=more) for number in range(FUTURES)]
        floors = [each for each in futures if each is not None]
        if not floors:
            return None
        if in_time(floors, skill, target, (10, 25)) >= 0.9:
            return more
    return None


def table(results: Results) -> str:
    """The results as Markdown."""
    kinds = [kind for kind, _ in KINDS] + ["queue empties", "staffing"]
    lines = [f"| | {' | '.join(SCENES)} | all |", "| --- |" + " --- |" * (len(SCENES) + 1)]
    for kind in kinds:
        found = results.get(kind, {})
        every = Tally()
        for each in found.values():
            every.said, every.true, every.off = every.said + each.said, every.true + each.true, every.off + each.off
        cells = [*(found.get(scene, Tally()).text for scene in SCENES), every.text]
        if kind == "staffing":
            cells = [cell.replace(" min", " agents") for cell in cells]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(seeds: Sequence[int]) -> None:
    """Plays all scenes and prints the table."""
    results: Results = {}
    for seed in seeds:
        for scene in SCENES:
            play(scene, seed, results)
            print(f"{scene} {seed}", file=sys.stderr, flush=True)
    print(table(results))
    print(f"\n{sum(each.said for kind in results.values() for each in kind.values())} sayings")


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or SEEDS)
