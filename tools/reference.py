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
from tools.reference_prose import HEADS
from tools.reference_words import fields_table, grid, parts_of, said, table_of, type_words

PAGES = Path(__file__).parents[1] / "docs" / "reference"
_PUBLISHING = ("catalogue", "identity", "quality", "profiles", "sources")
_COLUMNS_OF_SOURCES = (
    (
        "its columns",
        "",
        "As the definition says, or as found; after cleaning, with labels in place of choice codes.",
    ),
    ("`<column>__code`", "text", "For a choice column: the code whose label the column holds."),
    ("`_file`", "text", "For a source of several files: the file the row came from."),
    (
        "`_ordinal`",
        "integer",
        "The order of reading; unique in the table. The key of a source without a primary key.",
    ),
    ("`_row_hash`", "integer", "60 bits of a hash over the row."),
)


def definitions() -> str:
    """Return the page of definition kinds."""
    contents = " · ".join(f"[{kind}](#{kind})" for kind in KINDS)
    head = f"{HEADS['definitions']}\n\n{contents}"
    return "\n\n".join((head, *(_kind(kind) for kind in KINDS))) + "\n"


def _kind(kind: str) -> str:
    model = KINDS[kind]
    parts = [f"### {part.__name__}\n\n{said(part)}\n\n{fields_table(part)}" for part in parts_of(model)]
    example = f"```yaml\n{DEFINITIONS[kind]}```" if kind in DEFINITIONS else ""
    return "\n\n".join(filter(None, (f"## {kind}", said(model), example, fields_table(model), *parts)))


def rules() -> str:
    """Return the page of the rule language."""
    own = ("field", "case_sensitive")
    operator_names = frozenset(name for name in Comparison.model_fields if name not in own)
    nodes = "\n\n".join(
        f"### {kind}\n\n{said(node)}\n\n{fields_table(node, leave_out=operator_names)}"
        for kind, node in discover("onefold.rules.nodes", Rule).items()
    )
    shared: dict[tuple[str, ...], list[ColumnType]] = {}
    for column, known in OPERATORS.items():
        shared.setdefault(tuple(known), []).append(column)
    by_type = grid(
        ("columns of type", "operators"),
        [
            (
                ", ".join(one.value for one in columns),
                ", ".join(f"`{name}`" for name in (*names, "is_known", "is_unknown")),
            )
            for names, columns in shared.items()
        ],
    )
    operators = [
        (f"`{name}`", type_words(field.annotation), field.description or "")
        for name, field in Comparison.model_fields.items()
        if name in operator_names
    ]
    return (
        "# Rules\n\n"
        + inspect.cleandoc(importlib.import_module("onefold.rules").__doc__ or "").split("\n", 1)[1].strip()
        + f"\n\n{HEADS['rules']}\n\n"
        + f"## Nodes\n\n{nodes}\n\n## Operators by type\n\n{by_type}\n\n"
        + f"## Operators\n\n{grid(('operator', 'value', 'what it asks'), operators)}\n\n## Dates and instants\n\n"
        + inspect.cleandoc(importlib.import_module("onefold.rules.times").__doc__ or "")
        .split("\n", 1)[1]
        .strip()
        + "\n"
    )


def settings_page() -> str:
    """Return the page of settings."""
    rows = [
        (f"`{one.variable}`", one.type, _as_written(one.default), one.description)
        for one in settings.explain()
    ]
    return f"{HEADS['settings']}\n\n{grid(('variable', 'type', 'default', 'what it is'), rows)}\n"


def _as_written(default: str) -> str:
    return f"`{default.lower() if default in ('True', 'False') else default}`" if default else ""


def cli() -> str:
    """Return the page of commands."""
    for module in pkgutil.iter_modules(importlib.import_module("onefold.entrypoints.cli").__path__):
        importlib.import_module(f"onefold.entrypoints.cli.{module.name}")
    found = [*commands("onefold", typer.main.get_command(app))]
    toc = grid(
        ("command", "what it does"),
        [(f"[`{name}`](#{_anchor(name)})", _help(one)) for name, one in found[1:]],
    )
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
    rows = {
        0: ["Done; a run may have warnings."],
        EXIT_DONE_WITH_ERRORS: ["A run is done, but a stage failed, stopped or was skipped."],
    }
    for error in errors:
        if error.__name__ not in ("OnefoldError", "RowRejected"):
            rows.setdefault(error.exit_code, []).append(f"{error.__name__}: {said(error)}")
    table = grid(
        ("exit code", "meaning"), [(str(code), " ".join(words)) for code, words in sorted(rows.items())]
    )
    return f"## Exit codes\n\n{table}\n\nThe codes of errors are in [errors](errors.md)."


