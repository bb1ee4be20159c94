"""Which record of a person stands for its table, and ids made from fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.testing.builders import SmallTable, SmallWorkspace, a_workspace_of


@cache
def engine() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 1, number, tzinfo=dt.UTC)


def ranked(rows: Sequence[Mapping[str, object]], winner: str) -> list[str]:
    """Return the record ids of one person, the winner first."""
    table = SmallTable(
        "a", [{"x": "p", **row} for row in rows], updated_at="at", columns=("id", "x", "y", "z", "at")
    )
    identity = {
        "map": [{"table": "a", "attributes": {name: name for name in ("x", "y", "z")}}],
        "attributes": {name: {"normalize": ["lower_case"]} for name in ("x", "y", "z")},
        "deduplication": {"a": {"rules": [{"name": "same", "when": ["x"]}], "winner": winner}},
    }
    found = a_workspace_of(table, identity=identity, warehouse=engine()).run().rows("profile_records")
    found.sort(key=lambda row: int(str(row["record_no"])))
    assert [row["record_no"] for row in found] == list(range(1, len(rows) + 1))
    assert [row["is_winner"] for row in found] == [True, *[False] * (len(rows) - 1)]
    return [str(row["record_id"]) for row in found]


@pytest.mark.parametrize(
    ("winner", "rows", "expected"),
    [
        (
            "most_filled",
            [{"id": "1", "y": "v"}, {"id": "2", "y": "v", "z": "w"}, {"id": "3"}],
            ["2", "1", "3"],
        ),
        ("most_recent", [{"id": "1", "at": day(2)}, {"id": "2", "at": day(3)}, {"id": "3"}], ["2", "1", "3"]),
        (
            "least_recent",
            [{"id": "1", "at": day(2)}, {"id": "2", "at": day(3)}, {"id": "3"}],
            ["1", "2", "3"],
        ),
        pytest.param(
            "most_filled", [{"id": "9"}, {"id": "10"}, {"id": "-11"}], ["10", "9", "-11"], id="numbers"
        ),
        pytest.param(
            "most_filled", [{"id": "b9"}, {"id": "b10"}, {"id": "c"}], ["c", "b9", "b10"], id="texts"
        ),
        pytest.param("most_filled", [{"id": "7"}, {"id": "x1"}, {"id": "12"}], ["12", "7", "x1"], id="both"),
        ("most_recent", [{"id": "1", "at": day(2)}, {"id": "2", "at": day(2)}], ["2", "1"]),
    ],
)
def test_the_winner_of_a_table(
    winner: str, rows: Sequence[Mapping[str, object]], expected: list[str]
) -> None:
    assert ranked(rows, winner) == expected
    assert ranked(rows[::-1], winner) == expected


def test_each_table_has_its_preference_and_its_winner() -> None:
    at = {"at": day(1)}
    a = SmallTable(
        "a", [{"id": "1", "x": "p", "y": "v", **at}, {"id": "2", "x": "p", "at": day(9)}], updated_at="at"
    )
    b = SmallTable(
        "b", [{"id": "3", "x": "p", "y": "v", **at}, {"id": "4", "x": "p", "at": day(9)}], updated_at="at"
    )
    identity = {
        "map": [{"table": name, "attributes": {"x": "x", "y": "y"}} for name in ("b", "a")],
        "attributes": {name: {"normalize": ["lower_case"]} for name in ("x", "y")},
        "rules": [{"name": "same", "when": ["x"]}],
        "deduplication": {"a": {"winner": "most_recent"}},
    }
    rows = a_workspace_of(a, b, identity=identity, warehouse=engine()).run().rows("profile_records")
    assert {(r["record_no"], r["source"], r["record_id"], r["is_winner"]) for r in rows} == {
        (1, "b", "3", True),
        (2, "b", "4", False),
        (3, "a", "2", True),
        (4, "a", "1", False),
    }


def with_custom_ids(rows: Sequence[Mapping[str, object]], *fields: str) -> SmallWorkspace:
    table = SmallTable("a", rows, columns=("id", "x", "tax", "club"))
    identity = {
        "map": [{"table": "a", "attributes": {"x": "x"}}],
        "attributes": {"x": {"normalize": ["lower_case"]}},
        "rules": [{"name": "same", "when": ["x"]}],
        "profile_ids": {"fields": list(fields)},
    }
    return a_workspace_of(table, identity=identity, warehouse=engine())


def test_custom_ids_follow_the_fields_and_nothing_else() -> None:
    rows = [{"id": "1", "x": "p", "tax": "T1"}, {"id": "2", "x": "p"}, {"id": "3", "x": "q", "tax": "T3"}]
    first = with_custom_ids(rows, "a.tax").run().homes()
    assert first == with_custom_ids(rows[::-1], "a.tax").run().homes()
    assert len(set(first.values())) == 2
    # Without a value it is a surrogate of the run.
    workspace = with_custom_ids([{"id": "1", "x": "p"}, *rows[2:]], "a.tax").run()
    assert workspace.homes()["a:3"] == first["a:3"]
    assert workspace.homes()["a:1"] != first["a:1"]


def test_a_changed_field_changes_the_id_and_leaves_an_alias() -> None:
    workspace = with_custom_ids([{"id": "1", "x": "p", "tax": "T1"}], "a.tax", "a.club").run()
    before = workspace.homes()["a:1"]
    workspace.put(SmallTable("a", [{"id": "1", "x": "p", "tax": "T2"}], columns=("id", "x", "tax", "club")))
    after = workspace.run().homes()["a:1"]
    assert before != after
    assert {(row["alias_id"], row["profile_id"]) for row in workspace.rows("profile_aliases")} == {
        (before, after)
    }


def test_two_profiles_with_the_same_fields_have_two_ids_also_after_a_split() -> None:
    together = [{"id": str(n), "x": "p", "tax": "T"} for n in range(3)]
    workspace = with_custom_ids(together, "a.tax").run()
    (before,) = set(workspace.homes().values())
    apart = [{**row, "x": "p" if row["id"] == "0" else "q"} for row in together]
    workspace.put(SmallTable("a", apart, columns=("id", "x", "tax", "club")))
    homes = workspace.run().homes()
    assert homes["a:1"] == homes["a:2"] == before
    assert homes["a:0"] != before
    # The id stays where it is when both still ask for it.
    workspace.put(SmallTable("a", apart[::-1], columns=("id", "x", "tax", "club")))
    assert workspace.run().homes()["a:1"] == before
