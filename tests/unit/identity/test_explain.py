"""Why two records are one person or not, rule by rule; and how right the profiles are."""

from __future__ import annotations

import json
import random
from functools import cache
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest

from onefold.foundation.kernel import InvalidInput, NotFound
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity.evaluate import Evaluation, evaluate, load_truth
from onefold.identity.explain import (
    PairExplanation,
    RuleExplanation,
    current_profile,
    evidence_within,
    explain_pair,
    parse_record,
)
from onefold.testing.builders import SmallTable, SmallWorkspace, a_workspace_of


@cache
def engine() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


ROWS: list[dict[str, object]] = [
    {"id": "1", "x": "p", "y": "anna", "m": "shop"},
    {"id": "2", "x": "p", "y": "anne", "m": "shop"},
    {"id": "3", "x": "p", "y": "otto", "m": "shop"},
    {"id": "4", "x": "q", "y": "anna", "m": "me"},
    {"id": "5", "x": "q", "y": None, "m": "me"},
]
COLUMNS = {name: name for name in ("x", "y", "m")}


def workspace(**settings: object) -> SmallWorkspace:
    identity = {
        "map": [{"table": "a", "attributes": COLUMNS}],
        "attributes": {
            **{name: {"normalize": ["lower_case"]} for name in COLUMNS},
            "m": {"normalize": ["lower_case"], "bypass_over": 2},
        },
        "rules": [
            {"name": "near", "when": ["x", {"attribute": "y", "precision": 60}]},
            {"name": "mail", "when": ["m"], "except": ["y"]},
        ],
        **settings,
    }
    return a_workspace_of(
        SmallTable("a", ROWS, columns=("id", "x", "y", "m")), identity=identity, warehouse=engine()
    )


def pair(found: SmallWorkspace, left: str, right: str) -> PairExplanation:
    keys = [parse_record(text, found.tables) for text in (left, right)]
    return explain_pair(found.warehouse, found.identity, found.descriptions, *keys)


def rule(explained: PairExplanation, name: str) -> RuleExplanation:
    (one,) = [one for one in explained.rules if one.rule == name]
    return one


def test_a_pair_that_matches() -> None:
    explained = pair(workspace().run(), "a:1", "a:2")
    assert (explained.verdict, explained.reason, explained.same_profile) == ("match", "near", True)
    near = rule(explained, "near")
    assert near.matches
    assert [(c.attribute, c.left, c.right, c.holds) for c in near.conditions] == [
        ("x", ("p",), ("p",), True),
        ("y", ("anna",), ("anne",), True),
    ]
    assert (near.conditions[1].similarity, near.conditions[1].threshold) == (0.75, 0.6)


def test_a_value_that_too_many_share_is_named_as_the_reason() -> None:
    mail = rule(pair(workspace().run(), "a:1", "a:2"), "mail")
    assert (mail.matches, mail.conditions[0].note) == (False, "too many records share this value")


def test_a_pair_that_does_not_match() -> None:
    explained = pair(workspace().run(), "a:1", "a:3")
    assert (explained.verdict, explained.reason, explained.same_profile) == ("none", "", False)
    near = rule(explained, "near")
    assert [c.holds for c in near.conditions] == [True, False]
    assert near.conditions[1].similarity == 0.0


def test_unknown_values_and_exceptions() -> None:
    found = workspace(
        rules=[{"name": "mail", "when": ["m"], "except": [{"attribute": "x", "is": "same"}]}]
    ).run()
    explained = pair(found, "a:4", "a:5")
    mail = rule(explained, "mail")
    assert (mail.matches, mail.note) == (False, "kept apart by the exception on x")
    assert mail.exceptions[0].holds
    joined = rule(pair(workspace().run(), "a:4", "a:5"), "mail")
    assert (joined.matches, joined.exceptions[0].holds, joined.exceptions[0].note) == (
        True,
        False,
        "unknown on one side",
    )


def two(left: dict[str, object], right: dict[str, object], **settings: object) -> PairExplanation:
    """Return what is said of two records with these e-mail addresses and numbers, by a rule for each."""
    columns = {"email": "email", "phone": "phone"}
    identity = {
        "map": [{"table": "a", "attributes": columns}],
        "rules": [{"name": name, "when": [name]} for name in columns],
        **settings,
    }
    shop: list[dict[str, object]] = [{"id": f"x{n}", "email": "shop@shop.org"} for n in range(13)]
    rows = [{"id": "1", **left}, {"id": "2", **right}, *shop]
    table = SmallTable("a", rows, columns=("id", *columns))
    return pair(a_workspace_of(table, identity=identity, warehouse=engine()).run(), "a:1", "a:2")


