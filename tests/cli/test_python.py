"""The front door of Python: `import onefold`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import deltalake
import polars as pl
import pytest

import onefold
from onefold.foundation.kernel import InvalidInput, NotFound
from tests.cli.command import environment

pytestmark = pytest.mark.xdist_group("cli")


def python(code: str, *, cwd: Path) -> str:
    """Run a program of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_a_program_opens_runs_and_reads(shop: Path) -> None:
    code = """
import onefold
with onefold.open("shop") as ws:
    before = ws.manifest().run_id
    with open("shop/data/crm.csv", "a") as crm:
        crm.write("C4,Dee,Poe,dee@mail.example,,\\n")
    report = ws.run()
    print(report.status, [stage.stage for stage in report.stages][-1])
    print(ws.table("profiles").to_polars().height, len(ws.table("profiles").to_pandas()))
    print(ws.table("profiles").to_arrow().num_rows, ws.table("crm", run_id=before).to_arrow().num_rows)
    print(ws.table("crm").sql("select count(*) as n from this where id > $$C2$$").to_pylist())
    print(ws.sql("select first_name from crm where id = $id", id="C4").to_pylist())
    print(ws.sql("select count(*) as n from profiles", run_id=before).to_pylist())
"""
    assert python(code, cwd=shop.parent).splitlines() == [
        "completed catalogue",
        "5 5",
        "5 3",
        "[{'n': 2}]",
        "[{'first_name': 'Dee'}]",
        "[{'n': 4}]",
    ]


@pytest.mark.parametrize("library", ["polars", pytest.param("pandas", marks=pytest.mark.slow)])
def test_without_the_library_it_says_what_to_install(ran_shop: Path, library: str) -> None:
    code = f"""
import sys
sys.modules["{library}"] = None
import importlib.util, onefold
from onefold.foundation.kernel import InvalidInput
with onefold.open("shop") as ws:
    try:
        ws.table("profiles").to_{library}()
    except InvalidInput as error:
        print(error.code, error)
"""
    said = python(code, cwd=ran_shop.parent)
    assert said.startswith(f"workspace.{library}_missing")
    assert f"pip install {library}" in said


def test_the_lake_opens_without_onefold(ran_shop: Path) -> None:
    with onefold.open(ran_shop) as workspace:
        ours = workspace.table("profiles").to_arrow().column("profile_id").to_pylist()
    path = str(ran_shop / "lake" / "profiles")
    assert sorted(pl.read_delta(path)["profile_id"].to_list()) == sorted(ours)
    assert sorted(deltalake.DeltaTable(path).to_pandas()["profile_id"]) == sorted(ours)


def test_what_is_not_there_is_named(ran_shop: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="onefold init"):
        onefold.open(tmp_path)
    with onefold.open(ran_shop) as workspace:
        with pytest.raises(NotFound, match="Did you mean 'profiles'"):
            workspace.table("profilez").to_arrow()
        with pytest.raises(NotFound, match="onefold history"):
            workspace.table("profiles", run_id="run_0").to_arrow()
        with pytest.raises(InvalidInput):
            workspace.sql("select nothing from profiles")


def test_a_workspace_can_be_used_again_after_it_was_closed(ran_shop: Path) -> None:
    with onefold.open(ran_shop) as workspace:
        first = workspace.tables()
    assert workspace.tables() == first
    workspace.close()
