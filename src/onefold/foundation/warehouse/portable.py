"""Which SQL means the same on every engine: an allow-list of sqlglot's nodes, with rules for the treacherous ones.

What is neither in `_PLAIN` nor passes its rule in `_RULES` is refused, because it was never run equal on both
engines. `_ADVICE` says what to write instead of what is known to go wrong. `onefold.testing.warehouse_suite`
runs what is allowed on every engine.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from sqlglot import TokenType, exp, parse, tokenize
from sqlglot.errors import SqlglotError

from onefold.foundation.kernel import nearest
from onefold.foundation.warehouse import portable_rules as rules
from onefold.foundation.warehouse.vocabulary import HASH, Function, vocabulary

Rule: TypeAlias = Callable[[exp.Expr], str | None]

_PLAIN: Final = frozenset(
    {
        # statements and clauses
        exp.Select, exp.From, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset,
        exp.Qualify, exp.Subquery, exp.TableAlias, exp.Alias, exp.Union, exp.Except, exp.Intersect, exp.Values,
        exp.GroupingSets, exp.Rollup, exp.Cube, exp.Lateral, exp.Filter, exp.WindowSpec, exp.IgnoreNulls,
        exp.Drop, exp.Schema,
        # names, values and types
        exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Boolean, exp.Null, exp.Placeholder, exp.Var,
        exp.DataType, exp.DataTypeParam, exp.Tuple, exp.Array, exp.Struct, exp.PropertyEQ, exp.Dot,
        exp.StructExtract, exp.Distinct, exp.Paren,
        # logic and comparison
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ,
        exp.NullSafeNEQ, exp.Is, exp.Between, exp.Exists, exp.Case, exp.If, exp.Coalesce, exp.Nullif,
        exp.Greatest, exp.Least, exp.Escape,
        # numbers
        exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs, exp.Floor, exp.Ceil, exp.Sqrt, exp.Exp, exp.Pow,
        exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift,
        exp.BitwiseRightShift,
        # text
        exp.Lower, exp.Length, exp.Replace, exp.Contains, exp.StartsWith, exp.EndsWith, exp.StrPosition,
        exp.Concat, exp.ConcatWs, exp.Trim, exp.Pad, exp.Repeat, exp.Translate, exp.MD5, exp.SHA2,
        # dates
        exp.Year, exp.Month, exp.Day, exp.Quarter, exp.WeekOfYear, exp.DayOfYear, exp.Hour, exp.Minute,
        exp.LastDay, exp.DateFromParts,
        # lists
        exp.ArraySize, exp.ArrayContains, exp.ArrayToString, exp.ArrayFilter, exp.Transform, exp.Lambda,
        exp.ArrayMin, exp.ArrayMax,
        # aggregates
        exp.CountIf, exp.Sum, exp.Avg, exp.LogicalAnd, exp.LogicalOr, exp.BitwiseAndAgg, exp.BitwiseOrAgg,
        exp.BitwiseXorAgg, exp.StddevSamp, exp.Stddev, exp.Variance, exp.VariancePop, exp.Median,
    }
)  # fmt: skip

_RULES: Final[dict[type[exp.Expr], Rule]] = {
    exp.Create: rules.create,
    exp.Insert: rules.insert,
    exp.With: rules.with_clause,
    exp.CTE: rules.cte,
    exp.Table: rules.table,
    exp.Join: rules.join,
    exp.Explode: rules.unnest_in_select,
    exp.Unnest: rules.unnest_in_from,
    exp.Window: rules.window,
    **dict.fromkeys(
        (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile, exp.Lag, exp.Lead, exp.PercentRank, exp.CumeDist),
        rules.ordered_window,
    ),
    exp.FirstValue: rules.ordered_window,
    exp.LastValue: rules.ordered_window,
    exp.In: rules.membership,
    exp.Like: rules.like,
    exp.Cast: rules.cast,
    exp.TryCast: rules.try_cast,
    exp.DPipe: rules.joined_text,
    exp.Div: rules.division,
    exp.Mod: rules.division,
    exp.IntDiv: rules.division,
    exp.Round: rules.rounding,
    exp.Ln: rules.logarithm,
    exp.Log: rules.logarithm,
    exp.Interval: rules.interval,
    exp.Extract: rules.extract,
    exp.TimestampTrunc: rules.date_trunc,
    exp.DateDiff: rules.date_diff,
    exp.TimeToStr: rules.strftime,
    exp.Substring: rules.substring,
    exp.Left: rules.text_end,
    exp.Right: rules.text_end,
    exp.Split: rules.split,
    exp.SplitPart: rules.split,
    exp.RegexpLike: rules.regular_expression,
    exp.RegexpExtract: rules.regular_expression,
    exp.RegexpExtractAll: rules.regular_expression,
    exp.RegexpReplace: rules.regexp_replace,
    exp.Count: rules.count,
    exp.Min: rules.extreme,
    exp.Max: rules.extreme,
    exp.ArrayAgg: rules.list_aggregate,
    exp.ArraySort: rules.list_sort,
    exp.ArrayConcat: rules.list_concat,
    exp.ArraySlice: rules.array_slice,
    exp.GenerateSeries: rules.series,
}

ALLOWED: Final = _PLAIN | _RULES.keys()
"""Every kind of node that the allow-list knows; the contract suite holds a case for each."""

_ROW_NUMBER: Final = "write row_number() OVER (... ORDER BY ..., key) = 1 in QUALIFY"
_ADVICE: Final[dict[type[exp.Expr] | str, str]] = {
    exp.Upper: "it maps 'ß' differently: compare lower(x)",
    exp.Reverse: "DuckDB reverses graphemes, Spark characters",
    exp.ILike: "letters outside ASCII fold differently: write lower(x) LIKE lower(y)",
    exp.Collate: "write lower(x)",
    exp.ArgMax: f"ties and nulls are won by other rows: {_ROW_NUMBER}",
    exp.ArgMin: f"ties and nulls are won by other rows: {_ROW_NUMBER}",
    exp.Mode: f"ties are won by another value: count, then {_ROW_NUMBER}",
    exp.AnyValue: f"it is another row's value: min(x), or {_ROW_NUMBER}",
    exp.First: f"it is another row's value: min(x), or {_ROW_NUMBER}",
    exp.Last: f"it is another row's value: max(x), or {_ROW_NUMBER}",
    exp.NthValue: "write row_number()",
    exp.GroupConcat: "write of_list_text(list_sort(list(x) FILTER (WHERE x IS NOT NULL)), ',')",
    exp.PercentileCont: "write median(x) or ntile",
    exp.PercentileDisc: "write median(x) or ntile",
    exp.Quantile: "write median(x) or ntile",
    exp.Corr: "the last digits differ: sum the products yourself",
    exp.ArrayDistinct: "nulls and order differ: of_list_distinct_sorted(l)",
    exp.ArrayAppend: "write list_concat(coalesce(l, []), [x])",
    exp.Flatten: "a null list inside makes Spark's result null: unnest and group",
    exp.Bracket: "out of range is an error on Spark: of_at(l, i), or substr for text",
    exp.Map: "write a struct",
    exp.JarowinklerSimilarity: "DuckDB compares bytes: of_jaro_winkler(a, b)",
    exp.ArrayOverlaps: "unnest and join",
    exp.Levenshtein: "DuckDB counts bytes: of_levenshtein(a, b)",
    exp.Sign: "it is an integer here and a double there: write CASE",
    exp.Trunc: "write CAST(floor(x) AS BIGINT)",
    exp.IsNan: "a null stays null here and is false there: compare with CAST('NaN' AS DOUBLE)",
    exp.TimeToUnix: "fractions of a second are lost on Spark: of_epoch_ms(t)",
    exp.UnixToTime: "write of_epoch_ms(t)",
    exp.StrToTime: "write of_date(s)",
    exp.CurrentDate: "two statements of one run see two times: pass it as a parameter",
    exp.CurrentTimestamp: "two statements of one run see two times: pass it as a parameter",
    exp.DayOfWeek: "Spark counts from Sunday = 1: write of_iso_weekday(d)",
    exp.DayOfWeekIso: "write of_iso_weekday(d)",
    exp.RegexpFullMatch: "write regexp_matches(s, '^...$')",
    exp.RegexpSplit: "write string_split(regexp_replace(s, '...', ' ', 'g'), ' ')",
    exp.Unicode: "of '' it is -1 here and 0 there",
    exp.Chr: "Spark takes it modulo 256: write the character as a literal",
    exp.Comprehension: "write list_transform and list_filter",
    exp.Rand: "two runs differ: order by of_key(...)",
    exp.Uuid: "two runs differ: of_key(...)",
    exp.ApproxDistinct: "write count(DISTINCT x)",
    exp.Any: "write IN or EXISTS",
    exp.All: "write max or min in a subquery",
    exp.Pivot: "write CASE",
    exp.SimilarTo: "write regexp_matches(s, '^...$')",
    exp.Glob: "write LIKE or regexp_matches",
    exp.TableSample: "order by of_key(...) and limit",
    exp.RecursiveWithSearch: "leave it out",
    exp.Update: "make the new table by create_table",
    exp.Delete: "make the new table by create_table",
    "hash": "other values on every engine: of_key(x), or of_hash(x) inside one run",
    "now": "two statements of one run see two times: pass it as a parameter",
    "strlen": "write length(x)",
    "prefix": "write starts_with(s, x)",
    "suffix": "write ends_with(s, x)",
    "damerau_levenshtein": "write of_levenshtein(a, b)",
    "jaro_winkler_similarity": "write of_jaro_winkler(a, b)",
    "jaccard": "write of_token_jaccard(a, b)",
    "strip_accents": "Spark has none: fold accents in Python, by map_distinct",
    "try_strptime": "write of_date(s)",
    "list_slice": "write array_slice(l, 1, 3)",
    "list_extract": "write of_at(l, i)",
    "element_at": "use a struct, or of_at(l, i)",
    "list_position": "write list_contains(l, x)",
    "list_zip": "unnest and group",
    "list_aggregate": "unnest and group",
    "list_sum": "unnest and group",
    "list_reduce": "unnest and group",
    "list_intersect": "unnest and join",
    "row": "name the fields: {'a': 1}",
    "date_sub": "write of_month_diff or of_year_diff",
}
# Arguments by which sqlglot keeps a clause inside a node instead of giving it a node of its own.
_REFUSED_ARGUMENTS: Final[dict[type[exp.Expr], dict[str, str]]] = {
    exp.Select: {
        "sample": "SAMPLE differs between runs",
        "hint": "hints are of one engine",
        "into": "write create_table",
    },
    exp.Distinct: {"on": "DISTINCT ON loses its order: row_number() OVER (...) = 1 in QUALIFY."},
    exp.Star: {
        "replace": "SELECT * REPLACE is missing on Spark: list the columns",
        "rename": "list the columns",
    },
    exp.Union: {"by_name": "UNION BY NAME is missing on Spark: list the columns"},
}


def problems_of(tree: exp.Expr) -> list[str]:
    """Return why the statement would not mean the same on every engine; empty when it would."""
    found: dict[str, None] = {}
    for node in tree.walk():
        for problem in _node_problems(node):
            found.setdefault(problem)
    return list(found)


def spelling_problems(text: str) -> list[str]:
    """Return what only the words tell: sqlglot reads `len` as `length`, which Spark has for texts alone."""
    tokens = tokenize(text, read="duckdb")
    return [
        "`len(...)` is not portable: write length(x) for text and array_length(x) for lists."
        for word, after in itertools.pairwise(tokens)
        if word.token_type is TokenType.VAR
        and word.text.lower() == "len"
        and after.token_type is TokenType.L_PAREN
    ][:1]


@lru_cache(maxsize=4096)
def parsed(text: str) -> exp.Expr | str:
    """Return the statement's tree, or why it cannot be read."""
    try:
        trees = [tree for tree in parse(text, read="duckdb") if tree is not None]
    except SqlglotError as error:
        return f"It cannot be read outside DuckDB: {str(error).splitlines()[0]}"
    if len(trees) != 1:
        return f"It holds {len(trees)} statements, and must hold one."
    return trees[0]


