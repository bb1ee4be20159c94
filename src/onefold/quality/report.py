"""The quality report: one self-contained HTML page, and the same as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from importlib.resources import files
from typing import Final

from onefold.foundation.kernel import counted
from onefold.quality.grade import CheckResult, Grade, shown
from onefold.quality.model import Light, Pillar
from onefold.quality.overview import FieldOverview, GradePoint, Overview, SourceOverview, TableOverview
from onefold.quality.profile import FieldProfile, day_of
from onefold.quality.sampling import Bars, Counted

_SHAPES: Final = {
    Light.GREEN: '<circle cx="5" cy="5" r="5"/>',
    Light.YELLOW: '<path d="M5 0 10 9.5H0z"/>',
    Light.RED: '<rect width="10" height="10" rx="1.5"/>',
}
_QUANTILES: Final = ("5 %", "25 %", "median", "75 %", "95 %")


def report_html(overview: Overview, *, title: str = "Data quality", made_at: dt.datetime) -> str:
    """Return the report as one HTML page that fetches nothing and runs no script."""
    style = files("onefold.quality").joinpath("report.css").read_text("utf-8")
    body = [_overview(overview), *(_table(table) for table in overview.tables)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Whatever a value holds, the page loads and runs nothing.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(title)}</h1>\n<p class="quiet">{_intro(overview, made_at)}</p>\n'
        + "\n".join(body)
        + f"\n{_FOOTER}\n</main>\n</body>\n</html>\n"
    )


_FOOTER: Final = (
    "<footer>Counts of rows, nulls and failing values are exact unless they say “about”. Top values, patterns, "
    "quantiles and distributions come from a sample, whose size each table names. Values of personal data are never "
    "shown; their patterns are: A and a stand for letters, 9 for a digit, + for more of the same.</footer>"
)


def report_json(overview: Overview, *, made_at: dt.datetime) -> str:
    """Return what the HTML report shows, as JSON: sources, their tables, fields, checks and history."""
    return json.dumps(
        {"made_at": made_at.isoformat(), "sources": [_plain(source) for source in overview.sources]},
        ensure_ascii=False,
        indent=2,
        default=_json_value,
    )


def _plain(source: SourceOverview) -> dict[str, object]:
    tables = []
    for table in source.tables:
        plain = asdict(table)
        for each in plain["fields"]:
            # The checks stand once, with the table; each names its field.
            del each["checks"]
        tables.append(plain)
    return {"name": source.name, "grade": asdict(source.grade), "tables": tables}


def _json_value(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    message = f"{type(value).__name__} has no JSON form"
    raise TypeError(message)


def _intro(overview: Overview, made_at: dt.datetime) -> str:
    tables = overview.tables
    rows = sum(table.rows for table in tables)
    counts = [
        f"{count} {light.word}"
        for light in Light
        if (count := sum(table.grade.light is light for table in tables))
    ]
    made = made_at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    sizes = f"{counted(len(tables), 'table')}, {counted(rows, 'row')}"
    return f"{sizes}. {', '.join(counts) or 'Nothing profiled'}. Made {made}."


def _light(light: Light, text: str = "") -> str:
    return (
        f'<span class="light {light.value}"><svg viewBox="0 0 10 10" fill="currentColor" aria-hidden="true">'
        f"{_SHAPES[light]}</svg>{escape(text or light.word)}</span>"
    )


def _overview(overview: Overview) -> str:
    lines = []
    for source in overview.sources:
        for table in source.tables:
            system = (
                f'<br><span class="quiet small">{escape(source.name)}</span>'
                if (source.name != table.name)
                else ""
            )
            lines.append(
                f'<tr><td><a href="#{_anchor(table)}">{escape(table.name)}</a>{system}</td>'
                f"<td>{_light(table.grade.light)}</td>"
                f'<td class="num" data-label="grade">{table.grade}</td>'
                f'<td class="num" data-label="rows">{table.rows:,}</td><td>{_spark(table.history)}</td>'
                f'<td class="full">{escape(table.grade.reason)}{_verdict(table)}</td></tr>'
            )
    sources = "".join(
        f"<li>{_light(source.grade.light)}<span><strong>{escape(source.name)}</strong> "
        f"{source.grade} over {counted(len(source.tables), 'table')}. "
        '<span class="quiet">'
        f"{escape(source.grade.reason)}</span></span></li>"
        for source in overview.sources
        if len(source.tables) > 1
    )
    together = f'<h3>Sources</h3><ul class="plain">{sources}</ul>' if sources else ""
    return (
        '<section aria-labelledby="tables"><h2 id="tables">Tables</h2><div class="scroll"><table class="stack">'
        '<thead><tr><th>Table</th><th>Light</th><th class="num">Grade</th><th class="num">Rows</th><th>Trend</th>'
        f"<th>Why</th></tr></thead><tbody>{''.join(lines)}</tbody></table></div>{together}</section>"
    )


def _verdict(table: TableOverview) -> str:
    if table.decision == "met":
        return ""
    word = "Stops what depends on it" if table.decision == "below" else f"Accepted by {table.accepted_by}"
    return f'<br><strong class="small">{escape(word)}</strong>'


def _anchor(table: TableOverview) -> str:
    return escape(f"table-{table.name}", quote=True)


def _spark(history: Sequence[GradePoint]) -> str:
    """The last grades as a line with a ring at its end."""
    points = history[-24:]
    if len(points) < 2:
        return '<span class="quiet small">first run</span>'
    width, height, edge = 96.0, 26.0, 4.0
    step = (width - 2 * edge) / max(len(points) - 1, 1)
    low, high = min(p.grade for p in points), max(p.grade for p in points)
    # At least ten points of scale, so that noise does not look like a fall.
    middle, reach = (low + high) / 2, max(high - low, 10.0)
    places = [
        (edge + i * step, height / 2 - (p.grade - middle) / reach * (height - 2 * edge))
        for i, p in enumerate(points)
    ]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    x, y = places[-1]
    said = f"{shown(points[0].grade)} to {shown(points[-1].grade)} over {counted(len(points), 'run')}"
    return (
        f'<svg class="spark" viewBox="0 0 96 26" role="img" aria-label="{said}"><title>{said}</title>'
        f'<path d="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3"/></svg>'
    )


def _table(table: TableOverview) -> str:
    owner = f" Owner: {escape(table.owner)}." if table.owner else ""
    profiled = table.profiled_at.strftime("%Y-%m-%d %H:%M UTC")
    sampled = (
        "all rows looked at" if table.sampled >= table.rows else f"a sample of {table.sampled:,} for patterns"
    )
    rows = counted(table.rows, "row")
    fields = "".join(_field(field) for field in table.fields)
    return (
        f'<section id="{_anchor(table)}"><div class="head"><h2>{escape(table.name)}</h2>'
        f"{_light(table.grade.light, f'{table.grade.light.word} · {table.grade}')}</div>"
        f'<p class="quiet">{escape(table.grade.reason)}</p>'
        f'<p class="quiet small">{rows}; {sampled}; profiled {profiled}.{owner}</p>'
        f"{_decision(table)}{_pillars(table.grade)}{_problems(table.problems)}{_readiness(table)}"
        f"<h3>Fields</h3>{fields}</section>"
    )


def _decision(table: TableOverview) -> str:
    if table.decision == "met":
        return ""
    missed = escape("; ".join(table.shortfalls))
    if table.decision == "accepted":
        return (
            f'<p class="note">Below its criteria: {missed}. Accepted by <strong>'
            f"{escape(table.accepted_by or '')}</strong>: {escape(table.accepted_reason or '')}</p>"
        )
    return (
        f'<p class="note stop">Below its criteria: {missed}. What depends on it stops. To go on as it is: '
        f"<code>onefold quality accept {escape(table.name)} --reason &quot;...&quot; --by NAME</code></p>"
    )


def _pillars(grade: Grade) -> str:
    cells = []
    for pillar in Pillar:
        score = grade.pillars.get(pillar)
        told = shown(score) if score is not None else '<span class="quiet">–</span>'
        cells.append(f"<div><dt>{pillar.value}</dt><dd>{told}{_meter(score or 0)}</dd></div>")
    return f'<dl class="pillars">{"".join(cells)}</dl>'


def _meter(percent: float) -> str:
    return f'<span class="meter"><span style="width:{min(max(percent, 0), 100):.1f}%"></span></span>'


def _problems(problems: Sequence[CheckResult]) -> str:
    if not problems:
        return ""
    lines = "".join(
        f'<div class="problem"><div>{_light(each.light)}</div><div>'
        f"<p>{f'<strong>{escape(each.field)}</strong> ' if each.field else ''}{escape(each.sentence)}</p>"
        f'<p class="quiet small">{escape(each.rule)}</p>'
        + (f'<p class="small">{escape(each.advice)}</p>' if each.advice else "")
        + "</div></div>"
        for each in problems
    )
    return f"<h3>What to look at</h3>{lines}"


def _readiness(table: TableOverview) -> str:
    if table.readiness is None:
        return ""
    lines = []
    for point in table.readiness_points:
        light = Light.GREEN if point.met else Light.RED if point.required else Light.YELLOW
        advice = f" {escape(point.advice)}" if point.advice else ""
        lines.append(
            f"<li><div>{_light(light, 'Met' if point.met else 'Missing' if point.required else 'Gap')}</div>"
            f'<div>{escape(point.wanted)} <span class="quiet">{escape(point.found)}{advice}</span></div></li>'
        )
    return f'<h3>Unification: {escape(table.readiness)}</h3><ul class="plain">{"".join(lines)}</ul>'


def _field(field: FieldOverview) -> str:
    profile = field.profile
    filled = profile.present_ratio * 100
    meaning = escape(profile.semantic_type or "")
    return (
        f'<details class="field"><summary><span><strong>{escape(profile.field)}</strong><br>'
        f'<span class="quiet small">{meaning or escape(profile.type)}</span></span>'
        f'<span class="wide quiet small">{escape(profile.type)}, {profile.distinct:,} different</span>'
        f'<span class="filled small">{_percent(profile.present_ratio)} filled{_meter(filled)}</span>'
        f'<span class="wide">{_bars(profile.bars) if profile.bars else ""}</span>'
        f"<span>{_light(field.light)}</span></summary>"
        f'<div class="detail">{"".join(_details(field))}</div></details>'
    )


def _percent(share: float) -> str:
    """A share as per cent; one that is not whole never reads 100 %, nor one above nothing 0.0 %."""
    if share >= 1 or share <= 0:
        return f"{share * 100:.0f} %"
    return f"{min(max(share * 100, 0.1), 99.9):.1f} %"


def _details(field: FieldOverview) -> Iterable[str]:
    profile = field.profile
    yield f"<div><h4>Figures</h4>{_facts(profile)}</div>"
    if profile.bars:
        dated = profile.type in ("date", "instant")
        low, high = (_edge(each, dated) for each in (profile.bars.low, profile.bars.high))
        yield (
            f"<div><h4>Distribution</h4>{_bars(profile.bars)}"
            f'<div class="axis"><span>{low}</span><span>{high}</span></div></div>'
        )
    if profile.top_values:
        yield f"<div><h4>Top values</h4>{_shares(profile.top_values)}</div>"
    if profile.patterns:
        yield f"<div><h4>Patterns</h4>{_shares(profile.patterns[:6])}</div>"
    if field.checks:
        checks = "".join(_check(each) for each in field.checks)
        yield f'<div class="checks"><h4>Checks</h4>{checks}</div>'


def _check(result: CheckResult) -> str:
    return (
        f'<div class="problem"><div>{_light(result.light)}</div><div><p class="small">{escape(result.sentence)}</p>'
        f'<p class="quiet small">{escape(result.rule)}</p></div></div>'
    )


def _facts(profile: FieldProfile) -> str:
    facts: list[tuple[str, str]] = [
        ("rows", f"{profile.rows:,}"),
        ("nulls", f"{profile.nulls:,}"),
        ("blanks", f"{profile.blanks:,}"),
        ("different", f"{'' if profile.distinct_exact else 'about '}{profile.distinct:,}"),
    ]
    if profile.text_kind is not None and profile.text_kind_ratio >= 0.5:
        facts.append(("reads as", f"{profile.text_kind} in {_percent(profile.text_kind_ratio)}"))
    if profile.longest is not None:
        facts.append(
            ("length", f"{profile.shortest} to {profile.longest}, mean {profile.mean_length or 0:.1f}")
        )
    if profile.minimum is not None:
        facts += [("least", profile.minimum), ("greatest", profile.maximum or "")]
    if profile.mean is not None:
        facts.append(("mean ± deviation", f"{profile.mean:,.2f} ± {profile.deviation or 0:,.2f}"))
    facts += list(zip(_QUANTILES, profile.quantiles, strict=False))
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    return f'<dl class="facts">{lines}</dl>'


def _edge(value: float, dated: bool) -> str:
    return day_of(value) if dated else f"{value:,.6g}"


def _shares(values: Sequence[Counted]) -> str:
    return "".join(
        f'<div class="share"><code>{escape(each.value)}</code>{_meter(each.share * 100)}'
        f'<span class="num small">{_percent(each.share)}</span></div>'
        for each in values
    )


def _bars(bars: Bars) -> str:
    highest = max(bars.shares) or 1.0
    count = len(bars.shares)
    drawn = "".join(
        f'<rect x="{i * 100 / count + 0.6:.2f}" y="{40 - share / highest * 40:.2f}" '
        f'width="{100 / count - 1.2:.2f}" height="{share / highest * 40:.2f}"/>'
        for i, share in enumerate(bars.shares)
        if share
    )
    return (
        f'<svg class="bars" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">{drawn}</svg>'
    )
