"""From what a connector delivers to the type a column is published in; what does not fit becomes null.

Every expression is null exactly where the value is missing or does not fit, and never changes a value to
make it fit: no rounding of integers, no cutting of decimals, no year beyond 9999.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from onefold.foundation.kernel import InvalidInput
from onefold.foundation.warehouse import Column, ColumnType, Sql, all_of, literal, sql

FIRST_DAY: Final = Sql("DATE '0001-01-01'")
LAST_DAY: Final = Sql("DATE '9999-12-31'")
FIRST_MOMENT: Final = Sql("TIMESTAMPTZ '0001-01-01 00:00:00+00'")
LAST_MOMENT: Final = Sql("TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'")
_HAS_ZONE: Final = r"\d([zZ]|[+-]\d\d(:?\d\d)?)$"
_NUMERIC: Final = frozenset(
    {ColumnType.INTEGER, ColumnType.SMALL_INTEGER, ColumnType.NUMBER, ColumnType.DECIMAL}
)

WORDS: Final = {
    ColumnType.INTEGER: "a whole number",
    ColumnType.SMALL_INTEGER: "a whole number",
    ColumnType.NUMBER: "a number",
    ColumnType.DECIMAL: "a decimal number",
    ColumnType.BOOLEAN: "yes or no",
    ColumnType.DATE: "a date",
    ColumnType.INSTANT: "a moment",
    ColumnType.TEXT: "text",
    ColumnType.TEXT_LIST: "a list of texts",
    ColumnType.INTEGER_LIST: "a list of whole numbers",
    ColumnType.BLOB: "bytes",
}


@dataclass(frozen=True, slots=True)
class Fit:
    """A value in the wanted type in two steps, so that an engine works out the cast once.

    Attributes:
        cast: the value cast; over the source's column.
        keep: the condition under which the cast stands; over `cast_as` and the source's column; None: always.
    """

    cast: Sql
    keep: Callable[[Sql], Sql] | None = None

    def value(self, cast_as: Sql) -> Sql:
        """Return the value, given the name that the cast goes by (or the cast itself)."""
        return (
            cast_as
            if self.keep is None
            else sql("CASE WHEN {k} THEN {c} END", k=self.keep(cast_as), c=cast_as)
        )


def fitting(value: Sql, have: Column, want: Column, *, form: str | None, time_zone: str) -> Fit:
    """Return how the value becomes the wanted type; null where it does not fit.

    Args:
        value: the expression to cast.
        have: the type it has.
        want: the type to publish.
        form: how texts are written: `%d.%m.%Y` for dates and moments, `1.234,56` for numbers, `J/N` for yes
            and no; None is ISO 8601, `1234.56`, `true/false`.
        time_zone: the zone of moments that carry none.
    """
    if have.type is ColumnType.TEXT:
        return _from_text(value, want, form, time_zone)
    if have.type is want.type and have.decimal == want.decimal:
        return _bounded(value, want.type)
    if want.type is ColumnType.TEXT:
        return Fit(sql("CAST({v} AS VARCHAR)", v=value))
    if have.type is ColumnType.DATE and want.type is ColumnType.INSTANT:
        return _bounded(moment(sql("CAST({v} AS TIMESTAMP)", v=value), time_zone), want.type)
    if have.type is ColumnType.INSTANT and want.type is ColumnType.DATE:
        local = sql("CAST(timezone({zone}, {v}) AS DATE)", zone=literal(time_zone), v=value)
        return _bounded(local, want.type)
    if have.type in _NUMERIC and want.type in (ColumnType.NUMBER, ColumnType.BOOLEAN):
        return _tried(value, want)
    if want.type in (ColumnType.TEXT_LIST, ColumnType.INTEGER_LIST):
        return _tried(value, want)
    return _from_text(sql("CAST({v} AS VARCHAR)", v=value), want, None, time_zone)


def fitted(value: Sql, have: Column, want: Column, *, form: str | None, time_zone: str) -> Sql:
    """Return `fitting` as one expression."""
    fit = fitting(value, have, want, form=form, time_zone=time_zone)
    return fit.value(fit.cast)


def moment(value: Sql, time_zone: str) -> Sql:
    """Return a TIMESTAMP without zone as a moment."""
    return sql("timezone({zone}, {v})", zone=literal(time_zone), v=value)


def _from_text(value: Sql, want: Column, form: str | None, time_zone: str) -> Fit:
    match want.type:
        case ColumnType.TEXT:
            return Fit(value)
        case ColumnType.INTEGER | ColumnType.SMALL_INTEGER:
            return _written(value, form, _integer(_plain_number(value, form), want))
        case ColumnType.NUMBER:
            return _written(value, form, _number(_plain_number(value, form), want))
        case ColumnType.DECIMAL:
            return _written(value, form, _decimal(_plain_number(value, form), want))
        case ColumnType.BOOLEAN:
            return _boolean(value, form)
        case ColumnType.DATE:
            return _date(value, form)
        case ColumnType.INSTANT:
            return _instant(value, form, time_zone)
        case ColumnType.TEXT_LIST | ColumnType.INTEGER_LIST:
            return _tried(value, want)
        case ColumnType.BLOB:
            return Fit(sql("encode({v})", v=value))


def _tried(value: Sql, want: Column) -> Fit:
    return Fit(sql("TRY_CAST({v} AS {type})", v=value, type=want.sql_type))


def _integer(text: Sql, want: Column) -> Fit:
    # DuckDB would round '1.5' and read '0x1F', '1e3' and '1_000'; the first condition decides nearly all.
    return Fit(
        _tried(text, want).cast,
        lambda cast: sql(
            "CAST({c} AS VARCHAR) = {v} OR regexp_full_match(trim({v}), '[+-]?[0-9]+([.]0*)?')",
            c=cast,
            v=text,
        ),
    )


def _number(text: Sql, want: Column) -> Fit:
    return Fit(
        _tried(text, want).cast, lambda cast: sql("isfinite({c}) AND NOT contains({v}, '_')", c=cast, v=text)
    )


def _decimal(text: Sql, want: Column) -> Fit:
    _, scale = want.decimal or (38, 9)
    # More digits than the scale keeps would be rounded away in silence.
    too_fine = f"^[^eE]*[.][0-9]{{{scale}}}[0-9]*[1-9]"
    condition = sql(
        "NOT contains({v}, '_') AND NOT regexp_matches({v}, {too_fine})", v=text, too_fine=literal(too_fine)
    )
    return Fit(_tried(text, want).cast, lambda _: condition)


def _written(text: Sql, form: str | None, fit: Fit) -> Fit:
    """Add the condition that the number is written as in the example, its thousands in threes.

    Without it `1.234,5` read by the example `1,234.56` would be 1.2345.
    """
    if form is None:
        return fit
    *thousands, decimal = [character for character in form if not character.isdigit()]
    groups = rf"|\d{{1,3}}([{thousands[0]}\x{{A0}}]\d{{3}})+" if thousands else ""
    if thousands and thousands[0] != " ":
        groups = groups.replace(r"\x{A0}", "")
    shape = rf"\s*[+-]?(\d*{groups})([{decimal}]\d*)?([eE][+-]?\d+)?\s*"

    def keep(cast: Sql) -> Sql:
        shaped = sql("regexp_full_match({v}, {shape})", v=text, shape=literal(shape))
        return shaped if fit.keep is None else all_of([shaped, fit.keep(cast)])

    return Fit(fit.cast, keep)


def _plain_number(text: Sql, form: str | None) -> Sql:
    """Return the text with `.` as decimal mark and no thousands marks, by the written example."""
    if form is None:
        return text
    marks = [character for character in form if not character.isdigit()]
    if len(marks) not in (1, 2) or len(set(marks)) != len(marks):
        message = f"{form!r} is no example of a number."
        hint = "Write one such as '1.234,56' or '1234,56'."
        raise InvalidInput(message, code="sources.number_format", hint=hint)
    plain = text
    if len(marks) == 2:
        thousands = marks[0]
        plain = sql("replace({v}, {mark}, '')", v=plain, mark=literal(thousands))
        if thousands == " ":
            plain = sql("replace({v}, chr(160), '')", v=plain)
    return plain if marks[-1] == "." else sql("replace({v}, {mark}, '.')", v=plain, mark=literal(marks[-1]))


def _boolean(text: Sql, form: str | None) -> Fit:
    if form is None:
        return Fit(sql("coalesce(TRY_CAST({v} AS BOOLEAN), TRY_CAST(trim({v}) AS BOOLEAN))", v=text))
    yes, separator, no = form.partition("/")
    if not separator or not yes or not no:
        message = f"{form!r} does not say how yes and no are written."
        raise InvalidInput(message, code="sources.boolean_format", hint="Write both, such as 'J/N'.")
    return Fit(
        sql(
            "CASE lower(trim({v})) WHEN lower({yes}) THEN TRUE WHEN lower({no}) THEN FALSE END",
            v=text,
            yes=literal(yes),
            no=literal(no),
        )
    )


def _date(text: Sql, form: str | None) -> Fit:
    if form is None:
        return _bounded(sql("TRY_CAST({v} AS DATE)", v=text), ColumnType.DATE)
    parsed = sql("CAST(try_strptime(trim({v}), {form}) AS DATE)", v=text, form=literal(form))
    return _bounded(parsed, ColumnType.DATE)


def _instant(text: Sql, form: str | None, time_zone: str) -> Fit:
    if form is not None:
        parsed = sql("try_strptime(trim({v}), {form})", v=text, form=literal(form))
        # With %z in the form the result has its zone already.
        zoned = parsed if "%z" in form or "%Z" in form else moment(parsed, time_zone)
    elif time_zone == "UTC":
        # Seconds and nothing after them: no zone, and then the other cast takes half the time.
        zoned = sql(
            "CASE WHEN {v} LIKE '____-__-_____:__:__' "
            "THEN make_timestamptz(epoch_us(TRY_CAST({v} AS TIMESTAMP))) ELSE TRY_CAST({v} AS TIMESTAMPTZ) END",
            v=text,
        )
    else:
        zoned = sql(
            "CASE WHEN regexp_matches({v}, {pattern}) THEN TRY_CAST({v} AS TIMESTAMPTZ) ELSE {local} END",
            v=text,
            pattern=literal(_HAS_ZONE),
            local=moment(sql("TRY_CAST({v} AS TIMESTAMP)", v=text), time_zone),
        )
    return _bounded(zoned, ColumnType.INSTANT)


def _bounded(value: Sql, kind: ColumnType) -> Fit:
    if kind is ColumnType.DATE:
        return Fit(value, lambda cast: sql("{c} BETWEEN {a} AND {b}", c=cast, a=FIRST_DAY, b=LAST_DAY))
    if kind is ColumnType.INSTANT:
        return Fit(value, lambda cast: sql("{c} BETWEEN {a} AND {b}", c=cast, a=FIRST_MOMENT, b=LAST_MOMENT))
    return Fit(value)