DUMMY = "stands for nobody (dummy)"
SHARED = "too many records share this value"


@pytest.mark.parametrize(
    ("left", "right", "note"),
    [
        ("test@test.com", "test@test.com", DUMMY),
        ("test@test.com", "ada@byron.org", DUMMY),
        (None, "ada@byron.org", "unknown on one side"),
        ("ada@byron.org", "  ", "unknown on one side"),
        (None, None, "unknown on both sides"),
        ("", " ", "unknown on both sides"),
        ("shop@shop.org", "shop@shop.org", SHARED),
        ("shop@shop.org", "ada@byron.org", SHARED),
        ("test@test.com", "Shop@shop.org", f"left: {DUMMY}; right: {SHARED}"),
        (None, "test@test.com", f"left: unknown; right: {DUMMY}"),
        ("ada@byron.org", "eva@byron.org", ""),
    ],
)
def test_why_there_is_nothing_to_compare(left: object, right: object, note: str) -> None:
    explained = two({"email": left}, {"email": right})
    (condition,) = rule(explained, "email").conditions
    assert (condition.note, condition.holds) == (note, False)


def test_what_a_bypass_list_names_is_told() -> None:
    own = {"email": {"normalize": ["lower_case", {"kind": "bypass", "values": ["me@home.org"]}]}}
    explained = two({"email": "me@home.org"}, {"email": "ME@home.org"}, attributes=own)
    assert rule(explained, "email").conditions[0].note == "stands for nobody (bypass list)"


def judged(left: str, right: str, reason: str = "") -> dict[str, object]:
    (lt, lk), (rt, rk) = left.split(":"), right.split(":")
    return {"pairs": [{"left": {"table": lt, "id": lk}, "right": {"table": rt, "id": rk}, "reason": reason}]}


def test_what_a_person_said_of_the_two_is_told() -> None:
    apart = pair(workspace(never=judged("a:2", "a:1", "Twins; both were asked.")).run(), "a:1", "a:2")
    assert apart.judgments == ("Kept apart by a person: Twins; both were asked.",)
    one = pair(workspace(always=judged("a:1", "a:5", "same passport")).run(), "a:1", "a:5")
    assert (one.same_profile, one.judgments) == (True, ("Joined by a person: same passport.",))
    silent = pair(workspace(never=judged("a:2", "a:1")).run(), "a:1", "a:2")
    assert silent.judgments == ("Kept apart by a person: no reason given.",)
    assert pair(workspace(never=judged("a:2", "a:1")).run(), "a:1", "a:3").judgments == ()
    assert json.loads(json.dumps(apart.as_dict()))["never"] == [
        {
            "left": {"table": "a", "id": "2"},
            "right": {"table": "a", "id": "1"},
            "reason": "Twins; both were asked.",
        }
    ]


def test_a_judgment_that_the_last_run_did_not_know_is_told_as_such() -> None:
    found = workspace().run()
    found.identity = workspace(
        never=judged("a:2", "a:1", "twins"), always=judged("a:1", "a:3", "one")
    ).identity
    assert pair(found, "a:1", "a:2").judgments == ("A person keeps them apart from the next run on: twins.",)
    assert "A person says that they are one: one." in pair(found, "a:1", "a:3").judgments


def test_the_judgment_that_keeps_apart_what_lies_between_is_told() -> None:
    rows = [{"id": "1", "x": "p"}, {"id": "2", "x": "p", "m": "me"}, {"id": "3", "m": "me"}]
    identity = {
        "map": [{"table": "a", "attributes": {"x": "x", "m": "m"}}],
        "attributes": {name: {"normalize": ["lower_case"]} for name in "xm"},
        "rules": [{"name": name, "when": [name]} for name in "xm"],
        "never": {"source": "asked"},
    }
    asked = {"Table1": "a", "Table1Key": "3", "Table2": "a", "Table2Key": "1", "Reason": "mother and son"}
    for reason, row in (("mother and son", asked), ("no reason given", {**asked, "Reason": None})):
        found = a_workspace_of(
            SmallTable("a", rows, columns=("x", "m")), identity=identity, warehouse=engine()
        )
        found.put(SmallTable("asked", [row], key=()))
        explained = pair(found.run(), "a:2", "a:3")
        assert explained.verdict == "cut"
        assert explained.judgments == (f"Kept apart by a person, of a:3 and a:1: {reason}.",)


