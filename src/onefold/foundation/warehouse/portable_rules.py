"""The rules of constructs that are portable only when written a certain way.

A rule looks at one node and returns the problem with what to write instead, or None. Every rule comes from a
difference that was measured between DuckDB 2 and Spark 4.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from onefold.foundation.warehouse.patterns import PatternNotPortableError, java_pattern
from onefold.foundation.warehouse.portable_kinds import Kind, is_nonzero, is_positive, kind_of
from onefold.foundation.warehouse.vocabulary import HASH, MOST_HASHED

_Type = exp.DataType.Type
INTEGERS: Final = frozenset({_Type.SMALLINT, _Type.INT, _Type.BIGINT})
_CAST_TARGETS: Final = INTEGERS | {
    _Type.VARCHAR, _Type.TEXT, _Type.DOUBLE, _Type.DECIMAL, _Type.BOOLEAN, _Type.DATE, _Type.TIMESTAMPTZ,
    _Type.VARBINARY, _Type.ARRAY, _Type.LIST,
}  # fmt: skip
_EXTRACTED: Final = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"})
_TRUNCATED: Final = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"})
_DIRECTIVES: Final = frozenset("YmdHMSyjbBaA")
_TEN: Final = 10


def _text(node: exp.Expr | None) -> str | None:
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None


def _number(node: exp.Expr | None) -> int | None:
    """Return the whole number that is written there."""
    if isinstance(node, exp.Neg):
        value = _number(node.this)
        return None if value is None else -value
    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
        return int(node.this)
    return None


def create(node: exp.Expr) -> str | None:
    """Tables and views are made from a select."""
    if isinstance(node.expression, exp.Query) and isinstance(node.this, exp.Table):
        return None
    return "CREATE needs AS SELECT, without a column list: the select names and casts the columns."


def insert(node: exp.Expr) -> str | None:
    """Rows come from a select."""
    if isinstance(node.expression, exp.Query) and not isinstance(node.expression, exp.Values):
        return None
    return "INSERT takes a SELECT; values come in by load_arrow."


def with_clause(node: exp.Expr) -> str | None:
    """A recursive step must be UNION ALL."""
    if not node.args.get("recursive"):
        return None
    for cte in node.expressions:
        if isinstance(cte.this, exp.Union) and cte.this.args.get("distinct"):
            return (
                "A recursive CTE with UNION is missing on Spark: write UNION ALL with a bound on the depth."
            )
    return None


def cte(node: exp.Expr) -> str | None:
    """MATERIALIZED is DuckDB's alone."""
    if node.args.get("materialized") is not None:
        return "MATERIALIZED is missing on Spark: write create_table."
    return None


def table(node: exp.Expr) -> str | None:
    """A table is a name: no table functions, no samples, no pivots, no ordinality."""
    if not isinstance(node.this, exp.Identifier):
        return (
            f"The table function `{node.sql(dialect='duckdb')[:60]}` is DuckDB's alone: load a table first."
        )
    if node.args.get("pivots"):
        return "PIVOT is missing on Spark: write CASE."
    if node.args.get("sample"):
        return "SAMPLE differs between runs: order by of_key(...) and limit."
    return None


def join(node: exp.Expr) -> str | None:
    """ASOF, POSITIONAL and NATURAL joins are refused, and an outer join to `unnest` loses rows."""
    method = str(node.args.get("method") or "").upper()
    if method:
        return f"A {method} JOIN is missing on Spark: write the condition or a window."
    side = str(node.args.get("side") or "").upper()
    if side and any(isinstance(part, exp.Unnest | exp.Lateral) for part in (node.this, node.this.this)):
        return (
            "An outer join to unnest(...) or LATERAL loses rows on Spark: join in a second step, "
            "or unnest(coalesce(nullif(l, []), [NULL]))."
        )
    return None


def unnest_in_select(node: exp.Expr) -> str | None:
    """One unnest in a select list: two are zipped by DuckDB and multiplied by Spark."""
    select = node.find_ancestor(exp.Select)
    outer = node.parent.parent if isinstance(node.parent, exp.Alias) else node.parent
    if select is None or outer is not select:
        return "unnest(...) inside an expression is missing on Spark: unnest in a subquery first."
    if len([one for one in select.expressions if one.find(exp.Explode)]) > 1:
        return "Two unnest(...) in one SELECT are multiplied by Spark: one subquery each."
    return None


def unnest_in_from(node: exp.Expr) -> str | None:
    """Ordinality counts from another number."""
    if node.args.get("offset"):
        return "WITH ORDINALITY counts from 0 on Spark: number by row_number() over a real key."
    alias = node.args.get("alias")
    if alias is None or len(alias.args.get("columns") or ()) != 1:
        return "Name what unnest gives: unnest(l) AS u(v)."
    return None


