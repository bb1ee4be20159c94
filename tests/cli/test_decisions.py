"""What a person decides about single profiles stands above the rules, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

import onefold
from onefold.foundation.kernel import InvalidInput, NotFound
from tests.cli.command import onefold as call


def _profiles(shop: Path) -> dict[str, str]:
    """Return the profile of each record."""
    with onefold.open(shop) as workspace:
        rows = workspace.sql("select source || ':' || record_id as record, profile_id from profile_records")
    return {str(row["record"]): str(row["profile_id"]) for row in rows.to_pylist()}


def _listed(shop: Path) -> list[dict[str, object]]:
    listed = call("profiles", "decisions", "--json", "-w", shop).json
    assert isinstance(listed, list)
    return listed


def _events(shop: Path) -> list[str]:
    with onefold.open(shop) as workspace:
        rows = workspace.sql("select event from profile_events order by happened_at, event").to_pylist()
    return [str(row["event"]) for row in rows]


def test_a_split_holds_until_it_is_undone(shop: Path) -> None:
    before = _profiles(shop)
    anna = before["crm:C1"]
    assert before["till:900-1"] == anna, "the rule on e-mail joins them"

    done = call(
        "profiles", "split", anna, "--record", "till:900-1", "--by", "Eva", "--reason", "Mother", "-w", shop
    )
    assert "1 record will leave" in done.out
    (act,) = _listed(shop)
    assert act["kind"] == "split"
    call("run", "-w", shop)
    after = _profiles(shop)
    assert after["crm:C1"] == anna, "the part with the first record keeps the id"
    assert after["till:900-1"] != anna
    assert _events(shop)[-1] == "split"

    explained = call("explain", "pair", "crm:C1", "till:900-1", "-w", shop).out
    assert "Mother" in explained
    assert "Eva" in explained

    call("run", "--full", "-w", shop)
    assert _profiles(shop) == after, "a full run changes nothing about it"

    call("profiles", "undo", act["act_id"], "--by", "Eva", "-w", shop)
    call("run", "-w", shop)
    assert _profiles(shop) == before
    (told,) = _listed(shop)
    assert (told["decided_by"], told["reason"], told["undone_by"]) == ("Eva", "Mother", "Eva")


def test_a_merge_joins_what_no_rule_joins_and_overrules_an_earlier_split(shop: Path) -> None:
    before = _profiles(shop)
    robert, petra = before["crm:C2"], before["till:900-2"]
    call("profiles", "merge", robert, petra, "--by", "Eva", "-w", shop)
    call("run", "-w", shop)
    merged = _profiles(shop)
    assert merged["crm:C2"] == merged["till:900-2"]

    call("profiles", "split", merged["crm:C2"], "--record", "till:900-2", "--by", "Tom", "-w", shop)
    call("run", "-w", shop)
    apart = _profiles(shop)
    assert apart["crm:C2"] != apart["till:900-2"]

    # By an id that the profile once had, too.
    call("profiles", "merge", apart["crm:C2"], apart["till:900-2"], "--by", "Eva", "-w", shop)
    call("run", "-w", shop)
    again = _profiles(shop)
    assert again["crm:C2"] == again["till:900-2"]


def test_wrong_decisions_are_refused(shop: Path) -> None:
    profiles = _profiles(shop)
    with onefold.open(shop) as workspace:
        with pytest.raises(InvalidInput, match="Not in this profile: crm:C3"):
            workspace.split_profile(profiles["crm:C1"], ["crm:C3"], by="Eva")
        with pytest.raises(InvalidInput, match="both sides"):
            workspace.split_profile(profiles["crm:C2"], ["crm:C2"], by="Eva")
        with pytest.raises(InvalidInput, match="two profiles"):
            workspace.merge_profiles([profiles["crm:C1"], profiles["till:900-1"]], by="Eva")
        with pytest.raises(InvalidInput, match="name of who decides"):
            workspace.merge_profiles([profiles["crm:C1"], profiles["crm:C2"]], by=" ")
        with pytest.raises(NotFound, match="no decision"):
            workspace.undo_decision("act_none", by="Eva")
        assert workspace.profile_decisions() == []


def test_nothing_decided_says_what_to_do(shop: Path) -> None:
    assert "onefold profiles --help" in call("profiles", "decisions", "-w", shop).out