def first_rule(**tables: list[dict[str, object]]) -> SmallWorkspace:
    columns = {name: name for name in ("x", "y", "z")}
    identity = {
        "mode": "first_rule",
        "map": [{"table": name, "attributes": columns} for name in tables],
        "attributes": {name: {"normalize": ["lower_case"]} for name in columns},
        "deduplication": {"b": {"rules": [{"name": "double", "when": ["z"]}]}},
        "rules": [
            {"name": "by_x", "when": ["x"]},
            {"name": "by_y", "when": [{"attribute": "y", "precision": 50}]},
        ],
    }
    small = [SmallTable(name, rows, columns=("id", *columns)) for name, rows in tables.items()]
    return a_workspace_of(*small, identity=identity, warehouse=engine()).run()


def test_a_rule_that_was_not_tried_says_what_came_before() -> None:
    found = first_rule(
        a=[{"id": "A1", "x": "p"}, {"id": "A2", "y": "anna"}, {"id": "A3", "x": "p"}],
        b=[{"id": "B1", "x": "p", "y": "anna", "z": "q"}, {"id": "B2", "y": "anna", "z": "q"}],
    )
    explained = pair(found, "a:A2", "b:B1")
    assert not explained.same_profile
    by_y = rule(explained, "by_y")
    assert (by_y.matches, by_y.note) == (False, "not tried: b:B1 was matched to a:A1 by by_x before")
    assert [condition.holds for condition in by_y.conditions] == [True]
    double = rule(pair(found, "b:B2", "a:A2"), "by_y")
    assert double.note == "not tried: b:B1, a duplicate of b:B2, was matched to a:A1 by by_x before"
    same = rule(pair(found, "a:A3", "b:B1"), "by_x")
    assert same.note == "b:B1 was matched to a:A1, which is as similar and ranked before"
    inside = rule(pair(found, "a:A1", "a:A3"), "by_x")
    assert inside.note.startswith("not tried: in the mode first_rule, only rules of `deduplication`")
    assert rule(pair(found, "a:A1", "b:B1"), "by_x").matches


def test_a_more_similar_record_is_named() -> None:
    found = first_rule(
        a=[{"id": "A1", "y": "annabel"}, {"id": "A2", "y": "annabela"}], b=[{"id": "B1", "y": "annabela"}]
    )
    by_y = rule(pair(found, "a:A1", "b:B1"), "by_y")
    assert not by_y.matches
    assert by_y.note == "b:B1 was matched to a:A2, which is more similar (1.00 against 0.86)"


def test_a_rule_that_holds_only_since_the_last_run_says_so() -> None:
    found = workspace(rules=[{"name": "near", "when": ["x", {"attribute": "y", "precision": 90}]}]).run()
    assert not rule(pair(found, "a:1", "a:2"), "near").matches
    found.identity = workspace().identity
    near = rule(pair(found, "a:1", "a:2"), "near")
    assert near.matches
    assert near.note.startswith("holds now, but did not match in the last run")


def test_a_pair_that_nobody_compared_is_told() -> None:
    rules = [
        {"name": "keyed", "when": [{"attribute": "y", "precision": 60}], "block": [[{"attribute": "x"}]]}
    ]
    keyed = rule(pair(workspace(rules=rules).run(), "a:1", "a:4"), "keyed")
    assert (keyed.compared, keyed.matches) == (False, False)
    assert keyed.conditions[0].holds
    assert keyed.note.startswith("never compared")


def test_a_cut_pair_says_which_guard() -> None:
    explained = pair(workspace(never=judged("a:2", "a:1")).run(), "a:2", "a:1")
    assert (explained.verdict, explained.reason, explained.same_profile) == ("cut", "never_match", False)
    assert explained.because == "records said never to match would be joined"
    matched = pair(workspace().run(), "a:1", "a:2")
    assert matched.because == matched.reason


def test_the_explanation_is_plain_json() -> None:
    told = json.loads(json.dumps(pair(workspace().run(), "a:1", "a:2").as_dict()))
    assert (told["left"], told["same_profile"]) == ({"table": "a", "id": "1"}, True)
    assert told["rules"][0]["conditions"][0]["attribute"] == "x"


