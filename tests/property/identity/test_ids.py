"""Profile ids over random histories: stable, one per record, never lost, and told as they happened."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.testing.builders import SmallTable, SmallWorkspace, a_workspace_of
from tests.plugins.properties import examples

HISTORY_START = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)

Rows = dict[str, str]
"""Record `table:id` to the group it belongs to."""

Event = tuple[str, str, str | None, str | None, int | None]
"""Event, profile, other profile, record, records."""


@pytest.fixture(scope="module")
def warehouse() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def tables_of(rows: Rows) -> list[SmallTable]:
    found = []
    for table in ("a", "b"):
        mine = [{"id": key[2:], "x": group} for key, group in rows.items() if key.startswith(table)]
        found.append(SmallTable(table, mine, columns=("id", "x")))
    return found


def a_history(warehouse: DuckDBWarehouse, rows: Rows) -> SmallWorkspace:
    identity = {
        "map": [{"table": name, "attributes": {"x": "x"}} for name in ("a", "b")],
        "attributes": {"x": {"normalize": ["lower_case"]}},
        "rules": [{"name": "same", "when": ["x"]}],
    }
    return a_workspace_of(*tables_of(rows), identity=identity, warehouse=warehouse)


@dataclass
class Oracle:
    """The rules of ids in plain Python."""

    homes: dict[str, str] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def step(self, run: int, rows: Rows, given: dict[str, str]) -> set[Event]:
        """Take the next state; `given` are the ids the engine gave, from which only new ones are read."""
        parts: dict[str, list[str]] = {}
        for record, group in rows.items():
            parts.setdefault(group, []).append(record)
        keyed = {min(members): members for members in parts.values()}
        claims: dict[str, str] = {}
        for old in set(self.homes.values()):
            sizes = Counter({k: sum(self.homes.get(r) == old for r in m) for k, m in keyed.items()})
            best = [k for k, n in sizes.items() if n == max(sizes.values()) and n > 0]
            if best:
                claims[old] = min(best, key=lambda k: min(r for r in keyed[k] if self.homes.get(r) == old))
        names: dict[str, str] = {}
        for key, members in keyed.items():
            bidders = [old for old, part in claims.items() if part == key]
            bids = sorted(
                bidders,
                key=lambda old: (-sum(self.homes.get(r) == old for r in members), self.born[old], old),
            )
            names[key] = bids[0] if bids else given[key]
            if not bids:
                assert names[key] not in self.born, "an id was given twice"
        return self._settle(run, keyed, names, claims)

    def _settle(
        self, run: int, keyed: dict[str, list[str]], names: dict[str, str], claims: dict[str, str]
    ) -> set[Event]:
        events: set[Event] = set()
        gone = {old: names[part] for old, part in claims.items() if names[part] != old}
        homes = {record: names[key] for key, members in keyed.items() for record in members}
        for old, new in gone.items():
            count = sum(self.homes.get(r) == old and home == new for r, home in homes.items())
            events.add(("merged", new, old, None, count))
        for old in set(self.homes.values()) - set(claims):
            events.add(("removed", old, None, None, sum(home == old for home in self.homes.values())))
        for key, members in keyed.items():
            name = names[key]
            before = Counter(self.homes[r] for r in members if r in self.homes)
            origin = None
            if name not in self.born:
                self.born[name] = run
                if not before:
                    events.add(("created", name, None, None, len(members)))
                    continue
                origin = min(before, key=lambda old: (-before[old], old))
                events.add(("split", name, origin, None, before[origin]))
            for record in members:
                was = self.homes.get(record)
                if was is None:
                    events.add(("joined", name, None, record, None))
                elif was not in (name, origin) and gone.get(was) != name:
                    events.add(("moved", name, was, record, None))
        self.aliases = {alias: gone.get(home, home) for alias, home in self.aliases.items()} | gone
        self.homes = homes
        return events


def told(workspace: SmallWorkspace, run: int) -> set[Event]:
    rows = [row for row in workspace.rows("profile_events") if row["run_id"] == f"run_{run}"]
    found = [
        (
            str(row["event"]),
            str(row["profile_id"]),
            row["other_profile_id"],
            None if row["source"] is None else f"{row['source']}:{row['record_id']}",
            row["records"],
        )
        for row in rows
    ]
    assert len(set(found)) == len(found)
    return set(found)  # type: ignore[arg-type]  # as the table's columns are declared


records = st.sampled_from([f"{table}:{n}" for table in "ab" for n in range(6)])
states = st.dictionaries(records, st.sampled_from("pqrs"), max_size=10)


@settings(
    max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(states, min_size=2, max_size=5))
def test_ids_follow_the_rules_over_any_history(warehouse: DuckDBWarehouse, history: list[Rows]) -> None:
    workspace, oracle = a_history(warehouse, history[0]), Oracle()
    for run, rows in enumerate(history, start=1):
        workspace.put(*tables_of(rows))
        workspace.run()
        homes = workspace.homes()
        assert set(homes) == set(rows), "a record is in no profile, or a stranger in one"
        expected = oracle.step(run, rows, homes)
        assert homes == oracle.homes
        assert told(workspace, run) == expected
        aliases = {str(row["alias_id"]): str(row["profile_id"]) for row in workspace.rows("profile_aliases")}
        assert aliases == oracle.aliases
        assert not set(aliases) & set(homes.values()), "an id is alive and an alias"
        for row in workspace.rows("profile_records"):
            born = HISTORY_START + dt.timedelta(days=oracle.born[str(row["profile_id"])])
            assert row["profile_created_at"] == born


@settings(
    max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=states, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_id(warehouse: DuckDBWarehouse, rows: Rows, order: object) -> None:
    keys = list(rows)
    workspace = a_history(warehouse, rows).run()
    before = workspace.homes()
    order.shuffle(keys)  # type: ignore[attr-defined]  # Random
    workspace.put(*tables_of({key: rows[key] for key in keys}))
    assert workspace.run().homes() == before
    assert told(workspace, 2) == set()
    assert a_history(warehouse, {key: rows[key] for key in keys}).run().homes() == before
