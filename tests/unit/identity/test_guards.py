"""Judged pairs and guards: what may not be one profile is not, and what was cut is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity import IdentityDefinition
from onefold.testing.builders import SmallTable, SmallWorkspace, a_workspace_of

RULES = [
    {"name": "by_x", "when": ["x"]},
    {"name": "by_y", "when": [{"attribute": "y", "precision": 50}, "z"]},
]
COLUMNS = {name: name for name in ("x", "y", "z", "t")}
PLAIN = {name: {"normalize": ["lower_case"]} for name in COLUMNS}


@cache
def engine() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def run(
    a: Sequence[Mapping[str, object]],
    b: Sequence[Mapping[str, object]] = (),
    *others: SmallTable,
    **settings: object,
) -> SmallWorkspace:
    tables = [SmallTable(name, rows, columns=("id", *COLUMNS)) for name, rows in (("a", a), ("b", b))]
    identity = {
        "map": [{"table": name, "attributes": COLUMNS} for name in ("a", "b")],
        "attributes": PLAIN,
        "rules": RULES,
        **settings,
    }
    workspace = a_workspace_of(*tables, identity=identity, warehouse=engine())
    workspace.put(*others)
    return workspace.run()


def pin(left: str, right: str) -> dict[str, object]:
    (lt, lk), (rt, rk) = left.split(":"), right.split(":")
    return {"left": {"table": lt, "id": lk}, "right": {"table": rt, "id": rk}}


def verdicts(workspace: SmallWorkspace) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (f"{row['left_source']}:{row['left_record']}", f"{row['right_source']}:{row['right_record']}"): (
            str(row["verdict"]),
            str(row["reason"]),
        )
        for row in workspace.rows("match_evidence")
    }


def groups(workspace: SmallWorkspace) -> set[str]:
    return {" ".join(sorted(person)) for person in workspace.people()}


def test_always_joins_what_no_rule_does() -> None:
    workspace = run([{"id": "1"}, {"id": "2"}], [{"id": "3"}], always={"pairs": [pin("a:2", "b:3")]})
    assert groups(workspace) == {"a:1", "a:2 b:3"}
    assert verdicts(workspace) == {("a:2", "b:3"): ("match", "always match")}


def test_always_and_a_rule_are_one_piece_of_evidence() -> None:
    rows = [{"id": "1", "x": "p"}, {"id": "2", "x": "p"}]
    workspace = run(rows, always={"pairs": [pin("a:2", "a:1")]})
    assert verdicts(workspace) == {("a:1", "a:2"): ("match", "by_x, always match")}


def test_never_holds_inside_a_cluster_whoever_lies_between() -> None:
    # 1 and 3 meet only through 2; the weaker of the two links goes.
    rows = [
        {"id": "1", "x": "p"},
        {"id": "2", "x": "p", "y": "abcd", "z": "q"},
        {"id": "3", "y": "abxx", "z": "q"},
    ]
    assert groups(run(rows)) == {"a:1 a:2 a:3"}
    workspace = run(rows, never={"pairs": [pin("a:3", "a:1")]})
    assert groups(workspace) == {"a:1 a:2", "a:3"}
    assert verdicts(workspace)["a:2", "a:3"] == ("cut", "never_match")
    assert workspace.results["identity"].figures["pairs_cut"] == 1
    assert workspace.results["identity"].messages == (
        "Cut 1 pair: records said never to match would be joined.",
    )


def test_never_is_stronger_than_always() -> None:
    both = {"pairs": [pin("a:1", "a:2")]}
    assert groups(run([{"id": "1"}, {"id": "2"}], always=both, never=both)) == {"a:1", "a:2"}


def test_judged_pairs_come_from_a_table_too() -> None:
    judged = SmallTable(
        "judged",
        [
            {"table1": "a", "TABLE1KEY": "1", "Table2": "b", "Table2Key": "3"},
            {"table1": "a", "TABLE1KEY": "1", "Table2": "b", "Table2Key": "unknown"},
            {"table1": "A", "TABLE1KEY": "2", "Table2": "b", "Table2Key": "3"},
        ],
        key=(),
    )
    workspace = run([{"id": "1"}, {"id": "2"}], [{"id": "3"}], judged, always={"source": "judged"})
    assert groups(workspace) == {"a:1 b:3", "a:2"}
    assert "2 judged pairs in `always` left out: of a record that no mapped table has." in told(workspace)


def told(workspace: SmallWorkspace) -> tuple[str, ...]:
    return workspace.results["identity"].messages


def test_judged_pairs_of_unknown_records_are_counted() -> None:
    pins = {"pairs": [pin("a:1", "a:99"), pin("a:1", "a:2")]}
    workspace = run(
        [{"id": "1"}, {"id": "2"}], [{"id": "3"}], always=pins, never={"pairs": [pin("b:5", "a:1")]}
    )
    assert groups(workspace) == {"a:1 a:2", "b:3"}
    assert [message for message in told(workspace) if "judged" in message] == [
        "1 judged pair in `always` left out: of a record that no mapped table has.",
        "1 judged pair in `never` left out: of a record that no mapped table has.",
    ]
    assert "99" not in "".join(told(workspace))


@pytest.mark.parametrize("kind", ["always", "never"])
def test_a_judged_pair_of_a_table_outside_map_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match=r"table 'customer' is not in `map`. Did you mean 'customers'?"):
        IdentityDefinition.model_validate(
            {"name": "people", "map": ["customers"], kind: {"pairs": [pin("customers:1", "customer:2")]}}
        )


def test_a_table_of_judged_pairs_needs_its_columns() -> None:
    with pytest.raises(InvalidInput, match="Table2Key") as caught:
        run([{"id": "1"}], [], SmallTable("judged", [{"Table1": "a"}], key=()), never={"source": "judged"})
    assert caught.value.code == "identity.pins_columns"


def test_a_conflicting_trusted_id_cuts_the_weakest_link() -> None:
    rows = [
        {"id": "1", "x": "p", "t": "T1"},
        {"id": "2", "x": "p", "y": "abcd", "z": "q"},
        {"id": "3", "y": "abcx", "z": "q", "t": "T2"},
    ]
    workspace = run(rows, guards={"trusted": ["t"]})
    assert groups(workspace) == {"a:1 a:2", "a:3"}
    assert verdicts(workspace)["a:2", "a:3"] == ("cut", "conflicting_trusted_id")


def test_equal_trusted_ids_and_unknown_ones_do_not_conflict() -> None:
    rows = [{"id": "1", "x": "p", "t": "T1"}, {"id": "2", "x": "p"}, {"id": "3", "x": "p", "t": "t1"}]
    assert groups(run(rows, guards={"trusted": ["t"]})) == {"a:1 a:2 a:3"}


def test_a_record_with_two_trusted_ids_goes_with_either() -> None:
    two = {"map": [{"table": "a", "attributes": {"x": "x", "y": "y", "z": "z", "t": ["t", "u"]}}]}
    rows = [
        {"id": "1", "x": "p", "t": "T1"},
        {"id": "2", "x": "p", "t": "T1", "u": "T2"},
        {"id": "3", "x": "p", "t": "T2"},
    ]
    assert groups(run(rows, guards={"trusted": ["t"]}, **two)) == {"a:1 a:2 a:3"}
    assert groups(run([*rows[:2], {"id": "4", "x": "p", "t": "T4"}], guards={"trusted": ["t"]}, **two)) == {
        "a:1 a:2",
        "a:4",
    }


def test_too_large_a_profile_loses_its_weakest_links() -> None:
    rows = [{"id": str(n), "x": "p"} for n in range(4)]
    rows[0] |= {"y": "abcd", "z": "q"}
    rows.append({"id": "9", "y": "abxx", "z": "q"})
    assert groups(run(rows)) == {"a:0 a:1 a:2 a:3 a:9"}
    workspace = run(rows, guards={"max_records": 4})
    assert groups(workspace) == {"a:0 a:1 a:2 a:3", "a:9"}
    assert verdicts(workspace)["a:0", "a:9"] == ("cut", "too_many_records")


def test_a_judged_pair_is_cut_last() -> None:
    rows = [{"id": "1", "x": "p"}, {"id": "2", "x": "p"}, {"id": "3"}]
    workspace = run(rows, always={"pairs": [pin("a:2", "a:3")]}, guards={"max_records": 2})
    assert groups(workspace) == {"a:1", "a:2 a:3"}


def test_ties_do_not_depend_on_the_order_of_rows() -> None:
    rows = [{"id": str(n), "x": "p"} for n in range(7)]
    found = {
        frozenset(groups(run(order, guards={"max_records": 3})))
        for order in (rows, rows[::-1], rows[3:] + rows[:3])
    }
    assert len(found) == 1
