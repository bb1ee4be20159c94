from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from onefold.catalogue import Attribute, Reference, TableDescription
from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.quality.checks.amounts import fences
from onefold.quality.checks.freshness import span
from onefold.quality.checks.identifiers import shape_expression
from onefold.quality.examination import checks_of, in_words
from onefold.quality.model import Light, LimitRule, Limits, Pillar, QualityDefinition
from tests.unit.quality._stage_context import NOW
from tests.unit.quality._tables import described, examined, result, values_table


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    engine = DuckDBWarehouse()
    yield engine
    engine.close()


def counted(
    warehouse: DuckDBWarehouse,
    check: str,
    meaning: str,
    values: list[object],
    type_: str = "VARCHAR",
    region: str | None = None,
    column: str = "value",
) -> tuple[int, int]:
    values_table(warehouse, "t", column, values, type_)
    found = result(examined(warehouse, described("t", {column: meaning}, region=region)), check)
    return found.failing, found.checked


EMAILS: list[object] = [
    "anna.muller@example.org",
    "x+tag@sub.example.co.uk",
    "jürgen@müller.de",
    "o'neil@example.org",
    "иван@почта.рф",
    " padded@example.org ",
    "",
    None,
]


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (
            "email.syntax",
            [
                "anna",
                "anna@example",
                "anna@@example.org",
                "an na@example.org",
                "a..b@example.org",
                ".anna@example.org",
                "anna.@example.org",
                "anna@example..org",
                "a@b.de,c@d.de",
                "@example.org",
            ],
        ),
        ("email.typo_domain", ["anna@gmai.com", "ANNA@Hotmial.com", "x@web.d "]),
        ("email.disposable", ["x@mailinator.com", "y@YOPMAIL.com"]),
        ("email.test_address", ["test@test.com", " TEST@TEST.COM", "max@test.test", "a@b.de"]),
    ],
)
def test_email(warehouse: DuckDBWarehouse, check: str, bad: list[object]) -> None:
    assert counted(warehouse, check, "Contact.Email", [*EMAILS, *bad]) == (len(bad), 6 + len(bad))


def test_a_typo_domain_comes_with_its_suggestion(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "mail", ["a@gmai.com", "b@gmai.com", "c@gmail.com"])
    found = result(examined(warehouse, described("t", {"mail": "Contact.Email"})), "email.typo_domain")
    assert found.sentence == "2 of 3 addresses have a mistyped domain: gmai.com → gmail.com."
    assert found.light is Light.RED


def test_settings_of_a_check_come_from_the_definition(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "mail", ["a@throwaway.example", "b@example.org"])
    definition = QualityDefinition(checks={"email": {"more_disposable_domains": ["Throwaway.example"]}})
    found = examined(warehouse, described("t", {"mail": "Contact.Email"}), definition)
    assert result(found, "email.disposable").failing == 1


@pytest.mark.parametrize(
    ("check", "region", "bad", "good"),
    [
        ("phone.valid", "DE", ["12", "0000000000", "+49 1"], ["0171 1234567", "+43 664 1234567", None]),
        ("phone.valid", None, ["0171 1234567"], ["+49 171 1234567"]),
        (
            "phone.dummy",
            "DE",
            ["0000000000", "1111111", "+49 2222222", "0123456789", "123-456-7890"],
            ["0171 1234567", "0171 1112233", "+49 30 3333334", ""],
        ),
        ("phone.formatted", "DE", ["0171 1234567", "+49 171 1234567"], ["+491711234567"]),
        ("phone.country", None, ["0171 1234567"], ["+49 171 1234567", "0049 171 1234567", "(+49) 171 1"]),
    ],
)
def test_phone(
    warehouse: DuckDBWarehouse, check: str, region: str | None, bad: list[object], good: list[object]
) -> None:
    present = len(bad) + sum(bool(each) for each in good)
    assert counted(warehouse, check, "Contact.Phone", [*bad, *good], region=region) == (len(bad), present)


REGIONS = (
    "SELECT * FROM (VALUES ('0171 2345678', 'DE'), ('0171 2345678', 'gb '), ('020 7946 0958', 'GB'), "
    "('020 7946 0958', ''), ('0171 2345678', NULL), (' ', 'DE'), (NULL, 'GB')) AS v(phone, country)"
)


