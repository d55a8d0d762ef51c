"""The plan of a contact centre: its skills, the tree of its groups, its people and bots, and who works when.

A plan is made from a size and a seed alone and never changes. Ids do not depend on the seed, so that an example that
names one goes on working.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from kmm_tui.simulator import names

MINUTE = 60_000
"""Milliseconds in a minute."""


class Shift(NamedTuple):
    """A pattern of work: begins at this local minute of the day and lasts so many, across midnight if need be."""

    begins: int
    lasts: int


EARLY, MIDDLE, LATE = Shift(7 * 60, 510), Shift(8 * 60 + 15, 510), Shift(9 * 60 + 15, 510)
EVENING, NIGHT, ALWAYS = Shift(14 * 60, 510), Shift(22 * 60, 550), Shift(0, 1440)


class Size(NamedTuple):
    """How large a contact centre is, and the pattern of shifts that its people are dealt."""

    humans: int
    bots: int
    skills: int
    groups: int
    pattern: tuple[Shift, ...]


SIZES = {
    "small": Size(18, 2, 6, 4, (EARLY, MIDDLE, LATE, EARLY, MIDDLE, EVENING, MIDDLE, NIGHT, EARLY)),
    "medium": Size(
        144, 6, 25, 12,
        (EARLY, MIDDLE, LATE, MIDDLE, EARLY, EVENING, MIDDLE, EARLY, NIGHT, MIDDLE, EARLY, LATE, MIDDLE, EARLY,
         EVENING, MIDDLE),
    ),
    # Nearly all of them by day: past the 1000 records that an agent view can read, on purpose.
    "large": Size(
        1170, 30, 120, 60,
        (EARLY, MIDDLE, LATE, MIDDLE, EARLY, MIDDLE, LATE, EARLY, MIDDLE, EARLY, MIDDLE, LATE, EARLY, MIDDLE, EVENING,
         EARLY, MIDDLE, LATE, EARLY, MIDDLE, EARLY, MIDDLE, LATE, MIDDLE, EARLY, NIGHT, MIDDLE, EARLY, LATE, MIDDLE),
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Skill:
    """A kind of enquiry. ``sla``: how long a consumer may wait, ms; ``pace`` and ``heat`` scale answers and demand."""

    index: int
    id: str
    name: str
    home: int
    sla: int
    pace: float
    heat: float
    for_bots: bool = False


@dataclass(frozen=True, eq=False)
class Group:
    """A group of agents. ``parent`` is the index of the group above, -1 for the main group."""

    index: int
    id: str
    name: str
    parent: int


@dataclass(frozen=True, eq=False)
class Agent:
    """A person or a bot. ``skills`` are indices, the main one first; ``pace`` below 1 answers faster than most."""

    index: int
    id: str
    name: str
    nickname: str
    login: str
    group: int
    skills: tuple[int, ...]
    slots: int
    pace: float
    shift: Shift
    is_bot: bool

    @property
    def user_type(self) -> str:
        """``HUMAN`` or ``BOT``, as the filter of the API names them."""
        return "BOT" if self.is_bot else "HUMAN"


@dataclass(frozen=True, eq=False)
class Plan:
    """A whole contact centre. ``subtree[g]`` holds group ``g`` and every group below it."""

    size: str
    skills: tuple[Skill, ...]
    groups: tuple[Group, ...]
    agents: tuple[Agent, ...]
    subtree: tuple[frozenset[int], ...]
    skill_of: dict[str, int] = field(default_factory=dict)
    group_of: dict[str, int] = field(default_factory=dict)
    with_skill: tuple[tuple[int, ...], ...] = ()


def build_plan(size: str, seed: int) -> Plan:
    """The contact centre of this size. Raises `ValueError` for an unknown size."""
    if size not in SIZES:
        raise ValueError(f"unknown size {size!r}: one of {', '.join(SIZES)}")
    shape, rng = SIZES[size], Random(f"plan/{size}/{seed}")
    groups = _groups(size, shape.groups)
    skills = _skills(shape, groups)
    agents = _agents(shape, groups, skills, rng)
    return Plan(
        size=size,
        skills=skills,
        groups=groups,
        agents=agents,
        subtree=_subtrees(groups),
        skill_of={skill.id: skill.index for skill in skills},
        group_of={group.id: group.index for group in groups},
        with_skill=tuple(tuple(agent.index for agent in agents if skill.index in agent.skills) for skill in skills),
    )


def _groups(size: str, count: int) -> tuple[Group, ...]:
    tree = list(names.SMALL_GROUPS if size == "small" else names.GROUPS[:4] if size == "large" else names.GROUPS)
    for number in range(count - len(tree)):
        city, division = names.CITIES[number % len(names.CITIES)], number * 3 // (count - 4)
        tree.append((city if number < len(names.CITIES) else f"{city} nights", 1 + min(division, 2)))
    return tuple(
        Group(index, "-1" if index == 0 else str(1_641_709_730 + index * 7_919), name, parent)
        for index, (name, parent) in enumerate(tree)
    )


def _subtrees(groups: tuple[Group, ...]) -> tuple[frozenset[int], ...]:
    below: list[set[int]] = [{group.index} for group in groups]
    for group in reversed(groups):  # a parent always stands before its children
        if group.parent >= 0:
            below[group.parent] |= below[group.index]
    return tuple(frozenset(members) for members in below)


def _skills(shape: Size, groups: tuple[Group, ...]) -> tuple[Skill, ...]:
    leaves = _leaves(groups)
    human = shape.skills - 1
    skills = []
    for index in range(human):
        turn, base = divmod(index, len(names.SKILLS))
        name = names.SKILLS[base] + (f" {names.REGIONS[turn - 1]}" if turn else "")
        skills.append(
            Skill(
                index=index,
                id=str(2_461_033_330 + index * 104_729),
                name=name,
                home=leaves[index % len(leaves)],
                sla=(120, 240, 180, 300, 240, 240, 300)[index % 7] * 1000,
                pace=(1.1, 0.95, 1.2, 0.85, 0.9, 1.15, 1.0)[index % 7],
                heat=(1.15, 0.98, 1.10, 0.92, 0.95, 1.04, 0.90, 0.98)[index % 8],
            )
        )
    assistant = str(2_461_033_330 + human * 104_729)
    skills.append(Skill(human, assistant, names.ASSISTANT, 0, 30_000, 1.0, 1.0, for_bots=True))
    return tuple(skills)


def _leaves(groups: tuple[Group, ...]) -> list[int]:
    parents = {group.parent for group in groups}
    return [group.index for group in groups if group.index not in parents]


def _agents(shape: Size, groups: tuple[Group, ...], skills: tuple[Skill, ...], rng: Random) -> tuple[Agent, ...]:
    human_skills = [skill.index for skill in skills if not skill.for_bots]
    homes: dict[int, list[int]] = {}
    for index in human_skills:
        homes.setdefault(skills[index].home, []).append(index)
    weights = [1.0 / (3 + rank) for rank in range(len(human_skills))]
    shares = _shares(shape.humans, weights)
    people = [f"{first} {last}" for first in names.FIRST for last in names.LAST]
    rng.shuffle(people)
    people[5 : 5 + len(names.NOT_LATIN)] = names.NOT_LATIN
    agents: list[Agent] = []
    taken: dict[int, int] = {}
    for index in range(shape.humans):
        main = human_skills[shares[index]]
        group = skills[main].home
        more = [s for s in homes[group] if s != main] + rng.sample(human_skills, min(4, len(human_skills)))
        mine = dict.fromkeys([main, *more])
        wanted = rng.choice((2, 2, 3, 3, 4))
        # Every twentieth person sits above the teams, so that groups with sub-groups have people of their own.
        seat = groups[group].parent if index % 20 == 7 else group
        taken[main] = taken.get(main, -1) + 1
        agents.append(
            Agent(
                index=index,
                id=str(360_551 + index * 13),
                name=people[index],
                nickname=people[index].split()[0],
                login=f"agent{index + 1:04d}@example.com",
                group=max(seat, 0),
                skills=tuple(list(mine)[:wanted]),
                slots=rng.choice((3, 3, 4, 4, 5)),
                pace=rng.uniform(0.75, 1.3),
                shift=shape.pattern[index % len(shape.pattern)],
                is_bot=False,
            )
        )
    for number in range(shape.bots):
        turn, base = divmod(number, len(names.BOTS))
        agents.append(
            Agent(
                index=shape.humans + number,
                id=str(980_007 + number * 13),
                name=f"{names.BOTS[base]} (bot{f' {turn + 1}' if turn else ''})",
                nickname=names.BOTS[base],
                login=f"bot{number + 1:02d}@example.com",
                group=0,
                skills=(len(skills) - 1,),
                slots=5,
                pace=1.0,
                shift=ALWAYS,
                is_bot=True,
            )
        )
    return tuple(agents)


def _shares(count: int, weights: list[float]) -> list[int]:
    """Which skill each of `count` people has first: in proportion, and spread over the shifts by round robin."""
    total, given = sum(weights), [0] * len(weights)
    order = []
    for number in range(count):
        due = [weight / total * (number + 1) - got for weight, got in zip(weights, given, strict=True)]
        best = due.index(max(due))
        given[best] += 1
        order.append(best)
    return order
