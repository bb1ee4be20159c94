"""Refreshes of a database table: by watermark where a key tells changed rows from new ones, else in full."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from onefold.runs import Outcome, StageResult
from onefold.sources import SourceDefinition, SourceStage
from onefold.testing.stages import StageRunner


class Shop:
    """A SQLite file with one table, read by a source called `people`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.runner = StageRunner(directory)

    def execute(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.directory / "shop.db")) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def run(self, settings: Mapping[str, object]) -> StageResult:
        connector = {"kind": "sql", "url": "sqlite:///shop.db", "table": "people"}
        definition = SourceDefinition.model_validate({"name": "people", "connector": connector, **settings})
        return self.runner.run(SourceStage(definition, self.directory, self.directory / "cache", {}))

    def rows(self, columns: str) -> list[tuple[object, ...]]:
        return self.runner.rows("people", columns, "1")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path)
    yield opened
    opened.runner.close()


MOMENTS = ("timestamp", "'2026-03-01 10:00:00'", "'2026-03-02 10:00:00'")
NUMBERS = ("integer", "1", "2")


def create(shop: Shop, kind: str, first: str) -> None:
    shop.execute(
        f"create table people (id integer, name text, n integer, u {kind})",
        f"insert into people values (1, 'Ann', 1, {first}), (2, 'Bob', 2, {first}), (3, 'Cyd', 3, {first})",
    )


@pytest.mark.parametrize(("kind", "first", "second"), [MOMENTS, NUMBERS])
def test_without_a_key_all_rows_are_read_and_none_stands_twice(
    shop: Shop, kind: str, first: str, second: str
) -> None:
    create(shop, kind, first)
    shop.run({"updated_at": "u"})
    shop.execute(f"update people set name = 'Anna', u = {second} where id = 1")
    result = shop.run({"updated_at": "u"})
    assert (result.outcome, result.rows_in) == (Outcome.COMPLETED, 3)
    assert shop.rows("id, name, _ordinal") == [(1, "Anna", 1), (2, "Bob", 2), (3, "Cyd", 3)]
    assert "Read in full: rows after 'u' alone would do with a `primary_key`." in result.messages
    assert shop.run({"updated_at": "u"}).outcome is Outcome.UNCHANGED


def test_incremental_without_a_key_is_refused_with_advice(shop: Shop) -> None:
    with pytest.raises(ValidationError, match=r"`primary_key`.*leave `refresh` out"):
        shop.run({"updated_at": "u", "refresh": "incremental"})
    files = {"name": "a", "connector": {"kind": "csv", "path": "a*.csv"}, "refresh": "incremental"}
    assert SourceDefinition.model_validate(files).refresh == "incremental", (
        "files tell their changes themselves"
    )


@pytest.mark.parametrize(("kind", "first", "second"), [MOMENTS, NUMBERS])
def test_rows_that_come_late_with_the_last_moment_are_read(
    shop: Shop, kind: str, first: str, second: str
) -> None:
    create(shop, kind, first)
    settings = {"primary_key": "id", "updated_at": "u", "refresh": "incremental"}
    shop.run(settings)
    shop.execute(
        f"insert into people values (4, 'Dan', 4, {first})",
        f"update people set name = 'Anna', u = {second} where id = 1",
    )
    result = shop.run(settings)
    assert (result.figures["coverage"], result.figures["added"], result.figures["changed"]) == (
        "changes",
        1,
        1,
    )
    assert shop.rows("id, name, _ordinal") == [(1, "Anna", 1), (2, "Bob", 2), (3, "Cyd", 3), (4, "Dan", 7)]
    result = shop.run(settings)
    assert (result.outcome, result.rows_in) == (Outcome.UNCHANGED, 1)


def test_a_bad_row_alone_leaves_its_last_good_form_and_stops_nothing(shop: Shop) -> None:
    create(shop, *MOMENTS[:2])
    settings = {"primary_key": "id", "updated_at": "u", "columns": [{"name": "n", "type": "integer"}]}
    shop.run(settings)
    shop.execute(f"update people set n = 'many', u = {MOMENTS[2]} where id = 1")
    assert shop.run(settings).outcome is Outcome.COMPLETED_WITH_WARNINGS
    result = shop.run(settings)  # now it is the only one at the last moment
    assert (result.outcome, result.rows_in) == (Outcome.COMPLETED_WITH_WARNINGS, 1)
    assert shop.rows("id, n") == [(1, 1), (2, 2), (3, 3)]
    assert shop.runner.rows("people__quarantine", "record_key, raw_value") == [("1", "many")]
    shop.execute("update people set n = 7, u = '2026-03-03 10:00:00' where id = 1")
    assert shop.run(settings).outcome is Outcome.COMPLETED
    assert shop.rows("id, n") == [(1, 7), (2, 2), (3, 3)]
    assert shop.runner.rows("people__quarantine") == []