@pytest.mark.parametrize(
    ("region", "check", "expected"),
    [
        # The second is no British number; the fourth and fifth have no country, or the table's.
        (None, "phone.valid", (3, 5)),
        ("DE", "phone.valid", (2, 5)),
        (None, "phone.country", (2, 5)),
    ],
)
def test_a_number_is_judged_by_its_rows_own_region(
    warehouse: DuckDBWarehouse, region: str | None, check: str, expected: tuple[int, int]
) -> None:
    warehouse.create_table("t", Sql(REGIONS))
    table = described("t", {"phone": "Contact.Phone"}, region=region, region_column="country")
    found = result(examined(warehouse, table), check)
    assert (found.failing, found.checked) == expected


def test_a_region_column_that_is_not_published_is_passed_over(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "phone", ["0171 2345678"])
    table = described("t", {"phone": "Contact.Phone"}, region="DE", region_column="country")
    assert result(examined(warehouse, table), "phone.valid").failing == 0


def test_a_number_needs_no_country_when_the_table_has_a_region(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "phone", ["0171 1234567"])
    found = examined(warehouse, described("t", {"phone": "Contact.Phone"}, region="DE"))
    assert "phone.country" not in {each.check for each in found.checks}


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        ("names.casing", ["ANNA", "anna", "МАРИЯ"], ["Anna", "Мария", "McDonald", "J", "美咲", None]),
        ("names.placeholder", ["test", " Unknown ", "xxx"], ["Tester Smith", "Anna"]),
        ("names.digits", ["Anna2", "a@b.de"], ["Anna", "Élodie"]),
    ],
)
def test_names(warehouse: DuckDBWarehouse, check: str, bad: list[object], good: list[object]) -> None:
    present = len(bad) + sum(each is not None for each in good)
    assert counted(warehouse, check, "Person.FirstName", [*bad, *good]) == (len(bad), present)


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        ("dates.impossible", ["1850-05-05", "2300-01-01"], ["1930-01-01", "1900-01-01", "2027-01-01", None]),
        ("dates.default", ["1900-01-01", "1970-01-01", "9999-12-31"], ["1950-06-01", None]),
        ("dates.future", ["2026-03-03", "2031-01-01"], ["2026-03-02", "1950-06-01", "9999-12-31"]),
    ],
)
@pytest.mark.parametrize("type_", ["DATE", "TIMESTAMPTZ", "VARCHAR"])
def test_dates(
    warehouse: DuckDBWarehouse, check: str, bad: list[object], good: list[object], type_: str
) -> None:
    present = len(bad) + sum(each is not None for each in good)
    found = counted(warehouse, check, "Person.BirthDate", [*bad, *good], type_, column="born")
    assert found == (len(bad), present)


def test_dates_that_are_meant_to_lie_ahead_may(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "valid_until", ["2031-01-01"], "DATE")
    found = examined(warehouse, TableDescription("t"))
    assert "dates.future" not in {each.check for each in found.checks}
    assert result(found, "dates.impossible").failing == 0


@pytest.mark.parametrize(
    ("meaning", "bad", "good"),
    [
        ("Person.BirthDate", ["31.02.1980", "soon"], ["28.02.1980", "1980-02-28", "19800228", None]),
        ("Commerce.Amount", ["12,50", "x"], ["12.50", "-3", "1e3", ""]),
    ],
)
def test_text_that_should_be_of_a_type(
    warehouse: DuckDBWarehouse, meaning: str, bad: list[object], good: list[object]
) -> None:
    present = len(bad) + sum(bool(each) for each in good)
    assert counted(warehouse, "conformity.type", meaning, [*bad, *good]) == (len(bad), present)


def test_text_that_mostly_is_a_number(warehouse: DuckDBWarehouse) -> None:
    values: list[object] = [*(str(n) for n in range(95)), *["many"] * 5]
    assert counted(warehouse, "conformity.type", "Own.Weight", values) == (5, 100)


def test_one_shape_of_identifiers(warehouse: DuckDBWarehouse) -> None:
    values: list[object] = ["C-001", "C-2", "K-77", "c-3", "77", None]
    assert counted(warehouse, "identifiers.shape", "Identity.CustomerId", values) == (2, 5)


