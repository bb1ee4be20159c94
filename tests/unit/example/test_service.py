import csv
import hashlib
import itertools
import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from onefold.example import Dirt, ExampleReport, generate_retail, service
from onefold.foundation.kernel import InvalidInput

KEYS = {
    "crm_contacts": "contact_id",
    "webshop_customers": "customer_id",
    "loyalty_members": "card_number",
    "erp_customers": "CUSTOMER_NO",
    "newsletter_subscribers": "subscriber_id",
}
Row = dict[str, str]


def rows(directory: Path, name: str) -> list[Row]:
    path = next((directory / ("truth" if name == "truth" else "data")).glob(f"{name}.*"))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    delimiter = ";" if name in {"crm_contacts", "crm_accounts", "erp_customers"} else ","
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def lines_of(directory: Path) -> list[dict[str, object]]:
    out: list[dict[str, object]] = pq.read_table(directory / "data/order_lines.parquet").to_pylist()
    return out


def fingerprint(directory: Path) -> dict[str, str]:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> ExampleReport:
    return generate_retail(tmp_path_factory.mktemp("company"), people=3000)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> ExampleReport:
    return generate_retail(tmp_path_factory.mktemp("clean"), people=3000, dirt=Dirt.none())


def test_equal_arguments_give_equal_bytes(company: ExampleReport, tmp_path: Path) -> None:
    generate_retail(tmp_path, people=3000)
    assert fingerprint(tmp_path) == fingerprint(company.directory)


def test_another_seed_gives_another_company(company: ExampleReport, tmp_path: Path) -> None:
    generate_retail(tmp_path, people=3000, seed=8)
    ours, theirs = fingerprint(company.directory), fingerprint(tmp_path)
    assert ours.keys() == theirs.keys()
    assert not [path for path in ours if ours[path] == theirs[path]]


def test_files_depend_neither_on_threads_nor_on_the_blocks_that_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, more = tmp_path / "one", tmp_path / "more"
    seen: list[tuple[str, int]] = []
    generate_retail(more, people=25_500, progress=lambda step, count: seen.append((step, count)))
    monkeypatch.setattr(service, "_WORKERS", 1)
    generate_retail(one, people=25_000)
    for name in ("crm_contacts.csv", "webshop_customers.jsonl", "orders.csv", "email_engagement.csv"):
        shorter, longer = (one / "data" / name).read_bytes(), (more / "data" / name).read_bytes()
        assert longer.startswith(shorter)
        assert len(longer) > len(shorter)
    assert seen == [("people", 25_000), ("people", 25_500)]


@pytest.mark.parametrize("people", [1, 2, 7])
def test_the_smallest_companies_are_whole(people: int, tmp_path: Path) -> None:
    report = generate_retail(tmp_path, people=people)
    assert len({row["person"] for row in rows(tmp_path, "truth")}) == people
    assert report.identity_records >= people


def test_the_truth_names_every_identity_record_once(company: ExampleReport) -> None:
    truth = rows(company.directory, "truth")
    told = Counter((row["source"], row["record_id"]) for row in truth)
    assert set(told.values()) == {1}
    held = {(source, row[key]) for source, key in KEYS.items() for row in rows(company.directory, source)}
    assert held == set(told)
    assert len(held) == sum(company.rows[_path(company, source)] for source in KEYS)
    assert len({row["person"] for row in truth}) == 3000
    assert 2.2 < company.identity_records / 3000 < 2.4


def _path(company: ExampleReport, name: str) -> str:
    return next(path for path in company.rows if path.startswith(f"data/{name}."))


def test_the_report_counts_the_rows(company: ExampleReport) -> None:
    for name in (
        "orders",
        "products",
        "shops",
        "support_cases",
        "subscriptions",
        "web_sessions",
        "crm_accounts",
    ):
        assert company.rows[_path(company, name)] == len(rows(company.directory, name)) > 0
    assert company.rows["data/order_lines.parquet"] == len(lines_of(company.directory))


