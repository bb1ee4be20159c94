"""How right the profiles are, measured against a truth file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from onefold.foundation.kernel import InvalidInput, NotFound, counted
from onefold.foundation.warehouse import Sql, Warehouse, ident, sql
from onefold.identity.tables import PROFILE_RECORDS

_COLUMNS = ("source", "record_id", "person")
_TRUTH = "identity_truth"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Agreement of profiles with a truth, over the records that both know. All ratios are from 0 to 1.

    Pairwise: of the pairs of records in one profile, the share that are one person (precision), and of the pairs
    that are one person, the share in one profile (recall). B-cubed (Bagga & Baldwin 1998) averages over records
    the share of the record's profile that is its person, and of its person that is in its profile.

    Attributes:
        missing: records of the truth that are in no profile.
        exact_people: people whose profile holds exactly their records.
    """

    records: int
    missing: int
    people: int
    profiles: int
    exact_people: int
    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float

    def as_dict(self) -> dict[str, int | float]:
        """Return the figures as plain JSON values, ratios with six digits."""
        return {name: round(getattr(self, name), 6) for name in self.__dataclass_fields__}


def load_truth(warehouse: Warehouse, path: Path) -> None:
    """Load a CSV with the columns source, record_id, person.

    Raises:
        NotFound: the file does not exist.
        InvalidInput: it is no CSV, a column is missing, or a record stands in it twice.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", code="identity.truth_missing", hint="Check the path.")
    texts = csv.ConvertOptions(column_types=dict.fromkeys(_COLUMNS, pa.string()), strings_can_be_null=False)
    try:
        table = csv.read_csv(path, convert_options=texts)
    except pa.ArrowInvalid as error:
        message = f"{path} is not a CSV file."
        hint = f"A truth file has the columns {', '.join(_COLUMNS)}, separated by commas."
        raise InvalidInput(message, code="identity.truth_unreadable", hint=hint) from error
    missing = [name for name in _COLUMNS if name not in table.column_names]
    if missing:
        message = f"{path} has no column {', '.join(missing)}."
        hint = f"A truth file has the columns {', '.join(_COLUMNS)}."
        raise InvalidInput(message, code="identity.truth_columns", hint=hint)
    warehouse.load_arrow(_TRUTH, table.select(list(_COLUMNS)))
    ((repeated,),) = warehouse.rows(
        sql(
            "SELECT count(*) FROM (SELECT source, record_id FROM {truth} GROUP BY source, record_id "
            "HAVING count(*) > 1) AS r",
            truth=ident(_TRUTH),
        )
    )
    if repeated:
        message = f"{path} names {counted(int(str(repeated)), 'record')} more than once."
        raise InvalidInput(message, code="identity.truth_repeats", hint="Give each record one person.")


def evaluate(warehouse: Warehouse, *, profile_records: str = PROFILE_RECORDS.name) -> Evaluation:
    """Compare the profiles with the truth that was loaded."""
    warehouse.create_table(
        "identity_judged",
        sql(
            "SELECT t.person, p.profile_id FROM {truth} AS t JOIN {records} AS p "
            "ON p.source = t.source AND p.record_id = t.record_id",
            truth=ident(_TRUTH),
            records=ident(profile_records),
        ),
    )
    ((listed,),) = warehouse.rows(sql("SELECT count(*) FROM {truth}", truth=ident(_TRUTH)))
    _count_cells(warehouse)
    of_cells = warehouse.rows(
        Sql(
            "SELECT sum(c.n * (c.n - 1) / 2), sum(c.n), sum(c.n * c.n / nullif(f.n, 0)), "
            "sum(c.n * c.n / nullif(p.n, 0)), "
            "sum(CASE WHEN c.n = p.n AND c.n = f.n THEN 1 ELSE 0 END) FROM identity_cells AS c "
            "JOIN identity_person_sizes AS p ON p.person = c.person "
            "JOIN identity_profile_sizes AS f ON f.profile_id = c.profile_id"
        )
    )[0]
    sizes = [
        warehouse.rows(sql("SELECT sum(n * (n - 1) / 2), count(*) FROM {name}", name=ident(name)))[0]
        for name in ("identity_person_sizes", "identity_profile_sizes")
    ]
    warehouse.drop(
        "identity_judged", "identity_cells", "identity_person_sizes", "identity_profile_sizes", _TRUTH
    )
    both, records, b3_p, b3_r, exact = (_number(value) for value in of_cells)
    (true, people), (predicted, profiles) = ((_number(pairs), _number(count)) for pairs, count in sizes)
    if not records:
        message = "No record of the truth file is in any profile."
        hint = "Its sources must be the workspace's source names, its record ids their primary keys."
        raise InvalidInput(message, code="identity.truth_apart", hint=hint)
    precision = both / predicted if predicted else 1.0
    recall = both / true if true else 1.0
    return Evaluation(
        records=int(records),
        missing=int(str(listed)) - int(records),
        people=int(people),
        profiles=int(profiles),
        exact_people=int(exact),
        precision=precision,
        recall=recall,
        f1=_f1(precision, recall),
        b3_precision=b3_p / records,
        b3_recall=b3_r / records,
        b3_f1=_f1(b3_p / records, b3_r / records),
    )


def _count_cells(warehouse: Warehouse) -> None:
    """Create `identity_cells(person, profile_id, n)` and the sizes of people and of profiles."""
    # Materialized step by step: as one statement with shared sub-selects, the engine pairs everything.
    warehouse.create_table(
        "identity_cells",
        Sql(
            "SELECT person, profile_id, CAST(count(*) AS DOUBLE) AS n FROM identity_judged "
            "GROUP BY person, profile_id"
        ),
    )
    for name, column in (("identity_person_sizes", "person"), ("identity_profile_sizes", "profile_id")):
        warehouse.create_table(
            name,
            sql("SELECT {column}, sum(n) AS n FROM identity_cells GROUP BY {column}", column=ident(column)),
        )


def _number(value: object) -> float:
    return 0.0 if value is None else float(str(value))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