@pytest.mark.parametrize(
    ("left", "right", "error", "code"),
    [
        ("a:1", "a:99", NotFound, "identity.record_unknown"),
        ("b:1", "a:1", NotFound, "identity.record_unknown"),
        ("nothing", "a:1", NotFound, "identity.record_unknown"),
        ("a:1", "a:1", InvalidInput, "identity.same_record"),
    ],
)
def test_what_is_no_pair_is_answered(left: str, right: str, error: type[Exception], code: str) -> None:
    found = workspace().run()
    with pytest.raises(error) as caught:
        pair(found, left, right)
    assert getattr(caught.value, "code", "") == code


def test_evidence_within_a_profile_and_the_cuts_that_touch_it() -> None:
    found = workspace(never=judged("a:5", "a:4")).run()
    homes = found.homes()
    assert [(e.left.id, e.right.id, e.verdict) for e in evidence_within(found.warehouse, homes["a:1"])] == [
        ("1", "2", "match")
    ]
    assert [(e.left.id, e.right.id, e.verdict) for e in evidence_within(found.warehouse, homes["a:4"])] == [
        ("4", "5", "cut")
    ]


def test_an_id_that_went_leads_to_the_profile_that_took_it_over() -> None:
    found = workspace().run()
    went = found.homes()["a:3"]
    found.put(
        SmallTable("a", [{**ROWS[0]}, {**ROWS[1]}, {**ROWS[2], "y": "anna"}], columns=("id", "x", "y", "m"))
    )
    assert current_profile(found.run().warehouse, went) == found.homes()["a:1"]
    with pytest.raises(NotFound):
        current_profile(found.warehouse, "prf_nobody")


def measured(truth: Path) -> Evaluation:
    load_truth(engine(), truth)
    return evaluate(engine())


def brute(people: dict[str, str], profiles: dict[str, str]) -> dict[str, float]:
    records = sorted(set(people) & set(profiles))
    pairs = list(combinations(records, 2))
    true = {p for p in pairs if people[p[0]] == people[p[1]]}
    predicted = {p for p in pairs if profiles[p[0]] == profiles[p[1]]}
    precision = len(true & predicted) / len(predicted) if predicted else 1.0
    recall = len(true & predicted) / len(true) if true else 1.0
    b3p = b3r = 0.0
    for one in records:
        together = {r for r in records if profiles[r] == profiles[one]}
        same = {r for r in records if people[r] == people[one]}
        b3p += len(together & same) / len(together) / len(records)
        b3r += len(together & same) / len(same) / len(records)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "b3_precision": b3p, "b3_recall": b3r}


@pytest.mark.parametrize("seed", range(8))
def test_figures_equal_counting_pair_by_pair(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's own chance
    records = [f"r{n}" for n in range(25)]
    people = {r: f"P{chance.randrange(8)}" for r in records}
    profiles = {r: f"F{chance.randrange(8)}" for r in records[3:]}
    truth = tmp_path / "truth.csv"
    truth.write_text("source,record_id,person\n" + "".join(f"a,{r},{p}\n" for r, p in people.items()))
    rows = pa.table(
        {"source": ["a"] * 22, "record_id": list(profiles), "profile_id": list(profiles.values())}
    )
    engine().load_arrow("profile_records", rows)
    found = measured(truth)
    expected = brute(people, profiles)
    assert {name: getattr(found, name) for name in expected} == pytest.approx(expected)
    assert (found.records, found.missing) == (22, 3)
    assert found.b3_f1 == pytest.approx(
        2 * found.b3_precision * found.b3_recall / (found.b3_precision + found.b3_recall)
    )
    assert found.as_dict()["people"] == len({people[r] for r in profiles})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "identity.truth_missing"),
        ("source,record_id\na,1\n", "identity.truth_columns"),
        ("source,record_id,person\na,1,P\na,1,Q\n", "identity.truth_repeats"),
        ("source,record_id,person\na,1\n", "identity.truth_unreadable"),
        ("source,record_id,person\nelsewhere,1,P\n", "identity.truth_apart"),
    ],
)
def test_a_truth_file_that_is_none_is_refused(tmp_path: Path, text: str | None, code: str) -> None:
    truth = tmp_path / "truth.csv"
    if text is not None:
        truth.write_text(text)
    rows = {"source": ["a"], "record_id": ["1"], "profile_id": ["F"]}
    engine().load_arrow("profile_records", pa.table(rows))
    with pytest.raises((InvalidInput, NotFound)) as caught:
        measured(truth)
    assert caught.value.code == code
