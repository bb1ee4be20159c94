"""The SQL lint of `make check` passes on the tree and catches what it is for."""

from __future__ import annotations

import pytest

from tools.lint_sql import check


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("sql(f'select {x}')", "literal template"),
        ("sql('select ' + x)", "literal template"),
        ("Sql(', '.join(x))", "put together"),
        ("def f(template: str): return sql(template)\nf('a' + b)", "literal template"),
        ("sql('select list(x order by y) from {t}', t=t)", "loses its order"),
        ("sql(\"regexp_replace({x}, '[0-9]', '')\", x=x)", "without 'g'"),
        ("sql('strip_accents({x})', x=x)", "not known"),
        ("sql('hash({x})', x=x)", "not known"),
        ("sql('mode({x})', x=x)", "not known"),
        ("sql('{x}[1:3]', x=x)", "array_slice"),
        ("sql('{x} ilike {y}', x=x, y=y)", "LIKE"),
        ("sql('row_number() over (partition by {x})', x=x)", "without ORDER BY"),
        ("sql(\"date_diff('month', {a}, {b})\", a=a, b=b)", "other than in days"),
        ("sql('select * replace (1 as a) from {t}', t=t)", "REPLACE"),
        ("sql('select 1 union all by name select 2')", "BY NAME"),
        ("sql('arg_max({x}, {y}, 3)', x=x, y=y)", "loses its n"),
        ("sql('select from where (')", "cannot be parsed"),
        ("def f(template: str): return sql(template)\nf('hash({x})')", "not known"),
        ("_HASH = 'hash({x})'\ndef g(): return sql(_HASH, x=x)", "not known"),
    ],
)
def test_a_planted_construct_is_caught(source: str, complaint: str) -> None:
    findings = check(source, portable=True)
    assert complaint in " ".join(finding.message for finding in findings)


@pytest.mark.parametrize(
    "source",
    [
        "sql('select {a}, of_soundex({a}) from {t} where {a} is not null', a=a, t=t)",
        "sql(\"regexp_replace({x}, '[0-9]', '', 'g')\", x=x)",
        "sql('row_number() over (partition by {x} order by {y})', x=x, y=y)",
        "sql(' LEFT JOIN {map} ON {map}.value = {v}', map=m, v=v)",
        "sql(\"date_diff('day', {a}, {b})\", a=a, b=b)",
        "sql('list_sort(list({x}) filter (where {x} is not null))', x=x)",
        "sql(\"case when {x} = '' then null else lower(trim({x})) end\", x=x)",
        "def f(template: str): return sql(template)\nf('lower({x})')",
        "_LOWER: Final = 'lower({x})'\ndef g(): return sql(_LOWER, x=x)",
        "sql('{a} {operator} {b}', a=a, b=b, operator=o)",
        "sql('case {x} {branches} else {y} end', x=x, y=y, branches=b)",
        "sql('when {x} then {y}', x=x, y=y)",
        "Sql('TRUE')",
    ],
)
def test_a_portable_construct_passes(source: str) -> None:
    assert check(source, portable=True) == []


def test_embedded_sql_may_use_the_whole_engine_but_is_still_composed() -> None:
    assert check("sql('strip_accents({x})', x=x)", portable=False) == []
    assert check("sql(f'strip_accents({x})')", portable=False) != []
