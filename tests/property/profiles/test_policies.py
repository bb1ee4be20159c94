"""Every merge policy's SQL picks what its plain Python picks, whatever the values, and points at the right record."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onefold.foundation.kernel import discover
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.profiles.merge_policies.collect import Collect
from onefold.profiles.merge_policies.merge_policy import Candidate, MergePolicy, Plain
from onefold.testing.builders import SmallTable, a_workspace_of
from tests.plugins.properties import examples

KINDS = sorted(discover("onefold.profiles.merge_policies", MergePolicy))
TABLES = ("a", "b")
Row = dict[str, object]


@pytest.fixture(scope="module")
def warehouse() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]  # year, month, day, ...


moments = st.one_of(
    st.none(),
    st.sampled_from([utc(2026, 1, 1), utc(2026, 1, 1, 0, 0, 0, 1_000), utc(2026, 1, 1, 0, 0, 0, 1_500)]),
    st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30), timezones=st.just(dt.UTC)),  # noqa: DTZ001 - bounds
)
VALUES: Mapping[str, st.SearchStrategy[Plain]] = {
    "text": st.sampled_from(
        ["a", "ab", "Z", "é", "Юлия", "Юля", "😀", "ab ", " ab", "ß", "10", "9", "", "  ", "\t"]
    ),
    "whole": st.integers(-3, 3) | st.integers(-(2**62), 2**62),
    "amount": st.decimals(Decimal("-99.99"), Decimal("99.99"), places=2),
    "day": st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
}
ARROW = {"text": pa.string(), "whole": pa.int64(), "amount": pa.decimal128(9, 2), "day": pa.date32()}


@st.composite
def people(draw: st.DrawFn) -> list[list[Row]]:
    """Draw records, table by table, with a person each."""
    row: st.SearchStrategy[Row] = st.fixed_dictionaries(
        {
            "person": st.sampled_from("pqr"),
            "at": moments,
            **{name: st.one_of(st.none(), values) for name, values in VALUES.items()},
        }
    )
    return [draw(st.lists(row, max_size=5)) for _ in TABLES]


class TypedTable(SmallTable):
    """A small table whose columns keep their types when all values are null."""

    def arrow(self) -> pa.Table:
        schema = pa.schema(
            [
                ("id", pa.string()),
                ("person", pa.string()),
                ("at", pa.timestamp("us", tz="UTC")),
                *ARROW.items(),
            ]
        )
        plain = pa.Table.from_pylist(list(self.rows), schema=schema)
        return plain.append_column("_ordinal", pa.array(range(1, len(self.rows) + 1), pa.int64()))


def merged(
    warehouse: DuckDBWarehouse,
    found: Sequence[Sequence[Row]],
    profile: Mapping[str, object],
    recency: Sequence[str] = ("at", "at"),
) -> tuple[dict[str, Row], dict[str, Row], dict[str, list[Row]]]:
    """Return profiles, lineage and records, by person."""
    tables = [
        TypedTable(name, [{"id": str(n), **row} for n, row in enumerate(rows)], updated_at=column)
        for name, rows, column in zip(TABLES, found, recency, strict=True)
    ]
    identity = {
        "map": [{"table": t, "attributes": {n: n for n in ("person", *VALUES)}} for t in TABLES],
        "attributes": {"person": {"normalize": ["lower_case"]}},
        "rules": [{"name": "same", "when": ["person"]}],
    }
    workspace = a_workspace_of(*tables, identity=identity, profile=profile, warehouse=warehouse).run()
    rows = {(table.name, str(row["id"])): row for table in tables for row in table.rows}
    records: dict[str, list[Row]] = {}
    person_of: dict[str, str] = {}
    for record in workspace.rows("profile_records"):
        row = rows[str(record["source"]), str(record["record_id"])]
        person = str(row["person"])
        person_of[str(record["profile_id"])] = person
        records.setdefault(person, []).append({**row, **record})
    for mine in records.values():
        mine.sort(key=lambda record: int(str(record["record_no"])))
    profiles = {person_of[str(row["profile_id"])]: row for row in workspace.rows("profiles")}
    lineage = {person_of[str(row["profile_id"])]: row for row in workspace.rows("profile_lineage")}
    assert set(profiles) == set(lineage) == set(records)
    return profiles, lineage, records


def policy_of(spec: Mapping[str, object]) -> MergePolicy:
    settings = {key: value for key, value in spec.items() if key != "kind"}
    return discover("onefold.profiles.merge_policies", MergePolicy)[str(spec["kind"])](**settings)


def milliseconds(moment: object) -> int | None:
    assert isinstance(moment, dt.datetime | None)
    return None if moment is None else (moment - utc(1970, 1, 1)) // dt.timedelta(milliseconds=1)


def is_known(value: object) -> bool:
    """Return whether a cell says something: blanks alone do not."""
    return value is not None and not (isinstance(value, str) and value.strip(" ") == "")


def candidates(
    records: list[Row], name: str, filled: Mapping[int, int], recency: str = "at"
) -> list[Candidate]:
    known = [record for record in records if is_known(record[name])]
    frequency = Counter(record[name] for record in known)
    return [
        Candidate(
            value=record[name],  # type: ignore[arg-type]  # one of Plain
            record_no=int(str(record["record_no"])),
            source=str(record["source"]),
            recency=milliseconds(record["at"]) if recency == "at" else record[recency],  # type: ignore[arg-type]
            filled=filled[int(str(record["record_no"]))],
            frequency=frequency[record[name]],
        )
        for record in known
    ]


def filled_of(records: list[Row], copies: Mapping[str, int]) -> dict[int, int]:
    """Return how many attributes each record knows, where a column gives so many attributes."""
    return {
        int(str(record["record_no"])): sum(n for name, n in copies.items() if is_known(record[name]))
        for record in records
    }


# Each policy on each column, as an attribute of its own, so that one run tries all of them.
SPECS: Mapping[str, Mapping[str, object]] = {
    **{kind: {"kind": kind} for kind in KINDS},
    "by_name": {"kind": "importance", "sources": ["b", "a"]},
}


@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=people())
def test_sql_picks_what_python_picks(warehouse: DuckDBWarehouse, found: list[list[Row]]) -> None:
    attributes = {
        f"{spec}_{name}": {"from": [f"{table}.{name}" for table in TABLES], "policy": SPECS[spec]}
        for spec in SPECS
        for name in VALUES
    }
    profiles, lineage, records = merged(warehouse, found, {"attributes": attributes})
    for person, mine in records.items():
        assert profiles[person]["record_count"] == len(mine)
        assert profiles[person]["source_count"] == len({record["source"] for record in mine})
        filled = filled_of(mine, {"person": 1, **dict.fromkeys(VALUES, len(SPECS) + 1)})
        for spec, name in ((spec, name) for spec in SPECS for name in VALUES):
            policy, attribute = policy_of(SPECS[spec]), f"{spec}_{name}"
            known = candidates(mine, name, filled)
            winner = policy.choose(known)
            if isinstance(policy, Collect):
                assert profiles[person][attribute] == (policy.collected(known) or None)
            else:
                assert profiles[person][attribute] == (winner.value if winner else None), attribute
            assert lineage[person][attribute] == (winner.record_no if winner else None), attribute


BY_TIME = ("most_recent", "least_recent")


@pytest.mark.parametrize(
    "recency", [("whole", "whole"), ("whole", "amount"), ("at", "whole"), ("amount", "at")]
)
@settings(
    max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=people())
def test_numbers_say_how_recent_a_record_is_too(
    warehouse: DuckDBWarehouse, found: list[list[Row]], recency: tuple[str, str]
) -> None:
    attributes = {
        f"{spec}_{name}": {"from": [f"{table}.{name}" for table in TABLES], "policy": spec}
        for spec in BY_TIME
        for name in VALUES
    }
    profiles, lineage, records = merged(warehouse, found, {"attributes": attributes}, recency)
    column = dict(zip(TABLES, recency, strict=True))
    for person, mine in records.items():
        numbered = {int(str(record["record_no"])): 0 for record in mine}
        said = [
            {
                **r,
                "said": milliseconds(r["at"])
                if column[str(r["source"])] == "at"
                else r[column[str(r["source"])]],
            }
            for r in mine
        ]
        for spec, name in ((spec, name) for spec in BY_TIME for name in VALUES):
            winner = policy_of({"kind": spec}).choose(candidates(said, name, numbered, "said"))
            assert profiles[person][f"{spec}_{name}"] == (winner.value if winner else None)
            assert lineage[person][f"{spec}_{name}"] == (winner.record_no if winner else None)


IN_GROUPS = ("importance", "by_name", "most_recent", "least_recent", "most_complete")


@settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=people())
def test_a_group_is_one_record_whole(warehouse: DuckDBWarehouse, found: list[list[Row]]) -> None:
    both = ("text", "day")
    attributes = {
        f"{spec}_{name}": {"from": [f"{table}.{name}" for table in TABLES]}
        for spec in IN_GROUPS
        for name in both
    }
    groups = {
        f"g_{spec}": {"attributes": [f"{spec}_{name}" for name in both], "policy": SPECS[spec]}
        for spec in IN_GROUPS
    }
    profiles, lineage, records = merged(warehouse, found, {"attributes": attributes, "groups": groups})
    for person, mine in records.items():
        offers = [record for record in mine if any(is_known(record[name]) for name in both)]
        copies = {"person": 1, **dict.fromkeys(VALUES, 1), **dict.fromkeys(both, len(IN_GROUPS) + 1)}
        named = [{**record, "text": record["text"] if is_known(record["text"]) else "-"} for record in offers]
        known = candidates(named, "text", filled_of(mine, copies))
        by_number = {int(str(record["record_no"])): record for record in offers}
        for spec in IN_GROUPS:
            winner = policy_of(SPECS[spec]).choose(known)
            for name in both:
                expected = by_number[winner.record_no][name] if winner else None
                expected = expected if is_known(expected) else None
                number = winner.record_no if winner and expected is not None else None
                assert profiles[person][f"{spec}_{name}"] == expected
                assert lineage[person][f"{spec}_{name}"] == number


@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=people(), seed=st.integers(0, 9))
def test_the_order_of_records_does_not_matter(
    warehouse: DuckDBWarehouse, found: list[list[Row]], seed: int
) -> None:
    profile = {
        "attributes": {"text": "longest", "whole": "maximum", "amount": "collect", "day": "most_frequent"}
    }
    numbered = [[{**row, "id": f"{n}"} for n, row in enumerate(rows)] for rows in found]
    shuffled = [list(rows) for rows in numbered]
    for rows in shuffled:
        random.Random(seed).shuffle(rows)  # noqa: S311 - a test's own disorder

    def values(rows: Sequence[Sequence[Row]]) -> dict[str, Row]:
        profiles, _, _ = merged(warehouse, rows, profile)
        return {p: {n: row[n] for n in (*VALUES, "record_count")} for p, row in profiles.items()}

    assert values(numbered) == values(shuffled)


@given(
    st.lists(
        st.builds(
            Candidate,
            value=VALUES["text"],
            record_no=st.integers(1, 30_000),
            source=st.sampled_from(TABLES),
            recency=moments.map(milliseconds) | st.integers() | st.decimals(-9, 9, places=2),
            filled=st.integers(0, 4),
        ),
        min_size=1,
        unique_by=lambda one: one.record_no,
    ),
    st.sampled_from([kind for kind in KINDS if kind != "most_frequent"]),
    st.randoms(use_true_random=False),
)
def test_choosing_is_associative_commutative_and_idempotent(
    found: list[Candidate], kind: str, order: random.Random
) -> None:
    policy = discover("onefold.profiles.merge_policies", MergePolicy)[kind]()
    winner = policy.choose(found)
    assert winner is not None
    again = list(found)
    order.shuffle(again)
    assert policy.choose(again) == winner
    assert policy.choose([winner]) == winner
    middle = len(found) // 2
    halves = [policy.choose(half) for half in (found[:middle], found[middle:]) if half]
    assert policy.choose([half for half in halves if half is not None]) == winner
