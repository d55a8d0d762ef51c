"""Agent groups as a tree: every group exactly once, below its parent, whatever the settings say."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.grouping import problems, tree

GROUPS = [("-1", "Main group"), ("1", "EMEA"), ("2", "Lisbon"), ("3", "Americas"), ("4", "Lyon"), ("5", None)]
KEYS = [key for key, _ in GROUPS]


def test_without_parents_it_is_flat_in_the_given_order() -> None:
    assert tree(GROUPS, {}) == [(key, 0) for key in KEYS]
    assert tree([], {"a": "b"}) == []


def test_groups_stand_below_their_parents_which_are_named_by_name_or_id() -> None:
    parents = {"lisbon": "EMEA", "4": "1", "emea": "Main group", "Americas": "-1"}
    assert tree(GROUPS, parents) == [("-1", 0), ("1", 1), ("2", 2), ("4", 2), ("3", 1), ("5", 0)]
    assert problems(GROUPS, parents) == ()


def test_what_is_not_known_is_said_and_leaves_the_group_at_the_top() -> None:
    parents = {"Lisbon": "EMAE", "Atlantis": "EMEA", "Lyon": "EMEA"}
    assert tree(GROUPS, parents) == [("-1", 0), ("1", 0), ("4", 1), ("2", 0), ("3", 0), ("5", 0)]
    assert problems(GROUPS, parents) == ("there is no group EMAE", "there is no group Atlantis")


def test_groups_above_themselves_stand_at_the_top_with_what_is_below_them() -> None:
    parents = {"EMEA": "Lisbon", "Lisbon": "Americas", "Americas": "EMEA", "Lyon": "Lisbon", "5": "5"}
    assert tree(GROUPS, parents) == [("-1", 0), ("1", 0), ("2", 0), ("4", 1), ("3", 0), ("5", 0)]
    assert problems(GROUPS, parents) == (
        "parents in a circle: EMEA below Lisbon below Americas below EMEA",
        "parents in a circle: 5 below 5",
    )


def test_a_name_that_several_groups_bear_has_to_be_an_id() -> None:
    twins = [("1", "Team"), ("2", "team"), ("3", "Other"), ("team", "Third")]
    assert tree(twins, {"3": "TEAM"}) == [("1", 0), ("2", 0), ("3", 0), ("team", 0)]
    assert problems(twins, {"3": "TEAM"}) == ("several groups are named TEAM: name it by its id",)
    assert tree(twins, {"3": "team"}) == [("1", 0), ("2", 0), ("team", 0), ("3", 1)], "an id goes before a name"


def test_the_first_of_two_parents_is_taken() -> None:
    parents = {"Lisbon": "EMEA", "2": "Americas"}
    assert ("2", 1) in tree(GROUPS, parents)
    assert tree(GROUPS, parents).index(("2", 1)) == KEYS.index("1") + 1
    assert problems(GROUPS, parents) == ("2 has two parents: EMEA is taken, Americas is not",)


WORDS = st.sampled_from([*KEYS, "Main group", "EMEA", "lisbon", "nowhere"])


@given(st.permutations(GROUPS), st.dictionaries(WORDS, WORDS, max_size=8))
def test_every_group_is_there_once_and_right_below_its_branch(
    groups: list[tuple[str, str | None]], parents: dict[str, str]
) -> None:
    found = tree(groups, parents)
    assert sorted(key for key, _ in found) == sorted(KEYS)
    depths = [depth for _, depth in found]
    assert depths[0] == 0
    assert all(later <= depth + 1 for depth, later in itertools.pairwise(depths))
    ids = {name.casefold(): key for key, name in GROUPS if name} | {key: key for key in KEYS}
    named = {(ids.get(child.casefold()), ids.get(parent.casefold())) for child, parent in parents.items()}
    branch: list[str] = []
    for key, depth in found:
        assert depth == 0 or (key, branch[depth - 1]) in named
        branch[depth:] = [key]
    # Siblings keep the given order: at the top that is plain to see.
    top = [key for key, depth in found if depth == 0]
    assert top == [key for key, _ in groups if key in top]


def test_a_thousand_generations_are_no_trouble() -> None:
    groups = [(str(key), None) for key in range(3000)]
    found = tree(groups, {str(key + 1): str(key) for key in range(2999)})
    assert found == [(str(key), key) for key in range(3000)]
