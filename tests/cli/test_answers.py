"""What a command says besides doing it: that nothing was to be done, and what it went by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import error_of, onefold, write_shop

pytestmark = pytest.mark.xdist_group("cli")


def test_accepting_what_meets_its_criteria_is_said(shop: Path) -> None:
    accepting = ("quality", "accept", "crm", "--reason", "small", "--by", "Ann", "-w", shop)
    assert "crm meets its criteria already, so no run stops for it" in onefold(*accepting).out
    found = onefold(*accepting, "--json").json
    assert isinstance(found, dict)
    assert found["met_already"] is True
    (shop / "quality.yaml").write_text(
        "kind: quality\nname: quality\nacceptance: [{table: crm, minimum_grade: 100}]\n"
    )
    onefold("run", "-w", shop, codes=(0, 7))
    below = onefold(*accepting).out
    assert "Accepted crm" in below
    assert "already" not in below


def test_a_source_is_looked_at_as_its_file_describes_it_now(shop: Path) -> None:
    path = shop / "sources" / "till.yaml"
    path.write_text(path.read_text() + "cleaning:\n  - {kind: casing, columns: [name], to: upper}\n")
    told = onefold("sources", "preview", "till", "--cleaning", "-w", shop).out
    assert "ANNA MUELLER" in told
    # What another file holds does not matter; this one's does.
    (shop / "identity.yaml").write_text("kind: identity\nname: people\nmapp: []\n")
    assert "points" in onefold("sources", "check", "till", "-w", shop).out
    path.write_text(path.read_text() + "no_such_key: 1\n")
    error = error_of(onefold("sources", "check", "till", "-w", shop, "--json", codes=(2,)))
    assert error["code"] == "definitions.invalid"
    assert "sources/till.yaml" in str(error["problems"])


def test_a_source_without_a_file_is_looked_at_as_it_is_applied(shop: Path) -> None:
    (shop / "sources" / "till.yaml").unlink()
    assert "points" in onefold("sources", "check", "till", "-w", shop).out
    error = error_of(onefold("sources", "check", "tlil", "-w", shop, "--json", codes=(3,)))
    assert "'till'" in str(error["hint"])


def test_a_plan_warns_of_columns_that_the_last_run_did_not_publish(shop: Path) -> None:
    rules = (shop / "identity.yaml").read_text()
    (shop / "identity.yaml").write_text(
        rules.replace("- crm", "- {table: crm, attributes: {email: [emial]}}")
    )
    (shop / "profile.yaml").write_text(
        "kind: profile\nname: p\nattributes:\n  points: {from: [till.pionts]}\n"
    )
    done = onefold("plan", "-w", shop)
    assert "warning crm.emial, used by identity attribute 'email'," in done.err
    assert "Did you mean 'email'?" in done.err
    assert "till.pionts, used by profile attribute 'points'," in done.err
    # What a changed source will publish is not known before it is read.
    path = shop / "sources" / "till.yaml"
    path.write_text(path.read_text() + "  - {name: pionts, source_name: points}\n")
    found = onefold("plan", "-w", shop, "--json").json
    assert isinstance(found, dict)
    assert [str(one).split(",")[0] for one in found["warnings"]] == ["crm.emial"]


def test_a_plan_before_the_first_run_warns_of_nothing(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    (folder / "profile.yaml").write_text(
        "kind: profile\nname: p\nattributes:\n  points: {from: [till.pionts]}\n"
    )
    assert onefold("plan", "-w", folder).err == ""
