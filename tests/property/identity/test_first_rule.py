"""Mode `first_rule`, Dynamics 365's order of things, against a plain reading of its text.

Table n may match only tables above it. A record is tried on later rules only if no earlier one matched. Duplicates
of an upper table are not collapsed by a lower one; duplicates of the lower table that match one upper record are.
Alternates (duplicates found inside the table) match too, and their match attaches to the whole group.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity.components import union_find
from onefold.testing.builders import SmallTable, a_workspace_of
from tests.plugins.properties import examples

ATTRIBUTES = ("x", "y", "z")
TABLES = ("a", "b", "c")


@dataclass(frozen=True)
class Record:
    table: int
    id: str
    values: tuple[str | None, ...]

    @property
    def name(self) -> str:
        return f"{TABLES[self.table]}:{self.id}"


@pytest.fixture(scope="module")
def warehouse() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def agree(left: Record, right: Record, rule: tuple[int, ...]) -> bool:
    return all(left.values[a] is not None and left.values[a] == right.values[a] for a in rule)


def by_the_text(
    records: list[Record],
    rules: list[tuple[int, ...]],
    inside: dict[int, tuple[int, ...]],
    whole: dict[int, bool],
) -> frozenset[frozenset[str]]:
    """Return the people: `rules` in order across tables, `inside` one rule per table that deduplicates it."""
    names = [record.name for record in records]
    duplicates = [
        (one.name, other.name)
        for one in records
        for other in records
        if one.table == other.table and one.table in inside and agree(one, other, inside[one.table])
    ]
    group_of = union_find(names, duplicates)
    links = list(duplicates)
    for table in range(1, len(TABLES)):
        groups: dict[str, list[Record]] = {}
        for record in records:
            if record.table == table:
                groups.setdefault(group_of[record.name], []).append(record)
        for members in groups.values():
            for rule in rules:
                found = [
                    (upper.table, upper.id, lower)
                    for lower in members
                    for upper in records
                    if upper.table < table and agree(upper, lower, rule)
                ]
                if found:
                    upper_table, upper_id, lower = min(found, key=lambda f: (f[0], f[1], f[2].id))
                    links.append((f"{TABLES[upper_table]}:{upper_id}", lower.name))
                    break
    people: dict[str, set[str]] = {}
    for name, label in union_find(names, links).items():
        people.setdefault(label, set()).add(name)
    return frozenset(
        frozenset(person)
        for person in people.values()
        if len({name[0] for name in person}) > 1 or whole[TABLES.index(next(iter(person))[0])]
    )


values = st.one_of(st.none(), st.sampled_from("pqr"))
records_of_a_table = st.lists(st.tuples(values, values, values), max_size=4)
rule = st.sampled_from([(0,), (1,), (2,), (0, 1), (1, 2)])


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.tuples(records_of_a_table, records_of_a_table, records_of_a_table),
    rules=st.lists(rule, max_size=3),
    inside=st.dictionaries(st.integers(0, 2), rule, max_size=3),
    whole=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    backwards=st.booleans(),
)
def test_people_are_as_the_text_says(
    warehouse: DuckDBWarehouse,
    rows: tuple[list[tuple[str | None, ...]], ...],
    rules: list[tuple[int, ...]],
    inside: dict[int, tuple[int, ...]],
    whole: tuple[bool, bool, bool],
    backwards: bool,
) -> None:
    records = [
        Record(table, str(n), found) for table, lines in enumerate(rows) for n, found in enumerate(lines)
    ]
    tables = [
        SmallTable(
            name,
            [
                {"id": r.id, **dict(zip(ATTRIBUTES, r.values, strict=True))}
                for r in (records[::-1] if backwards else records)
                if TABLES[r.table] == name
            ],
            columns=("id", *ATTRIBUTES),
        )
        for name in TABLES
    ]
    identity = {
        "mode": "first_rule",
        "map": [
            {"table": name, "include_all": whole[n], "attributes": {a: a for a in ATTRIBUTES}}
            for n, name in enumerate(TABLES)
        ],
        "attributes": {a: {"normalize": ["lower_case"]} for a in ATTRIBUTES},
        "rules": [{"name": f"r{n}", "when": [ATTRIBUTES[a] for a in one]} for n, one in enumerate(rules)],
        "deduplication": {
            TABLES[table]: {"rules": [{"name": f"d{table}", "when": [ATTRIBUTES[a] for a in one]}]}
            for table, one in inside.items()
        },
    }
    found = a_workspace_of(*tables, identity=identity, warehouse=warehouse).run().people()
    assert found == by_the_text(records, rules, inside, dict(enumerate(whole)))
