"""Which record of a person stands for its table, and ids made from fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

import pytest

from onefold.foundation.kernel import InvalidInput
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


@pytest.mark.parametrize("times", [1, 2**61, -0.5, Decimal("1.25")])
def test_a_number_may_say_which_record_is_recent(times: object) -> None:
    rows = [{"id": str(n), "at": None if n == 0 else n * times} for n in range(4)]  # type: ignore[operator]
    recent = ["3", "2", "1", "0"]
    rising = times > 0  # type: ignore[operator]
    assert ranked(rows, "most_recent") == (recent if rising else ["1", "2", "3", "0"])
    assert ranked(rows, "least_recent") == (["1", "2", "3", "0"] if rising else recent)


def test_beside_a_table_with_moments_a_number_orders_its_own_table() -> None:
    same = {"name": "same", "when": ["x"]}
    at = SmallTable("a", [{"id": n, "x": "p", "at": day(int(n))} for n in "12"], updated_at="at")
    no = SmallTable("b", [{"id": n, "x": "p", "at": Decimal(f"{n}.5")} for n in "12"], updated_at="at")
    identity = {
        "map": [{"table": name, "attributes": {"x": "x"}} for name in "ab"],
        "attributes": {"x": {"normalize": ["lower_case"]}},
        "rules": [same],
        "deduplication": {"a": {"winner": "most_recent"}, "b": {"winner": "most_recent"}},
    }
    found = a_workspace_of(at, no, identity=identity, warehouse=engine()).run().rows("profile_records")
    found.sort(key=lambda row: int(str(row["record_no"])))
    assert [(r["source"], r["record_id"], r["updated_at"]) for r in found] == [
        ("a", "2", day(2)),
        ("a", "1", day(1)),
        ("b", "2", None),
        ("b", "1", None),
    ]


def test_recency_may_be_another_column_than_updated_at() -> None:
    rows = [
        {"id": "1", "x": "p", "at": day(9), "version": 1},
        {"id": "2", "x": "p", "at": day(1), "version": 2},
    ]
    identity: dict[str, object] = {
        "attributes": {"x": {"normalize": ["lower_case"]}},
        "deduplication": {"a": {"rules": [{"name": "same", "when": ["x"]}], "winner": "most_recent"}},
    }

    def winner(**mapped: object) -> str:
        told = {**identity, "map": [{"table": "a", "attributes": {"x": "x"}, **mapped}]}
        table = SmallTable("a", rows, updated_at="at")
        found = a_workspace_of(table, identity=told, warehouse=engine()).run().rows("profile_records")
        return next(str(row["record_id"]) for row in found if row["is_winner"])

    assert (winner(), winner(recency="version")) == ("1", "2")
    with pytest.raises(InvalidInput) as caught:
        winner(recency="versoin")
    assert (caught.value.code, caught.value.hint) == ("identity.column_unknown", "Did you mean 'version'?")


@pytest.mark.parametrize(
    "asks", [{"winner": "most_recent"}, {"winner": "least_recent"}, {"per_attribute": {"x": "most_recent"}}]
)
def test_a_winner_by_what_no_column_says_is_refused_with_advice(asks: Mapping[str, object]) -> None:
    identity = {"map": [{"table": "a", "attributes": {"x": "x"}}], "deduplication": {"a": asks}}
    found = a_workspace_of(SmallTable("a", [{"id": "1", "x": "p"}]), identity=identity, warehouse=engine())
    with pytest.raises(InvalidInput) as caught:
        found.run()
    assert caught.value.code == "identity.recency_missing"
    assert "`updated_at`" in caught.value.hint
    assert "`recency`" in caught.value.hint


def test_a_column_of_yes_and_no_says_nothing_of_recency() -> None:
    identity = {"map": [{"table": "a", "attributes": {"x": "x"}}]}
    table = SmallTable("a", [{"id": "1", "x": "p", "ok": True}], updated_at="ok")
    with pytest.raises(InvalidInput) as caught:
        a_workspace_of(table, identity=identity, warehouse=engine()).run()
    assert caught.value.code == "identity.recency_type"


def test_blanks_fill_nothing() -> None:
    rows = [{"id": "1", "y": "v"}, {"id": "2", "y": "  ", "z": ""}, {"id": "3"}]
    assert ranked(rows, "most_filled") == ["1", "3", "2"]


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


def test_a_blank_field_makes_no_id() -> None:
    rows: list[dict[str, object]] = [{"id": "1", "x": "p", "tax": " "}, {"id": "2", "x": "q", "tax": None}]
    one, other = with_custom_ids(rows, "a.tax").run(), with_custom_ids(rows, "a.club").run()
    assert one.homes() == other.homes()


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