def window(node: exp.Expr) -> str | None:
    """DISTINCT and lists are refused in windows."""
    inner = node.this.this if isinstance(node.this, exp.Filter | exp.IgnoreNulls) else node.this
    if isinstance(inner, exp.Count) and isinstance(inner.this, exp.Distinct):
        return "count(DISTINCT x) OVER is missing on Spark: group in a subquery and join."
    if isinstance(inner, exp.ArrayAgg):
        return "list(x) OVER differs (nulls, order): group in a subquery and join."
    return None


def ordered_window(node: exp.Expr) -> str | None:
    """What counts or looks around needs an order."""
    over = node.find_ancestor(exp.Window)
    if over is None or not (over.args.get("order") or over.args.get("alias")):
        return f"`{node.sql(dialect='duckdb')}` needs OVER (... ORDER BY ...), down to a unique key."
    return None


def membership(node: exp.Expr) -> str | None:
    """Tuples with nulls compare differently."""
    if isinstance(node.this, exp.Tuple):
        return "(a, b) IN (...) treats nulls and types differently: write EXISTS or a join."
    if node.args.get("unnest"):
        return "x IN unnest(...) is DuckDB's alone: list_contains(l, x)."
    if not node.expressions and not node.args.get("query"):
        return "x IN () is an error on Spark: leave the condition out."
    return None


def like(node: exp.Expr) -> str | None:
    """Spark reads a backslash in a pattern as an escape, DuckDB only with ESCAPE."""
    if isinstance(node.parent, exp.Escape):
        return None
    pattern = _text(node.expression)
    if pattern is not None and "\\" in pattern:
        return "A backslash in LIKE escapes on Spark only: add ESCAPE '\\'."
    if pattern is None and not isinstance(node.expression, exp.Placeholder | exp.DPipe | exp.Column):
        return "Give LIKE a literal, a parameter, a column or a concatenation."
    return None


def cast(node: exp.Expr) -> str | None:
    """To whole numbers DuckDB rounds and Spark truncates; texts of fractions and instants differ."""
    target = node.args["to"].this
    if target not in _CAST_TARGETS:
        return (
            f"A cast to {node.args['to'].sql(dialect='duckdb')} is not portable: VARCHAR, SMALLINT, INTEGER, "
            "BIGINT, DOUBLE, DECIMAL(p, s), BOOLEAN, DATE, TIMESTAMPTZ, BLOB, VARCHAR[] or BIGINT[]."
        )
    kind = kind_of(node.this)
    if target in INTEGERS and kind is Kind.UNKNOWN:
        return (
            f"`{node.sql(dialect='duckdb')[:60]}` rounds on DuckDB and truncates or fails on Spark: "
            "CAST(x + 0 AS BIGINT) or round(x) or floor(x) for a number, of_integer(x) for a text."
        )
    rounded = isinstance(node.this, exp.Anonymous) and str(node.this.this).lower() == "of_round"
    if target is _Type.DECIMAL and kind is Kind.FRACTION and not rounded:
        return "A double becomes another DECIMAL on Spark (1.005): CAST(of_round(x, n) AS DECIMAL(p, n))."
    if target in (_Type.VARCHAR, _Type.TEXT) and kind in (Kind.FRACTION, Kind.INSTANT):
        return (
            f"`{node.sql(dialect='duckdb')[:60]}` is written differently: of_instant_text(t), "
            "or CAST(of_round(x, n) AS DECIMAL(p, n)) first."
        )
    return None


def try_cast(node: exp.Expr) -> str | None:
    """Engines read different texts as numbers, dates and instants."""
    if node.args["to"].this is _Type.BOOLEAN:
        return None
    return (
        "TRY_CAST reads other texts on Spark ('1d', '1_000', '2024'): "
        "of_integer(s), of_number(s), of_date(s) or of_instant(s)."
    )


def joined_text(node: exp.Expr) -> str | None:
    """A fraction joined to a text is written differently."""
    for side in (node.this, node.expression):
        if kind_of(side) in (Kind.FRACTION, Kind.INSTANT):
            return "A fraction or an instant inside || is written differently: cast it first."
    return None


def division(node: exp.Expr) -> str | None:
    """A zero divisor is an error on Spark and infinity on DuckDB."""
    if is_nonzero(node.expression):
        return None
    return "A zero divisor is an error on Spark and infinity on DuckDB: divide by nullif(x, 0)."


def rounding(node: exp.Expr) -> str | None:
    """Digits of doubles are rounded differently (1.005 to two); `to_spark` sets that right for known doubles."""
    digits = node.args.get("decimals")
    if digits is None:
        return None
    known = kind_of(node.this) in (Kind.DECIMAL, Kind.WHOLE, Kind.FRACTION)
    if known and (_number(digits) or 0) >= 0 and _number(digits) is not None:
        return None
    return "round(x, n) of a double differs in the last digit: of_round(x, n), or cast x to DOUBLE or DECIMAL(p, s)."


