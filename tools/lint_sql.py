"""Keep SQL composed and portable: templates are literals, and SQL for two engines means one thing.

Two stories. A table name pasted into SQL by an f-string is an injection, and no test notices. And of 266
constructs translated from DuckDB to Spark about twenty came out silently wrong: `list(x ORDER BY y)` loses
its order, `regexp_replace` without 'g' replaces another number of times. The translator warned of one.

So `sql()` takes a literal, or a parameter called `template` whose callers pass one, and `Sql()` is made in
the warehouse only. In the nouns whose SQL runs on both engines every function is in ALLOWED or one of our
`of_*`. Adding to ALLOWED needs a row in the Warehouse contract suite that shows both engines agreeing.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlglot import errors, exp, parse_one

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "onefold"
WAREHOUSE = PACKAGE / "foundation" / "warehouse"
# These read files or write reports on the embedded engine only and may use all of it.
EMBEDDED_ONLY = ("example", "foundation", "quality", "sources", "testing")
# The published suites put statements together from texts of their own, such as tables of examples; nobody's input.
FIXED_TEXTS = ("testing",)

# Function nodes of sqlglot that gave equal results on DuckDB and Spark.
_ALLOWED = """
    Abs And ArgMax ArgMin Array ArrayAgg ArrayContains ArrayFilter ArraySize ArraySort Asin Avg BitwiseAndAgg
    BitwiseOrAgg Case Cast Ceil Coalesce Concat ConcatWs Contains Cos Count DateDiff DenseRank EndsWith
    Exists Exp Explode Filter Floor Greatest If Lag Lead Least Left Length Ln Lower MD5 Max Min Nullif Or
    Pad Pow Radians Rank RegexpExtract RegexpExtractAll RegexpLike RegexpReplace Replace Right Round
    RowNumber Sin SortArray Split SplitPart Sqrt StartsWith StrPosition StrToTime Substring Sum
    Transform Translate Trim TryCast Unnest Upper Xor
"""
ALLOWED = frozenset(_ALLOWED.split())
# Other nodes that fail on one engine, or mean something else there.
FORBIDDEN: dict[type[exp.Expression], str] = {
    exp.Glob: "use a regular expression",
    exp.ILike: "lower both sides and use LIKE",
    exp.Pivot: "write the columns out",
    exp.SimilarTo: "use regexp_matches with ^ and $",
    exp.Slice: "use array_slice for lists and substr for text",
    exp.TableSample: "order by a hash of the key and limit",
}
FORMS = ("{}", "SELECT {}", "SELECT * FROM t {}", "SELECT * FROM {}", "SELECT 1 {}", "SELECT CASE {} END")
# Holes of these names stand for something other than an expression; any other hole is read as a name.
HOLES = {"operator": "=", "branches": "WHEN TRUE THEN h_branches", "cases": "WHEN TRUE THEN h_cases"}


class Finding(NamedTuple):
    """One place and what is wrong there."""

    line: int
    message: str


class Template(NamedTuple):
    """One literal template and its line."""

    line: int
    text: str


def main() -> int:
    """Print the findings of all product code and return 1 when there are any."""
    found = 0
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        for finding in check(path.read_text(encoding="utf-8"), portable=inside.parts[0] not in EMBEDDED_ONLY):
            # In the warehouse `Sql` is made.
            if WAREHOUSE in path.parents or inside.parts[0] in FIXED_TEXTS:
                continue
            found += 1
            sys.stdout.write(f"{path.relative_to(ROOT)}:{finding.line}: {finding.message}\n")
    return 1 if found else 0


def check(source: str, *, portable: bool) -> list[Finding]:
    """Return what is wrong with the SQL of one Python file."""
    tree = ast.parse(source)
    templates, findings = _templates(tree)
    if portable:
        findings += [Finding(line, problem) for line, text in templates for problem in problems_of(text)]
    return sorted(set(findings))


def problems_of(template: str) -> list[str]:
    """Return what in a template is not known to mean the same on both engines."""
    parsed = _parsed(template)
    if parsed is None:
        return ["SQL that cannot be parsed as an expression, a query or a clause; pass whole ones"]
    found = []
    for node in parsed.walk():
        name = node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__
        if advice := next((text for kind, text in FORBIDDEN.items() if isinstance(node, kind)), None):
            found.append(f"{node.sql('duckdb')[:60]}: {advice}")
        elif isinstance(node, exp.Func) and name not in ALLOWED and not name.startswith("of_"):
            found.append(f"{name} is not known to mean the same on both engines; see docs/adr/0004")
        found += _trap(node)
    return found


def _trap(node: exp.Expr) -> Iterator[str]:
    """Yield what is wrong with an allowed node in the form it has here."""
    if isinstance(node, exp.RegexpReplace) and "g" not in str(node.args.get("modifiers") or ""):
        yield "regexp_replace without 'g' replaces one occurrence on one engine and all on the other"
    if isinstance(node, exp.ArrayAgg) and node.find(exp.Order):
        yield "list(x ORDER BY y) loses its order on Spark; use list_sort(list(x))"
    if isinstance(node, exp.DateDiff) and str(node.args.get("unit") or "DAY").strip("'").upper() != "DAY":
        yield "date_diff other than in days counts differently on the engines"
    if isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber) and not node.args.get("order"):
        yield "row_number() without ORDER BY gives every engine its own numbers"
    if isinstance(node, exp.Star) and node.args.get("replace"):
        yield "SELECT * REPLACE does not exist on Spark; list the columns"
    if isinstance(node, exp.SetOperation) and node.args.get("by_name"):
        yield "UNION BY NAME does not exist on Spark; list the columns"
    if isinstance(node, exp.ArgMax | exp.ArgMin) and node.args.get("count"):
        yield "arg_max(x, y, n) loses its n on Spark; use row_number()"


def _parsed(template: str) -> exp.Expr | None:
    filled = re.sub(r"(?<!\{)\{(\w+)\}(?!\})", lambda hole: HOLES.get(hole[1], f"h_{hole[1]}"), template)
    text = filled.replace("{{", "{").replace("}}", "}")
    for form in FORMS:
        try:
            return parse_one(form.replace("{}", text), dialect="duckdb")
        except errors.SqlglotError:
            continue
    return None


def _templates(tree: ast.Module) -> tuple[list[Template], list[Finding]]:
    """Return the literal templates of a file, and the places where something else stands for one."""
    takers = {"sql": 0} | {
        function.name: [argument.arg for argument in function.args.args].index("template")
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        and "template" in {argument.arg for argument in function.args.args}
    }
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    templates: list[Template] = []
    findings: list[Finding] = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        name = node.func.id
        if name in takers:
            given = _argument(node, takers[name])
            given = constants.get(given.id) or given if isinstance(given, ast.Name) else given
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                templates.append(Template(given.lineno, given.value))
            elif given is not None and not (isinstance(given, ast.Name) and given.id == "template"):
                findings.append(
                    Finding(node.lineno, f"{name}() takes a literal template, not {ast.unparse(given)[:60]}")
                )
        elif name == "Sql" and not (node.args and isinstance(node.args[0], ast.Constant)):
            findings.append(
                Finding(node.lineno, "Sql() from text that is put together; compose it with sql() and holes")
            )
    return templates, findings


def _argument(call: ast.Call, position: int) -> ast.expr | None:
    named = next((keyword.value for keyword in call.keywords if keyword.arg == "template"), None)
    return named or (call.args[position] if len(call.args) > position else None)


if __name__ == "__main__":
    sys.exit(main())
