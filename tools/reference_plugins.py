"""The reference pages of plug-ins: what each class says of itself, its settings, and what it does to an example."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from pathlib import Path

import pydantic
import yaml
from pydantic import BaseModel

from onefold.foundation.kernel import OnefoldError, discover
from onefold.foundation.warehouse import Column, ColumnType, comma, ident, literal, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity.comparisons.comparison import Comparison
from onefold.identity.normalizers import NormalizeContext, Normalizer, normalize_many
from onefold.profiles import MergePolicy
from onefold.quality.checks.check import Check
from onefold.sources import CleaningStep, Connector
from onefold.sources.cleaning.step import CleaningContext
from onefold.sources.locations import Location, StorageOptions
from tools.reference_examples import CLEANING, COMPARISONS, CONNECTORS, NORMALIZERS
from tools.reference_prose import HEADS
from tools.reference_words import fields_table, grid, said

CHECK_FILES = Path(__file__).parents[1] / "src" / "onefold" / "quality" / "checks"
FILE_SETTINGS = frozenset({"path", "storage"})


def _section(kind: str, plugin: type[BaseModel], *more: str, leave_out: frozenset[str] = frozenset()) -> str:
    settings = fields_table(plugin, leave_out=leave_out)
    return "\n\n".join(filter(None, (f"## {kind}", said(plugin), settings, *more)))


def connectors() -> str:
    """Return the page of connectors, with locations and what each can tell."""
    found = discover("onefold.sources.connectors", Connector)
    rows = [
        (
            f"[{kind}](#{kind})",
            " ".join(f"`.{ending}`" for ending in plugin.endings),
            "yes" if plugin.knows_changes else "by version" if kind == "delta" else "no",
            "yes" if plugin.pushes_watermark else "no",
        )
        for kind, plugin in found.items()
    ]
    head = (
        HEADS["connectors"]
        + "\n\n"
        + grid(("kind", "file endings", "reads changed files only", "asks for rows after a watermark"), rows)
    )
    sections = [_section(kind, plugin, _fenced(CONNECTORS.get(kind, ""))) for kind, plugin in found.items()]
    places = discover("onefold.sources.locations", Location)
    locations = "\n\n".join(f"**`{kind}://`** {said(place)}" for kind, place in places.items())
    options = f"### StorageOptions\n\n{said(StorageOptions)}\n\n{fields_table(StorageOptions)}"
    return "\n\n".join((head, *sections, "## Locations", locations, options)) + "\n"


def _fenced(text: str) -> str:
    return f"```yaml\n{text.rstrip()}\n```" if text else ""


def cleaning_steps() -> str:
    """Return the page of cleaning steps, each with a value before and after."""
    head = HEADS["cleaning-steps"]
    found = discover("onefold.sources.cleaning", CleaningStep)
    warehouse = DuckDBWarehouse()
    sections = [_section(kind, step, _cleaned(kind, step, warehouse)) for kind, step in found.items()]
    warehouse.close()
    return "\n\n".join((head, *sections)) + "\n"


def _cleaned(kind: str, step: type[CleaningStep], warehouse: DuckDBWarehouse) -> str:
    if kind not in CLEANING:
        return ""
    settings, row, shown = CLEANING[kind]
    before = ", ".join(f"{name} `{value}`" for name, value in row.items())
    try:
        after = clean(warehouse, step.model_validate(settings), row, shown)
    except (pydantic.ValidationError, OnefoldError) as error:  # the example is out of date: say which
        message = f"The example of the cleaning step {kind!r} in tools/reference_examples.py does not fit."
        raise SystemExit(message) from error
    written = yaml.safe_dump(
        [{"kind": kind, **settings}], default_flow_style=None, allow_unicode=True, sort_keys=False
    )
    return f"{_fenced(written)}\n\n{before} becomes {', '.join(f'{name} `{value}`' for name, value in after.items())}."


def clean(
    warehouse: DuckDBWarehouse, step: CleaningStep, row: dict[str, str], shown: Iterable[str]
) -> dict[str, str | None]:
    """Return the shown columns of a row of texts after the step."""
    values = comma(sql("{v} AS {n}", v=literal(value), n=ident(name)) for name, value in row.items())
    columns = {name: Column(name, ColumnType.TEXT) for name in row}
    found: dict[str, str | None] = {}
    for cleaned in step.clean(columns, CleaningContext(region="DE")):
        ((value,),) = warehouse.rows(
            sql("SELECT CAST({v} AS VARCHAR) FROM (SELECT {values})", v=cleaned.value, values=values)
        )
        text = None if value is None else str(value)
        if cleaned.function is not None and text is not None:
            text = cleaned.function([text])[0]
        found[cleaned.column.name] = text
    return {name: found[name] for name in shown}


def normalizers() -> str:
    """Return the page of normalizers, in their fixed order."""
    found = sorted(
        discover("onefold.identity.normalizers", Normalizer).items(), key=lambda one: one[1].position
    )
    order = grid(
        ("position", "kind", "what it does"),
        [(str(step.position), f"[{kind}](#{kind})", said(step).split("\n\n")[0]) for kind, step in found],
    )
    head = f"{HEADS['normalizers']}\n\n{order}"
    return (
        "\n\n".join((head, *(_section(kind, step, _normalized(kind, step)) for kind, step in found))) + "\n"
    )


def _normalized(kind: str, step: type[Normalizer]) -> str:
    if kind not in NORMALIZERS:
        return ""
    settings, values = NORMALIZERS[kind]
    after = normalize_many((step.model_validate(settings),), values, NormalizeContext(region="DE"))
    rows = [(f"`{a}`", "unknown" if b is None else f"`{b}`") for a, b in zip(values, after, strict=True)]
    with_ = f" With `{json.dumps(settings, ensure_ascii=False)}`:" if settings else ""
    return f"{with_}\n\n{grid(('value', 'normalized'), rows)}".strip()


def comparisons() -> str:
    """Return the page of comparisons, each with pairs and their similarity."""
    head = HEADS["comparisons"]
    found = discover("onefold.identity.comparisons", Comparison)
    return (
        "\n\n".join((head, *(_section(kind, one, _compared(kind, one)) for kind, one in found.items())))
        + "\n"
    )


def _compared(kind: str, comparison: type[Comparison]) -> str:
    if kind not in COMPARISONS:
        return ""
    settings, pairs = COMPARISONS[kind]
    one = comparison.model_validate(settings)
    rows = [(f"`{a}`", f"`{b}`", f"{one.python(a, b):g}") for a, b in pairs]
    with_ = f"With `{json.dumps(settings)}`:\n\n" if settings else ""
    return with_ + grid(("left", "right", "similarity"), rows)


def merge_policies() -> str:
    """Return the page of merge policies."""
    head = HEADS["merge-policies"]
    found = discover("onefold.profiles.merge_policies", MergePolicy)
    rows = [
        (
            f"[{kind}](#{kind})",
            "a list of all" if one.collects else "one",
            "no" if one.collects or one.looks_at_value else "yes",
        )
        for kind, one in found.items()
    ]
    table = grid(("kind", "values kept", "may choose a group of attributes"), rows)
    return "\n\n".join((head, table, *(_section(kind, one) for kind, one in found.items()))) + "\n"


def quality_checks() -> str:
    """Return the page of quality checks with what each counts."""
    head = HEADS["quality-checks"]
    probes = probes_by_kind()
    found = discover("onefold.quality.checks", Check)
    sections = [_section(kind, check, _probes(probes.get(kind, []))) for kind, check in found.items()]
    return "\n\n".join((head, *sections)) + "\n"


def _probes(found: list[dict[str, str]]) -> str:
    rows = [
        (
            f"`{one['name']}`",
            one.get("pillar", ""),
            one.get("severity", ""),
            one.get("limits", ""),
            one.get("wanted", ""),
            one.get("advice", ""),
        )
        for one in found
    ]
    return (
        grid(("check", "pillar", "severity", "green / yellow up to", "what is wanted", "what to do"), rows)
        if rows
        else ""
    )


def probes_by_kind() -> dict[str, list[dict[str, str]]]:
    """Return the probes that the checks' files make, read from the syntax tree: they need data to be made."""
    found: dict[str, list[dict[str, str]]] = {}
    for path in sorted(CHECK_FILES.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Probe":
                probe = {word.arg: _probe_word(word.value) for word in node.keywords if word.arg}
                if "say" in probe:  # its limits are multiples of what is expected, not shares
                    probe["limits"] = probe.get("limits", "").replace("00 %", " times")
                if "name" in probe:
                    found.setdefault(probe["name"].partition(".")[0], []).append(probe)
    return found


def _probe_word(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_probe_word(value) if isinstance(value, ast.Constant) else "…" for value in values)
        case ast.Attribute(attr=name):
            return name.lower()
        case ast.IfExp(body=body, orelse=other):
            return f"{_probe_word(body)} or {_probe_word(other)}"
        case ast.Call(func=ast.Name(id="Limits"), keywords=[low, high]):
            return f"{_limit(low.value)} / {_limit(high.value)}"
        case _:
            return ""


def _limit(node: ast.expr) -> str:
    return (
        f"{100 * node.value:g} %"
        if isinstance(node, ast.Constant) and isinstance(node.value, float | int)
        else "set"
    )
