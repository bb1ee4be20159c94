"""A source's stage over real files: typing, quarantine, keys, cleaning, choices, refresh, drift."""

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onefold.foundation.kernel import InvalidInput, OnefoldError
from onefold.foundation.warehouse import ColumnType, Sql
from onefold.runs import Outcome, StageResult
from onefold.sources import SourceDefinition, SourceStage, quarantine_rows
from onefold.testing.stages import StageRunner


class Place:
    """A workspace's folder with one source called `people` over `people*.csv`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.runner = StageRunner(directory)
        self.ticks = 0

    def write(self, text: str, name: str = "people.csv") -> None:
        """Write a file with a moment of change of its own, as a slow clock would hide it."""
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        self.ticks += 1
        os.utime(path, (1_700_000_000 + self.ticks,) * 2)

    def run(
        self,
        settings: Mapping[str, object] | None = None,
        /,
        *,
        full: bool = False,
        dependents: Mapping[str, Sequence[str]] | None = None,
        **more: object,
    ) -> StageResult:
        document = (
            {
                "name": "people",
                "connector": {"kind": "csv", "path": "people.csv"},
                "primary_key": "id",
                "max_rejected_ratio": 1.0,
            }
            | dict(settings or {})
            | more
        )
        definition = SourceDefinition.model_validate(document)
        stage = SourceStage(definition, self.directory, self.directory / "cache", dependents or {})
        return self.runner.run(stage, full=full)

    def rows(
        self, columns: str = "* EXCLUDE (_ordinal, _row_hash)", table: str = "people"
    ) -> list[tuple[object, ...]]:
        return self.runner.rows(table, columns, "1")

    def quarantine(self, *fields: str) -> list[tuple[object, ...]]:
        found = quarantine_rows(self.runner.warehouse, ["people"])
        return [tuple(row[field] for field in fields) for row in found]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    opened = Place(tmp_path)
    yield opened
    opened.runner.close()
    leftovers = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert leftovers == [], "temporary files stay"


def test_a_first_run_publishes_all_rows_with_order_and_hash(place: Place) -> None:
    place.write("id,name,born\n2,Ann,1990-02-13\n1,,\n")
    result = place.run()
    assert (result.outcome, result.rows_in, result.rows_out) == (Outcome.COMPLETED, 2, 2)
    assert place.rows("id, name, born, _ordinal") == [(1, None, None, 2), (2, "Ann", dt.date(1990, 2, 13), 1)]
    hashes = [row[0] for row in place.rows("_row_hash")]
    assert len(set(hashes)) == 2
    assert all(isinstance(value, int) and 0 <= value < 1 << 60 for value in hashes)
    names = [
        row[0] for row in place.runner.warehouse.rows(Sql("SELECT table_name FROM information_schema.tables"))
    ]
    assert names == ["people"], "intermediate tables stay"


def test_published_tables_open_in_old_readers(place: Place) -> None:
    import polars
    from deltalake import DeltaTable

    place.write("id,seen\n1,2024-01-01 10:00:00\n")
    place.run()
    path = place.directory / "lake" / "people"
    protocol = DeltaTable(path).protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
    assert polars.read_delta(str(path))["id"].to_list() == [1]


TYPED = [
    {"name": "born", "type": "date", "format": "%d.%m.%Y"},
    {"name": "amount", "type": "decimal", "decimal": [10, 2], "format": "1.234,56"},
    {"name": "points", "type": "integer"},
]


def test_misfits_go_to_quarantine_with_place_value_and_reason(place: Place) -> None:
    place.write(
        "id;born;amount;points\n"
        '1;01.02.1990;"1.234,56";7\n'
        "2;01.01.19777;;\n"  # a year of five digits
        "3;;12,345;\n"  # more decimals than the type keeps
        "4;;;1.5\n"  # not whole
        '5;;;"a\nb"\n'  # two lines
        "6;x\n"  # too few columns
        ";;;1\n"  # no key
        "8;29.02.2023;;12.0\n"  # no such day
        "9;;;12.0\n"
    )
    result = place.run(columns=TYPED)
    assert result.outcome is Outcome.COMPLETED_WITH_WARNINGS
    assert result.figures["rejected"] == 7
    assert [row[0] for row in place.rows("id")] == [1, 9]
    assert place.rows("points") == [(7,), (12,)]
    assert place.quarantine("file", "line", "record_key", "field", "raw_value", "code") == [
        ("people.csv", 3, "2", "born", "01.01.19777", "type"),
        ("people.csv", 4, "3", "amount", "12,345", "type"),
        ("people.csv", 5, "4", "points", "1.5", "type"),
        ("people.csv", 6, "5", "points", "a\nb", "type"),
        ("people.csv", 8, None, "amount", "6;x", "column_count"),
        ("people.csv", 9, None, "id", None, "key_missing"),
        ("people.csv", 10, "8", "born", "29.02.2023", "type"),
    ]


def test_lines_in_quarantine_are_those_of_the_file(place: Place) -> None:
    place.write(
        'id,n,left_out\n1,5,"two\nlines"\n\n2,x,a\n\n3\n4,y,"b\nc"\n5,z,d\n',
    )
    place.run(columns=[{"name": "n", "type": "integer"}], exclude=["left_out"])
    assert place.quarantine("line", "raw_value", "code") == [
        (5, "x", "type"),
        (7, "3", "column_count"),
        (8, "y", "type"),
        (10, "z", "type"),
    ]


def test_a_fixed_row_leaves_quarantine_and_one_that_stays_keeps_its_first_day(place: Place) -> None:
    place.write("id,n\n1,5\n2,x\n3,y\n")
    columns = [{"name": "n", "type": "integer"}]
    place.run(columns=columns)
    place.write("id,n\n1,5\n2,6\n3,y\n")
    result = place.run(columns=columns)
    assert result.figures["added"] == 1
    ((value, first, last),) = place.quarantine("raw_value", "first_seen_at", "quarantined_at")
    assert value == "y"
    assert isinstance(first, dt.datetime)
    assert isinstance(last, dt.datetime)
    assert last - first == dt.timedelta(days=1)
    place.write("id,n\n1,5\n2,6\n3,7\n")
    assert place.run(columns=columns).outcome is Outcome.COMPLETED
    assert place.quarantine("line") == []


def test_too_many_rejected_rows_hold_dependents_back_until_they_change(place: Place) -> None:
    place.write("id,n\n" + "".join(f"{i},5\n{i + 10},x\n" for i in range(6)))
    settings: dict[str, object] = {"columns": [{"name": "n", "type": "integer"}], "max_rejected_ratio": 0.1}
    assert place.run(settings).outcome is Outcome.COMPLETED_WITH_ERRORS
    assert place.run(settings).outcome is Outcome.COMPLETED_WITH_ERRORS
    assert place.run(settings | {"max_rejected_ratio": 0.5}).outcome is Outcome.COMPLETED_WITH_WARNINGS


def test_a_handful_of_rejected_rows_holds_nothing_back(place: Place) -> None:
    place.write("id,n\n1,5\n2,x\n")
    settings: dict[str, object] = {"columns": [{"name": "n", "type": "integer"}], "max_rejected_ratio": 0.1}
    assert place.run(settings).outcome is Outcome.COMPLETED_WITH_WARNINGS


def test_when_nothing_fits_the_last_good_table_stands(place: Place) -> None:
    columns = [{"name": "n", "type": "integer"}]
    place.write("id,n\n1,5\n")
    place.run(columns=columns)
    place.write("id,n\n1,x\n")
    assert place.run(columns=columns).outcome is Outcome.COMPLETED_WITH_ERRORS
    assert place.rows() == [(1, 5)]
    assert place.quarantine("raw_value") == [("x",)]


def test_a_new_file_of_bad_rows_alone_stops_nothing(place: Place) -> None:
    settings: dict[str, object] = {
        "connector": {"kind": "csv", "path": "part*.csv"},
        "columns": [{"name": "n", "type": "integer"}],
        "max_rejected_ratio": 0.05,
    }
    place.write("id,n\n1,5\n2,6\n", "part1.csv")
    place.run(settings)
    place.write("id,n\n3,x\n,7\n", "part2.csv")
    result = place.run(settings)
    assert result.outcome is Outcome.COMPLETED_WITH_WARNINGS
    assert place.rows("id, n") == [(1, 5), (2, 6)]
    assert place.quarantine("file", "code") == [("part2.csv", "type"), ("part2.csv", "key_missing")]
    assert place.run(settings).outcome is Outcome.UNCHANGED, "the file was read again"
    place.write("id,n\n" + "".join(f"{number},x\n" for number in range(10, 16)), "part2.csv")
    assert place.run(settings).outcome is Outcome.COMPLETED_WITH_ERRORS, "six of eight are too many"
    assert place.rows("id, n") == [(1, 5), (2, 6)]


def test_when_no_row_of_any_file_is_left_the_last_good_table_stands(place: Place) -> None:
    settings: dict[str, object] = {
        "connector": {"kind": "csv", "path": "part*.csv"},
        "columns": [{"name": "n", "type": "integer"}],
    }
    place.write("id,n\n1,5\n", "part1.csv")
    place.write("id,n\n2,x\n", "part2.csv")
    place.run(settings)
    place.write("id,n\n1,y\n", "part1.csv")
    assert place.run(settings).outcome is Outcome.COMPLETED_WITH_ERRORS
    assert place.rows("id, n") == [(1, 5)]


def test_a_key_that_is_missing_everywhere_is_an_error(place: Place) -> None:
    place.write("id,n\n,1\n,2\n")
    with pytest.raises(InvalidInput) as caught:
        place.run()
    assert caught.value.code == "sources.key_all_null"


def test_nul_characters_are_quarantined(place: Place) -> None:
    place.write("id,name\n1,a\x00b\n2,c\n")
    place.run()
    assert place.rows() == [(2, "c")]
    assert place.quarantine("field", "raw_value", "code") == [("name", "a\\0b", "encoding")]


@pytest.mark.parametrize(
    ("updated_at", "kept"), [(None, [(1, "first"), (2, "only")]), ("at", [(1, "newest"), (2, "only")])]
)
def test_one_row_per_key_stays(place: Place, updated_at: str | None, kept: list[tuple[object, ...]]) -> None:
    place.write(
        "id,v,at\n1,first,2024-01-01\n1,newest,2024-03-01\n2,only,2024-01-01\n1,later read,2024-03-01\n1,undated,\n"
    )
    result = place.run(updated_at=updated_at)
    assert place.rows("id, v") == kept
    assert result.figures["duplicates"] == 3
    assert any("3 rows repeat" in message for message in result.messages)


def test_keys_of_two_columns_and_no_key_at_all(place: Place) -> None:
    place.write("id,v\n1,a\n1,b\n1,a\n")
    assert place.run(primary_key=["id", "v"]).rows_out == 2
    assert place.run(name="all_rows", primary_key=[]).rows_out == 3


def test_what_did_not_change_is_not_published_again(place: Place) -> None:
    place.write("id,v\n1,a\n2,b\n")
    place.run()
    assert place.run().outcome is Outcome.UNCHANGED
    place.write("id,v\n2,b\n1,a\n")  # another order, another stamp
    result = place.run()
    assert (result.outcome, result.rows_in) == (Outcome.UNCHANGED, 2)
    assert place.runner.versions == {"people": 0}
    assert place.run(full=True).outcome is Outcome.UNCHANGED


def test_a_refresh_counts_what_was_added_changed_and_deleted(place: Place) -> None:
    place.write("id,v\n1,a\n2,b\n3,c\n")
    place.run()
    place.write("id,v\n1,a\n2,B\n4,d\n5,e\n")
    result = place.run()
    assert {key: result.figures[key] for key in ("added", "changed", "deleted")} == {
        "added": 2,
        "changed": 1,
        "deleted": 1,
    }
    assert place.rows() == [(1, "a"), (2, "B"), (4, "d"), (5, "e")]


def test_rows_that_are_gone_stay_when_the_source_says_so(place: Place) -> None:
    place.write("id,v\n1,a\n2,b\n")
    place.run(deletes={"missing_rows": "keep"})
    place.write("id,v\n2,B\n3,c\n")
    place.run(deletes={"missing_rows": "keep"})
    assert place.rows() == [(1, "a"), (2, "B"), (3, "c")]
    assert place.rows("id, _ordinal") == [(1, 1), (2, 2), (3, 4)], "the order of reading is unique"


def test_rows_that_the_source_marks_as_deleted_go(place: Place) -> None:
    place.write("id,v,gone,at\n1,a,no,1\n2,b,yes,1\n3,c,no,1\n3,c,yes,2\n")
    place.run(deletes={"column": "gone", "values": ["true"]}, updated_at="at")
    assert place.rows("id") == [(1,)]


@pytest.mark.parametrize("marks", [["Y"], ["y "], ["true"]])
def test_deleted_rows_are_known_by_the_text_in_the_source(place: Place, marks: list[str]) -> None:
    place.write("id,del\n1,N\n2,Y\n3,\n")
    result = place.run(deletes={"column": "del", "values": marks})
    assert place.runner.warehouse.columns("people")[1].type is ColumnType.BOOLEAN
    assert place.rows("id") == [(1,), (3,)]
    assert result.outcome is Outcome.COMPLETED


@pytest.mark.parametrize(("value", "written"), [(1, "1"), (True, "true"), ("J", "J")])
def test_values_of_deletes_are_texts_however_they_are_written(value: object, written: str) -> None:
    document = {"name": "a", "connector": {"kind": "csv", "path": "a.csv"}, "deletes": {"values": value}}
    assert SourceDefinition.model_validate(document).deletes.values == (written,)


def test_deletes_that_never_happen_are_told(place: Place) -> None:
    settings: dict[str, object] = {"deletes": {"column": "del", "values": "J"}}
    place.write("id,del\n1,N\n2,Y\n")
    result = place.run(settings)
    assert result.outcome is Outcome.COMPLETED_WITH_WARNINGS
    assert result.messages[0] == "Column 'del' never holds 'J': no row counts as deleted."
    place.write("id,del\n1,N\n2,J\n")
    place.run(settings | {"columns": [{"name": "del", "type": "text"}]})
    place.write("id,del\n1,N\n3,N\n")  # it has been seen once
    result = place.run(settings | {"columns": [{"name": "del", "type": "text"}]})
    assert result.outcome is Outcome.COMPLETED
    assert place.rows("id") == [(1,), (3,)]


@pytest.mark.parametrize(
    ("marks", "values"),
    [("NN", ["J"]), ("f ", ["true"]), ("", ["J"])],  # nothing deleted yet; a right spelling; nothing at all
)
def test_a_source_without_deleted_rows_is_no_reason_to_warn(
    place: Place, marks: str, values: list[str]
) -> None:
    place.write("id,del\n" + "".join(f"{number},{mark}\n" for number, mark in enumerate(marks)))
    typed = [{"name": "del", "type": "boolean" if values == ["true"] else "text"}]
    result = place.run(deletes={"column": "del", "values": values}, columns=typed)
    assert not any("never holds" in message for message in result.messages)


def test_files_of_a_glob_are_read_when_they_change(place: Place) -> None:
    settings: dict[str, object] = {"connector": {"kind": "csv", "path": "part*.csv"}}
    place.write("id,v\n1,a\n2,b\n", "part1.csv")
    place.write("id,v\n3,c\n", "part2.csv")
    place.run(settings)
    place.write("id,v\n4,d\n", "part3.csv")
    result = place.run(settings)
    assert (result.rows_in, result.rows_out, result.figures["coverage"]) == (1, 4, "files")
    place.write("id,v\n3,C\n", "part2.csv")
    (place.directory / "part1.csv").unlink()
    result = place.run(settings)
    assert result.rows_in == 1
    assert place.rows("id, v, _file") == [(3, "C", "part2.csv"), (4, "d", "part3.csv")]
    incremental = place.rows("_ordinal")
    assert len(set(incremental)) == 2


def test_a_row_that_lost_to_another_file_comes_back_when_that_file_changes(place: Place) -> None:
    settings: dict[str, object] = {"connector": {"kind": "csv", "path": "part*.csv"}}
    place.write("id,v\n1,first\n2,x\n", "part1.csv")
    place.write("id,v\n1,second\n", "part2.csv")
    place.run(settings)
    assert place.rows("id, v") == [(1, "first"), (2, "x")]
    place.write("id,v\n2,x\n", "part1.csv")
    place.run(settings)
    assert place.rows("id, v") == [(1, "second"), (2, "x")]
    place.write("id,v\n2,of three\n", "part3.csv")  # now a new file repeats a key of an unread one
    place.run(settings)
    assert place.rows("id, v") == [(1, "second"), (2, "x")]


CLEANING: dict[str, object] = {
    "cleaning": [
        {"kind": "trim", "columns": ["name"]},
        {"kind": "casing", "columns": ["name"], "to": "title"},
        {"kind": "split", "column": "name", "separator": " ", "into": ["first", "last"]},
        {"kind": "phone", "columns": ["phone"]},
    ],
    "default_region": "DE",
    "columns": [{"name": "phone", "type": "text"}],
}


def test_cleaning_changes_published_values_and_keeps_the_raw(place: Place) -> None:
    place.write("id,name,phone\n1,  ANN   o'BRIEN ,030 1234567\n2,bob,\n")
    place.run(CLEANING)
    assert place.rows("id, name, phone, first, last") == [
        (1, "Ann O'Brien", "+49301234567", "Ann", "O'Brien"),
        (2, "Bob", None, "Bob", None),
    ]
    raw = place.rows("id, name, phone, _ordinal", "people__raw")
    assert raw == [(1, "  ANN   o'BRIEN ", "030 1234567", 1), (2, "bob", None, 2)]
    place.write("id,name,phone\n2,bob,\n3,cyd,\n")
    place.run(CLEANING)
    assert place.rows("id, name", "people__raw") == [(2, "bob"), (3, "cyd")]
    assert place.rows("id, _ordinal") == place.rows("id, _ordinal", "people__raw")


def test_a_cleaning_step_that_empties_the_key_is_an_error(place: Place) -> None:
    place.write("id,v\nA,x\nB,y\n")
    empties = [{"kind": "value_map", "columns": ["id"], "values": {"a": None}}]
    with pytest.raises(InvalidInput) as caught:
        place.run(cleaning=empties)
    assert caught.value.code == "sources.cleaning_empties_key"


CHOICES: dict[str, object] = {
    "columns": [
        {"name": "tier", "choices": {"1": {"en": "Silver", "de": "Silber"}, "102589547": {"en": "Gold"}}}
    ],
    "language": "de",
}


def test_choices_are_published_as_labels_with_the_code_beside(place: Place) -> None:
    place.write("id,tier\n1,1\n2,102589547\n3,9\n4,\n")
    result = place.run(CHOICES)
    assert place.rows("id, tier, tier__code") == [
        (1, "Silber", 1),
        (2, "Gold", 102589547),
        (3, None, 9),
        (4, None, None),
    ]
    assert result.outcome is Outcome.COMPLETED_WITH_WARNINGS
    assert "Codes without a label: tier (1)." in result.messages


def test_the_row_filter_sees_labels_and_columns_that_are_left_out(place: Place) -> None:
    place.write("id,tier,secret\n1,1,yes\n2,102589547,yes\n3,102589547,no\n")
    rule = {"all": [{"field": "tier", "equals": "Gold"}, {"field": "secret", "equals": True}]}
    place.run(CHOICES, row_filter=rule, exclude=["secret"])
    assert place.rows() == [(2, "Gold", 102589547)]


def test_moments_without_a_zone_are_read_in_the_sources_zone(place: Place) -> None:
    place.write("id,seen\n1,2024-07-01 10:00:00\n2,2024-07-01T10:00:00Z\n3,2024-01-01 10:00:00\n")
    place.run(time_zone="Europe/Berlin", columns=[{"name": "seen", "type": "instant"}])
    assert [row[0] for row in place.rows("seen")] == [
        dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC),
        dt.datetime(2024, 7, 1, 8, tzinfo=dt.UTC),
        dt.datetime(2024, 7, 1, 10, tzinfo=dt.UTC),
    ]


USED = {"email": ["identity rule 'email'"]}


def test_a_new_column_flows_in(place: Place) -> None:
    place.write("id,email\n1,a@b.c\n")
    place.run(dependents=USED)
    place.write("id,email,new\n1,a@b.c,x\n")
    result = place.run(dependents=USED)
    assert result.outcome is Outcome.COMPLETED_WITH_WARNINGS
    assert place.rows() == [(1, "a@b.c", "x")]


@pytest.mark.parametrize("now", ["id,n\n1,2\n", "id,email,n\n1,5,2\n"])
def test_a_column_that_is_used_and_gone_or_retyped_stops_the_source(place: Place, now: str) -> None:
    dependents = USED | {"id": ["profile id"]}
    place.write("id,email,n\n1,a@b.c,2\n")
    place.run(dependents=dependents)
    place.write(now if "email" not in now else "id,email,n\nabc,a@b.c,2\nabd,a@b.c,2\n")
    result = place.run(dependents=dependents)
    assert result.outcome is Outcome.STOPPED
    broken = "identity rule 'email'" if "email" not in now else "profile id"
    assert broken in result.messages[0]
    assert place.rows("email") == [("a@b.c",)]


@pytest.mark.parametrize(
    ("settings", "users"),
    [
        (
            {
                "cleaning": [
                    {"kind": "typo_domains", "columns": ["email"]},
                    {"kind": "trim", "columns": ["email"]},
                ]
            },
            "cleaning step 'typo_domains', cleaning step 'trim', identity rule 'email'",
        ),
        ({"row_filter": {"field": "email", "is_known": True}}, "the row filter, identity rule 'email'"),
        ({"primary_key": "email"}, "the primary key, identity rule 'email'"),
        ({"updated_at": "email"}, "`updated_at`, identity rule 'email'"),
        ({"deletes": {"column": "email"}}, "`deletes`, identity rule 'email'"),
        ({"region_column": "email"}, "`region_column`, identity rule 'email'"),
    ],
)
def test_what_the_source_itself_does_with_a_column_depends_on_it(
    place: Place, settings: dict[str, object], users: str
) -> None:
    place.write("id,email\n1,a@gmai.com\n")
    place.run(settings, dependents=USED)
    place.write("id\n1\n")
    result = place.run(settings, dependents=USED)
    assert result.outcome is Outcome.STOPPED
    assert result.messages[0] == f"Column 'email' is gone; used by {users}."
    assert place.rows("id") == [(1,)]


def test_a_cleaned_column_of_another_type_stops_the_source(place: Place) -> None:
    settings: dict[str, object] = {"cleaning": [{"kind": "trim", "columns": ["v"]}]}
    settings |= {"connector": {"kind": "parquet", "path": "people.parquet"}}
    path = place.directory / "people.parquet"
    pq.write_table(pa.table({"id": [1], "v": ["a"]}), path)
    place.run(settings)
    pq.write_table(pa.table({"id": [1], "v": [5]}), path)
    result = place.run(settings)
    assert (result.outcome, result.messages[0]) == (
        Outcome.STOPPED,
        "Column 'v' has another type; used by cleaning step 'trim'.",
    )


def test_a_column_that_nothing_uses_may_go(place: Place) -> None:
    place.write("id,email,n\n1,a@b.c,2\n")
    place.run(dependents=USED)
    place.write("id,email\n1,a@b.c\n")
    result = place.run(dependents=USED)
    assert result.outcome is Outcome.COMPLETED_WITH_WARNINGS
    assert [column.name for column in place.runner.warehouse.columns("people")][:2] == ["id", "email"]
    assert "nothing uses it" in result.messages[0]


def test_dirt_in_a_column_of_known_type_is_quarantined_and_not_a_new_type(place: Place) -> None:
    place.write("id,n\n1,5\n2,6\n3,7\n")
    place.run()
    place.write("id,n\n1,5\n2,x\n3,7\n")
    place.run()
    assert place.quarantine("field", "raw_value") == [("n", "x")]
    assert place.runner.warehouse.columns("people")[1].type is ColumnType.INTEGER


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"primary_key": "nr"}, "sources.column_missing"),
        ({"updated_at": "changed"}, "sources.column_missing"),
        ({"columns": [{"name": "naem"}]}, "sources.column_missing"),
        ({"region_column": "land"}, "sources.column_missing"),
        ({"region_column": "id"}, "sources.region_not_text"),
        (
            {"region_column": "land", "cleaning": [{"kind": "phone", "columns": ["name"]}]},
            "sources.column_missing",
        ),
        ({"cleaning": [{"kind": "trim", "columns": ["naem"]}]}, "sources.cleaning_column"),
        ({"cleaning": [{"kind": "trim", "columns": ["id"]}]}, "sources.cleaning_type"),
        ({"row_filter": {"field": "naem", "equals": "x"}}, "rules.field_unknown"),
        ({"connector": {"kind": "csv", "path": "other.csv"}}, "sources.file_missing"),
    ],
)
def test_definitions_that_do_not_fit_the_source_are_refused(
    place: Place, settings: dict[str, object], code: str
) -> None:
    place.write("id,name\n1,a\n")
    with pytest.raises(OnefoldError) as caught:
        place.run(settings)
    assert caught.value.code == code


def test_headers_become_column_names(place: Place) -> None:
    place.write("id,First Name,_x,E-Mail,First_Name\n1,a,b,c,d\n")
    place.run()
    names = [column.name for column in place.runner.warehouse.columns("people")]
    assert names == ["id", "First_Name", "x", "E_Mail", "First_Name_2", "_ordinal", "_row_hash"]


def test_a_table_without_rows_is_published_with_a_warning(place: Place) -> None:
    place.write("id,name\n")
    result = place.run()
    assert result.outcome is Outcome.COMPLETED_WITH_WARNINGS
    assert place.rows() == []


def test_too_many_columns_are_refused_with_a_way_out(place: Place) -> None:
    names = ["id", *(f"c{number}" for number in range(3_000))]
    place.write(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    with pytest.raises(InvalidInput) as caught:
        place.run()
    assert caught.value.code == "sources.too_many_columns"
    assert place.run(include=["id", "c7"]).rows_out == 1