def test_uuids_have_one_shape(warehouse: DuckDBWarehouse) -> None:
    values: list[object] = [*(f"{n:08x}-0000-4000-8000-00000000000{n}" for n in range(9)), "x-1"]
    assert counted(warehouse, "identifiers.shape", "Identity.CustomerId", values) == (1, 10)


def test_one_shape_across_sources(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "id", ["17", "18", "A-19"])
    table = described("t", {"id": "Identity.CustomerId"})
    agreed = examined(warehouse, table, shapes={"Identity.CustomerId": "A-9"})
    found = result(agreed, "identifiers.across_sources")
    assert (found.failing, found.checked, found.pillar) == (2, 3, Pillar.CONSISTENCY)
    same = examined(warehouse, table, shapes={"Identity.CustomerId": "9"})
    assert "identifiers.across_sources" not in {each.check for each in same.checks}


def test_shapes_match_letters_of_every_script() -> None:
    assert shape_expression("A-9").startswith(r"\p{Lu}+\x{2d}[0-9]+")


@pytest.mark.parametrize(
    ("check", "values", "expected"),
    [
        ("amounts.negative", [-1, -2, 3, 4, None], (2, 4)),
        ("amounts.outlier", [*range(10, 30), 5_000], (1, 21)),
    ],
)
def test_amounts(
    warehouse: DuckDBWarehouse, check: str, values: list[object], expected: tuple[int, int]
) -> None:
    assert counted(warehouse, check, "Commerce.Amount", values, "DECIMAL(18, 2)") == expected


def test_fences() -> None:
    assert fences((0.0, 10.0, 15.0, 20.0, 30.0), 3) == (-20.0, 50.0)
    assert fences((1.0, 10.0, 20.0, 100.0, 900.0), 1) == pytest.approx((1.0, 1000.0))
    assert fences((5.0, 5.0, 5.0, 5.0, 5.0), 3) is None
    assert fences((), 3) is None


def test_keys(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "id", ["a", "a", "a", "b", None, " "])
    found = examined(warehouse, TableDescription("t", key=("id",)))
    unique, present = result(found, "keys.unique"), result(found, "keys.present")
    assert (unique.failing, unique.checked, unique.light) == (2, 4, Light.RED)
    assert (present.failing, present.checked, present.light) == (2, 6, Light.RED)


def test_a_key_of_two_columns(warehouse: DuckDBWarehouse) -> None:
    warehouse.execute(
        Sql("CREATE OR REPLACE TABLE t AS FROM (VALUES (1, 'x'), (1, 'y'), (1, 'x'), (NULL, 'z')) v(a, b)")
    )
    found = examined(warehouse, TableDescription("t", key=("a", "b")))
    assert [
        (result(found, name).failing, result(found, name).field) for name in ("keys.unique", "keys.present")
    ] == [
        (1, ""),
        (1, ""),
    ]


def test_references(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "people", "id", [1, 2, None], "BIGINT")
    values_table(warehouse, "t", "person", ["1", "2", "2", "9", None, ""])
    table = TableDescription("t", references=(Reference("person", "people", "id"),))
    found = result(examined(warehouse, table, others=["people"]), "references.orphans")
    assert (found.failing, found.checked, found.light) == (1, 4, Light.RED)
    alone = examined(warehouse, table)
    assert "references.orphans" not in {each.check for each in alone.checks}


