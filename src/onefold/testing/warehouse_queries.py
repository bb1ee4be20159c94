"""Statements that mean the same on every engine, with their rows over `PEOPLE` of `warehouse_cases`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from onefold.testing.warehouse_cases import instant

Rows: TypeAlias = list[tuple[object, ...]]

# Lines stay whole, so that statement and rows read side by side.
# ruff: noqa: E501
# fmt: off
QUERIES: Final[dict[str, tuple[tuple[str, Rows], ...]]] = {
    "aggregates": (
        (
            "SELECT count(*) AS a, count(n) AS b, count(DISTINCT n) AS c, sum(n) AS d, sum(x) AS e, min(s) AS f, max(s) AS g FROM people",
            [(6, 5, 4, 43, 101.6, '', 'Юлия')],
        ),
        (
            "SELECT min(d) AS a, max(ts) AS b, min(f) AS c FROM people",
            [(date(1899, 12, 31), instant('2024-12-30 12:00:00'), False)],
        ),
        (
            "SELECT avg(n) AS a, avg(m) AS b, avg(DISTINCT n) AS c, median(n) AS d FROM people",
            [(8.6, 3.569, 5.75, 10.0)],
        ),
        (
            "SELECT CAST(sum(n) AS BIGINT) AS a, CAST(sum(x) AS BIGINT) AS b, CAST(sum(m) AS BIGINT) AS c FROM people",
            [(43, 102, 18)],
        ),
        (
            "SELECT bool_and(f) AS a, bool_or(f) AS b, count_if(f) AS c, bit_or(n) AS d, bit_and(n) AS e, bit_xor(n) AS f FROM people",
            [(False, True, 2, -1, 0, -13)],
        ),
        (
            "SELECT of_round(stddev_samp(x), 6) AS a, of_round(var_pop(x), 6) AS b, of_round(stddev(x), 6) AS c, of_round(var_samp(x), 6) AS d FROM people",
            [(44.582082, 1590.0496, 44.582082, 1987.562)],
        ),
        (
            "SELECT stddev_samp(x) AS a FROM people WHERE id = 1",
            [(None,)],
        ),
        (
            "SELECT sum(n) AS a, count(*) AS b, max(n) AS c FROM people WHERE id > 100",
            [(None, 0, None)],
        ),
        (
            "SELECT count(*) FILTER (WHERE f) AS a, sum(n) FILTER (WHERE n > 0 AND f) AS b, count(DISTINCT n) FILTER (WHERE f) AS c FROM people",
            [(2, 10, 2)],
        ),
        (
            "SELECT count(DISTINCT (n, f)) AS a FROM people",
            [(5,)],
        ),
    ),
    "lists": (
        (
            "SELECT list_sort(list(s) FILTER (WHERE s IS NOT NULL)) AS a FROM people",
            [(['', 'Straße ß I', '\xa0tab\tx ', 'Émile  Zola', 'Юлия'],)],
        ),
        (
            "SELECT list_sort(list(DISTINCT n) FILTER (WHERE n IS NOT NULL AND id > 1)) AS a FROM people",
            [([-7, 0, 20],)],
        ),
        (
            "SELECT list_sort(list(s) FILTER (WHERE s IS NOT NULL)) AS a FROM people WHERE id > 100",
            [(None,)],
        ),
        (
            "SELECT n, list_sort(list(s) FILTER (WHERE s IS NOT NULL)) AS a FROM people GROUP BY n ORDER BY n",
            [(-7, None), (0, ['\xa0tab\tx ']), (10, ['Émile  Zola']), (20, ['Straße ß I', 'Юлия']), (None, [''])],
        ),
        (
            "SELECT list_sort(coalesce(list(s) FILTER (WHERE s IS NOT NULL), [])) AS a FROM people WHERE id > 100",
            [([],)],
        ),
        (
            "SELECT array_length(list(s) FILTER (WHERE s IS NOT NULL)) AS a FROM people",
            [(5,)],
        ),
        (
            "SELECT of_list_text(list_sort(list(s) FILTER (WHERE s IS NOT NULL)), '|') AS a FROM people",
            [('|Straße ß I|\xa0tab\tx |Émile  Zola|Юлия',)],
        ),
        (
            "SELECT list_transform(list_sort(list({'k': -id, 'v': s})), lambda z: z.v) AS a FROM people",
            [(['\xa0tab\tx ', 'Straße ß I', None, '', 'Юлия', 'Émile  Zola'],)],
        ),
    ),
    "grouping": (
        (
            "SELECT n, count(*) AS c FROM people GROUP BY n ORDER BY n",
            [(-7, 1), (0, 1), (10, 1), (20, 2), (None, 1)],
        ),
        (
            "SELECT n, count(*) AS c FROM people GROUP BY ALL ORDER BY ALL",
            [(-7, 1), (0, 1), (10, 1), (20, 2), (None, 1)],
        ),
        (
            "SELECT n, count(*) AS c FROM people GROUP BY 1 ORDER BY 1 DESC",
            [(20, 2), (10, 1), (0, 1), (-7, 1), (None, 1)],
        ),
        (
            "SELECT n AS k, count(*) AS c FROM people GROUP BY k HAVING c > 1",
            [(20, 2)],
        ),
        (
            "SELECT n, f, count(*) AS c FROM people GROUP BY GROUPING SETS ((n), (f), ()) ORDER BY n, f, c",
            [(-7, None, 1), (0, None, 1), (10, None, 1), (20, None, 2), (None, False, 2), (None, True, 2), (None, None, 1), (None, None, 2), (None, None, 6)],
        ),
        (
            "SELECT n, f, count(*) AS c FROM people GROUP BY ROLLUP (n, f) ORDER BY n, f, c",
            [(-7, True, 1), (-7, None, 1), (0, None, 1), (0, None, 1), (10, True, 1), (10, None, 1), (20, False, 2), (20, None, 2), (None, None, 1), (None, None, 1), (None, None, 6)],
        ),
        (
            "SELECT n, f, count(*) AS c FROM people GROUP BY CUBE (n, f) ORDER BY n, f, c",
            [(-7, True, 1), (-7, None, 1), (0, None, 1), (0, None, 1), (10, True, 1), (10, None, 1), (20, False, 2), (20, None, 2), (None, False, 2), (None, True, 2), (None, None, 1), (None, None, 1), (None, None, 2), (None, None, 6)],
        ),
    ),
    "windows": (
        (
            "SELECT id, row_number() OVER (PARTITION BY n ORDER BY s DESC NULLS LAST, id) AS r FROM people ORDER BY id",
            [(1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (6, 1)],
        ),
        (
            "SELECT id, rank() OVER (ORDER BY n) AS a, dense_rank() OVER (ORDER BY n DESC) AS b, ntile(2) OVER (ORDER BY id) AS c FROM people ORDER BY id",
            [(1, 3, 2, 1), (2, 4, 1, 1), (3, 6, 5, 1), (4, 1, 4, 2), (5, 4, 1, 2), (6, 2, 3, 2)],
        ),
        (
            "SELECT id, lag(n) OVER (ORDER BY id) AS a, lead(n, 2) OVER (ORDER BY id) AS b, lag(n, 1, 0) OVER (ORDER BY id) AS c FROM people ORDER BY id",
            [(1, None, None, 0), (2, 10, -7, 10), (3, 20, 20, 20), (4, None, 0, None), (5, -7, None, -7), (6, 20, None, 20)],
        ),
        (
            "SELECT id, first_value(n) OVER (ORDER BY id) AS a, last_value(n) OVER (ORDER BY id) AS b, last_value(n IGNORE NULLS) OVER (ORDER BY id) AS c FROM people ORDER BY id",
            [(1, 10, 10, 10), (2, 10, 20, 20), (3, 10, None, 20), (4, 10, -7, -7), (5, 10, 20, 20), (6, 10, 0, 0)],
        ),
        (
            "SELECT id, sum(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS a, max(n) OVER () AS b FROM people ORDER BY id",
            [(1, 10, 20), (2, 30, 20), (3, 20, 20), (4, -7, 20), (5, 13, 20), (6, 20, 20)],
        ),
        (
            "SELECT id, sum(n) OVER w AS a, count(*) FILTER (WHERE n > 1) OVER w AS b FROM people WINDOW w AS (PARTITION BY f ORDER BY id) ORDER BY id",
            [(1, 10, 1), (2, 20, 1), (3, None, 0), (4, 3, 1), (5, 40, 2), (6, 0, 0)],
        ),
        (
            "SELECT id, percent_rank() OVER (ORDER BY id) AS a, cume_dist() OVER (ORDER BY n) AS b FROM people ORDER BY id",
            [(1, 0.0, 0.5), (2, 0.2, 0.8333333333333334), (3, 0.4, 1.0), (4, 0.6, 0.16666666666666666), (5, 0.8, 0.8333333333333334), (6, 1.0, 0.3333333333333333)],
        ),
        (
            "SELECT id FROM people QUALIFY row_number() OVER (PARTITION BY n ORDER BY id) = 1 ORDER BY id",
            [(1,), (2,), (3,), (4,), (6,)],
        ),
    ),
    "unnest": (
        (
            "SELECT id, unnest(l) AS v FROM people ORDER BY id, v",
            [(1, 'a'), (1, 'b'), (1, 'b'), (4, 'x'), (4, 'é'), (4, None), (5, 'z'), (6, 'z'), (6, 'z')],
        ),
        (
            "SELECT p.id, u.v FROM people p, unnest(p.l) AS u(v) ORDER BY p.id, u.v",
            [(1, 'a'), (1, 'b'), (1, 'b'), (4, 'x'), (4, 'é'), (4, None), (5, 'z'), (6, 'z'), (6, 'z')],
        ),
        (
            "SELECT id, v FROM people CROSS JOIN unnest(l) AS u(v) ORDER BY id, v",
            [(1, 'a'), (1, 'b'), (1, 'b'), (4, 'x'), (4, 'é'), (4, None), (5, 'z'), (6, 'z'), (6, 'z')],
        ),
        (
            "SELECT id, unnest(of_words(s)) AS v FROM people ORDER BY id, v",
            [(1, 'Zola'), (1, 'Émile'), (2, 'Юлия'), (5, 'I'), (5, 'Straße'), (5, 'ß'), (6, '\xa0tab\tx')],
        ),
        (
            "SELECT DISTINCT unnest(of_ngrams(lower(s), 3)) AS v FROM people ORDER BY v LIMIT 5",
            [('\tx ',), ('  z',), (' zo',), (' ß ',), ('ab\t',)],
        ),
        (
            "SELECT id, v FROM people, unnest(coalesce(nullif(l, []), [NULL])) AS u(v) ORDER BY id, v",
            [(1, 'a'), (1, 'b'), (1, 'b'), (2, None), (3, None), (4, 'x'), (4, 'é'), (4, None), (5, 'z'), (6, 'z'), (6, 'z')],
        ),
    ),
    "joins": (
        (
            "SELECT a.id, b.id AS other FROM people a JOIN people b ON a.n = b.n AND a.id < b.id ORDER BY 1, 2",
            [(2, 5)],
        ),
        (
            "SELECT id, b.n FROM people a JOIN people b USING (id) ORDER BY 1, 2",
            [(1, 10), (2, 20), (3, None), (4, -7), (5, 20), (6, 0)],
        ),
        (
            "SELECT id, a.n, b.s FROM (SELECT * FROM people WHERE id < 3) a FULL JOIN (SELECT * FROM people WHERE id > 1 AND id < 5) b USING (id) ORDER BY 1",
            [(1, 10, None), (2, 20, 'Юлия'), (3, None, ''), (4, None, None)],
        ),
        (
            "SELECT a.id, b.id AS other FROM people a LEFT JOIN people b ON a.n = b.n AND b.id > a.id ORDER BY 1, 2",
            [(1, None), (2, 5), (3, None), (4, None), (5, None), (6, None)],
        ),
        (
            "SELECT a.id FROM people a SEMI JOIN people b ON a.n = b.n AND a.id <> b.id ORDER BY 1",
            [(2,), (5,)],
        ),
        (
            "SELECT a.id FROM people a ANTI JOIN people b ON a.n = b.n AND a.id <> b.id ORDER BY 1",
            [(1,), (3,), (4,), (6,)],
        ),
    ),
    "subqueries": (
        (
            "SELECT id FROM people a WHERE EXISTS (SELECT 1 FROM people b WHERE a.n = b.n AND a.id <> b.id) ORDER BY 1",
            [(2,), (5,)],
        ),
        (
            "SELECT id FROM people a WHERE NOT EXISTS (SELECT 1 FROM people b WHERE a.n = b.n AND a.id <> b.id) ORDER BY 1",
            [(1,), (3,), (4,), (6,)],
        ),
        (
            "SELECT id FROM people WHERE n IN (SELECT n FROM people WHERE id > 4) ORDER BY 1",
            [(2,), (5,), (6,)],
        ),
        (
            "SELECT id FROM people WHERE n NOT IN (SELECT n FROM people WHERE id > 4) ORDER BY 1",
            [(1,), (4,)],
        ),
        (
            "SELECT id FROM people WHERE n NOT IN (SELECT n FROM people WHERE id < 4) ORDER BY 1",
            [],
        ),
        (
            "SELECT id, (SELECT count(*) FROM people b WHERE b.n = a.n) AS c, (SELECT 1 WHERE FALSE) AS z FROM people a ORDER BY id",
            [(1, 1, None), (2, 2, None), (3, 0, None), (4, 1, None), (5, 2, None), (6, 1, None)],
        ),
        (
            "SELECT a.id, j.c FROM people a, LATERAL (SELECT max(n) AS c FROM people b WHERE b.id < a.id) j ORDER BY a.id",
            [(1, None), (2, 10), (3, 20), (4, 20), (5, 20), (6, 20)],
        ),
    ),
    "functions in joins": (
        (
            "SELECT a.id FROM people a JOIN people b ON a.id = b.id AND of_jaro_winkler(a.s, b.s) >= 0.5 ORDER BY 1",
            [(1,), (2,), (5,), (6,)],
        ),
        (
            "SELECT a.id, b.id AS other FROM people a LEFT JOIN people b ON of_digits(a.s) = of_digits(b.s) AND a.id + 1 = b.id ORDER BY 1, 2",
            [(1, 2), (2, 3), (3, None), (4, None), (5, 6), (6, None)],
        ),
    ),
    "sets and columns": (
        (
            "SELECT id FROM people UNION ALL SELECT n FROM people ORDER BY id",
            [(-7,), (0,), (1,), (2,), (3,), (4,), (5,), (6,), (10,), (20,), (20,), (None,)],
        ),
        (
            "SELECT n FROM people UNION SELECT id FROM people ORDER BY 1",
            [(-7,), (0,), (1,), (2,), (3,), (4,), (5,), (6,), (10,), (20,), (None,)],
        ),
        (
            "SELECT n FROM people EXCEPT SELECT 10 ORDER BY 1",
            [(-7,), (0,), (20,), (None,)],
        ),
        (
            "SELECT n FROM people INTERSECT SELECT 20 ORDER BY 1",
            [(20,)],
        ),
        (
            "SELECT * EXCLUDE (d, x, l, ts, m) FROM people ORDER BY id",
            [(1, 'Émile  Zola', 10, True), (2, 'Юлия', 20, False), (3, '', None, None), (4, None, -7, True), (5, 'Straße ß I', 20, False), (6, '\xa0tab\tx ', 0, None)],
        ),
        (
            "SELECT a.* EXCLUDE (d, x, l, ts, m, f), b.id AS other FROM people a JOIN people b ON a.id = b.id ORDER BY a.id",
            [(1, 'Émile  Zola', 10, 1), (2, 'Юлия', 20, 2), (3, '', None, 3), (4, None, -7, 4), (5, 'Straße ß I', 20, 5), (6, '\xa0tab\tx ', 0, 6)],
        ),
    ),
    "common tables": (
        (
            "WITH RECURSIVE r AS (SELECT 1 AS k UNION ALL SELECT k + 1 FROM r WHERE k < 5) SELECT k FROM r ORDER BY k",
            [(1,), (2,), (3,), (4,), (5,)],
        ),
        (
            "WITH a AS (SELECT * FROM people), b AS (SELECT id FROM a WHERE f) SELECT id FROM b ORDER BY id",
            [(1,), (4,)],
        ),
        (
            "SELECT i, j FROM (VALUES (1, 'a'), (2, NULL)) AS v(i, j) ORDER BY i",
            [(1, 'a'), (2, None)],
        ),
    ),
    "order": (
        (
            "SELECT id FROM people ORDER BY n DESC, id LIMIT 2 OFFSET 1",
            [(5,), (1,)],
        ),
        (
            "SELECT id FROM people ORDER BY n NULLS FIRST, id",
            [(3,), (4,), (6,), (1,), (2,), (5,)],
        ),
        (
            "SELECT id FROM people ORDER BY n, id",
            [(4,), (6,), (1,), (2,), (5,), (3,)],
        ),
        (
            "SELECT id FROM people ORDER BY n DESC NULLS LAST, id",
            [(2,), (5,), (1,), (6,), (4,), (3,)],
        ),
        (
            "SELECT s FROM people ORDER BY s",
            [('',), ('Straße ß I',), ('\xa0tab\tx ',), ('Émile  Zola',), ('Юлия',), (None,)],
        ),
        (
            "SELECT DISTINCT n, f FROM people ORDER BY n, f",
            [(-7, True), (0, None), (10, True), (20, False), (None, None)],
        ),
        (
            "SELECT id FROM people LIMIT 0",
            [],
        ),
    ),
    "names and literals": (
        (
            "SELECT n AS k, k + 1 AS r FROM people ORDER BY id",
            [(10, 11), (20, 21), (None, None), (-7, -6), (20, 21), (0, 1)],
        ),
        (
            """SELECT "id" AS "weird name", 1 AS "dot.ted", 2 AS "Ünï", 3 AS "select" FROM people WHERE id = 1""",
            [(1, 1, 2, 3)],
        ),
        (
            r"""SELECT 'it''s' AS a, 'back\slash' AS b, '\n' AS c, '%_' AS d, 'é$1' AS e, 'x"y`z' AS f""",
            [("it's", 'back\\slash', '\\n', '%_', 'é$1', 'x"y`z')],
        ),
        (
            "SELECT CAST('NaN' AS DOUBLE) = CAST('NaN' AS DOUBLE) AS a, CAST('NaN' AS DOUBLE) > 1e300 AS b",
            [(True, True)],
        ),
        (
            "SELECT 9223372036854775807 AS a, 0.1 + 0.2 AS b, 1.5 * 2 AS c, CAST(10 AS BIGINT) * 0.5 AS d, 1 = 1.0 AS e",
            [(9223372036854775807, Decimal("0.3"), Decimal("3.0"), Decimal("5.0"), True)],
        ),
    ),
    "functions": (
        (
            "SELECT id, CASE WHEN id > 1 THEN of_cologne(s) ELSE 'none' END AS c FROM people ORDER BY id",
            [(1, 'none'), (2, None), (3, None), (4, None), (5, '827 0 0'), (6, '21 48')],
        ),
        (
            "SELECT of_at(of_words(lower(s)), 1) AS w, count(*) AS c FROM people WHERE of_key(coalesce(s, '')) > 0 GROUP BY of_at(of_words(lower(s)), 1) ORDER BY w",
            [('straße', 1), ('\xa0tab\tx', 1), ('émile', 1), ('юлия', 1), (None, 2)],
        ),
        (
            "SELECT s.a.b AS r FROM (SELECT {'a': {'b': n}} AS s, id FROM people) ORDER BY id",
            [(10,), (20,), (None,), (-7,), (20,), (0,)],
        ),
    ),
}
# fmt: on
