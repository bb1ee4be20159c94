"""Write docs/reference from the code: `make docs`. A test holds the committed pages equal to what this makes.

A reference that is typed by hand is wrong from the second release on, and nobody notices until somebody
follows it. So models, plug-ins, commands, errors and tables describe themselves, and this only sets the type.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import typer

import onefold
from onefold import settings
from onefold.bootstrap import KINDS
from onefold.catalogue import SEMANTIC_TYPES
from onefold.entrypoints.cli.app import EXIT_DONE_WITH_ERRORS, app
from onefold.foundation import kernel
from onefold.foundation.kernel import OnefoldError, discover
from onefold.foundation.warehouse import ColumnType, TableRef
from onefold.foundation.warehouse.vocabulary import Function, vocabulary
from onefold.identity import attribute_of
from onefold.profiles.tables import lineage_table, profiles_table
from onefold.rules import Rule
from onefold.rules.nodes.comparison import OPERATORS, Comparison
from onefold.sources.quarantine import quarantine_ref
from tools import reference_plugins as plugins
from tools.reference_errors import Raised, raised
from tools.reference_examples import DEFINITIONS
from tools.reference_words import fields_table, grid, parts_of, said, table_of, type_words

PAGES = Path(__file__).parents[1] / "docs" / "reference"
_COLUMNS_OF_SOURCES = (
    ("its columns", "", "As the definition says, or as found; after cleaning, with labels in place of choice codes."),
    ("`<column>__code`", "text", "For a choice column: the code whose label the column holds."),
    ("`_file`", "text", "For a source of several files: the file the row came from."),
    ("`_ordinal`", "integer", "The order of reading; unique in the table. The key of a source without a primary key."),
    ("`_row_hash`", "integer", "60 bits of a hash over the row."),
)


def definitions() -> str:
    """Return the page of definition kinds."""
    contents = " · ".join(f"[{kind}](#{kind})" for kind in KINDS)
    head = (
        "# Definitions\n\nA definition is a YAML document with `kind` and `name`. A file in the workspace's folder holds one "
        "or, set apart by `---`, several; the names of files and folders do not matter. `onefold.yaml` may leave out "
        "`kind: workspace`. Folders whose name begins with a dot are passed over, and `data` and `lake`. A key that does not "
        "exist or a value of another type is an error that names file, line and the nearest valid key.\n\n" + contents
    )
    return "\n\n".join((head, *(_kind(kind) for kind in KINDS))) + "\n"


def _kind(kind: str) -> str:
    model = KINDS[kind]
    parts = [f"### {part.__name__}\n\n{said(part)}\n\n{fields_table(part)}" for part in parts_of(model)]
    example = f"```yaml\n{DEFINITIONS[kind]}```" if kind in DEFINITIONS else ""
    return "\n\n".join(filter(None, (f"## {kind}", said(model), example, fields_table(model), *parts)))


def rules() -> str:
    """Return the page of the rule language."""
    nodes = "\n\n".join(
        f"### {kind}\n\n{said(node)}" + ("" if node is Comparison else f"\n\n{fields_table(node)}")
        for kind, node in discover("onefold.rules.nodes", Rule).items()
    )
    shared: dict[tuple[str, ...], list[ColumnType]] = {}
    for column, operators in OPERATORS.items():
        shared.setdefault(tuple(operators), []).append(column)
    by_type = grid(
        ("columns of type", "operators"),
        [
            (", ".join(one.value for one in columns), ", ".join(f"`{name}`" for name in (*names, "is_known", "is_unknown")))
            for names, columns in shared.items()
        ],
    )
    operators = [
        (f"`{name}`", type_words(field.annotation), field.description or "")
        for name, field in Comparison.model_fields.items()
        if name not in ("field", "case_sensitive")
    ]
    return (
        "# Rules\n\n"
        + inspect.cleandoc(importlib.import_module("onefold.rules").__doc__ or "").split("\n", 1)[1].strip()
        + "\n\nThe `row_filter` of a [source](definitions.md#source) is such a rule.\n\n## Grammar\n\n"
        + "```text\nrule       = {all: [rule, ...]} | {any: [rule, ...]} | {not: rule} | comparison\n"
        + "comparison = {field: COLUMN, OPERATOR: VALUE}            exactly one operator; case_sensitive: true for text\n```\n\n"
        + f"## Nodes\n\n{nodes}\n\n## Operators by type\n\n{by_type}\n\n"
        + f"## Operators\n\n{grid(('operator', 'value', 'true when'), operators)}\n\n## Dates and instants\n\n"
        + inspect.cleandoc(importlib.import_module("onefold.rules.times").__doc__ or "").split("\n", 1)[1].strip()
        + "\n"
    )


def settings_page() -> str:
    """Return the page of settings."""
    rows = [(f"`{one.variable}`", one.type, f"`{one.default}`" if one.default else "", one.description) for one in settings.explain()]
    return (
        "# Settings\n\nSettings belong to the process and come from the environment; what belongs to a workspace is in its "
        "[definitions](definitions.md). `onefold settings` prints this list. A value that does not fit stops the start with "
        "the variable's name.\n\n" + grid(("variable", "type", "default", "what it is"), rows) + "\n\n"
        "`ONEFOLD_WORKSPACE` is read by the command line alone: the folder that `--workspace` would name.\n"
    )


def cli() -> str:
    """Return the page of commands."""
    for module in pkgutil.iter_modules(importlib.import_module("onefold.entrypoints.cli").__path__):
        importlib.import_module(f"onefold.entrypoints.cli.{module.name}")
    found = [*commands("onefold", typer.main.get_command(app))]
    toc = grid(("command", "what it does"), [(f"[`{name}`](#{_anchor(name)})", _help(one)) for name, one in found[1:]])
    head = f"# Command line\n\n{_help(found[0][1])} `onefold COMMAND --help` says the same as this page.\n\n{toc}"
    return "\n\n".join((head, *(_command(name, one) for name, one in found[1:]), _exit_codes())) + "\n"


def commands(name: str, command: typing.Any) -> Iterator[tuple[str, typing.Any]]:  # noqa: ANN401 - Typer types them so
    """Yield a command and all below it with the words that call them."""
    yield name, command
    for word, below in sorted(getattr(command, "commands", {}).items()):
        yield from commands(f"{name} {word}", below)


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


def _help(command: typing.Any) -> str:  # noqa: ANN401
    return " ".join((command.help or "").split())


def _command(name: str, command: typing.Any) -> str:  # noqa: ANN401
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    rows = [(f"`{_shown(one)}`", _default(one), one.help or "") for one in arguments]
    rows += [(f"`{', '.join(one.opts)}{_value(one)}`", _default(one), one.help or "") for one in options]
    usage = " ".join((name, *(_shown(one) for one in arguments), *(["[OPTIONS]"] if options else [])))
    if getattr(command, "commands", None):
        usage = f"{name} [OPTIONS] [COMMAND]" if command.invoke_without_command else f"{name} COMMAND"
    example = (command.epilog or "").partition(":")[2].strip()
    lines = "\n".join(part.strip() for part in example.split(" · ")) if example else ""
    examples = f"```text\n{lines}\n```" if lines else ""
    table = grid(("argument or option", "default", "what it is"), rows) if rows else ""
    return "\n\n".join(filter(None, (f"## {name}", _help(command), f"`{usage}`", table, examples)))


def _shown(argument: typing.Any) -> str:  # noqa: ANN401
    name = argument.metavar or argument.name.upper()
    name = f"{name}..." if argument.nargs == -1 else name
    return name if argument.required else f"[{name}]"


def _value(option: typing.Any) -> str:  # noqa: ANN401
    return "" if option.is_flag else f" {option.metavar or option.name.upper()}"


def _default(parameter: typing.Any) -> str:  # noqa: ANN401
    if parameter.required:
        return "**required**"
    if parameter.default in (None, False, (), []):
        return ""
    variable = f", or `{parameter.envvar}`" if parameter.envvar else ""
    return f"`{parameter.default}`{variable}"


def _exit_codes() -> str:
    errors = [one for one in vars(kernel).values() if inspect.isclass(one) and issubclass(one, OnefoldError)]
    rows = {0: ["Done; a run may have warnings."], EXIT_DONE_WITH_ERRORS: ["A run is done, but a stage failed or was skipped."]}
    for error in errors:
        if error.__name__ not in ("OnefoldError", "RowRejected"):
            rows.setdefault(error.exit_code, []).append(f"{error.__name__}: {said(error)}")
    table = grid(("exit code", "meaning"), [(str(code), " ".join(words)) for code, words in sorted(rows.items())])
    return f"## Exit codes\n\n{table}\n\nThe codes of errors are in [errors](errors.md)."


def errors() -> str:
    """Return the page of error codes, by noun."""
    classes = {one.__name__: one for one in vars(kernel).values() if inspect.isclass(one) and issubclass(one, OnefoldError)}
    found: dict[str, dict[str, list[Raised]]] = {}
    for one in raised():
        found.setdefault(one.code.partition(".")[0], {}).setdefault(one.code, []).append(one)
    head = (
        "# Errors\n\nAn error has a code that does not change, a sentence, and mostly the next step. The command line prints "
        "them and ends with the exit code of the error's class; with `--json` it prints "
        '`{"error": {"code", "message", "hint", "context"}}`. No error repeats a value of a record. Values in braces stand for '
        "what is at hand.\n\n"
        + grid(("class", "whose move it is", "exit code"), [(f"`{name}`", said(one), str(one.exit_code)) for name, one in classes.items()])
        + "\n\n`Problem` in the tables below is one of the problems of the definition files; they come together, each with file "
        "and line, as one `definitions.invalid`. A stage that fails inside a run puts its code into the run's report; the "
        "run ends with 7."
    )
    sections = [
        f"## {noun}\n\n" + grid(("code", "class", "message", "next step"), [_error_row(code, ones) for code, ones in codes.items()])
        for noun, codes in sorted(found.items())
    ]
    return "\n\n".join((head, *sections)) + "\n"


def _error_row(code: str, found: list[Raised]) -> tuple[str, str, str, str]:
    def several(texts: list[str]) -> str:
        return "<br>".join(_literal(text) for text in dict.fromkeys(filter(None, texts)))

    names = sorted({f"`{one.error}`" for one in found if one.error})
    return f"`{code}`", ", ".join(names), several([one.message for one in found]), several([one.hint for one in found])


def _literal(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_") if "`" not in text else text


def tables() -> str:
    """Return the page of published tables."""
    head = (
        "# Tables\n\nEvery table is a Delta table in the workspace's `lake/` folder, of the same name; `onefold sql` and "
        "`workspace.table(NAME)` read them as the last good run left them. Types are those of the "
        "[closed list](#types). Tables are rewritten when their content changes, but for `quality_history`, which grows.\n\n"
        "## A source's own table\n\nOne row per record, under the source's name. Key: its `primary_key`, else `_ordinal`.\n\n"
        + grid(("column", "type", "what it is"), _COLUMNS_OF_SOURCES)
        + "\n\n`<source>__raw`, for a source with cleaning steps: the rows before cleaning, with `_ordinal`."
        + f"\n\n## <source>\\_\\_quarantine\n\n{table_of(quarantine_ref('a source'))}"
    )
    sections = [f"## {name}\n\n{table_of(ref)}" for name, ref in published().items()]
    types = grid(
        ("type", "SQL", "what it holds"),
        [(one.value.replace("_", " "), _sql_type(one), _TYPE_WORDS[one]) for one in ColumnType],
    )
    return "\n\n".join((head, *sections, f"## Types\n\n{types}")) + "\n"


_TYPE_WORDS: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "Unicode text.",
    ColumnType.INTEGER: "Whole numbers of 64 bits.",
    ColumnType.SMALL_INTEGER: "Whole numbers of 16 bits.",
    ColumnType.NUMBER: "Floating point of 64 bits.",
    ColumnType.DECIMAL: "Exact numbers; precision and scale are the column's.",
    ColumnType.BOOLEAN: "True or false.",
    ColumnType.DATE: "A day.",
    ColumnType.INSTANT: "A moment, kept in UTC, to the microsecond.",
    ColumnType.TEXT_LIST: "A list of texts.",
    ColumnType.INTEGER_LIST: "A list of whole numbers.",
    ColumnType.BLOB: "Bytes.",
}


def _sql_type(kind: ColumnType) -> str:
    from onefold.foundation.warehouse import Column

    return f"`{Column('c', kind, (18, 4) if kind is ColumnType.DECIMAL else None).sql_type.text}`"


def published() -> dict[str, TableRef]:
    """Return the tables that the nouns publish, besides those of sources, by name."""
    found = [profiles_table(()), lineage_table(())]
    for module in pkgutil.walk_packages(onefold.__path__, "onefold."):
        noun = module.name.split(".")[1]
        if noun in ("identity", "quality", "profiles", "sources", "catalogue", "runs"):
            values = vars(importlib.import_module(module.name)).values()
            found += [one for one in values if isinstance(one, TableRef)]
    return {ref.name: ref for ref in sorted(found, key=lambda one: one.name)}


def semantic_types() -> str:
    """Return the page of semantic types."""
    rows = [
        (
            f"`{one.name}`",
            one.description,
            one.value.value,
            "yes" if one.personal else "no",
            f"`{attribute}`" if (attribute := attribute_of(one.name)) else "",
        )
        for one in SEMANTIC_TYPES.values()
    ]
    return (
        "# Semantic types\n\nA semantic type says what a column means, whatever its header is called. Matching maps columns "
        "to attributes by it, quality checks choose by it what to look at, and reports keep values of personal types to "
        "themselves. `onefold init --add` and `onefold sources add` suggest them from header and content. Types of your own "
        "are dotted words with capitals, such as `Shoe.Size`; `Identity.<Name>` becomes the matching attribute `<name>`. An "
        "unknown type counts as personal.\n\n"
        + grid(("type", "meaning", "values", "personal", "matching attribute"), rows)
        + "\n"
    )


def sql_vocabulary() -> str:
    """Return the page of the of_ functions and of what each engine offers."""
    found = vocabulary()
    matrix = grid(
        ("function", "DuckDB", "Spark"),
        [(f"[`{one.name}`](#{one.name})", _body(one, one.duckdb), _body(one, one.spark)) for one in found],
    )
    sections = [_function(one) for one in found]
    return (
        "# SQL vocabulary and engines\n\nIdentity, profiles and rules write their SQL once, in DuckDB's dialect; for Spark it is "
        "transpiled. They keep to an allow-list of constructs that gave equal results on both engines, plus the functions "
        "below. The examples on this page run on every engine in `onefold.testing.warehouse_suite`. In `onefold sql`, which "
        "reads with the embedded DuckDB, all of DuckDB's SQL is at hand and these functions too.\n\n## What the engines "
        "offer\n\n"
        + grid(
            ("", "DuckDB", "Spark 4"),
            [
                ("in the installation", "yes", "extra `onefold[spark]`, and a JDK 17 or 21"),
                ("identity and profiles", "yes", "yes"),
                ("reading files and databases, quality", "yes", "on the embedded DuckDB beside it"),
                ("`onefold sql`, reading tables", "yes", "by the embedded DuckDB"),
                ("publishing to the lake", "yes", "yes, mode `file_list`: Spark writes Parquet, Onefold commits the Delta log"),
                ("Delta's jars inside Spark", "not needed", "not needed, not used"),
                ("groups of linked records", "in memory (scipy)", "in SQL, by contraction"),
            ],
        )
        + f"\n\n## Functions by engine\n\n{matrix}\n\n"
        + "\n\n".join(sections)
        + "\n"
    )


def _body(function: Function, body: str | None) -> str:
    if body is None:
        return "Python, by Arrow"
    return "SQL; Python for some texts" if f"{function.name}__py" in body else "SQL"


def _function(one: Function) -> str:
    parameters = ", ".join(f"{name} {kind}" for name, kind in one.parameters)
    doc = (inspect.getdoc(one.python) or "").split("\n\n")[0] if one.python else ""
    rows = [(f"`{one.name}({', '.join(map(_sql_value, values))})`", f"`{_sql_value(result)}`") for values, result in one.examples]
    parts = (f"### {one.name}", f"`{one.name}({parameters}) → {one.returns}`", doc, grid(("call", "result"), rows))
    return "\n\n".join(filter(None, parts))


def _sql_value(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_sql_value, value))}]"
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    text = str(value).replace("'", "''").encode("unicode_escape").decode() if not str(value).isprintable() else str(value)
    return f"'{text}'"


PAGE_MAKERS: Mapping[str, Callable[[], str]] = {
    "definitions": definitions,
    "connectors": plugins.connectors,
    "cleaning-steps": plugins.cleaning_steps,
    "normalizers": plugins.normalizers,
    "comparisons": plugins.comparisons,
    "merge-policies": plugins.merge_policies,
    "quality-checks": plugins.quality_checks,
    "rules": rules,
    "settings": settings_page,
    "cli": cli,
    "errors": errors,
    "tables": tables,
    "semantic-types": semantic_types,
    "sql-vocabulary": sql_vocabulary,
}


def pages() -> dict[str, str]:
    """Return the generated pages by file name."""
    note = "<!-- Made by `make docs` from the code; edit the code instead. -->\n\n"
    return {f"{name}.md": note + make() for name, make in PAGE_MAKERS.items()}


def main() -> int:
    """Write the pages that changed and return 0."""
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = PAGES / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote docs/reference/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
