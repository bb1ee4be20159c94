"""DuckDB and Spark give the same for a pipeline like matching and merging, over 20,000 dirty records."""

from __future__ import annotations

import random
from typing import Final

import pyarrow as pa
import pytest

from onefold.foundation.warehouse import Sql, Warehouse
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.spark import SparkWarehouse

RECORDS: Final = 20_000
FIRST: Final = ["Émile", "Юлия", "ΝΙΚΟΣ", "Anna", "José", "Søren", "İpek", "Li", "O'Neil", "Zoë", ""]
LAST: Final = ["Straße", "Müller", "Иванова", "ΠΑΠΑΔΟΠΟΥΛΟΣ", "van der Berg", "Smith", "Ng", "Łukasz"]

STEPS: Final = (
    (
        "normal",
        r"""
        SELECT id, source, changed, amount, lower(trim(first)) AS first,
            regexp_replace(lower(trim(last)), '[^\p{L}]+', ' ', 'g') AS last,
            nullif(of_digits(phone), '') AS phone, of_date(born) AS born, of_number(amount) AS value
        FROM records
        """,
    ),
    (
        "blocks",
        """
        SELECT id, of_key(concat_ws('|', 'phone', phone)) AS block FROM normal WHERE phone IS NOT NULL
        UNION ALL
        SELECT id, of_key(concat_ws('|', 'name', substr(first, 1, 1), of_at(of_words(last), 1), CAST(born AS VARCHAR)))
        FROM normal WHERE born IS NOT NULL AND first <> ''
        UNION ALL
        SELECT id, of_key('gram|' || gram || CAST(year(born) AS VARCHAR))
        FROM (SELECT id, born, unnest(of_ngrams(last, 6)) AS gram FROM normal) WHERE born IS NOT NULL
        """,
    ),
    (
        "pairs",
        """
        SELECT DISTINCT a.id AS left_id, b.id AS right_id
        FROM blocks a JOIN blocks b ON a.block = b.block AND a.id < b.id
        WHERE a.block IN (SELECT block FROM blocks GROUP BY block HAVING count(*) <= 40)
        """,
    ),
    (
        "scored",
        """
        SELECT p.left_id, p.right_id,
            of_jaro_winkler(a.last, b.last) AS jaro,
            of_levenshtein(a.first, b.first) AS edits,
            of_token_jaccard(a.last, b.last) AS tokens,
            abs(of_year_diff(a.born, b.born)) AS years,
            a.phone IS NOT DISTINCT FROM b.phone AS same_phone,
            1 - CAST(of_levenshtein(a.first, b.first) AS DOUBLE)
                / nullif(greatest(length(a.first), length(b.first)), 0) AS close
        FROM pairs p JOIN normal a ON a.id = p.left_id JOIN normal b ON b.id = p.right_id
        """,
    ),
    (
        "edges",
        """
        SELECT left_id, right_id,
            CASE WHEN same_phone THEN 1 ELSE 0 END | (CASE WHEN jaro >= 0.93 THEN 1 ELSE 0 END << 1) AS mask
        FROM scored WHERE (jaro >= 0.93 AND edits <= 1) OR (same_phone AND coalesce(close, 1) > 0.5)
        """,
    ),
    (
        "labels",
        """
        SELECT n.id, least(n.id, min(e.other)) AS label
        FROM normal n LEFT JOIN (
            SELECT left_id AS id, right_id AS other FROM edges UNION ALL SELECT right_id, left_id FROM edges
        ) e ON e.id = n.id
        GROUP BY n.id
        """,
    ),
    (
        "golden",
        """
        SELECT l.label, n.first, n.born, n.value,
            count(*) OVER (PARTITION BY l.label) AS members,
            sum(n.value) OVER (
                PARTITION BY l.label ORDER BY n.changed, n.id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW
            ) AS recent,
            lag(n.source) OVER (PARTITION BY l.label ORDER BY n.changed, n.id) AS before
        FROM labels l JOIN normal n USING (id)
        QUALIFY row_number() OVER (PARTITION BY l.label ORDER BY n.changed DESC, length(n.first) DESC, n.id) = 1
        """,
    ),
    (
        "summary",
        """
        SELECT coalesce(first, '-') AS first, month(born) AS month, count(*) AS people, count(DISTINCT label) AS labels,
            of_round(avg(value), 6) AS mean, max(members) AS largest,
            list_sort(list(DISTINCT before) FILTER (WHERE before IS NOT NULL)) AS sources
        FROM golden GROUP BY GROUPING SETS ((coalesce(first, '-')), (month(born))) HAVING count(*) > 1
        """,
    ),
)


def records() -> pa.Table:
    """Return people, about a third of them more than once, with dirt."""
    chance = random.Random(20)  # noqa: S311 - the same records every time
    rows: list[dict[str, str | int | None]] = []
    for number in range(RECORDS):
        if rows and chance.random() < 0.35:
            row = dict(rows[chance.randrange(max(0, len(rows) - 400), len(rows))])
            spoiled = chance.choice(("first", "last", "phone", "born"))
            text = row[spoiled]
            if isinstance(text, str) and text:
                at = chance.randrange(len(text))
                row[spoiled] = chance.choice(
                    (None, text[:at] + text[at + 1 :], text.upper(), f" {text}\u00a0")
                )
        else:
            row = {
                "first": chance.choice(FIRST) + chance.choice(["", "", " " + chance.choice(FIRST)]),
                "last": chance.choice(LAST) + chance.choice(["", "-", " "]) + chance.choice(LAST),
                "phone": None if chance.random() < 0.4 else f"+43 (0) {chance.randrange(10**7):07d}",
                "born": f"{chance.randrange(1890, 2012)}-{chance.randrange(1, 14):02d}-{chance.randrange(1, 31):02d}",
            }
        row |= {
            "id": number,
            "source": chance.choice(["crm", "shop", "till"]),
            "changed": chance.randrange(500),
            "amount": chance.choice([None, "", "1,5", f"{chance.randrange(4000) / 4}"]),
        }
        rows.append(row)
    return pa.Table.from_pylist(rows)


def run(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    """Run the steps and return every step's rows in an order of their own."""
    warehouse.load_arrow("records", records())
    results = {}
    for name, text in STEPS:
        warehouse.create_table(name, Sql(text))
        results[name] = sorted(warehouse.rows(Sql(f"SELECT * FROM {name}")), key=repr)
    return results


def test_the_pipeline_finds_people() -> None:
    results = run(DuckDBWarehouse(check_portable=True))
    assert len(results["normal"]) == RECORDS
    assert len(results["pairs"]) > RECORDS
    assert 0 < len(results["edges"]) < len(results["pairs"])
    assert len(results["golden"]) < RECORDS
    assert len(results["summary"]) > 20


@pytest.mark.spark
def test_spark_finds_the_same(spark_warehouse: SparkWarehouse) -> None:
    expected, found = run(DuckDBWarehouse()), run(spark_warehouse)
    for name, rows in expected.items():
        assert len(found[name]) == len(rows), name
        different = [pair for pair in zip(rows, found[name], strict=True) if pair[0] != pair[1]]
        assert not different, f"{name}: {len(different)} rows differ, such as {different[:2]}"
