"""The example and the schema say what the settings are, whole and right."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.settings import Loaded, SettingsError, commented_example, schema, write_example
from kmm_tui.settings.layers import FILE_ONLY_KEYS, SETTING_KEYS

Load = Callable[..., Loaded]


def uncommented() -> str:
    return re.sub(r"(?m)^#(?=\S)", "", commented_example())


def test_the_example_changes_nothing_as_it_is(load_text: Load) -> None:
    environ = {"KMM_TUI_ACCOUNT": "1", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
    assert load_text(commented_example(), environ).settings == load_text("", environ).settings


def test_the_example_uncommented_is_good_and_has_each_setting_and_method(load_text: Load) -> None:
    loaded = load_text(uncommented())
    profiles = loaded.settings.profiles
    assert loaded.settings.profile == "acme"
    assert {profile.auth.method for profile in profiles.values()} == {"user", "app_key", "client_credentials", "bearer"}
    assert not loaded.incomplete
    used = {re.sub(r"^profiles\.[^.]+\.", "", key) for key in loaded.sources}
    assert set(SETTING_KEYS) <= used


def test_defaults_in_the_example_are_the_defaults(load_text: Load) -> None:
    tree = tomllib.loads(uncommented())
    environ = {"KMM_TUI_ACCOUNT": "1", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
    settings = load_text("", environ).settings
    loaded = load_text(uncommented()).settings
    # A zone is the machine's own by default, so the example's is a sample.
    assert loaded.board.model_copy(update={"zone": None}) == settings.board
    # Quiet hours are a sample, too.
    assert loaded.alerting.model_copy(update={"quiet": ()}) == settings.alerting
    assert (loaded.ui, loaded.usual, loaded.record) == (settings.ui, settings.usual, settings.record)
    assert tree["profiles"]["acme"]["domain_api"] == settings.chosen.domain_api


def test_the_example_is_written_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "config.toml"
    write_example(path)
    assert path.read_text(encoding="utf-8") == commented_example()
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("mine")
    with pytest.raises(SettingsError, match="was not touched"):
        write_example(path)
    assert path.read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_dangling_link_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="was not touched"):
        write_example(path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"config\.toml: "):
        write_example(tmp_path / "file" / "config.toml")


def table_at(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The schema of a table, references followed."""
    table = document
    for key in keys:
        table = table.get("properties", {}).get(key) or table["additionalProperties"]
        table = document["$defs"][table["$ref"].rpartition("/")[2]] if "$ref" in table else table
    return table


def test_the_schema_knows_every_setting_and_nothing_else() -> None:
    document = schema()
    profile = table_at(document, "profiles", "acme")
    methods = [document["$defs"][one["$ref"].rpartition("/")[2]] for one in profile["properties"]["auth"]["oneOf"]]
    known = {f"board.{key}" for key in table_at(document, "board")["properties"]}
    for table in ("ui", "usual", "record", "alerting", "wallboard"):
        known |= {f"{table}.{key}" for key in table_at(document, table)["properties"]}
    known |= {key for key in profile["properties"] if key != "auth"}
    known |= {f"auth.{key}" for method in methods for key in method["properties"]}
    assert known - set(FILE_ONLY_KEYS) == set(SETTING_KEYS)
    assert all(table["additionalProperties"] is False for table in (document, profile, *methods))
    assert set(document["properties"]) == {
        "profile",
        "profiles",
        "board",
        "ui",
        "usual",
        "record",
        "wallboard",
        "shifts",
        "alerting",
        "alerts",
        "notices",
        "limits",
        "sources",
        "derived",
        "away",
        "group_parents",
        "keys",
    }


def test_the_schema_knows_what_stands_in_lists_and_free_tables() -> None:
    document = schema()
    limit = document["$defs"][document["properties"]["limits"]["items"]["$ref"].rpartition("/")[2]]
    assert {"metric", "on", "warn", "critical", "warn_leave", "critical_leave", "off", "least"} == set(
        limit["properties"]
    )
    assert limit["additionalProperties"] is False
    assert {"queue_wait_time_90th_percentile", "sla_share"} <= set(limit["properties"]["metric"]["anyOf"][0]["enum"])
    assert "agent_current_status" not in limit["properties"]["metric"]["anyOf"][0]["enum"]
    text, number = limit["properties"]["warn"]["anyOf"]
    assert number == {"type": "number"}
    for good in ("90s", "1m30s", "85%", "97.5 %"):
        assert re.search(text["pattern"], good)
    for bad in ("90", "soon", "85"):
        assert not re.search(text["pattern"], bad)
    away = document["properties"]["away"]["additionalProperties"]["pattern"]
    assert [bool(re.search(away, word)) for word in ("30m", "off", "none", "30", "soon")] == [True] * 3 + [False] * 2
    assert document["properties"]["group_parents"]["additionalProperties"] == {"type": "string"}
    assert table_at(document, "board")["properties"]["preset"]["enum"] == ["live-chat", "messaging", "none"]
    for name in ("mouse", "pin"):
        assert table_at(document, "ui")["properties"][name]["type"] == "boolean"


def test_the_example_shows_each_table_in_use(load_text: Load) -> None:
    settings = load_text(uncommented()).settings
    assert [limit.source.partition(":")[0] for limit in settings.limits()[-3:]] == ["config.toml"] * 3
    assert settings.limits()[-3].warn == 90_000
    assert settings.state_limits().of("AWAY", "lunch") == 45 * 60_000
    assert settings.group_parents == {"Lisbon": "Portugal", "Portugal": "Europe"}
    assert settings.keys["table.down"] == "j,down"
    early, night = settings.shifts()
    assert (early.name, early.begins.hour, early.ends.hour) == ("Early", 7, 15)
    assert early.days == {0, 1, 2, 3, 4}
    assert (str(early.zone), str(night.zone), len(night.days)) == ("Europe/Lisbon", "America/New_York", 7)


def test_the_schema_asks_only_for_what_the_environment_cannot_give() -> None:
    document = schema()
    assert "required" not in document
    required = {name: table["required"] for name, table in document["$defs"].items() if "required" in table}
    methods = {name: ["method"] for name in ("UserAuth", "AppKeyAuth", "ClientCredentialsAuth", "BearerAuth")}
    assert required == {
        **methods,
        "SecretFile": ["file"],
        "SecretCommand": ["command"],
        "SecretKeyring": ["keyring"],
        "OwnLimit": ["metric"],
        "OwnNotice": ["to"],
        "OwnSource": ["name", "by", "metrics"],
        "SourceMetric": ["name"],
        "OwnFormula": ["name", "formula"],
        "OwnShift": ["name", "from", "to"],
    }


def test_the_schema_writes_lengths_of_time_as_people_do() -> None:
    board = table_at(schema(), "board")["properties"]
    for key, default in (("every", "30s"), ("window", "1h")):
        assert board[key]["default"] == default
        assert re.search(board[key]["pattern"], default)
        assert not re.search(board[key]["pattern"], "30")