def test_primary_keys_are_unique(company: ExampleReport) -> None:
    for name, key in [
        *KEYS.items(),
        ("crm_accounts", "account_id"),
        ("orders", "order_id"),
        ("web_sessions", "session_id"),
        ("email_engagement", "send_id"),
        ("support_cases", "case_id"),
        ("subscriptions", "subscription_id"),
        ("products", "product_id"),
        ("shops", "shop_id"),
    ]:
        values = [row[key] for row in rows(company.directory, name)]
        assert all(values)
        assert len(set(values)) == len(values), name


def test_every_reference_leads_somewhere(company: ExampleReport) -> None:
    held = {name: {row[key] for row in rows(company.directory, name)} for name, key in KEYS.items()}
    ids = {
        name: {row[key] for row in rows(company.directory, name)}
        for name, key in (("products", "product_id"), ("shops", "shop_id"), ("crm_accounts", "account_id"))
    }
    by_channel = {"webshop": "webshop_customers", "till": "loyalty_members", "phone": "erp_customers"}
    orders = rows(company.directory, "orders")
    assert {row["channel"] for row in orders} == set(by_channel)
    for row in orders:
        assert row["customer_ref"] in held[by_channel[row["channel"]]]
        assert (row["channel"] == "till") == (row["shop_id"] in ids["shops"])
    for name, column, target in (
        ("web_sessions", "customer_id", "webshop_customers"),
        ("subscriptions", "customer_id", "webshop_customers"),
        ("support_cases", "contact_id", "crm_contacts"),
        ("email_engagement", "subscriber_id", "newsletter_subscribers"),
    ):
        assert {row[column] for row in rows(company.directory, name)} <= held[target]
    assert {row["account_id"] for row in rows(company.directory, "crm_contacts")} - {""} <= ids[
        "crm_accounts"
    ]
    assert {row["home_shop"] for row in rows(company.directory, "loyalty_members")} <= ids["shops"]
    lines = lines_of(company.directory)
    assert {line["order_id"] for line in lines} == {row["order_id"] for row in orders}
    assert {line["product_id"] for line in lines} <= ids["products"]


def test_order_totals_are_the_sum_of_their_lines(company: ExampleReport) -> None:
    sums: dict[object, Decimal] = defaultdict(Decimal)
    for line in lines_of(company.directory):
        amount, price, quantity = line["amount"], line["unit_price"], line["quantity"]
        assert isinstance(amount, Decimal)
        assert isinstance(price, Decimal)
        assert isinstance(quantity, int)
        assert amount == price * quantity
        assert price > 0
        sums[line["order_id"]] += amount
    for row in rows(company.directory, "orders"):
        assert Decimal(row["total"]) == sums[row["order_id"]]


def test_returns_are_negative_and_follow_their_order(company: ExampleReport) -> None:
    orders = {row["order_id"]: row for row in rows(company.directory, "orders")}
    returns = [row for row in orders.values() if row["return_of"]]
    assert 0.01 < len(returns) / len(orders) < 0.12
    for row in orders.values():
        assert (Decimal(row["total"]) < 0) == bool(row["return_of"])
    for row in returns:
        origin = orders[row["return_of"]]
        assert origin["ordered_at"] < row["ordered_at"]
        assert origin["customer_ref"] == row["customer_ref"]
        assert -Decimal(row["total"]) <= Decimal(origin["total"])


def test_the_orders_fill_26_months_with_two_seasons(company: ExampleReport) -> None:
    months = Counter(row["ordered_at"][:7] for row in rows(company.directory, "orders"))
    assert len(months) == 26
    assert (min(months), max(months)) == ("2024-05", "2026-06")
    for season in (("2024-11", "2024-12"), ("2025-11", "2025-12")):
        for busy, calm in itertools.product(season, (season[0][:4] + "-07", season[0][:4] + "-08")):
            assert months[busy] > 1.3 * months[calm]