@pytest.mark.parametrize(
    ("hours", "light", "words"),
    [(12, Light.GREEN, "12 hours"), (36, Light.YELLOW, "36 hours"), (100, Light.RED, "4 days")],
)
def test_freshness(warehouse: DuckDBWarehouse, hours: int, light: Light, words: str) -> None:
    newest = NOW - dt.timedelta(hours=hours)
    ahead = NOW + dt.timedelta(days=30)
    values_table(
        warehouse, "t", "changed_at", [newest.isoformat(), "2020-01-01", ahead.isoformat()], "TIMESTAMPTZ"
    )
    table = described("t", {"changed_at": "Calendar.UpdatedAt"}, expected_refresh=dt.timedelta(days=1))
    found = result(examined(warehouse, table), "freshness.newest")
    assert found.light is light
    assert found.sentence.startswith(f"The newest row is {words} old; a refresh is expected every 1 day.")
    assert found.ratio == hours / 24


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "59 seconds"), (3600, "1 hour"), (7200, "2 hours"), (86400, "1 day"), (90000, "25 hours")],
)
def test_span(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize("type_", ["BIGINT", "VARCHAR"])
def test_choices(warehouse: DuckDBWarehouse, type_: str) -> None:
    values_table(warehouse, "t", "state", [1, 2, 2, 3, None], type_)
    choice = Attribute("state", "Choice", choices={"1": {"en": "open"}, "3": {"en": "paid"}})
    found = result(examined(warehouse, TableDescription("t", attributes=(choice,))), "choices.label")
    assert (found.failing, found.checked) == (2, 4)
    assert found.sentence == "2 of 4 codes have no label: 2."


def test_choices_of_many_values(warehouse: DuckDBWarehouse) -> None:
    warehouse.execute(Sql("CREATE OR REPLACE TABLE t AS FROM (VALUES ([1, 3]), ([1, 2]), (NULL)) v(tags)"))
    choice = Attribute("tags", "Choice", choices={"1": {"en": "a"}, "3": {"en": "b"}})
    found = result(examined(warehouse, TableDescription("t", attributes=(choice,))), "choices.label")
    assert (found.failing, found.checked) == (1, 2)


def test_completeness(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "tier", ["gold", "N/A", " unknown ", "", "\t", None])
    found = examined(warehouse, TableDescription("t"))
    assert [
        (r.failing, r.checked)
        for r in (result(found, "completeness.present"), result(found, "completeness.stand_in"))
    ] == [
        (3, 6),
        (2, 3),
    ]


def test_an_empty_table_is_red(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "email", [])
    found = examined(warehouse, described("t", {"email": "Contact.Email"}, key=("email",)))
    assert [each.check for each in found.checks] == ["completeness.rows"]
    assert found.checks[0].light is Light.RED
    assert found.checks[0].sentence == "The table is empty."


def test_shared_addresses_are_counted_in_a_small_table_and_estimated_in_a_large_one(
    warehouse: DuckDBWarehouse,
) -> None:
    values_table(warehouse, "t", "email", ["a@x.de"] * 30 + [f"{n}@x.de" for n in range(70)])
    found = result(examined(warehouse, described("t", {"email": "Contact.Email"})), "duplicates.shared")
    assert not found.estimated
    assert found.sentence.startswith("29 of 100 values repeat")
    warehouse.execute(
        Sql(
            "CREATE OR REPLACE TABLE t AS SELECT i AS _ordinal, (i % 30000) || '@x.de' AS email FROM range(40000) r(i)"
        )
    )
    large = result(examined(warehouse, described("t", {"email": "Contact.Email"})), "duplicates.shared")
    assert large.estimated
    assert large.failing == pytest.approx(10_000, rel=0.2)
    assert large.sentence.startswith("About ")


def test_about_is_said_of_samples_only(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "phone", ["+49 30 901820", "+49 1"])
    found = result(examined(warehouse, described("t", {"phone": "Contact.Phone"})), "phone.valid")
    assert found.sentence == "1 of 2 numbers cannot exist."
    assert not found.estimated


def test_checks_find_columns_by_name_when_nobody_described_them(warehouse: DuckDBWarehouse) -> None:
    warehouse.execute(
        Sql("CREATE OR REPLACE TABLE t AS SELECT 'x' AS \"E-Mail\", 'ANNA' AS Vorname, '0000000' AS telefon")
    )
    found = examined(warehouse, TableDescription("t", region="DE"))
    assert result(found, "email.syntax").failing == 1
    assert result(found, "names.casing").failing == 1
    assert result(found, "phone.dummy").failing == 1


def test_a_large_table_is_sampled_where_exact_counts_are_dear(warehouse: DuckDBWarehouse) -> None:
    warehouse.execute(
        Sql(
            "CREATE OR REPLACE TABLE t AS SELECT i AS _ordinal,"
            " CASE WHEN i % 4 = 0 THEN 'ANNA' ELSE 'Anna' END AS name,"
            " CASE WHEN i % 100 = 0 THEN 'bad' ELSE i || '@example.org' END AS mail FROM range(40000) r(i)"
        )
    )
    table = described("t", {"name": "Person.FirstName", "mail": "Contact.Email"})
    found = examined(warehouse, table, QualityDefinition(sample_rows=2_000))
    assert 1_500 <= found.sampled <= 3_000
    syntax, casing = result(found, "email.syntax"), result(found, "names.casing")
    assert (syntax.failing, syntax.checked, syntax.estimated) == (400, 40_000, False)
    assert casing.estimated
    assert casing.checked == 40_000
    assert casing.failing == pytest.approx(10_000, rel=0.1)
    assert casing.sentence.startswith("About ")
    again = examined(warehouse, table, QualityDefinition(sample_rows=2_000))
    assert again == found


def test_limits_are_those_of_the_definition(warehouse: DuckDBWarehouse) -> None:
    values_table(warehouse, "t", "mail", ["bad", *(f"{n}@example.org" for n in range(9))])
    table = described("t", {"mail": "Contact.Email"})
    lenient = QualityDefinition(limits=(LimitRule(check="email", field="m*", yellow=0.1),))
    strict = QualityDefinition(limits=(LimitRule(check="email.syntax", table="t", red=0.05),))
    off = QualityDefinition(limits=(LimitRule(check="email.*", off=True),))
    assert result(examined(warehouse, table), "email.syntax").light is Light.YELLOW
    assert result(examined(warehouse, table, lenient), "email.syntax").light is Light.GREEN
    assert result(examined(warehouse, table, strict), "email.syntax").light is Light.RED
    assert not [each for each in examined(warehouse, table, off).checks if each.check.startswith("email.")]


def test_every_rule_says_in_words_when_the_light_changes() -> None:
    assert in_words(Limits(yellow=0.02, red=0.2)) == "Good up to 2 % failing, Check up to 20 %, Fix above."
    assert in_words(Limits(yellow=0, red=0)) == "Good when none fails, else Fix."
    assert in_words(Limits(yellow=0.5, red=1)) == "Good up to 50 % failing, else Check."


@pytest.mark.parametrize(
    ("checks", "code"),
    [({"emial": {}}, "quality.check_unknown"), ({"email": {"domains": []}}, "quality.check_settings")],
)
def test_a_wrong_check_is_named(checks: dict[str, dict[str, list[str]]], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checks_of(QualityDefinition.model_validate({"checks": checks}))
    assert caught.value.code == code


def test_no_check_puts_personal_values_into_words(warehouse: DuckDBWarehouse) -> None:
    warehouse.execute(
        Sql(
            "CREATE OR REPLACE TABLE t AS SELECT 'Zebulon' || i AS first_name, 'zebulon' || i AS email,"
            " 'zebulon-' || i AS phone, 'Zebulon ' || i AS customer FROM range(30) r(i)"
        )
    )
    meanings = {
        "first_name": "Person.FirstName",
        "email": "Contact.Email",
        "phone": "Contact.Phone",
        "customer": "Identity.CustomerId",
    }
    found = examined(warehouse, described("t", meanings, key=("customer",)))
    assert "zebulon" not in repr(found).lower()


def test_a_table_of_many_columns(warehouse: DuckDBWarehouse) -> None:
    columns = ", ".join(f"CAST(i % {n + 2} AS VARCHAR) AS c{n}, i * {n} AS n{n}" for n in range(150))
    warehouse.execute(Sql(f"CREATE OR REPLACE TABLE t AS SELECT {columns} FROM range(30) r(i)"))
    found = examined(warehouse, TableDescription("t"))
    assert [field.position for field in found.fields] == list(range(300))
    assert [field.distinct for field in found.fields[:6]] == [2, 1, 3, 30, 4, 30]
    assert found.fields[-1].maximum == str(29 * 149)


def test_ordinals_with_gaps_still_give_a_sample(warehouse: DuckDBWarehouse) -> None:
    warehouse.execute(
        Sql("CREATE OR REPLACE TABLE t AS SELECT 300 + i * 2560 AS _ordinal, i AS n FROM range(20000) r(i)")
    )
    found = examined(warehouse, TableDescription("t"), QualityDefinition(sample_rows=2_000))
    assert 1_000 <= found.sampled <= 2_500
    assert found.rows == 20_000


def test_every_check_says_what_it_is() -> None:
    checks = checks_of(QualityDefinition())
    assert [check.kind for check in checks] == sorted(check.kind for check in checks)
    assert len(checks) >= 12
    for check in checks:
        assert type(check).__doc__, check.kind
        assert all(field.description for field in type(check).model_fields.values()), check.kind
    assert QualityDefinition.model_json_schema()["properties"]["limits"]
