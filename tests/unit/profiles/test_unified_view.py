"""The unified view: groups, renaming, combining, excluding, types, alternates, and why a profile is as it is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import InvalidInput, NotFound
from onefold.foundation.warehouse import ColumnType
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.profiles import ProfileDefinition, explain_profile
from onefold.testing.builders import SmallTable, SmallWorkspace, a_workspace_of


@cache
def engine() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 1, number, tzinfo=dt.UTC)


MEANINGS = {
    "first": "Person.FirstName",
    "last": "Person.LastName",
    "street": "Location.Street",
    "city": "Location.City",
    "key": "Identity.Key",
}
CRM = SmallTable(
    "crm",
    [
        {"id": "1", "key": "k", "first": "Ada", "last": None, "street": "Elm 1", "city": None, "at": day(2)},
        {
            "id": "2",
            "key": "k",
            "first": "Adele",
            "last": "Byron",
            "street": None,
            "city": "Ulm",
            "at": day(5),
        },
        {"id": "7", "key": "z", "first": "Zoe", "last": None, "street": None, "city": None, "at": day(1)},
    ],
    MEANINGS,
    updated_at="at",
)
SHOP = SmallTable(
    "shop",
    [{"id": "3", "key": "k", "given": "A.", "last": "King", "street": "Oak 9", "city": "Bonn", "at": day(9)}],
    {**{name: meaning for name, meaning in MEANINGS.items() if name != "first"}},
    updated_at="at",
)


def workspace(
    profile: Mapping[str, object], *tables: SmallTable, directory: Path | None = None, **identity: object
) -> SmallWorkspace:
    settings = {
        "attributes": {"key": {"normalize": ["lower_case"]}},
        "rules": [{"name": "same", "when": ["key"]}],
        **identity,
    }
    return a_workspace_of(
        *(tables or (CRM, SHOP)), identity=settings, profile=profile, directory=directory, warehouse=engine()
    ).run()


def ada(found: SmallWorkspace, table: str = "profiles") -> dict[str, object]:
    (row,) = [row for row in found.rows(table) if row["profile_id"] == found.homes()["crm:1"]]
    return row


def test_the_order_of_map_decides_by_default_and_gaps_are_filled() -> None:
    row = ada(workspace({}))
    # Record 2 knows as much as record 1 and has the larger key: it stands for the CRM.
    assert (row["first_name"], row["last_name"], row["street"], row["city"]) == (
        "Adele",
        "Byron",
        "Elm 1",
        "Ulm",
    )
    assert (row["record_count"], row["source_count"]) == (3, 2)


def test_a_group_is_never_mixed() -> None:
    address = {"attributes": ["street", "city"], "policy": "most_recent"}
    row = ada(workspace({"groups": {"address": address}}))
    assert (row["street"], row["city"]) == ("Oak 9", "Bonn")
    oldest = {"attributes": ["street", "city"], "policy": "least_recent"}
    found = workspace({"groups": {"address": oldest}})
    assert (ada(found)["street"], ada(found)["city"]) == ("Elm 1", None)
    numbers = ada(found, "profile_lineage")
    (first,) = [r for r in found.rows("profile_records") if (r["source"], r["record_id"]) == ("crm", "1")]
    assert (numbers["street"], numbers["city"]) == (first["record_no"], None)


def test_attributes_are_renamed_combined_and_left_out() -> None:
    found = workspace(
        {
            "attributes": {
                "given_name": {"from": ["shop.given", "crm.first"], "policy": "longest"},
                "name": {"combine": ["given_name", "last_name"], "separator": ", "},
            },
            "exclude": ["first_name", "street"],
        }
    )
    assert (ada(found)["given_name"], ada(found)["name"]) == ("Adele", "Adele, Byron")
    assert not {"first_name", "street"} & set(ada(found))
    (zoe,) = [row for row in found.rows("profiles") if row["given_name"] == "Zoe"]
    assert zoe["name"] == "Zoe"


def test_collect_keeps_every_value_sorted_as_a_list() -> None:
    found = workspace({"attributes": {"last_name": "collect"}})
    assert ada(found)["last_name"] == ["Byron", "King"]
    assert [row["last_name"] for row in found.rows("profiles") if row["first_name"] == "Zoe"] == [None]
    (column,) = [c for c in found.warehouse.columns("profiles") if c.name == "last_name"]
    assert column.type is ColumnType.TEXT_LIST


def test_alternates_may_be_kept_from_filling() -> None:
    row = ada(workspace({"alternates_fill": False}))
    # Record 1 is an alternate of record 2: its street does not fill, the shop's does.
    assert (row["first_name"], row["street"], row["record_count"]) == ("Adele", "Oak 9", 3)


def test_an_attribute_may_prefer_another_record_of_its_table() -> None:
    winners = {"crm": {"winner": "most_recent", "per_attribute": {"first_name": "least_recent"}}}
    for fill in (True, False):
        row = ada(workspace({"alternates_fill": fill}, deduplication=winners))
        assert (row["first_name"], row["last_name"]) == ("Ada", "Byron")


@pytest.mark.parametrize("blank", ["", " ", "    "])
@pytest.mark.parametrize(
    "policy",
    ["importance", "most_recent", "least_recent", "most_frequent", "longest", "minimum", "most_complete"],
)
def test_blanks_never_beat_a_value(policy: str, blank: str) -> None:
    for first, second in ((blank, "111"), ("111", blank)):
        rows = [
            {"id": n, "key": "k", "phone": phone, "at": day(int(n))}
            for n, phone in zip("12", (first, second), strict=True)
        ]
        found = workspace(
            {"attributes": {"phone": {"from": ["a.phone"], "policy": policy}}},
            SmallTable("a", rows, {"key": "Identity.Key"}, updated_at="at"),
        )
        ((row),) = found.rows("profiles")
        assert row["phone"] == "111"


def test_blanks_are_no_value_anywhere() -> None:
    rows: list[dict[str, object]] = [
        {"id": "1", "key": "k", "phone": "  ", "street": " ", "city": "", "notes": "", "at": day(9)},
        {
            "id": "2",
            "key": "k",
            "phone": " 111 ",
            "street": "Elm 1",
            "city": None,
            "notes": " ",
            "at": day(2),
        },
        {"id": "3", "key": "z", "phone": "", "street": None, "city": " ", "notes": None, "at": day(2)},
    ]
    meanings = {"key": "Identity.Key", "street": "Location.Street", "city": "Location.City"}
    found = workspace(
        {
            "attributes": {
                "phone": {"from": ["a.phone"], "policy": "collect"},
                "first_of": {"from": ["a.notes", "a.street"]},
            },
            "groups": {"address": {"attributes": ["street", "city"], "policy": "most_recent"}},
        },
        SmallTable("a", rows, meanings, updated_at="at"),
    )
    shown = {
        str(row["key"]): [row[name] for name in ("phone", "first_of", "street", "city")]
        for row in found.rows("profiles")
    }
    # The value is published as it stands.
    assert shown == {"k": [[" 111 "], "Elm 1", "Elm 1", None], "z": [None, None, None, None]}


def test_recent_values_go_by_a_number_too() -> None:
    a = SmallTable(
        "a", [{"id": "1", "key": "k", "v": "old", "n": 2**60}], {"key": "Identity.Key"}, updated_at="n"
    )
    b = SmallTable(
        "b", [{"id": "1", "key": "k", "v": "new", "n": 2**60 + 1}], {"key": "Identity.Key"}, updated_at="n"
    )
    rule = {"from": ["a.v", "b.v"]}
    found = workspace(
        {
            "attributes": {
                "last": {**rule, "policy": "most_recent"},
                "first": {**rule, "policy": "least_recent"},
            }
        },
        a,
        b,
    )
    ((row),) = found.rows("profiles")
    assert (row["last"], row["first"]) == ("new", "old")
    (profile_id,) = set(found.homes().values())
    assert found.profile is not None
    told = explain_profile(found.warehouse, found.profile, found.identity, found.descriptions, profile_id)
    assert [one.updated_at for one in told.records] == [None, None]


def test_a_preference_by_a_number() -> None:
    rows = [{"id": str(n), "key": "k", "v": f"v{n}", "n": n} for n in (1, 2)]
    winners = {"a": {"per_attribute": {"value": "least_recent"}}}
    found = workspace(
        {"attributes": {"value": {"from": ["a.v"]}}},
        SmallTable("a", rows, {"key": "Identity.Key"}, updated_at="n"),
        deduplication=winners,
    )
    ((row),) = found.rows("profiles")
    assert row["value"] == "v1"


KEYED = {"key": "Identity.Key"}
DATED = SmallTable("dated", [{"id": "1", "key": "k", "v": "x", "at": day(1)}], KEYED, updated_at="at")
UNDATED = SmallTable("undated", [{"id": "1", "key": "k", "v": "y"}], KEYED)


def test_tables_that_do_not_say_how_recent_they_are_are_named() -> None:
    value = {"from": ["undated.v", "dated.v"], "policy": "most_recent"}
    found = workspace({"attributes": {"value": value}}, UNDATED, DATED)
    ((row),) = found.rows("profiles")
    assert row["value"] == "x"
    assert found.results["profiles"].messages == (
        "Records of undated do not say how recent they are: they come last for value.",
    )
    assert workspace({}, UNDATED, DATED).results["profiles"].messages == ()


@pytest.mark.parametrize(
    ("profile", "tables", "code", "advised"),
    [
        ({"policy": "most_recent"}, [UNDATED], "profiles.recency_missing", "`updated_at`"),
        (
            {"attributes": {"value": {"from": ["undated.v"], "policy": "least_recent"}}},
            [DATED, UNDATED],
            "profiles.recency_missing",
            "`recency`",
        ),
        (
            {"policy": {"kind": "importance", "sources": ["datd", "undated"]}},
            [DATED, UNDATED],
            "profiles.source_unknown",
            "Did you mean 'dated'?",
        ),
        (
            {"attributes": {"key": {"policy": {"kind": "importance", "sources": ["bb"]}}}},
            [DATED, UNDATED],
            "profiles.source_unknown",
            "Valid: dated, undated.",
        ),
    ],
)
def test_a_policy_that_cannot_decide_is_refused(
    profile: Mapping[str, object], tables: list[SmallTable], code: str, advised: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        workspace(profile, *tables)
    assert caught.value.code == code
    assert advised in caught.value.hint


@pytest.mark.parametrize(
    ("left", "right", "kind", "expected"),
    [
        (5, Decimal("1.25"), ColumnType.DECIMAL, Decimal("5.00")),
        (5, 0.5, ColumnType.NUMBER, 5.0),
        (Decimal("1.5"), Decimal("22.125"), ColumnType.DECIMAL, Decimal("1.500")),
        (Decimal("1" * 30), Decimal("0." + "1" * 20), ColumnType.NUMBER, float("1" * 30)),
        (dt.date(2026, 1, 2), day(9), ColumnType.INSTANT, day(2)),
        (dt.date(2026, 1, 2), "soon", ColumnType.TEXT, "2026-01-02"),
        (5, "five", ColumnType.TEXT, "5"),
        ("a", "b", ColumnType.TEXT, "a"),
        (True, False, ColumnType.BOOLEAN, True),
    ],
)
def test_types_are_unified_without_loss(
    left: object, right: object, kind: ColumnType, expected: object
) -> None:
    a = SmallTable("a", [{"id": "1", "key": "k", "v": left}], {"key": "Identity.Key"})
    b = SmallTable("b", [{"id": "1", "key": "k", "v": right}], {"key": "Identity.Key"})
    found = workspace({"attributes": {"value": {"from": ["a.v", "b.v"]}}}, a, b)
    (column,) = [c for c in found.warehouse.columns("profiles") if c.name == "value"]
    assert column.type is kind
    ((row),) = found.rows("profiles")
    assert row["value"] == expected


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        ({"exclude": ["shoe"]}, "profiles.attribute_unknown"),
        ({"groups": {"g": {"attributes": ["street", "shoe"]}}}, "profiles.attribute_unknown"),
        ({"attributes": {"name": {"combine": ["shoe"]}}}, "profiles.attribute_unknown"),
        ({"attributes": {"shoe": "longest"}}, "profiles.attribute_without_source"),
        ({"attributes": {"shoe": {"from": ["crm.shoe"]}}}, "profiles.column_unknown"),
    ],
)
def test_a_view_of_what_is_not_there_is_refused(profile: Mapping[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        workspace(profile)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("profile", "complaint"),
    [
        ({"policy": "longset"}, "longest"),
        ({"groups": {"g": {"attributes": ["a", "b"], "policy": "longest"}}}, "single values"),
        ({"groups": {n: {"attributes": ["a", n]} for n in ("g", "h")}}, "in the groups"),
        ({"attributes": {"a": {"combine": ["b"], "from": ["c.d"]}}}, "stands alone"),
        ({"policy": 5}, "expected a policy"),
        ({"attributes": {"a": {"combine": ["b"]}, "b": {"combine": ["c", "a"]}}}, "in a circle: a → b → a"),
        ({"attributes": {"a": {"combine": ["a"]}}}, "in a circle: a → a"),
        ({"attributes": {"a": {"combine": ["x", "b"]}, "b": {"combine": ["c"]}}}, "combined ones: a → b;"),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(
    profile: Mapping[str, object], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        ProfileDefinition.model_validate({"name": "person", **profile})


PROFILE = {
    "attributes": {"last_name": "most_recent", "name": {"combine": ["first_name", "last_name"]}},
    "groups": {"address": {"attributes": ["street", "city"]}},
}


def test_a_profile_is_explained_value_by_value() -> None:
    found = workspace(PROFILE)
    profile_id = found.homes()["crm:1"]
    assert found.profile is not None
    told = explain_profile(found.warehouse, found.profile, found.identity, found.descriptions, profile_id)
    attributes = {one.name: one for one in told.attributes}
    last = attributes["last_name"]
    assert (last.value, last.origin, last.policy, last.others) == (
        "King",
        "shop:3",
        "most recent",
        ("Byron (crm:2)",),
    )
    city = attributes["city"]
    assert (city.value, city.origin, city.policy, city.others) == (
        "Ulm",
        "crm:2",
        "importance, taken whole with street",
        ("Bonn (shop:3)",),
    )
    street = attributes["street"]
    assert (street.value, street.origin, street.others) == (None, None, ("Elm 1 (crm:1)", "Oak 9 (shop:3)"))
    assert (attributes["name"].value, attributes["name"].origin) == ("Adele King", "first_name, last_name")
    assert [(r.record_no, r.name, r.is_winner, r.values["last_name"]) for r in told.records] == [
        (1, "crm:2", True, "Byron"),
        (2, "crm:1", False, None),
        (3, "shop:3", True, "King"),
    ]
    assert {(e.left.id, e.right.id) for e in told.evidence} == {("1", "2"), ("1", "3"), ("2", "3")}
    assert [(e.event, e.detail) for e in told.events] == [("created", "3 records")]
    assert json.loads(json.dumps(told.as_dict()))["attributes"][0]["name"] == attributes["first_name"].name


def test_a_profile_of_one_record_is_explained_too() -> None:
    found = workspace(PROFILE)
    assert found.profile is not None
    told = explain_profile(
        found.warehouse, found.profile, found.identity, found.descriptions, found.homes()["crm:7"]
    )
    first = {one.name: one for one in told.attributes}["first_name"]
    assert (first.value, first.origin, first.policy, first.others) == ("Zoe", "crm:7", "the only value", ())


def test_an_explanation_follows_aliases_and_tells_what_happened() -> None:
    found = workspace(PROFILE)
    assert found.profile is not None
    went, stayed = found.homes()["crm:7"], found.homes()["crm:1"]
    found.put(SmallTable("crm", [{**row, "key": "k"} for row in CRM.rows], MEANINGS, updated_at="at"))
    found.run()
    told = explain_profile(found.warehouse, found.profile, found.identity, found.descriptions, went)
    assert (told.profile_id, told.aliases) == (stayed, (went,))
    happened = [(e.event, e.detail) for e in told.events]
    assert set(happened[:2]) == {("created", "3 records"), ("created", f"1 records (as {went})")}
    assert happened[2:] == [("merged", f"took over 1 records of {went}")]


def test_a_removed_profile_is_answered() -> None:
    found = workspace(PROFILE)
    assert found.profile is not None
    gone = found.homes()["crm:7"]
    found.put(SmallTable("crm", CRM.rows[:2], MEANINGS, updated_at="at"))
    found.run()
    with pytest.raises(NotFound):
        explain_profile(found.warehouse, found.profile, found.identity, found.descriptions, gone)


def test_a_real_run_publishes_the_same_tables(tmp_path: Path) -> None:
    found = workspace(PROFILE, directory=tmp_path)
    assert ada(found)["last_name"] == "King"
    profiles = pl.read_delta(str(tmp_path / "lake" / "profiles"))
    assert profiles.height == 2
    lineage = pl.read_delta(str(tmp_path / "lake" / "profile_lineage"))
    assert set(lineage["profile_id"]) == set(profiles["profile_id"])
    before = found.homes()
    assert found.run().homes() == before
    events = pl.read_delta(str(tmp_path / "lake" / "profile_events"))
    assert events["event"].to_list() == ["created", "created"]