def _node_problems(node: exp.Expr) -> Iterator[str]:
    kind = type(node)
    for argument, reason in _REFUSED_ARGUMENTS.get(kind, {}).items():
        if node.args.get(argument):
            yield reason
    if isinstance(node, exp.Anonymous):
        problem = _named_function(node)
        if problem:
            yield problem
    elif kind in _RULES:
        problem = _RULES[kind](node)
        if problem:
            yield problem
    elif kind not in _PLAIN:
        advice = _ADVICE.get(kind, "it was not tried on every engine")
        yield f"`{node.sql(dialect='duckdb')[:60]}` is not portable: {advice}."


def _named_function(node: exp.Anonymous) -> str | None:
    name = str(node.this).lower()
    if name == HASH:
        return rules.hashed(node)
    function = functions().get(name)
    if function is None:
        if name.startswith("of_"):
            return f"There is no function `{name}`. {nearest(name, [HASH, *functions()])}"
        advice = _ADVICE.get(name, "it was not tried on every engine")
        return f"`{name}(...)` is not portable: {advice}."
    if len(node.expressions) != len(function.parameters):
        return f"`{name}` takes {len(function.parameters)} arguments, not {len(node.expressions)}."
    if function.spark is None:
        return rules.python_function(node)
    return None


@lru_cache(maxsize=1)
def functions() -> dict[str, Function]:
    """Return the vocabulary by name."""
    return {function.name: function for function in vocabulary()}
