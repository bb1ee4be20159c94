"""A query reads published tables and nothing else, and what is wrong with it is said in the product's words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import onefold as product
from onefold.foundation.kernel import Forbidden, InvalidInput, NotFound
from onefold.workspace.tables import OF_RUNS
from tests.cli.command import error_of, onefold, write_shop

pytestmark = pytest.mark.xdist_group("cli")


@pytest.mark.parametrize(
    ("query", "code", "ends"),
    [
        ("copy profiles to '{folder}/stolen.csv'", "warehouse.query_not_reading", 2),
        ("attach '{folder}/stolen.csv'", "warehouse.query_not_reading", 2),
        ("set threads = 1", "warehouse.query_not_reading", 2),
        ("explain analyze copy profiles to '{folder}/stolen.csv'", "warehouse.query_not_reading", 2),
        ("pivot crm on last_name", "warehouse.query_not_reading", 2),
        ("select 1; select 2", "warehouse.query_not_single", 2),
        (" ", "warehouse.query_not_single", 2),
        ("select * from read_csv('{folder}/private.csv')", "warehouse.query_outside", 5),
        ("select * from '{folder}/private.csv'", "warehouse.query_outside", 5),
        ("select * from glob('{folder}/*')", "warehouse.query_outside", 5),
        ("select * from read_text('shop/lake/../onefold.yaml')", "warehouse.query_outside", 5),
        ("select * from read_text('{lake}/../onefold.yaml')", "warehouse.query_outside", 5),
        ("select * from read_text('{lake}/profiles/../../.onefold/store.db')", "warehouse.query_outside", 5),
    ],
)
def test_a_query_writes_nothing_and_reads_no_other_file(
    ran_shop: Path, tmp_path: Path, query: str, code: str, ends: int
) -> None:
    (tmp_path / "private.csv").write_text("secret\n42\n")
    asked = query.format(folder=tmp_path, lake=ran_shop / "lake")
    done = onefold("sql", asked, "-w", ran_shop, "--json", cwd=ran_shop.parent, codes=(ends,))
    assert error_of(done)["code"] == code
    assert "42" not in done.told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["private.csv"]
    with product.open(ran_shop) as workspace, pytest.raises((InvalidInput, Forbidden)):
        workspace.table("crm").sql(asked)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("from crm", 3),
        ("with c as (select * from crm) select * from c, till where points > 400;", 3),
        ("values (1), (2)", 2),
        ("describe crm", 8),
        ("pivot crm on last_name in ('Klein', 'Honda') using count(*) group by id", 3),
    ],
)
def test_what_reads_is_a_query_however_it_is_written(ran_shop: Path, query: str, rows: int) -> None:
    with product.open(ran_shop) as workspace:
        assert workspace.sql(query).num_rows == rows


def test_a_lake_behind_a_link_is_read(ran_shop: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ran_shop, tmp_path / "shop"))
    (folder / "lake").rename(tmp_path / "elsewhere")
    (folder / "lake").symlink_to(tmp_path / "elsewhere")
    with product.open(folder) as workspace:
        assert workspace.table("crm").sql("select count(*) as n from this").to_pylist() == [{"n": 3}]


def test_a_table_that_is_not_there_is_answered_with_published_names(ran_shop: Path) -> None:
    error = error_of(onefold("sql", "select * from profile", "-w", ran_shop, "--json", codes=(3,)))
    assert error["code"] == "workspace.table_unknown"
    assert error["hint"] == "Did you mean 'profiles'?"
    told = error_of(onefold("sql", "select * from proc", "-w", ran_shop, "--json", codes=(3,)))
    assert "pg_" not in str(told)
    with product.open(ran_shop) as workspace, pytest.raises(NotFound, match=r"'crn'.*Did you mean 'crm'"):
        workspace.table("crm").sql("select * from this join crn using (id)")


def test_a_table_that_no_run_has_published_yet_is_said_to_be_so(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    for name in ("crm", "profiles"):
        error = error_of(onefold("sql", f"select * from {name}", "-w", folder, "--json", codes=(3,)))
        assert error["code"] == "workspace.table_unpublished"
        assert "`onefold run`" in str(error["hint"])


def test_the_tables_that_runs_publish_are_known_by_name(demo: Path) -> None:
    with product.open(demo) as workspace:
        sources = set(workspace.describe())
        own = {name for name in workspace.tables() if name.split("__")[0] not in sources and name[0] != "_"}
    assert own - {"quarantine"} == OF_RUNS


def test_numbers_are_printed_as_they_are(ran_shop: Path) -> None:
    told = onefold("sql", "select 1001 as id, 0.00012::double as share, true as yes", "-w", ran_shop).out
    assert told.splitlines()[1].split() == ["1001", "0.00012", "yes"]
