"""Saved views and chosen columns: there again after a restart, and no state of the disk ends the board."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.settings import View, Views, default_path, default_views_path
from kmm_tui.settings.views import MOST_BYTES, MOST_TABLES, MOST_VIEWS

FULL = View(
    "山 Morning",
    "agents",
    columns=("agent_load", "csat"),
    sort=("agent_load", True),
    filter="!^Ana  ",
    state="Lunch",
    scope=("skill", "77"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "views.json"


def again(path: Path) -> Views:
    views = Views(path)
    assert views.load() == ""
    return views


def test_views_stand_beside_the_default_settings_file() -> None:
    assert default_views_path().parent == default_path().parent
    assert default_views_path().name == "views.json"


def test_without_a_file_there_is_nothing_and_nothing_is_written(path: Path) -> None:
    views = again(path)
    assert (views.all(), views.columns("skills")) == ((), None)
    assert views.remove("x") == ""
    assert not path.parent.exists()


def test_what_is_saved_is_there_after_a_restart_for_its_owner_only(path: Path) -> None:
    views = again(path)
    assert views.save(FULL) == views.save(View(" Plain ", "overview")) == ""
    assert views.set_columns("skills", ("csat", "sla_share")) == ""
    assert again(path).all() == views.all() == (FULL, View("Plain", "overview"))
    assert again(path).columns("skills") == ("csat", "sla_share")
    assert again(path).columns("groups") is None
    assert [one.name for one in path.parent.iterdir()] == ["views.json"]
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_view_of_the_same_name_is_replaced_in_its_place_and_can_be_removed(path: Path) -> None:
    views = again(path)
    for name in ("a", "b"):
        views.save(View(name, "skills"))
    views.save(View("a", "groups", filter="x"))
    assert again(path).all() == (View("a", "groups", filter="x"), View("b", "skills"))
    assert views.remove("a") == ""
    assert again(path).all() == (View("b", "skills"),)
    assert views.set_columns("skills", ("csat",)) == views.set_columns("skills", None) == ""
    assert again(path).columns("skills") is None


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (View(" ", "skills"), "a view needs a name"),
        (View("山" * 21, "skills"), "the name is too long: at most 40 characters wide"),
        (View("a\nb", "skills"), "names and filters are one line of at most 200 characters"),
        (View("a", "skills", filter="x" * 201), "names and filters are one line of at most 200 characters"),
        (View("a", "skills", scope=("skill", "\x1b")), "names and filters are one line of at most 200 characters"),
        (View("a", "wall"), "this arrangement cannot be kept"),
        (View("a", "skills", scope=("team", "7")), "this arrangement cannot be kept"),
        (View("a", "skills", columns=("csat", "csat")), "this arrangement cannot be kept"),
        (View("a", "skills", sort=("a b", True)), "this arrangement cannot be kept"),
    ],
)
def test_what_cannot_be_kept_is_said_and_not_kept(path: Path, view: View, text: str) -> None:
    views = again(path)
    assert views.save(view) == text
    assert views.all() == ()
    assert not path.exists()


def test_a_name_may_be_as_wide_as_forty_cells(path: Path) -> None:
    assert again(path).save(View("山" * 20, "skills")) == again(path).save(View("x" * 40, "skills")) == ""


def test_there_is_an_end_to_views_and_tables(path: Path) -> None:
    views = again(path)
    for number in range(MOST_TABLES):
        assert views.set_columns(f"t{number}", ("csat",)) == ""
    assert views.set_columns("one.more", ("csat",)) == f"columns are kept of at most {MOST_TABLES} tables"
    assert views.set_columns("t0", ("fcr",)) == ""
    for number in range(MOST_VIEWS):
        assert views.save(View(f"v{number}", "skills")) == ""
    assert views.save(View("more", "skills")) == f"there are {MOST_VIEWS} views already; remove one first"
    assert views.save(View("v0", "groups")) == ""
    assert len(again(path).all()) == MOST_VIEWS


def test_the_largest_that_can_be_saved_can_be_read(path: Path) -> None:
    columns = tuple(f"{number:0>80}" for number in range(64))
    views = Views(path)
    view = View("n", "skills", columns, (columns[0], True), "𠀀" * 200, "𠀀" * 200, ("agent", "𠀀" * 200))
    document = {
        "version": 1,
        "views": [
            {**json.loads(one), "name": f"n{number}"} for number in range(MOST_VIEWS) for one in (_as_text(view),)
        ],
        "columns": {f"{number:0>80}": list(columns) for number in range(MOST_TABLES)},
    }
    path.parent.mkdir()
    path.write_text(json.dumps(document), encoding="utf-8")
    assert views.load() == ""
    assert views.save(replace(view, name="n0")) == ""
    assert path.stat().st_size <= MOST_BYTES
    assert len(again(path).all()) == MOST_VIEWS


def _as_text(view: View) -> str:
    from dataclasses import asdict

    return json.dumps(asdict(view))


@pytest.mark.parametrize("table", ["", "a b", "x" * 81])
def test_columns_of_no_table_are_not_kept(path: Path, table: str) -> None:
    assert again(path).set_columns(table, ("csat",)) == "these columns cannot be kept"
    assert again(path).set_columns("skills", ()) == "these columns cannot be kept"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON that can be read"),
        (b"{", "not JSON that can be read"),
        (b"\xff\xfe", "not JSON that can be read"),
        (b"[" * 100_000, "not JSON that can be read"),
        (b" " * (MOST_BYTES + 1), "too large for a file of views"),
        (b"[]", "not a file of views that this version knows"),
        (b'{"version": 2, "views": []}', "not a file of views that this version knows"),
        (b'{"version": 1, "views": {}}', "not a file of views that this version knows"),
    ],
)
def test_a_broken_or_foreign_file_is_set_aside_and_said_so(path: Path, content: bytes, why: str) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    views = Views(path)
    assert views.load() == f"{path}: {why}; it was set aside as views.json.broken"
    assert path.with_name("views.json.broken").read_bytes() == content
    assert not path.exists()
    assert views.save(FULL) == ""
    assert again(path).all() == (FULL,)


def test_of_a_file_that_is_wrong_in_part_the_rest_is_kept(path: Path) -> None:
    Views(path).save(FULL)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["views"] += [{"name": "x"}, {**document["views"][0], "name": "\u202e"}, 3]
    document["columns"] = {"skills": ["csat"], "groups": [{}]}
    path.write_text(json.dumps(document), encoding="utf-8")
    views = Views(path)
    assert views.load() == f"{path}: 4 of its entries cannot be used; it was set aside as views.json.broken"
    assert views.all() == again(path).all() == (FULL,)
    assert again(path).columns("skills") == ("csat",)


def test_two_boards_keep_each_others_views(path: Path) -> None:
    one, other = again(path), again(path)
    one.save(View("one", "skills"))
    other.save(View("other", "skills"))
    one.set_columns("skills", ("csat",))
    assert [view.name for view in one.all()] == ["one", "other"]
    assert again(path).all() == one.all()


def test_what_the_disk_refuses_holds_until_it_takes_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    views = again(path)
    views.save(View("a", "skills"))
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        told = views.save(View("b", "skills"))
        assert told == f"{path}: cannot be written, so this holds only until the board ends: No space left on device"
        assert "No space left" in views.set_columns("skills", ("csat",))
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["views.json"]
    assert [view.name for view in views.all()] == ["a", "b"]
    assert views.columns("skills") == ("csat",)
    assert views.save(View("c", "skills")) == ""
    assert [view.name for view in again(path).all()] == ["a", "b", "c"]


def test_what_cannot_be_read_is_said_and_not_overwritten(path: Path) -> None:
    path.mkdir(parents=True)
    views = Views(path)
    note = views.load()
    assert note.startswith(f"{path}: cannot be read: ")
    assert views.save(FULL) == note
    assert views.all() == (FULL,)
    assert path.is_dir()


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.json")
    assert again(path).save(FULL) == ""
    assert path.is_symlink()
    assert again(tmp_path / "elsewhere.json").all() == (FULL,)


names = st.text(max_size=45)
columns = st.lists(st.sampled_from(["csat", "fcr", "a b", ""]), max_size=3).map(tuple)
any_view = st.builds(
    View,
    names,
    st.sampled_from(["overview", "trend", "x"]),
    st.none() | columns,
    st.none() | st.tuples(st.sampled_from(["csat", ""]), st.booleans()),
    names,
    names,
    st.none() | st.tuples(st.sampled_from(["skill", "x"]), names),
)
junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "views", "columns", "name", "screen", "sort", "scope", "filter"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("views") / "views.json"


@given(st.lists(any_view, max_size=4))
def test_whatever_is_saved_without_a_word_is_read_back_the_same(shared: Path, given_views: list[View]) -> None:
    shared.unlink(missing_ok=True)
    views = again(shared)
    kept = [replace(view, name=view.name.strip()) for view in given_views if views.save(view) == ""]
    assert set(views.all()) == set({view.name: view for view in kept}.values())
    assert again(shared).all() == views.all()


entry = st.fixed_dictionaries(
    {"name": st.just("n") | junk, "screen": st.just("skills") | junk},
    optional=dict.fromkeys(("columns", "sort", "filter", "state", "scope"), junk),
)


@given(
    st.fixed_dictionaries(
        {"version": st.just(1)},
        optional={
            "views": st.lists(entry | junk, max_size=3) | junk,
            "columns": st.dictionaries(st.sampled_from(["skills", "a b"]), columns.map(list) | junk) | junk,
        },
    )
    | junk
)
def test_no_file_makes_it_raise_and_what_it_says_is_one_line(shared: Path, document: Any) -> None:
    shared.write_text(json.dumps(document), encoding="utf-8")
    views = Views(shared)
    assert views.load().isprintable()
    assert all(view.name.isprintable() for view in views.all())
    assert views.save(FULL) == ""
    assert again(shared).all() == views.all()