def test_nobody_orders_before_registering(clean: ExampleReport) -> None:
    registered = {
        row["customer_id"]: row["registered_at"] for row in rows(clean.directory, "webshop_customers")
    }
    for row in rows(clean.directory, "orders"):
        if row["channel"] == "webshop":
            assert registered[row["customer_ref"]] <= row["ordered_at"]


def test_purchase_rates_have_a_heavy_tail(company: ExampleReport) -> None:
    counts = sorted(
        Counter(row["customer_ref"] for row in rows(company.directory, "orders")).values(), reverse=True
    )
    assert sum(counts[: len(counts) // 5]) > 0.4 * sum(counts)
    assert sum(count > 1 for count in counts) > 0.4 * len(counts)


def test_clean_data_is_clean(clean: ExampleReport) -> None:
    crm = rows(clean.directory, "crm_contacts")
    assert all(re.fullmatch(r"\+\d{9,13}", row["mobile"]) for row in crm)
    assert all(re.fullmatch(r"[a-z0-9._]+@[a-z0-9.-]+", row["email"]) for row in crm)
    assert all(re.fullmatch(r"(19[2-9]|20[01])\d-\d\d-\d\d", row["birth_date"]) for row in crm)
    for row in crm:
        assert None not in row
        assert all(row[field] for field in ("first_name", "last_name", "street", "city", "postcode"))
        assert row["is_deleted"] == "false"
    persons = _persons(clean)
    for source, key in KEYS.items():
        people = Counter(persons[source, row[key]] for row in rows(clean.directory, source))
        assert set(people.values()) == {1}


def _persons(company: ExampleReport) -> dict[tuple[str, str], str]:
    return {(row["source"], row["record_id"]): row["person"] for row in rows(company.directory, "truth")}


def test_clean_records_of_a_person_agree(clean: ExampleReport) -> None:
    persons = _persons(clean)
    mails: dict[str, set[str]] = defaultdict(set)
    owners: dict[str, set[str]] = defaultdict(set)
    for source, column in (
        ("crm_contacts", "email"),
        ("webshop_customers", "email"),
        ("erp_customers", "EMAIL"),
        ("newsletter_subscribers", "email"),
    ):
        for row in rows(clean.directory, source):
            person = persons[source, row[KEYS[source]]]
            mails[person].add(row[column].lower())
            owners[row[column].lower().replace(".", "")].add(person)
    assert max(len(each) for each in mails.values()) == 1
    assert max(len(each) for each in owners.values()) == 1


def test_household_members_share_home_but_not_person(company: ExampleReport) -> None:
    at_home = Counter(
        (row["street"], row["postcode"], row["last_name"]) for row in rows(company.directory, "crm_contacts")
    )
    assert sum(count > 1 for home, count in at_home.items() if home[0]) > 50


@pytest.mark.parametrize(
    ("rate", "source", "column", "pattern"),
    [
        ("dummy_phones", "crm_contacts", "mobile", r"^(\d)\1{9}$"),
        ("dummy_emails", "webshop_customers", "email", r"^test@test\.com$"),
        ("gmail_variants", "newsletter_subscribers", "email", r"\+\w+@gmail\.com$"),
        ("typo_domains", "newsletter_subscribers", "email", r"@gmai\.com$"),
        ("family_emails", "webshop_customers", "email", r"^famil"),
        ("other_emails", "crm_contacts", "email", r"\.example$"),
        ("phone_formats", "loyalty_members", "phone", r"[ ()/-]"),
        ("address_forms", "crm_contacts", "street", r"(str\.| Rd$| St$|^av\. |^bd |вул\. )"),
        ("casing", "webshop_customers", "last_name", r"^[a-zà-ÿа-яії]+$"),
        ("missing", "crm_contacts", "birth_date", r"^$"),
        ("bad_dates", "loyalty_members", "birth_date", r"^01/01/1900$"),
        ("malformed", "erp_customers", "BIRTHDATE", r"^(n/a|unknown|soon)$"),
        ("deleted", "crm_contacts", "is_deleted", r"^true$"),
    ],
)
def test_each_rate_dirties_what_it_names(
    rate: str, source: str, column: str, pattern: str, clean: ExampleReport, tmp_path: Path
) -> None:
    generate_retail(tmp_path, people=1500, dirt=replace(Dirt.none(), **{rate: 0.3}))
    dirty = sum(bool(re.search(pattern, row[column] or "")) for row in rows(tmp_path, source))
    spotless = sum(bool(re.search(pattern, row[column] or "")) for row in rows(clean.directory, source))
    assert spotless == 0
    assert dirty >= 5


@pytest.mark.parametrize(
    ("rate", "column"),
    [
        ("typos", "last_name"),
        ("nicknames", "first_name"),
        ("transliteration", "last_name"),
        ("swapped_names", "first_name"),
        ("moves", "street"),
        ("marriages", "last_name"),
    ],
)
def test_each_rate_makes_a_persons_records_differ(rate: str, column: str, tmp_path: Path) -> None:
    def differing(directory: Path, dirt: Dirt) -> int:
        report = generate_retail(directory, people=3000, dirt=dirt)
        persons, seen = _persons(report), defaultdict(set)
        for source in ("crm_contacts", "webshop_customers"):
            for row in rows(directory, source):
                flat = {**row, **json.loads(json.dumps(row.get("address") or {}))}
                seen[persons[source, row[KEYS[source]]]].add(flat[column])
        return sum(len(values) > 1 for values in seen.values())

    assert differing(tmp_path / "clean", Dirt.none()) == 0
    assert differing(tmp_path / "dirty", replace(Dirt.none(), **{rate: 0.4})) >= 15


def test_duplicates_are_further_records_of_a_person_in_one_source(tmp_path: Path) -> None:
    report = generate_retail(tmp_path, people=1500, dirt=replace(Dirt.none(), duplicates=0.5))
    held = Counter((source, person) for (source, _), person in _persons(report).items())
    assert 0.4 < sum(count == 2 for count in held.values()) / len(held) < 0.6


def test_twins_and_juniors_are_different_people(tmp_path: Path) -> None:
    dirt = replace(Dirt.none(), twins=1.0, juniors=1.0, families=1.0)
    report = generate_retail(tmp_path, people=3000, dirt=dirt)
    births: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    names: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    persons = _persons(report)
    for row in rows(tmp_path, "crm_contacts"):
        person = persons["crm_contacts", row["contact_id"]]
        births[row["birth_date"], row["last_name"], row["street"]].add((person, row["first_name"]))
        names[row["first_name"], row["last_name"], row["street"]].add((person, row["birth_date"]))
    twins = [each for each in births.values() if len(each) > 1]
    juniors = [each for each in names.values() if len(each) > 1]
    assert len(twins) > 20
    assert len(juniors) > 20
    assert all(len({first for _, first in each}) == len(each) for each in twins)
    assert all(len({birth for _, birth in each}) == len(each) for each in juniors)


def test_malformed_rows_have_a_field_too_many(tmp_path: Path) -> None:
    generate_retail(tmp_path, people=1500, dirt=replace(Dirt.none(), malformed=0.2))
    lines = (tmp_path / "data/erp_customers.csv").read_text(encoding="utf-8").splitlines()
    assert {line.count(";") for line in lines} == {11, 12}


def test_some_products_go_by_three_ids(company: ExampleReport) -> None:
    products = rows(company.directory, "products")
    with (company.directory / "truth/products.csv").open(encoding="utf-8") as lines:
        ids = Counter(row["product"] for row in csv.DictReader(lines))
    assert set(ids.values()) == {1, 3}
    assert len(products) == sum(ids.values())
    assert len({row["category"] for row in products}) == 10


@pytest.mark.parametrize(
    ("people", "seed", "code"),
    [
        (0, 7, "example.people_out_of_range"),
        (10_000_001, 7, "example.people_out_of_range"),
        (10, -1, "example.seed_negative"),
    ],
)
def test_impossible_requests_are_refused(people: int, seed: int, code: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        generate_retail(tmp_path, people=people, seed=seed)
    assert caught.value.code == code
    assert not list(tmp_path.iterdir())
