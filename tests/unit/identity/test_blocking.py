"""Which pairs are compared at all, and what the report says of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations

import pytest

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity.block_report import KeyReport, block_report
from onefold.identity.blocking import BlockReport
from onefold.identity.comparisons.edit_distance import EditDistance
from onefold.testing.builders import SmallTable, SmallWorkspace, a_workspace_of

PLAIN = {name: {"normalize": ["lower_case"]} for name in ("x", "y", "z")}


@cache
def engine() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def workspace(rows: Sequence[Mapping[str, object]], **rule: object) -> SmallWorkspace:
    table = SmallTable("a", [{"id": f"{n:04}", **row} for n, row in enumerate(rows)], columns=("x", "y", "z"))
    identity = {
        "map": [{"table": "a", "attributes": {"x": "x", "y": "y", "z": "z"}}],
        "attributes": PLAIN,
        "rules": [{"name": "rule", **rule}],
        "guards": {"max_records": 1000},
    }
    return a_workspace_of(table, identity=identity, warehouse=engine()).run()


def report(found: SmallWorkspace) -> BlockReport:
    (key,) = block_report(found.warehouse, found.identity, found.descriptions)
    one = key.blocks
    (row,) = found.rows("match_rules")
    assert (one.keyed, one.blocks, one.largest) == (row["keyed_records"], row["blocks"], row["largest_block"])
    assert (one.pairs, one.capped, one.left_out) == (
        row["candidate_pairs"],
        row["capped_blocks"],
        row["pairs_left_out"],
    )
    return one


def test_the_report_counts_keys_blocks_and_pairs() -> None:
    rows = [{"x": "p"}] * 3 + [{"x": "q"}] * 2 + [{"x": "r"}, {"y": "no key"}]
    found = report(workspace(rows, when=["x"]))
    assert found == BlockReport(rule="rule", keyed=6, blocks=2, largest=3, pairs=4, capped=0, left_out=0)


def test_a_large_block_of_an_exact_rule_is_chained_and_nothing_is_lost() -> None:
    found = workspace([{"x": "p"}] * 30, when=["x"], max_block=10)
    assert {len(person) for person in found.people()} == {30}
    counted = report(found)
    assert (counted.capped, counted.left_out, counted.largest) == (1, 0, 30)
    assert len(found.rows("match_evidence")) == 29
    assert {row["left_record"] for row in found.rows("match_evidence")} == {"0000"}


def test_a_large_block_of_a_fuzzy_rule_is_narrowed_and_the_rest_reported() -> None:
    # 12 share x; by the beginning of y they are 8 (over the limit again), 3 and 1.
    rows = [{"x": "p", "y": f"abc{n}"} for n in range(8)] + [{"x": "p", "y": f"xyz{n}"} for n in range(3)]
    rows.append({"x": "p", "y": "lonely"})
    found = workspace(rows, when=["x", {"attribute": "y", "precision": "low"}], max_block=5)
    counted = report(found)
    assert (counted.largest, counted.capped) == (12, 1)
    assert (counted.pairs, counted.left_out) == (3, 12 * 11 // 2 - 3)
    assert {len(person) for person in found.people() if len(person) > 1} == {3}
    assert found.results["identity"].messages == (
        "Rule 'rule' left 63 pairs uncompared in 1 block over its limit (largest 12).",
    )


def test_an_exact_condition_outside_the_key_narrows_without_loss() -> None:
    rows = [{"x": "p", "y": str(n // 2)} for n in range(20)]
    found = workspace(rows, when=["x", "y"], block=[[{"attribute": "x"}]], max_block=5)
    assert len([person for person in found.people() if len(person) == 2]) == 10
    assert report(found).capped == 1


def test_an_exception_for_the_same_value_does_not_narrow() -> None:
    rows = [{"x": "p", "y": str(n)} for n in range(6)]
    rule = {"when": ["x"], "except": [{"attribute": "y", "is": "same"}], "max_block": 5}
    found = workspace(rows, **rule)
    assert report(found).left_out == 15
    assert len(workspace(rows[:5], **rule).people()) == 1


@pytest.mark.parametrize(
    ("when", "advised"),
    [
        ([{"attribute": "x", "compare": {"kind": "number", "tolerance": 5}}], "birth date"),
        ([{"attribute": "x", "compare": {"kind": "date", "days": 3}}], "`block`"),
    ],
)
def test_a_rule_that_would_compare_everything_is_refused_with_advice(
    when: list[object], advised: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        workspace([{"x": "1"}], when=when)
    assert caught.value.code == "identity.rule_unblocked"
    assert advised in str(caught.value.hint)


def test_the_same_rule_goes_with_a_key_of_its_own() -> None:
    rows = [{"x": "100", "y": "p"}, {"x": "101", "y": "p"}, {"x": "100", "y": "q"}]
    near = {"attribute": "x", "compare": {"kind": "number", "tolerance": 5}, "precision": 100}
    found = workspace(rows, when=[near], block=[[{"attribute": "y"}]])
    assert {person for person in found.people() if len(person) > 1} == {frozenset({"a:0000", "a:0001"})}


@pytest.mark.parametrize(
    ("when", "left", "right"),
    [
        pytest.param([{"attribute": "x", "precision": 60}], {"x": "meyer"}, {"x": "maier"}, id="sound"),
        pytest.param(
            [{"attribute": "x", "precision": 60}], {"x": "katharina"}, {"x": "kathaxyna"}, id="beginning"
        ),
        pytest.param(
            [{"attribute": "x", "compare": "token_set", "precision": 50}],
            {"x": "main street 5"},
            {"x": "5 main str"},
            id="a word",
        ),
        pytest.param(
            [{"attribute": "x", "precision": 60}, {"attribute": "y", "precision": 60}],
            {"x": "meyer", "y": "anna"},
            {"x": "maier", "y": "anne"},
            id="sound of one, beginning of the other",
        ),
    ],
)
def test_keys_are_derived_when_nothing_is_exact(
    when: list[object], left: Mapping[str, object], right: Mapping[str, object]
) -> None:
    found = workspace([left, right, {"x": "quite another", "y": "zoe"}], when=when)
    assert {person for person in found.people() if len(person) > 1} == {frozenset({"a:0000", "a:0001"})}


@pytest.mark.parametrize(
    ("key", "pairs"),
    [
        ({"key": "exact"}, 0),
        ({"key": "prefix", "length": 3}, 1),
        ({"key": "phonetic"}, 1),
        ({"key": "ngrams", "length": 4}, 3),
        ({"key": "tokens"}, 3),
    ],
)
def test_a_rule_may_bring_its_own_keys(key: Mapping[str, object], pairs: int) -> None:
    rows = [{"x": "katharina b"}, {"x": "katarina b"}, {"x": "marina b"}]
    fuzzy = {"attribute": "x", "precision": 0.01}
    found = workspace(rows, when=[fuzzy], block=[[{"attribute": "x", **key}]])
    assert len(found.rows("match_evidence")) == pairs


def test_passes_are_alternatives_and_parts_of_a_pass_are_not() -> None:
    rows = [{"x": "p", "y": "1", "z": "m"}, {"x": "p", "y": "2", "z": "m"}, {"x": "q", "y": "2", "z": "m"}]
    when = [{"attribute": "z", "precision": 50}]
    both = [[{"attribute": "x"}, {"attribute": "y"}]]
    either = [[{"attribute": "x"}], [{"attribute": "y"}]]
    assert len(workspace(rows, when=when, block=both).rows("match_evidence")) == 0
    assert len(workspace(rows, when=when, block=either).rows("match_evidence")) == 2


def keys_of(found: SmallWorkspace, **settings: int) -> list[KeyReport]:
    return block_report(found.warehouse, found.identity, found.descriptions, **settings)


NEAR = {"attribute": "x", "precision": 60}


def test_the_report_tells_what_each_key_adds() -> None:
    # Pairs by sound of x: 1 2 3. By its first three letters: 1 2, 3 4, and nothing new but 3 4.
    rows = [{"x": "meyer"}, {"x": "meyers"}, {"x": "maier"}, {"x": "maikai"}]
    passes = [[{"attribute": "x", "key": "phonetic"}], [{"attribute": "x", "key": "prefix", "length": 3}]]
    by_sound, by_letters = keys_of(workspace(rows, when=[{"attribute": "x", "precision": 65}], block=passes))
    assert (by_sound.key, by_letters.key) == ("sound of x", "first 3 of x")
    assert (by_sound.blocks.largest, by_letters.blocks.largest) == (2, 2)
    assert (by_sound.blocks.pairs, by_letters.blocks.pairs) == (1, 2)


@pytest.mark.parametrize("seed", range(6))
def test_what_keys_add_equals_counting_pair_by_pair(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's own chance
    rows = [
        {name: chance.choice(["anna", "anne", "hanna", "otto", "orto", None]) for name in ("x", "y", "z")}
        for _ in range(14)
    ]
    rules = [
        {"name": "r0", "when": ["y", NEAR]},
        {"name": "r1", "when": [NEAR], "block": [[{"attribute": "x", "key": "prefix", "length": 2}], ["z"]]},
        {"name": "r2", "when": ["z"], "except": ["y"]},
        {"name": "r3", "when": ["y", "z"]},
    ]

    def alike(a: Mapping[str, object], b: Mapping[str, object]) -> bool:
        left, right = a["x"], b["x"]
        return None not in (left, right) and EditDistance().python(str(left), str(right)) >= 0.6  # type: ignore[operator]

    def same(*names: str) -> Callable[[Mapping[str, object], Mapping[str, object]], bool]:
        return lambda a, b: all(a[name] is not None and a[name] == b[name] for name in names)

    def apart(a: Mapping[str, object], b: Mapping[str, object]) -> bool:
        return None not in (a["y"], b["y"]) and a["y"] != b["y"]

    def begins(a: Mapping[str, object], b: Mapping[str, object]) -> bool:
        return None not in (a["x"], b["x"]) and str(a["x"])[:2] == str(b["x"])[:2]

    keys = [
        (same("y"), alike),
        (begins, alike),
        (same("z"), alike),
        (same("z"), lambda a, b: not apart(a, b)),
        (same("y", "z"), lambda _a, _b: True),
    ]
    table = SmallTable("a", [{"id": f"{n:02}", **row} for n, row in enumerate(rows)], columns=("x", "y", "z"))
    identity = {
        "map": [{"table": "a", "attributes": {n: n for n in "xyz"}}],
        "attributes": PLAIN,
        "rules": rules,
    }
    found = keys_of(a_workspace_of(table, identity=identity, warehouse=engine()).run())
    pairs = list(combinations(rows, 2))
    expected = []
    given: set[int] = set()
    matched: set[int] = set()
    for shares, holds in keys:
        mine = {n for n, pair in enumerate(pairs) if shares(*pair)}
        hits = {n for n in mine if holds(*pairs[n])}
        expected.append((len(mine), len(mine - given), len(hits - matched)))
        given |= mine
        matched |= hits
    assert [(one.blocks.pairs, one.marginal_pairs, one.marginal_matches) for one in found] == expected
    assert sum(one.marginal_recall for one in found) == pytest.approx(1.0 if matched else 0.0, abs=1e-5)
    assert not any(one.is_estimate for one in found)


def test_of_many_pairs_what_a_key_adds_is_estimated() -> None:
    # 40 blocks of 10: 1,800 pairs, of which those within a half of a block match.
    rows = [{"x": str(n), "y": "p" if k < 5 else "q"} for n in range(40) for k in range(10)]
    found = workspace(rows, when=["x", "y"], block=[[{"attribute": "x"}]])
    (exact,), (estimate,) = keys_of(found), keys_of(found, sample_pairs=300)
    assert (exact.marginal_pairs, exact.marginal_matches, exact.is_estimate) == (1800, 800, False)
    assert estimate.is_estimate
    assert estimate.marginal_pairs == 1800
    assert estimate.marginal_matches == pytest.approx(800, rel=0.2)


def test_a_chained_block_counts_as_found() -> None:
    found = workspace([{"x": "p"}] * 30, when=["x"], max_block=10)
    (key,) = keys_of(found)
    assert (key.marginal_pairs, key.marginal_matches, key.marginal_recall) == (29, 29, 1.0)
    for made in ("keys", "chain", "shared"):
        with pytest.raises(InvalidInput, match="does not exist"):
            found.warehouse.columns(f"identity_{made}_0_0")


def test_two_lists_in_one_key_are_refused() -> None:
    key = [{"attribute": "x", "key": "tokens"}, {"attribute": "y", "key": "ngrams"}]
    with pytest.raises(InvalidInput) as caught:
        workspace([{"x": "1"}], when=["z"], block=[key])
    assert caught.value.code == "identity.block_lists"
