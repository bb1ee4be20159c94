"""Expressions that mean the same on every engine, with their values over `PEOPLE`.

One line per expression: what it gives for each of the six rows, in the order of `id`.
"""

from __future__ import annotations

import datetime as dt
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

import pyarrow as pa


def instant(text: str) -> dt.datetime:
    """Return the instant of an ISO text in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


PEOPLE: Final = pa.table(
    {
        "id": pa.array([1, 2, 3, 4, 5, 6], pa.int64()),
        "s": pa.array(["Émile  Zola", "Юлия", "", None, "Straße ß I", "\u00a0tab\tx "], pa.string()),
        "d": pa.array(
            [
                date(2020, 2, 29),
                date(2021, 3, 31),
                None,
                date(1899, 12, 31),
                date(2024, 12, 30),
                date(2024, 12, 30),
            ],
            pa.date32(),
        ),
        "x": pa.array([1.5, 2.5, -2.5, None, 100.0, 0.1], pa.float64()),
        "n": pa.array([10, 20, None, -7, 20, 0], pa.int64()),
        "l": pa.array(
            [["b", "a", "b"], [], None, ["x", None, "é"], ["z"], ["z", "z"]], pa.list_(pa.string())
        ),
        "f": pa.array([True, False, None, True, False, None], pa.bool_()),
        "ts": pa.array(
            [
                instant("2024-01-31 23:30:15.123456"),
                instant("2024-02-29 00:00:00"),
                None,
                instant("1969-12-31 23:59:59"),
                instant("2024-12-30 12:00:00"),
                None,
            ],
            pa.timestamp("us", tz="UTC"),
        ),
        "m": pa.array(
            [
                Decimal("12.345"),
                Decimal("-0.500"),
                None,
                Decimal("2.500"),
                Decimal("3.500"),
                Decimal("0.000"),
            ],
            pa.decimal128(18, 3),
        ),
    }
)

Values: TypeAlias = list[object]

# Lines stay whole, so that expression and values read side by side.
# ruff: noqa: E501
# fmt: off
EXPRESSIONS: Final[dict[str, tuple[tuple[str, Values], ...]]] = {
    "text": (
        ("lower(s)", ['émile  zola', 'юлия', '', None, 'straße ß i', '\xa0tab\tx ']),
        (
            "lower('ΟΔΟΣ İ Юлия ẞ')",
            ['οδοσ i юлия ß', 'οδοσ i юлия ß', 'οδοσ i юлия ß', 'οδοσ i юлия ß', 'οδοσ i юлия ß', 'οδοσ i юлия ß'],
        ),
        ("length(s)", [11, 4, 0, None, 10, 7]),
        ("trim(s)", ['Émile  Zola', 'Юлия', '', None, 'Straße ß I', 'tab\tx']),
        ("ltrim(s)", ['Émile  Zola', 'Юлия', '', None, 'Straße ß I', 'tab\tx ']),
        ("rtrim(s)", ['Émile  Zola', 'Юлия', '', None, 'Straße ß I', '\xa0tab\tx']),
        ("trim(s, 'xEIß ')", ['Émile  Zola', 'Юлия', '', None, 'Straße', '\xa0tab\t']),
        ("substr(s, 2, 3)", ['mil', 'лия', '', None, 'tra', 'tab']),
        ("substr(s, -3)", ['ola', 'лия', '', None, 'ß I', '\tx ']),
        ("substr(s, greatest(n, 1), 2)", ['la', '', '', None, '', '\xa0t']),
        ("left(s, 2)", ['Ém', 'Юл', '', None, 'St', '\xa0t']),
        ("right(s, 2)", ['la', 'ия', '', None, ' I', 'x ']),
        ("replace(s, 'a', 'b')", ['Émile  Zolb', 'Юлия', '', None, 'Strbße ß I', '\xa0tbb\tx ']),
        ("translate(s, 'abc', 'xy')", ['Émile  Zolx', 'Юлия', '', None, 'Strxße ß I', '\xa0txy\tx ']),
        (
            "repeat(s, 2)",
            ['Émile  ZolaÉmile  Zola', 'ЮлияЮлия', '', None, 'Straße ß IStraße ß I', '\xa0tab\tx \xa0tab\tx '],
        ),
        ("lpad(s, 5, 'ß')", ['Émile', 'ßЮлия', 'ßßßßß', None, 'Straß', '\xa0tab\t']),
        ("rpad(s, 5, '.')", ['Émile', 'Юлия.', '.....', None, 'Straß', '\xa0tab\t']),
        ("s || 'x'", ['Émile  Zolax', 'Юлияx', 'x', None, 'Straße ß Ix', '\xa0tab\tx x']),
        ("concat(s, 'x', NULL)", ['Émile  Zolax', 'Юлияx', 'x', 'x', 'Straße ß Ix', '\xa0tab\tx x']),
        ("concat_ws('-', s, NULL, 'y')", ['Émile  Zola-y', 'Юлия-y', '-y', 'y', 'Straße ß I-y', '\xa0tab\tx -y']),
        ("strpos(s, 'l')", [4, 0, 0, None, 0, 0]),
        ("contains(s, 'l')", [True, False, False, None, False, False]),
        ("starts_with(s, 'É')", [True, False, False, None, False, False]),
        ("ends_with(s, 'a')", [True, False, False, None, False, False]),
        ("split_part(s, ' ', 2)", ['', '', '', None, 'ß', '']),
        ("split_part(s, ' ', -1)", ['Zola', 'Юлия', '', None, 'I', '']),
        (
            "string_split(s, ' ')",
            [['Émile', '', 'Zola'], ['Юлия'], [''], None, ['Straße', 'ß', 'I'], ['\xa0tab\tx', '']],
        ),
        ("string_split(s, '.')", [['Émile  Zola'], ['Юлия'], [''], None, ['Straße ß I'], ['\xa0tab\tx ']]),
        (
            "md5(s)",
            ['e8a41d0f7dc569ef2032d815205447ac', 'aefc9f94d6fcebdb86d41c521dd2c441', 'd41d8cd98f00b204e9800998ecf8427e', None, '170e166fd3379c2d1bc1c5e727720ca3', 'c202757621f8bdda0a0af248ec8b9077'],
        ),
        (
            "sha256(s)",
            ['d51cf76b39b2b871947054463d80a4d9f97d77bcfce394668f27ed0df164fe82', 'bd0c1e722f5c01fa7aeafa878404f2c08c32a0855ac849de32f262c1a6fe8e6f', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', None, '752a4f8e06434ae5022b6c5c3a941c0e3e3532b20a849f11dba593c75a8cac19', 'd7ba4f974dd0b71d3ccb236c4bdb89225dc47070ecc671499f1b491f0a91c360'],
        ),
        ("s LIKE '%l%'", [True, False, False, None, False, False]),
        ("s LIKE 'Stra_e%'", [False, False, False, None, True, False]),
        ("s NOT LIKE '%' || 'l' || '%'", [False, True, True, None, True, True]),
        (r"s LIKE 'x\%' ESCAPE '\'", [False, False, False, None, False, False]),
        ("s IN ('Юлия', '')", [False, True, True, None, False, False]),
        ("s NOT IN ('Юлия', '')", [True, False, False, None, True, True]),
        ("s BETWEEN 'A' AND 'z'", [False, False, False, None, True, False]),
        ("s < 'a'", [False, False, True, None, True, False]),
        ("coalesce(s, 'none')", ['Émile  Zola', 'Юлия', '', 'none', 'Straße ß I', '\xa0tab\tx ']),
        ("ifnull(s, 'none')", ['Émile  Zola', 'Юлия', '', 'none', 'Straße ß I', '\xa0tab\tx ']),
        ("nullif(s, '')", ['Émile  Zola', 'Юлия', None, None, 'Straße ß I', '\xa0tab\tx ']),
    ),
    "patterns": (
        ("regexp_matches(s, '^[A-Z]')", [False, False, False, None, True, False]),
        (r"regexp_matches(s, '\p{L}$')", [True, True, False, None, True, False]),
        ("regexp_matches(s, '(?i)ЮЛИЯ|ÉMILE')", [True, True, False, None, False, False]),
        (r"regexp_matches('a' || s, '\baé')", [False, False, False, None, False, False]),
        ("regexp_extract(s, '([a-z]+)', 1)", ['mile', '', '', None, 'tra', 'tab']),
        ("regexp_extract(s, '[a-z]+')", ['mile', '', '', None, 'tra', 'tab']),
        (
            r"regexp_extract_all(s, '[\p{L}]+')",
            [['Émile', 'Zola'], ['Юлия'], [], None, ['Straße', 'ß', 'I'], ['tab', 'x']],
        ),
        ("regexp_extract_all(s, '(a)(.)', 2)", [[], [], [], None, ['ß'], ['b']]),
        ("regexp_replace(s, '[^a-z]', '', 'g')", ['mileola', '', '', None, 'trae', 'tabx']),
        (r"regexp_replace(s, '\s+', '_', 'g')", ['Émile_Zola', 'Юлия', '', None, 'Straße_ß_I', '\xa0tab_x_']),
        (r"regexp_replace(s, '\W', '', 'g')", ['mileZola', '', '', None, 'StraeI', 'tabx']),
        ("regexp_replace(s, '(?i)z.', '-', 'g')", ['Émile  -la', 'Юлия', '', None, 'Straße ß I', '\xa0tab\tx ']),
        (
            r"regexp_replace(s, '[\x{410}-\x{44F}\xC9]', '#', 'g')",
            ['#mile  Zola', '####', '', None, 'Straße ß I', '\xa0tab\tx '],
        ),
    ),
    "numbers": (
        ("n + 1", [11, 21, None, -6, 21, 1]),
        ("n - 1", [9, 19, None, -8, 19, -1]),
        ("n * 2", [20, 40, None, -14, 40, 0]),
        ("-n", [-10, -20, None, 7, -20, 0]),
        ("abs(n)", [10, 20, None, 7, 20, 0]),
        ("n % 3", [1, 2, None, -1, 2, 0]),
        ("n // 2", [5, 10, None, -3, 10, 0]),
        ("n / 4", [2.5, 5.0, None, -1.75, 5.0, 0.0]),
        ("n / nullif(n, 0)", [1.0, 1.0, None, 1.0, 1.0, None]),
        ("m / 2", [6.1725, -0.25, None, 1.25, 1.75, 0.0]),
        ("x * m", [18.517500000000002, -1.25, None, None, 350.0, 0.0]),
        (
            "m * m",
            [Decimal("152.399025"), Decimal("0.250000"), None, Decimal("6.250000"), Decimal("12.250000"), Decimal("0.000000")],
        ),
        ("round(x)", [2.0, 3.0, -3.0, None, 100.0, 0.0]),
        (
            "round(CAST(m AS DECIMAL(18, 3)), 1)",
            [Decimal("12.3"), Decimal("-0.5"), None, Decimal("2.5"), Decimal("3.5"), Decimal("0.0")],
        ),
        ("round(n)", [10, 20, None, -7, 20, 0]),
        ("of_round(x, 1)", [1.5, 2.5, -2.5, None, 100.0, 0.1]),
        ("round(x / 7, 9)", [0.214285714, 0.357142857, -0.357142857, None, 14.285714286, 0.014285714]),
        ("round(CAST('1.005' AS DOUBLE) * coalesce(x, 1), 2)", [1.51, 2.51, -2.51, 1.0, 100.5, 0.1]),
        ("floor(x)", [1.0, 2.0, -3.0, None, 100.0, 0.0]),
        ("ceil(x)", [2.0, 3.0, -2.0, None, 100.0, 1.0]),
        ("floor(m)", [Decimal(12), Decimal(-1), None, Decimal(2), Decimal(3), Decimal(0)]),
        ("sqrt(abs(x))", [1.224744871391589, 1.5811388300841898, 1.5811388300841898, None, 10.0, 0.31622776601683794]),
        ("round(exp(x / 100) * 1000)", [1015.0, 1025.0, 975.0, None, 2718.0, 1001.0]),
        ("round(power(x, 2))", [2.0, 6.0, 6.0, None, 10000.0, 0.0]),
        ("round(ln(greatest(x, 1e-9)))", [0.0, 1.0, -21.0, -21.0, 5.0, -2.0]),
        ("round(log10(greatest(x, 1e-9)))", [0.0, 0.0, -9.0, -9.0, 2.0, -1.0]),
        ("n & 3", [2, 0, None, 1, 0, 0]),
        ("n | 3", [11, 23, None, -5, 23, 3]),
        ("xor(n, 3)", [9, 23, None, -6, 23, 3]),
        ("~n", [-11, -21, None, 6, -21, -1]),
        ("n >> 1", [5, 10, None, -4, 10, 0]),
        ("abs(n) << 40", [10995116277760, 21990232555520, None, 7696581394432, 21990232555520, 0]),
        ("greatest(n, 15)", [15, 20, 15, 15, 20, 15]),
        ("least(n, 15, NULL)", [10, 15, 15, -7, 15, 0]),
    ),
    "logic": (
        ("CASE WHEN n > 10 THEN 'a' WHEN n IS NULL THEN 'b' END", [None, 'a', 'b', None, 'a', None]),
        ("CASE n WHEN 10 THEN 'a' ELSE 'c' END", ['a', 'c', 'c', 'c', 'c', 'c']),
        ("if(n > 10, 1, 2)", [2, 1, 2, 2, 1, 2]),
        ("f AND TRUE", [True, False, None, True, False, None]),
        ("f OR NULL", [True, None, None, True, None, None]),
        ("NOT f", [False, True, None, False, True, None]),
        ("f IS TRUE", [True, False, False, True, False, False]),
        ("f IS NOT TRUE", [False, True, True, False, True, True]),
        ("x IS DISTINCT FROM n", [True, True, True, True, True, True]),
        ("n IS NOT DISTINCT FROM 20", [False, True, False, False, True, False]),
        ("n = 10.0", [True, False, None, False, False, False]),
        ("n IN (10, NULL)", [True, None, None, None, None, None]),
        ("n NOT BETWEEN 0 AND 10", [False, True, None, True, True, False]),
        ("n <= 10", [True, False, None, True, False, True]),
    ),
    "casts": (
        ("CAST(f IS TRUE AS INTEGER)", [1, 0, 0, 1, 0, 0]),
        ("CAST(f AS VARCHAR)", ['true', 'false', None, 'true', 'false', None]),
        ("CAST(n AS VARCHAR)", ['10', '20', None, '-7', '20', '0']),
        ("CAST(m AS VARCHAR)", ['12.345', '-0.500', None, '2.500', '3.500', '0.000']),
        ("CAST(d AS VARCHAR)", ['2020-02-29', '2021-03-31', None, '1899-12-31', '2024-12-30', '2024-12-30']),
        ("CAST(x + 0 AS BIGINT)", [2, 2, -2, None, 100, 0]),
        ("CAST(x * 1e0 AS BIGINT)", [2, 2, -2, None, 100, 0]),
        ("CAST(m + 0 AS BIGINT)", [12, -1, None, 3, 4, 0]),
        ("CAST(CAST(m AS DECIMAL(18, 3)) AS SMALLINT)", [12, -1, None, 3, 4, 0]),
        ("CAST(floor(x) AS BIGINT)", [1, 2, -3, None, 100, 0]),
        ("CAST(round(x) AS INTEGER)", [2, 3, -3, None, 100, 0]),
        ("CAST(m AS DOUBLE)", [12.345, -0.5, None, 2.5, 3.5, 0.0]),
        (
            "CAST(m AS DECIMAL(18, 1))",
            [Decimal("12.3"), Decimal("-0.5"), None, Decimal("2.5"), Decimal("3.5"), Decimal("0.0")],
        ),
        (
            "CAST(of_round(x, 1) AS DECIMAL(18, 1))",
            [Decimal("1.5"), Decimal("2.5"), Decimal("-2.5"), None, Decimal("100.0"), Decimal("0.1")],
        ),
        (
            "CAST(n AS DECIMAL(20, 2))",
            [Decimal("10.00"), Decimal("20.00"), None, Decimal("-7.00"), Decimal("20.00"), Decimal("0.00")],
        ),
        ("CAST('12' AS BIGINT)", [12, 12, 12, 12, 12, 12]),
        ("CAST('abc' AS BLOB)", [b'abc', b'abc', b'abc', b'abc', b'abc', b'abc']),
        ("CAST(l AS VARCHAR[])", [['b', 'a', 'b'], [], None, ['x', None, 'é'], ['z'], ['z', 'z']]),
        (
            "CAST(ts AS DATE)",
            [date(2024, 1, 31), date(2024, 2, 29), None, date(1969, 12, 31), date(2024, 12, 30), None],
        ),
        (
            "CAST(d AS TIMESTAMPTZ)",
            [instant('2020-02-29 00:00:00'), instant('2021-03-31 00:00:00'), None, instant('1899-12-31 00:00:00'), instant('2024-12-30 00:00:00'), instant('2024-12-30 00:00:00')],
        ),
        ("TRY_CAST(s AS BOOLEAN)", [None, None, None, None, None, None]),
    ),
    "dates": (
        ("year(d)", [2020, 2021, None, 1899, 2024, 2024]),
        ("month(d)", [2, 3, None, 12, 12, 12]),
        ("day(d)", [29, 31, None, 31, 30, 30]),
        ("quarter(d)", [1, 1, None, 4, 4, 4]),
        ("weekofyear(d)", [9, 13, None, 52, 1, 1]),
        ("dayofyear(d)", [60, 90, None, 365, 365, 365]),
        ("hour(ts)", [23, 0, None, 23, 12, None]),
        ("minute(ts)", [30, 0, None, 59, 0, None]),
        ("extract(year FROM d)", [2020, 2021, None, 1899, 2024, 2024]),
        ("extract(week FROM d)", [9, 13, None, 52, 1, 1]),
        (
            "last_day(d)",
            [date(2020, 2, 29), date(2021, 3, 31), None, date(1899, 12, 31), date(2024, 12, 31), date(2024, 12, 31)],
        ),
        (
            "make_date(2020, 2, 28)",
            [date(2020, 2, 28), date(2020, 2, 28), date(2020, 2, 28), date(2020, 2, 28), date(2020, 2, 28), date(2020, 2, 28)],
        ),
        (
            "CAST(date_trunc('month', d) AS DATE)",
            [date(2020, 2, 1), date(2021, 3, 1), None, date(1899, 12, 1), date(2024, 12, 1), date(2024, 12, 1)],
        ),
        (
            "CAST(date_trunc('week', d) AS DATE)",
            [date(2020, 2, 24), date(2021, 3, 29), None, date(1899, 12, 25), date(2024, 12, 30), date(2024, 12, 30)],
        ),
        (
            "CAST(date_trunc('hour', ts) AS TIMESTAMPTZ)",
            [instant('2024-01-31 23:00:00'), instant('2024-02-29 00:00:00'), None, instant('1969-12-31 23:00:00'), instant('2024-12-30 12:00:00'), None],
        ),
        ("d + 1", [date(2020, 3, 1), date(2021, 4, 1), None, date(1900, 1, 1), date(2024, 12, 31), date(2024, 12, 31)]),
        (
            "d - 1",
            [date(2020, 2, 28), date(2021, 3, 30), None, date(1899, 12, 30), date(2024, 12, 29), date(2024, 12, 29)],
        ),
        (
            "CAST(d + INTERVAL 1 MONTH AS DATE)",
            [date(2020, 3, 29), date(2021, 4, 30), None, date(1900, 1, 31), date(2025, 1, 30), date(2025, 1, 30)],
        ),
        (
            "CAST(d - INTERVAL '3' YEAR AS DATE)",
            [date(2017, 2, 28), date(2018, 3, 31), None, date(1896, 12, 31), date(2021, 12, 30), date(2021, 12, 30)],
        ),
        (
            "CAST(ts + INTERVAL 36 HOUR AS TIMESTAMPTZ)",
            [instant('2024-02-02 11:30:15.123456'), instant('2024-03-01 12:00:00'), None, instant('1970-01-02 11:59:59'), instant('2025-01-01 00:00:00'), None],
        ),
        ("date_diff('day', d, DATE '2020-01-01')", [-59, -455, None, 43830, -1825, -1825]),
        ("date_diff('day', ts, TIMESTAMPTZ '2024-03-01 00:00:00+00')", [30, 1, None, 19784, -304, None]),
        ("strftime(d, '%d.%m.%Y')", ['29.02.2020', '31.03.2021', None, '31.12.1899', '30.12.2024', '30.12.2024']),
        ("strftime(ts, '%H:%M:%S')", ['23:30:15', '00:00:00', None, '23:59:59', '12:00:00', None]),
        ("d < DATE '2020-01-01'", [False, False, None, True, False, False]),
        ("ts >= TIMESTAMPTZ '2024-01-31 23:30:15+00'", [True, True, None, False, True, None]),
    ),
    "lists": (
        ("array_length(l)", [3, 0, None, 3, 1, 2]),
        ("list_contains(l, 'a')", [True, False, None, False, False, False]),
        ("list_contains(l, NULL)", [None, None, None, None, None, None]),
        ("list_sort(l)", [['a', 'b', 'b'], [], None, ['x', 'é', None], ['z'], ['z', 'z']]),
        ("list_min(l)", ['a', None, None, 'x', 'z', 'z']),
        ("list_max(l)", ['b', None, None, 'é', 'z', 'z']),
        ("array_slice(l, 1, 2)", [['b', 'a'], [], None, ['x', None], ['z'], ['z', 'z']]),
        ("array_to_string(l, ',')", ['b,a,b', '', None, 'x,é', 'z', 'z,z']),
        (
            "list_concat(coalesce(l, []), ['q', s])",
            [['b', 'a', 'b', 'q', 'Émile  Zola'], ['q', 'Юлия'], ['q', ''], ['x', None, 'é', 'q', None], ['z', 'q', 'Straße ß I'], ['z', 'z', 'q', '\xa0tab\tx ']],
        ),
        ("list_filter(l, lambda v: v <> 'a')", [['b', 'b'], [], None, ['x', 'é'], ['z'], ['z', 'z']]),
        (
            "list_transform(l, lambda v: lower(v) || 'x')",
            [['bx', 'ax', 'bx'], [], None, ['xx', None, 'éx'], ['zx'], ['zx', 'zx']],
        ),
        (
            "list_transform(l, lambda v: of_digits(v) || of_at(string_split(v, 'a'), 2))",
            [[None, '', None], [], None, [None, None, None], [None], [None, None]],
        ),
        (
            "list_transform(range(1, length(s) + 1), lambda i: substr(s, i, 1))",
            [['É', 'm', 'i', 'l', 'e', ' ', ' ', 'Z', 'o', 'l', 'a'], ['Ю', 'л', 'и', 'я'], [], None, ['S', 't', 'r', 'a', 'ß', 'e', ' ', 'ß', ' ', 'I'], ['\xa0', 't', 'a', 'b', '\t', 'x', ' ']],
        ),
        ("l = ['z']", [False, False, None, False, True, False]),
        (
            "[s, 'a']",
            [['Émile  Zola', 'a'], ['Юлия', 'a'], ['', 'a'], [None, 'a'], ['Straße ß I', 'a'], ['\xa0tab\tx ', 'a']],
        ),
        (
            "{'a': s, 'b': n}",
            [{'a': 'Émile  Zola', 'b': 10}, {'a': 'Юлия', 'b': 20}, {'a': '', 'b': None}, {'a': None, 'b': -7}, {'a': 'Straße ß I', 'b': 20}, {'a': '\xa0tab\tx ', 'b': 0}],
        ),
        ("{'a': s, 'b': n}.b", [10, 20, None, -7, 20, 0]),
        ("struct_extract({'a': s}, 'a')", ['Émile  Zola', 'Юлия', '', None, 'Straße ß I', '\xa0tab\tx ']),
    ),
}
# fmt: on
