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
        "# Connectors\n\nA connector reads one kind of place. A source names it by `kind` beside its settings. File kinds "
        "take a path from the workspace's folder, a glob, or a URL of one of the [locations](#locations).\n\n"
        + grid(("kind", "file endings", "reads changed files only", "asks for rows after a watermark"), rows)
        + "\n\nHow often and how much is read: [incremental refresh](../how-to/incremental-and-schedule.md). A kind of "
        "your own is one class: [add a connector](../how-to/add-a-connector.md)."
    )
    sections = [_section(kind, plugin, _fenced(CONNECTORS.get(kind, ""))) for kind, plugin in found.items()]
    places = discover("onefold.sources.locations", Location)
    locations = "\n\n".join(f"**`{kind}://`** {said(place)}" for kind, place in places.items())
    storage = f"## Locations\n\n{locations}\n\n### storage\n\n{said(StorageOptions)}\n\n{fields_table(StorageOptions)}"
    return "\n\n".join((head, *sections, storage)) + "\n"


def _fenced(text: str) -> str:
    return f"```yaml\n{text.rstrip()}\n```" if text else ""


def cleaning_steps() -> str:
    """Return the page of cleaning steps, each with a value before and after."""
    head = (
        "# Cleaning steps\n\nA source's `cleaning` is a list of steps, which run in that order, each on what the one before "
        "left. They change the published values; the values as they were read are in `<source>__raw`. For comparison only "
        "there are [normalizers](normalizers.md). `onefold sources preview NAME --cleaning` shows what the steps change."
    )
    found = discover("onefold.sources.cleaning", CleaningStep)
    return "\n\n".join((head, *(_section(kind, step, _cleaned(kind, step)) for kind, step in found.items()))) + "\n"


def _cleaned(kind: str, step: type[CleaningStep]) -> str:
    if kind not in CLEANING:
        return ""
    settings, row, shown = CLEANING[kind]
    before = ", ".join(f"{name} `{value}`" for name, value in row.items())
    try:
        after = clean(step.model_validate(settings), row, shown)
    except (pydantic.ValidationError, OnefoldError) as error:  # the example is out of date: say which
        message = f"The example of the cleaning step {kind!r} in tools/reference_examples.py does not fit."
        raise SystemExit(message) from error
    written = yaml.safe_dump([{"kind": kind, **settings}], default_flow_style=None, allow_unicode=True, sort_keys=False)
    return f"{_fenced(written)}\n\n{before} becomes {', '.join(f'{name} `{value}`' for name, value in after.items())}."


def clean(step: CleaningStep, row: dict[str, str], shown: Iterable[str]) -> dict[str, str | None]:
    """Return the shown columns of a row of texts after the step."""
    warehouse = DuckDBWarehouse()
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
    warehouse.close()
    return {name: found[name] for name in shown}


def normalizers() -> str:
    """Return the page of normalizers, in their fixed order."""
    found = sorted(discover("onefold.identity.normalizers", Normalizer).items(), key=lambda one: one[1].position)
    order = grid(
        ("position", "kind", "what it does"),
        [(str(step.position), f"[{kind}](#{kind})", said(step).split("\n\n")[0]) for kind, step in found],
    )
    head = (
        "# Normalizers\n\nA normalizer makes two spellings of a value meet, for comparison only: what is published does not "
        "change. An attribute has a chain of its own by its meaning; `attributes.<name>.normalize` of the "
        "[identity definition](definitions.md#identity) replaces it in every rule, `normalize` of a condition in that "
        "condition.\n\n## The order\n\nThe steps of a chain run by their position, whatever order a definition names them "
        f"in. A value of which nothing is left is unknown, and never agrees with another.\n\n{order}\n\n"
        "Numerals come first, because transliteration would spell the sign Ⅷ as the letters VIII. What looks words up comes "
        "after letters are ASCII, and before symbols and blanks go. Alias and bypass lists come last, so that a value is "
        "found however it was spelled; their entries go through the steps before them."
    )
    return "\n\n".join((head, *(_section(kind, step, _normalized(kind, step)) for kind, step in found))) + "\n"


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
    head = (
        "# Comparisons\n\nA comparison gives two normalized values a similarity from 0 to 1. A condition names it in "
        "`compare` and holds when the similarity reaches its `precision`: `low` 0.30, `medium` 0.60, `high` 0.80, `exact` 1, "
        "or a per cent. `precision` without `compare` is `edit_distance`. An unknown value has no similarity and never "
        "agrees. Characters are counted, not bytes, and similarities are rounded to nine digits, so that every engine gives "
        "the same one. Where an attribute has several columns, the best pair of values counts."
    )
    found = discover("onefold.identity.comparisons", Comparison)
    return "\n\n".join((head, *(_section(kind, one, _compared(kind, one)) for kind, one in found.items()))) + "\n"


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
    head = (
        "# Merge policies\n\nA merge policy chooses a profile's value among those of its records. Records without a value are "
        "no candidates. Ties go to the record ranked first inside the profile (`record_no` in "
        "[profile_records](tables.md#profile_records)): the sources in the order of `map`, and inside a source the record "
        "that stands for its group. A kind stands for itself, `email: most_recent`; with settings it is a mapping, "
        "`email: {policy: {kind: importance, sources: [crm_contacts]}}`."
    )
    found = discover("onefold.profiles.merge_policies", MergePolicy)
    rows = [
        (f"[{kind}](#{kind})", "a list of all" if one.collects else "one", "no" if one.collects or one.looks_at_value else "yes")
        for kind, one in found.items()
    ]
    table = grid(("kind", "values kept", "may choose a group of attributes"), rows)
    return "\n\n".join((head, table, *(_section(kind, one) for kind, one in found.items()))) + "\n"


def quality_checks() -> str:
    """Return the page of quality checks with what each counts."""
    head = (
        "# Quality checks\n\nA check counts failing rows of a field or table. Its name is `kind.what`; `limits` of the "
        "[quality definition](definitions.md#quality) address it by name or kind, `checks.<kind>` sets its settings. The "
        "share of failing rows decides the light: green up to the first limit, yellow up to the second, red above. How lights "
        "become grades: [how quality grades](../explanation/how-quality-grades.md)."
    )
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
    return grid(("check", "pillar", "severity", "green / yellow up to", "what is wanted", "what to do"), rows) if rows else ""


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
    return f"{100 * node.value:g} %" if isinstance(node, ast.Constant) and isinstance(node.value, float | int) else "set"