def logarithm(node: exp.Expr) -> str | None:
    """Of zero it is minus infinity on DuckDB and null on Spark; `log` has another base."""
    value = node.expression if isinstance(node, exp.Log) else node.this
    if isinstance(node, exp.Log) and (value is None or _number(node.this) != _TEN):
        return "log(x) is base 10 on DuckDB and e on Spark: write ln(x) or log10(x)."
    if not is_positive(value):
        return "The logarithm of 0 is infinite on DuckDB and null on Spark: ln(greatest(x, 1e-9))."
    return None


def interval(node: exp.Expr) -> str | None:
    """A date plus an interval is a timestamp on DuckDB and a date on Spark, so the sum is cast."""
    if not isinstance(node.this, exp.Literal):
        return "INTERVAL takes a literal: date + n adds days."
    total = node.parent
    while isinstance(total, exp.Paren | exp.Add | exp.Sub):
        total = total.parent
    if isinstance(total, exp.Cast):
        return None
    return "A date plus an interval has another type on Spark: CAST(d + INTERVAL 1 MONTH AS DATE)."


def extract(node: exp.Expr) -> str | None:
    """Week days and seconds differ."""
    if str(node.this).upper() in _EXTRACTED:
        return None
    return f"extract({node.this} ...) differs on Spark: of_iso_weekday(d), of_epoch_ms(t), or {_listed(_EXTRACTED)}."


def date_trunc(node: exp.Expr) -> str | None:
    """Only units that were tried."""
    unit = str(node.args["unit"]).upper().strip("'")
    return None if unit in _TRUNCATED else f"date_trunc takes {_listed(_TRUNCATED)}, not {unit}."


def date_diff(node: exp.Expr) -> str | None:
    """DuckDB counts boundaries, Spark whole units; for days of dates that is the same."""
    if str(node.args.get("unit")).upper().strip("'") == "DAY":
        return None
    return (
        "date_diff counts boundaries here and whole units on Spark: of_month_diff(a, b), of_year_diff(a, b)."
    )


def strftime(node: exp.Expr) -> str | None:
    """Letters outside directives are directives to Spark."""
    pattern = _text(node.args.get("format"))
    if pattern is None:
        return "Give strftime a literal format."
    position = 0
    while position < len(pattern):
        if pattern[position] == "%":
            if pattern[position + 1 : position + 2] not in _DIRECTIVES:
                return "strftime takes %Y %m %d %H %M %S %y %j %b %B %a %A."
            position += 2
            continue
        if pattern[position].isalpha() or pattern[position] in "'[]{}#":
            return "Letters in a format are directives to Spark: join the parts with ||."
        position += 1
    return None


def substring(node: exp.Expr) -> str | None:
    """Position 0 is before the first character on DuckDB and the first on Spark."""
    start = node.args.get("start")
    if _number(start) == 0 or (_number(start) is None and not (start is not None and is_positive(start))):
        if _in_lambda(start):
            return None
        return "substr(s, 0) differs on Spark: start at a literal, or at greatest(x, 1)."
    return None


def text_end(node: exp.Expr) -> str | None:
    """A negative length leaves out characters on DuckDB only."""
    length = node.expression
    value = _number(length)
    if (value is not None and value >= 0) or (value is None and isinstance(length, exp.Greatest)):
        return None
    return "left/right with a negative length differ on Spark: give a literal, or greatest(n, 0)."


def split(node: exp.Expr) -> str | None:
    """The separator is a text that is not empty, the part a number that is not zero."""
    if not _text(node.args.get("expression") or node.args.get("delimiter")):
        return "Split by a literal that is not empty: an empty one gives an empty last part on Spark."
    if isinstance(node, exp.SplitPart) and _number(node.args.get("part_index")) in (None, 0):
        return "split_part takes a literal part that is not 0."
    return None


def regular_expression(node: exp.Expr) -> str | None:
    """The pattern is a literal that both engines can read; flags are inline."""
    if node.args.get("flag") or node.args.get("parameters") or isinstance(node.args.get("group"), exp.Array):
        return "Flags and group lists are dropped on Spark: write (?i) inside the pattern and one group's number."
    pattern = _text(node.expression)
    if pattern is None:
        return "Give the pattern as a literal: engines read patterns differently."
    try:
        java_pattern(pattern)
    except PatternNotPortableError as error:
        return str(error)
    return None


