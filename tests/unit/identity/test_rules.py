"""What a match rule joins and what it leaves apart, on the real engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity import IdentityDefinition
from onefold.identity.model import Condition
from onefold.testing.builders import SmallTable, SmallWorkspace, a_workspace_of

MEANINGS = {
    "first": "Person.FirstName",
    "last": "Person.LastName",
    "born": "Identity.Born",
    "email": "Contact.Email",
    "phone": "Contact.Phone",
    "mobile": "Contact.MobilePhone",
    "city": "Location.City",
    "street": "Location.Street",
}
PLAIN = {"attributes": {"born": {"normalize": ["lower_case"]}}}


@cache
def engine() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


def people(name: str, rows: Sequence[Mapping[str, object]], **more: object) -> SmallTable:
    columns = {"id": None, **dict.fromkeys(MEANINGS)}
    return SmallTable(name, [{**columns, **row} for row in rows], MEANINGS, region="DE", **more)  # type: ignore[arg-type]


def joined(*tables: SmallTable, rules: Sequence[object], **settings: object) -> set[frozenset[str]]:
    """Return the profiles of two records or more."""
    workspace = ran(*tables, rules=rules, **settings)
    return {person for person in workspace.people() if len(person) > 1}


def ran(*tables: SmallTable, rules: Sequence[object], **settings: object) -> SmallWorkspace:
    named = [
        {"name": f"rule_{n}", **rule} if isinstance(rule, dict) else {"name": f"rule_{n}", "when": rule}
        for n, rule in enumerate(rules)
    ]
    return a_workspace_of(*tables, identity={**PLAIN, "rules": named, **settings}, warehouse=engine()).run()


def test_conditions_of_a_rule_are_all_asked_for() -> None:
    table = people(
        "a",
        [
            {"id": "1", "first": "Ada", "last": "Byron"},
            {"id": "2", "first": "ADA", "last": "byron "},
            {"id": "3", "first": "Ada", "last": "King"},
            {"id": "4", "first": "Eva", "last": "Byron"},
        ],
    )
    assert joined(table, rules=[["first_name", "last_name"]]) == {frozenset({"a:1", "a:2"})}


def test_rules_are_alternatives_and_links_are_transitive() -> None:
    a = people("a", [{"id": "1", "email": "x@y.org"}, {"id": "2", "email": "x@y.org", "born": "1990"}])
    b = people("b", [{"id": "3", "born": "1990"}, {"id": "4", "born": "1991"}])
    assert joined(a, b, rules=[["email"], ["born"]]) == {frozenset({"a:1", "a:2", "b:3"})}


def test_an_unknown_value_agrees_with_nothing() -> None:
    table = people("a", [{"id": "1", "first": "Ada"}, {"id": "2", "first": "Ada"}, {"id": "3", "email": ""}])
    assert joined(table, rules=[["first_name", "last_name"], ["email"]]) == set()


@pytest.mark.parametrize(
    ("precision", "agree"),
    [
        ("low", ["Katharina|Karl", "Katharina|Katherine", "Katharina|Katharine"]),
        ("medium", ["Katharina|Katherine", "Katharina|Katharine"]),
        ("high", ["Katharina|Katharine"]),
        (77, ["Katharina|Katherine", "Katharina|Katharine"]),
        ("exact", []),
    ],
)
def test_precision_words_and_per_cents(precision: object, agree: list[str]) -> None:
    # Edit distances from Katharina: Karl 6 of 4, Katherine 2 of 9, Katharine 1 of 9.
    pairs = {"Katharina|Karl": "low?", "Katharina|Katherine": "medium", "Katharina|Katharine": "high"}
    rows = []
    for n, pair in enumerate(pairs):
        left, right = pair.split("|")
        rows += [
            {"id": f"{n}l", "first": left, "city": f"C{n}"},
            {"id": f"{n}r", "first": right, "city": f"C{n}"},
        ]
    plain = {"attributes": {"first_name": {"normalize": ["lower_case"]}}}
    condition = {"attribute": "first_name", "precision": precision}
    found = joined(people("a", rows), rules=[["city", condition]], **plain)
    names = {frozenset({f"a:{n}l", f"a:{n}r"}): pair for n, pair in enumerate(pairs)}
    expected = [pair for pair in agree if pair != "Katharina|Karl"]
    assert sorted(names[person] for person in found) == sorted(expected)


def test_an_unknown_precision_word_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValidationError, match="medium"):
        ran(people("a", []), rules=[[{"attribute": "city", "precision": "medum"}]])


@pytest.mark.parametrize(
    ("written", "reached"),
    [
        (80, 0.8),
        (80.0, 0.8),
        (82.5, 0.825),
        (100, 1.0),
        (1.0, 1.0),
        (0.8, 0.8),
        (0.01, 0.01),
        (1.5, 0.015),
        (2, 0.02),
    ],
)
def test_a_precision_is_a_per_cent_or_a_fraction(written: float, reached: float) -> None:
    assert Condition.model_validate({"attribute": "x", "precision": written}).precision == pytest.approx(
        reached
    )


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        (1, "write 100 or exact, or 0.01"),
        (0, "a fraction between 0 and 1"),
        (-5, "a per cent"),
        (100.5, "a per cent over 1 up to 100"),
        (float("nan"), "a per cent"),
        ("80", "low, medium, high, exact"),
        (True, "low, medium, high, exact"),
    ],
)
def test_a_precision_that_may_be_misread_is_refused_with_advice(written: object, advice: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Condition.model_validate({"attribute": "x", "precision": written})
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"), [("date_tolerance", "date"), ("numeric", "number"), ("jaro", "jaro_winkler")]
)
def test_an_unknown_comparison_is_one_problem_with_the_nearest(written: str, meant: str) -> None:
    definition = {
        "name": "people",
        "map": ["a"],
        "rules": [{"name": "r", "when": [{"attribute": "x", "compare": written}]}],
    }
    with pytest.raises(ValidationError) as caught:
        IdentityDefinition.model_validate(definition)
    (problem,) = caught.value.errors()
    assert problem["msg"].endswith(f"Did you mean '{meant}'?")


@pytest.mark.parametrize("empty", [{"map": []}, {"rules": [{"name": "r", "when": []}]}])
def test_what_needs_one_is_not_empty(empty: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError, match="at least one is needed"):
        IdentityDefinition.model_validate({"name": "people", "map": ["a"], **empty})


def test_an_attribute_may_have_no_normalizers() -> None:
    rows = [{"id": "1", "first": "Ada"}, {"id": "2", "first": "ADA"}, {"id": "3", "first": "Ada"}]
    none: dict[str, object] = {"attributes": {"first_name": {"normalize": []}}}
    assert joined(people("a", rows), rules=[["first_name"]], **none) == {frozenset({"a:1", "a:3"})}
    meant = {"attributes": {"first_name": {"bypass_dummies": False}}}
    assert joined(people("a", rows), rules=[["first_name"]], **meant) == {frozenset({"a:1", "a:2", "a:3"})}


@pytest.mark.parametrize(
    ("attribute", "advice"),
    [
        ("email", "Give a column `semantic_type: Contact.Email`, or map it under `attributes`."),
        ("tax_number", "Or map a column to it under `attributes`."),
    ],
)
def test_an_attribute_that_no_table_has_comes_with_what_to_do(attribute: str, advice: str) -> None:
    bare = SmallTable("a", [{"id": "1", "mail": "x@y.org"}])
    for asking in ({"rules": [{"name": "r", "when": [attribute]}]}, {"guards": {"trusted": [attribute]}}):
        with pytest.raises(InvalidInput) as caught:
            a_workspace_of(bare, identity=asking, warehouse=engine()).run()
        assert caught.value.hint == advice


TWINS: list[dict[str, object]] = [
    {"id": "1", "first": "Tim", "last": "Berg", "city": "Ulm", "born": "2001-01-01"},
    {"id": "2", "first": "Tom", "last": "Berg", "city": "Ulm", "born": "2001-01-01"},
    {"id": "3", "first": "Tim", "last": "Berg", "city": "Ulm", "born": "2001-01-01"},
    {"id": "4", "first": None, "last": "Berg", "city": "Ulm", "born": "2001-01-02"},
    {"id": "5", "first": "Kim", "last": "Berg", "city": "Ulm", "born": "2001-01-02"},
]


def test_an_exception_keeps_twins_apart() -> None:
    rule = {"when": ["last_name", "city", "born"], "except": ["first_name"]}
    # Whoever has no first name meets no exception.
    assert joined(people("a", TWINS), rules=[rule]) == {frozenset({"a:1", "a:3"}), frozenset({"a:4", "a:5"})}


def test_an_exception_may_ask_for_the_same_value() -> None:
    rule = {"when": ["last_name", "city", "born"], "except": [{"attribute": "first_name", "is": "same"}]}
    # 1 and 3 are kept apart as a pair, and meet again through their brother.
    assert joined(people("a", TWINS[:3]), rules=[rule]) == {frozenset({"a:1", "a:2", "a:3"})}
    assert joined(people("a", [TWINS[0], TWINS[2]]), rules=[rule]) == set()


def test_a_fuzzy_exception_asks_how_different() -> None:
    near = {"attribute": "first_name", "precision": 60, "normalize": ["lower_case"]}
    rows = [{**TWINS[0], "first": name, "id": name} for name in ("Johann", "Johan", "Marta")]
    rule = {"when": ["last_name", "city"], "except": [near]}
    assert joined(people("a", rows), rules=[rule]) == {frozenset({"a:Johann", "a:Johan"})}


def test_a_rule_may_name_its_tables() -> None:
    tables = [people(name, [{"id": "1", "email": "x@y.org"}]) for name in ("a", "b", "c")]
    rule = {"when": ["email"], "tables": ["a", "c"]}
    assert joined(*tables, rules=[rule]) == {frozenset({"a:1", "c:1"})}


def test_an_inactive_rule_does_nothing() -> None:
    rows = [{"id": "1", "email": "x@y.org", "born": "1"}, {"id": "2", "email": "x@y.org", "born": "1"}]
    workspace = ran(people("a", rows), rules=[{"when": ["email"], "active": False}, ["born"]])
    assert workspace.people() == {frozenset({"a:1", "a:2"})}
    assert [row["reason"] for row in workspace.rows("match_evidence")] == ["rule_1"]


def test_any_alternative_may_match() -> None:
    a = people(
        "a",
        [
            {"id": "1", "phone": "030 1234567", "mobile": "0171 2345678"},
            {"id": "2", "mobile": "+49 30 1234567"},
            {"id": "3", "phone": "0171/2345678"},
            {"id": "4", "phone": "0171 9999123", "mobile": "0171 9999123"},
        ],
    )
    b = SmallTable("b", [{"id": "9", "tel": "0049 171 9999123"}], {"tel": "Contact.Phone"}, region="DE")
    assert joined(a, b, rules=[["phone"]]) == {frozenset({"a:1", "a:2", "a:3"}), frozenset({"a:4", "b:9"})}


def test_values_that_many_share_are_nobodys_in_exact_and_fuzzy_conditions() -> None:
    shop = [{"id": str(n), "email": "shop@store.org", "last": f"Name{n}", "city": "Ulm"} for n in range(4)]
    pair = [
        {"id": "x", "email": "me@home.org", "city": "Ulm"},
        {"id": "y", "email": "me@home.org", "city": "Ulm"},
    ]
    limit = {"attributes": {"email": {"bypass_over": 3}, "city": {"bypass_over": 100}}}
    for rule in (["email"], ["city", {"attribute": "email", "precision": "high"}]):
        workspace = ran(people("a", shop + pair), rules=[rule], **limit)
        assert {p for p in workspace.people() if len(p) > 1} == {frozenset({"a:x", "a:y"})}
        bypassed = [(r["attribute"], r["value"], r["records"]) for r in workspace.rows("match_bypassed")]
        assert bypassed == [("email", "shop@store.org", 4)]


def test_one_record_with_a_value_twice_counts_once() -> None:
    rows = [{"id": str(n), "phone": "0171 2345678", "mobile": "0171 2345678"} for n in range(3)]
    limit = {"attributes": {"phone": {"bypass_over": 3, "normalize": ["phone"]}}}
    assert joined(people("a", rows), rules=[["phone"]], **limit) == {frozenset({"a:0", "a:1", "a:2"})}


def test_dummies_match_nobody_unless_told_to() -> None:
    rows = [{"id": str(n), "email": "test@test.com", "phone": "0000000000"} for n in range(2)]
    assert joined(people("a", rows), rules=[["email"], ["phone"]]) == set()
    kept = {"attributes": {"email": {"bypass_dummies": False}}}
    assert joined(people("a", rows), rules=[["email"]], **kept) == {frozenset({"a:0", "a:1"})}


def test_names_in_other_scripts_meet_their_latin_forms() -> None:
    a = people(
        "a",
        [{"id": "1", "first": "Юлия", "last": "Иванова"}, {"id": "2", "first": "Γιώργος", "last": "Παππάς"}],
    )
    b = people(
        "b",
        [
            {"id": "3", "first": "Yuliya", "last": "Ivanova"},
            {"id": "4", "first": "Giorgos", "last": "Pappas"},
        ],
    )
    fuzzy = {"attribute": "first_name", "compare": "jaro_winkler", "precision": 85}
    assert joined(a, b, rules=[["last_name", fuzzy]]) == {
        frozenset({"a:1", "b:3"}),
        frozenset({"a:2", "b:4"}),
    }


def test_a_condition_may_bring_its_own_normalizers() -> None:
    rows = [{"id": "1", "first": "Ada-Maria"}, {"id": "2", "first": "adamaria"}]
    own = {"attribute": "first_name", "normalize": ["lower_case", "symbols", "whitespace"]}
    plain = {"attributes": {"first_name": {"normalize": ["lower_case"]}}}
    assert joined(people("a", rows), rules=[["first_name"]], **plain) == set()
    assert joined(people("a", rows), rules=[[own]], **plain) == {frozenset({"a:1", "a:2"})}


def test_attributes_may_be_joined_of_others() -> None:
    a = people("a", [{"id": "1", "first": "Ada", "last": "Byron"}])
    b = SmallTable("b", [{"id": "2", "name": "Ada Byron"}], {"name": "Person.FullName"})
    join = {"join": {"full_name": ["first_name", "last_name"]}}
    assert joined(a, b, rules=[["full_name"]], **join) == {frozenset({"a:1", "b:2"})}


def test_records_of_a_table_without_all_its_records_need_a_match_elsewhere() -> None:
    a = people("a", [{"id": "1", "email": "x@y.org"}, {"id": "2", "email": "z@y.org"}])
    b = people(
        "b",
        [{"id": "3", "email": "x@y.org"}, {"id": "4", "email": "q@y.org"}, {"id": "5", "email": "q@y.org"}],
    )
    workspace = ran(a, b, rules=[["email"]], map=["a", {"table": "b", "include_all": False}])
    assert workspace.people() == {frozenset({"a:1", "b:3"}), frozenset({"a:2"})}


def test_the_evidence_says_which_rules_fired() -> None:
    rows = [
        {"id": "1", "email": "x@y.org", "city": "Ulm", "last": "Bergmann"},
        {"id": "2", "email": "x@y.org", "city": "Ulm", "last": "Bergman"},
        {"id": "3", "city": "Ulm", "last": "Bergmann"},
    ]
    fuzzy = {"attribute": "last_name", "precision": 80, "normalize": ["lower_case"]}
    workspace = ran(people("a", rows), rules=[["email"], ["city", fuzzy]])
    found = {
        (row["left_record"], row["right_record"]): (
            row["rule_mask"],
            row["reason"],
            row["similarities"],
            row["score"],
        )
        for row in workspace.rows("match_evidence")
    }
    assert found == {
        ("1", "2"): (3, "rule_0, rule_1", "last_name 0.85", 1.0),
        ("1", "3"): (2, "rule_1", "last_name 1.00", 1.0),
        ("2", "3"): (2, "rule_1", "last_name 0.85", pytest.approx(0.857142857)),
    }
    rules = {row["rule"]: row for row in workspace.rows("match_rules")}
    assert (rules["rule_0"]["matched_pairs"], rules["rule_0"]["matched_alone"]) == (1, 0)
    assert (rules["rule_1"]["matched_pairs"], rules["rule_1"]["matched_alone"]) == (3, 2)


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        ({"map": ["a", "nowhere"]}, "identity.table_unknown"),
        ({"map": [{"table": "a", "attributes": {"x": "nocolumn"}}]}, "identity.column_unknown"),
        ({"rules": [{"name": "r", "when": ["shoe_size"]}]}, "identity.attribute_unknown"),
        ({"guards": {"trusted": ["shoe_size"]}}, "identity.attribute_unknown"),
        ({"profile_ids": {"fields": ["a.shoe"]}}, "identity.id_field_unknown"),
        ({"rules": [{"name": f"r{n}", "when": ["email"]} for n in range(63)]}, "identity.too_many_rules"),
    ],
)
def test_a_definition_that_names_what_is_not_there_is_refused(
    identity: Mapping[str, object], code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        a_workspace_of(people("a", [{"id": "1"}]), identity=identity, warehouse=engine()).run()
    assert caught.value.code == code
