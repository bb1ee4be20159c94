"""The warehouse tables of quality, and rows to and from them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

import pyarrow as pa

from onefold.foundation.warehouse import Column, ColumnType, TableRef
from onefold.quality.acceptance import Accepted, Decision, Met
from onefold.quality.grade import CheckResult, Grade, field_light
from onefold.quality.model import Light, Limits, Pillar, Severity
from onefold.quality.profile import FieldProfile
from onefold.quality.readiness import Readiness
from onefold.quality.sampling import Bars, Counted

Row = dict[str, object]

_T, _I, _N, _B, _M = (
    ColumnType.TEXT,
    ColumnType.INTEGER,
    ColumnType.NUMBER,
    ColumnType.BOOLEAN,
    ColumnType.INSTANT,
)


def _columns(*named: tuple[str, ColumnType, str]) -> tuple[Column, ...]:
    return tuple(Column(name, kind, description=text) for name, kind, text in named)


FIELDS: Final = TableRef(
    "quality_fields",
    _columns(
        ("table_name", _T, "The profiled table."),
        ("field", _T, "Its column."),
        ("position", _I, "The column's place in the table, from 0."),
        ("type", _T, "Its type."),
        ("semantic_type", _T, "What it means, given or read from its name."),
        ("personal", _B, "Whether its values stay out of reports."),
        ("rows", _I, "Rows of the table."),
        ("nulls", _I, "Rows without a value."),
        ("blanks", _I, "Rows with an empty or white text."),
        ("distinct_values", _I, "Different values."),
        ("distinct_exact", _B, "Whether they were counted, not estimated (about 2 % off)."),
        ("minimum", _T, "The least number or date; of personal data the year."),
        ("maximum", _T, "The greatest."),
        ("mean", _N, "Of numbers."),
        ("deviation", _N, "Standard deviation of numbers, over all rows."),
        ("quantiles", _T, "JSON list: at 5, 25, 50, 75 and 95 %, from the sample."),
        ("shortest", _I, "Characters of the shortest text."),
        ("longest", _I, "Characters of the longest text."),
        ("mean_length", _N, "Characters of a text on average."),
        ("text_kind", _T, "What a text column mostly holds: integer, number, date."),
        ("text_kind_ratio", _N, "The share of its values that read so, 0 to 1."),
        ("shape", _T, "The commonest shape, A-9."),
        ("shape_ratio", _N, "Its share, 0 to 1."),
        ("top_values", _T, "JSON list of [value, share], from the sample; empty for personal data."),
        ("patterns", _T, "JSON list of [pattern, share], from the sample."),
        ("distribution", _T, "JSON object: low, high and the shares of equally wide bins between."),
        ("sampled_rows", _I, "Rows of the sample."),
        ("light", _T, "green, yellow or red."),
        ("reason", _T, "Why, in words."),
    ),
    key=("table_name", "field"),
    description="One row per table and field: its profile and its light.",
)

CHECKS: Final = TableRef(
    "quality_checks",
    _columns(
        ("table_name", _T, "The checked table."),
        ("field", _T, "Its column; empty for the table as a whole."),
        ("check_name", _T, "The check, kind.what."),
        ("pillar", _T, "What it says something about."),
        ("severity", _T, "high, medium or low."),
        ("failing", _I, "Rows that fail; of freshness the age in seconds."),
        ("checked", _I, "Rows looked at; of freshness the expected span in seconds."),
        ("ratio", _N, "Failing by checked."),
        ("estimated", _B, "Whether it was counted on a sample or by a sketch."),
        ("light", _T, "green, yellow or red."),
        ("score", _N, "0 to 100."),
        ("weight", _I, "Severity times importance of the field."),
        ("yellow_limit", _N, "Green up to this ratio."),
        ("red_limit", _N, "Yellow up to this ratio."),
        ("sentence", _T, "What was found."),
        ("rule", _T, "What is wanted, in words."),
        ("advice", _T, "What to do."),
    ),
    key=("table_name", "field", "check_name"),
    description="One row per table, field and check: what fails.",
)

_GRADES = (
    ("grade", _N, "0 to 100."),
    *((pillar.value, _N, "Score of the pillar, 0 to 100; empty without a check.") for pillar in Pillar),
    ("light", _T, "green, yellow or red."),
)

TABLES: Final = TableRef(
    "quality_tables",
    _columns(
        ("table_name", _T, "The table."),
        ("system", _T, "Where it comes from; the table's name when nobody has said."),
        ("owner", _T, "Who answers for it."),
        ("rows", _I, "Its rows."),
        ("sampled_rows", _I, "Rows of the sample."),
        *_GRADES,
        ("reason", _T, "Why the light is what it is, in words."),
        ("decision", _T, "met, accepted or below the acceptance criteria."),
        ("shortfalls", _T, "JSON list: which criteria are missed."),
        ("accepted_by", _T, "Who accepted it."),
        ("accepted_reason", _T, "Why."),
        ("readiness", _T, "ready, ready with gaps or not ready for unification; empty without people."),
        ("readiness_findings", _T, "JSON list of the rules and how they came out."),
        ("profiled_at", _M, "The moment of the run that profiled it."),
        ("run_id", _T, "That run."),
    ),
    key=("table_name",),
    description="One row per table: its grade, its light, whether the run goes on.",
)

HISTORY: Final = TableRef(
    "quality_history",
    _columns(
        ("run_id", _T, "The run."),
        ("at", _M, "Its moment."),
        ("table_name", _T, "The table."),
        ("rows", _I, "Its rows."),
        *_GRADES,
    ),
    key=("run_id", "table_name"),
    description="One row per run and table profiled in it: grades over time.",
)

_ARROW: Final = {
    _T: pa.string(),
    _I: pa.int64(),
    _N: pa.float64(),
    _B: pa.bool_(),
    _M: pa.timestamp("us", tz="UTC"),
}


def arrow(table: TableRef, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Return the rows as Arrow data with the table's columns."""
    schema = pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema)