def errors() -> str:
    """Return the page of error codes, by noun."""
    classes = {
        one.__name__: one
        for one in vars(kernel).values()
        if inspect.isclass(one) and issubclass(one, OnefoldError)
    }
    found: dict[str, dict[str, list[Raised]]] = {}
    for one in raised():
        found.setdefault(one.code.partition(".")[0], {}).setdefault(one.code, []).append(one)
    by_class = grid(
        ("class", "whose move it is", "exit code"),
        [(f"`{name}`", said(one), str(one.exit_code)) for name, one in classes.items()],
    )
    head = f"{HEADS['errors']}\n\n{by_class}"
    sections = [
        f"## {noun}\n\n"
        + grid(
            ("code", "class", "message", "next step"),
            [_error_row(code, ones) for code, ones in codes.items()],
        )
        for noun, codes in sorted(found.items())
    ]
    return "\n\n".join((head, *sections)) + "\n"


def _error_row(code: str, found: list[Raised]) -> tuple[str, str, str, str]:
    def several(texts: list[str]) -> str:
        return "<br>".join(_literal(text) for text in dict.fromkeys(filter(None, texts)))

    names = sorted({f"`{one.error}`" for one in found if one.error})
    return (
        f"`{code}`",
        ", ".join(names),
        several([one.message for one in found]),
        several([one.hint for one in found]),
    )


def _literal(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_") if "`" not in text else text


def tables() -> str:
    """Return the page of published tables."""
    head = (
        f"{HEADS['tables']}\n\n"
        + grid(("column", "type", "what it is"), _COLUMNS_OF_SOURCES)
        + "\n\n`<source>__raw`, for a source with cleaning steps: the rows before cleaning, with `_ordinal`."
        + "\n\n## A source's quarantine\n\n`<source>__quarantine`, once rows have been rejected. "
        + table_of(quarantine_ref("the source"))
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
    for noun in _PUBLISHING:
        package = importlib.import_module(f"onefold.{noun}")
        for module in pkgutil.walk_packages(package.__path__, f"onefold.{noun}."):
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
    header = ("type", "meaning", "values", "personal", "matching attribute")
    return f"{HEADS['semantic-types']}\n\n{grid(header, rows)}\n"


def sql_vocabulary() -> str:
    """Return the page of the of_ functions and of what each engine offers."""
    found = vocabulary()
    matrix = grid(
        ("function", "DuckDB", "Spark"),
        [(f"[`{one.name}`](#{one.name})", _body(one, one.duckdb), _body(one, one.spark)) for one in found],
    )
    sections = [_function(one) for one in found]
    return "\n\n".join((HEADS["sql-vocabulary"], matrix, *sections)) + "\n"


def _body(function: Function, body: str | None) -> str:
    if body is None:
        return "Python, by Arrow"
    return "SQL; Python for some texts" if f"{function.name}__py" in body else "SQL"


def _function(one: Function) -> str:
    parameters = ", ".join(f"{name} {kind}" for name, kind in one.parameters)
    doc = (inspect.getdoc(one.python) or "").split("\n\n")[0] if one.python else ""
    rows = [
        (f"`{one.name}({', '.join(map(_sql_value, values))})`", f"`{_sql_value(result)}`")
        for values, result in one.examples
    ]
    parts = (
        f"### {one.name}",
        f"`{one.name}({parameters}) → {one.returns}`",
        doc,
        grid(("call", "result"), rows),
    )
    return "\n\n".join(filter(None, parts))


def _sql_value(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_sql_value, value))}]"
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    text = (
        str(value).replace("'", "''").encode("unicode_escape").decode()
        if not str(value).isprintable()
        else str(value)
    )
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