def regexp_replace(node: exp.Expr) -> str | None:
    """All occurrences, and no group references."""
    if _text(node.args.get("modifiers")) != "g":
        return "regexp_replace replaces once on DuckDB and all on Spark: add 'g', and flags inline as (?i)."
    replacement = _text(node.args.get("replacement"))
    if replacement is None or "$" in replacement or "\\" in replacement:
        return "The replacement is a literal without '\\' and '$', which Spark reads as groups."
    return regular_expression(node)


def count(node: exp.Expr) -> str | None:
    """One thing to count."""
    if isinstance(node.this, exp.Distinct) and len(node.this.expressions) > 1:
        return "count(DISTINCT a, b) is Spark's alone: count(DISTINCT (a, b))."
    return None


def extreme(node: exp.Expr) -> str | None:
    """No second argument; structs and lists with nulls have another order."""
    if node.args.get("count") or node.args.get("expressions"):
        return "max(x, n) is DuckDB's alone: row_number() in QUALIFY."
    if isinstance(node.this, exp.Struct | exp.Array):
        return "min and max of structs or lists order nulls differently: row_number() in QUALIFY."
    return None


def list_aggregate(node: exp.Expr) -> str | None:
    """Nulls are kept on DuckDB only, and the order is nobody's."""
    if isinstance(node.this, exp.Order):
        return "The order of list(x ORDER BY y) is dropped: list_sort(list({'y': y, 'x': x})), then list_transform."
    item = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
    over = node.parent
    if not isinstance(item, exp.Struct) and not _filters_nulls(over, item):
        return "list(x) keeps nulls on DuckDB only: list(x) FILTER (WHERE x IS NOT NULL)."
    user = over.parent if isinstance(over, exp.Filter) else over
    while isinstance(user, exp.Coalesce | exp.Paren):
        user = user.parent
    if isinstance(user, exp.ArraySort | exp.ArraySize | exp.Anonymous):
        return None
    return "A list has no order of its own: list_sort(list(x) ...) or of_list_distinct_sorted(list(x) ...)."


def list_sort(node: exp.Expr) -> str | None:
    """Ascending only."""
    if node.args.get("asc") is not None or node.expression is not None:
        return "list_sort with an order was not tried on every engine: ascending, or sort the rows."
    return None


def list_concat(node: exp.Expr) -> str | None:
    """A null list makes the whole null on Spark."""
    for part in (node.this, *node.expressions):
        if not isinstance(part, exp.Array | exp.Coalesce):
            return "A null list makes list_concat null on Spark: list_concat(coalesce(l, []), ...)."
    return None


def array_slice(node: exp.Expr) -> str | None:
    """From a position to a position, both written as numbers from 1."""
    bounds = (_number(node.args.get("start")), _number(node.args.get("end")))
    if any(bound is None or bound < 1 for bound in bounds):
        return "array_slice takes two literal positions from 1."
    return None


def series(node: exp.Expr) -> str | None:
    """`range` inside an expression."""
    if not node.args.get("is_end_exclusive"):
        return "generate_series counts down on Spark when the end is before the start: range(a, b)."
    return None


def hashed(node: exp.Expr) -> str | None:
    """Spark passes over nulls, so that (a, null) and (null, a) would be equal there: they are left out before."""
    if not 1 <= len(node.expressions) <= MOST_HASHED:
        return f"`{HASH}` takes 1 to {MOST_HASHED} arguments, not {len(node.expressions)}."
    if any(isinstance(argument, exp.Null) for argument in node.expressions):
        return f"`{HASH}` of a null differs between engines: leave such rows out."
    return None


def python_function(node: exp.Expr) -> str | None:
    """Spark cannot call Python inside a lambda, nor in the condition of an outer, semi or anti join."""
    name = str(node.this).lower()
    if _in_lambda(node):
        return f"`{name}` inside a lambda is missing on Spark: unnest, call it, and group."
    join_node = node.find_ancestor(exp.Join, exp.Select)
    if isinstance(join_node, exp.Join):
        kinds = f"{join_node.args.get('side') or ''} {join_node.args.get('kind') or ''}".upper()
        if kinds.strip() not in ("", "INNER", "CROSS"):
            return (
                f"`{name}` in the condition of a {kinds.strip()} JOIN is missing on Spark: compute it before."
            )
    if node.find_ancestor(exp.Exists) is not None:
        return f"`{name}` inside EXISTS is missing on Spark: compute it before, and compare columns."
    return None


def _in_lambda(node: exp.Expr | None) -> bool:
    return node is not None and node.find_ancestor(exp.Lambda) is not None


def _filters_nulls(node: exp.Expr | None, item: exp.Expr) -> bool:
    if not isinstance(node, exp.Filter):
        return False
    wanted = exp.Not(this=exp.Is(this=item.copy(), expression=exp.Null()))
    condition = node.expression.this
    parts = condition.flatten() if isinstance(condition, exp.And) else (condition,)
    return any(part.unnest() == wanted for part in parts)


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))