def field_row(profile: FieldProfile, checks: Sequence[CheckResult]) -> Row:
    """Return the row of `quality_fields`."""
    light, reason = field_light(check for check in checks if check.field == profile.field)
    row = {column.name: getattr(profile, column.name, None) for column in FIELDS.columns}
    return row | {
        "table_name": profile.table,
        "distinct_values": profile.distinct,
        "quantiles": json.dumps(profile.quantiles),
        "top_values": _shares(profile.top_values),
        "patterns": _shares(profile.patterns),
        "distribution": json.dumps(asdict(profile.bars)) if profile.bars else None,
        "sampled_rows": profile.sampled,
        "light": light.value,
        "reason": reason,
    }


def profile_of(row: Mapping[str, object]) -> FieldProfile:
    """Return the profile that a row of `quality_fields` holds."""
    named = {
        name: row[name]
        for name in FieldProfile.__dataclass_fields__
        if name in row and name not in ("quantiles", "top_values", "patterns")
    }
    bars = json.loads(str(row["distribution"])) if row["distribution"] else None
    return FieldProfile(
        **named,  # type: ignore[arg-type]  # the row has the declared types of the table
        table=str(row["table_name"]),
        distinct=int(str(row["distinct_values"])),
        sampled=int(str(row["sampled_rows"])),
        quantiles=tuple(json.loads(str(row["quantiles"]))),
        top_values=_counted(row["top_values"]),
        patterns=_counted(row["patterns"]),
        bars=Bars(bars["low"], bars["high"], tuple(bars["shares"])) if bars else None,
    )


def _shares(counted: Sequence[Counted]) -> str:
    return json.dumps([[each.value, round(each.share, 6)] for each in counted], ensure_ascii=False)


def _counted(text: object) -> tuple[Counted, ...]:
    return tuple(Counted(value, share) for value, share in json.loads(str(text)))


def check_row(result: CheckResult) -> Row:
    """Return the row of `quality_checks`."""
    return {
        "table_name": result.table,
        "field": result.field,
        "check_name": result.check,
        "pillar": result.pillar.value,
        "severity": result.severity.value,
        "failing": result.failing,
        "checked": result.checked,
        "ratio": result.ratio,
        "estimated": result.estimated,
        "light": result.light.value,
        "score": result.score,
        "weight": result.weight,
        "yellow_limit": result.limits.yellow,
        "red_limit": result.limits.red,
        "sentence": result.sentence,
        "rule": result.rule,
        "advice": result.advice,
    }


def check_of(row: Mapping[str, object]) -> CheckResult:
    """Return the result that a row of `quality_checks` holds."""
    return CheckResult(
        table=str(row["table_name"]),
        field=str(row["field"]),
        check=str(row["check_name"]),
        pillar=Pillar(str(row["pillar"])),
        severity=Severity(str(row["severity"])),
        failing=int(str(row["failing"])),
        checked=int(str(row["checked"])),
        ratio=float(str(row["ratio"])),
        estimated=bool(row["estimated"]),
        limits=Limits(yellow=float(str(row["yellow_limit"])), red=float(str(row["red_limit"]))),
        light=Light(str(row["light"])),
        score=float(str(row["score"])),
        weight=int(str(row["weight"])),
        sentence=str(row["sentence"]),
        rule=str(row["rule"]),
        advice=str(row["advice"]),
    )


def grade_columns(grade: Grade) -> Row:
    """Return the columns that grades have in `quality_tables` and `quality_history`."""
    scores = {pillar.value: grade.pillars.get(pillar) for pillar in Pillar}
    return {"grade": grade.grade, "light": grade.light.value, **scores}


def grade_of(row: Mapping[str, object]) -> Grade:
    """Return the grade that a row of `quality_tables` or `quality_history` holds."""
    pillars = {pillar: float(str(row[pillar.value])) for pillar in Pillar if row[pillar.value] is not None}
    return Grade(float(str(row["grade"])), pillars, Light(str(row["light"])), str(row.get("reason", "")))


def decision_columns(decision: Decision) -> Row:
    """Return the columns of the decision in `quality_tables`."""
    accepted = decision.acceptance if isinstance(decision, Accepted) else None
    return {
        "decision": decision.word,
        "shortfalls": json.dumps([] if isinstance(decision, Met) else list(decision.reasons)),
        "accepted_by": accepted.accepted_by if accepted else None,
        "accepted_reason": accepted.reason if accepted else None,
    }


def readiness_columns(readiness: Readiness | None) -> Row:
    """Return the columns of the readiness for unification in `quality_tables`."""
    if readiness is None:
        return {"readiness": None, "readiness_findings": "[]"}
    return {
        "readiness": readiness.verdict.value,
        "readiness_findings": json.dumps([asdict(each) for each in readiness.findings]),
    }


def history_row(row: Mapping[str, object], run_id: str, at: dt.datetime) -> Row:
    """Return the row of `quality_history` for a row of `quality_tables`."""
    kept = {column.name: row.get(column.name) for column in HISTORY.columns}
    return kept | {"run_id": run_id, "at": at}
