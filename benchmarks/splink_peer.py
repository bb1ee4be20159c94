"""Both sides of the comparison with Splink, each in a process of its own, from the same normalized records.

`records.parquet(id, email, full_name, phone, birth_date, postcode)` is what Onefold's normalizers make of the
example's five sources, values that are nobody's left out; `truth.parquet(id, person)` says who is who.
"""

from __future__ import annotations

import time
from pathlib import Path

import yaml

_DEFINITION = Path(__file__).parent / "definitions" / "splink_peer.yaml"
ATTRIBUTES = ("email", "full_name", "phone", "birth_date", "postcode")
_THRESHOLD = 0.95
_EXPECTED_RECALL = 0.8
_SAMPLED_PAIRS = 1e6
"""Splink's own default; with ten times as many its training takes about twice as long."""


def export(workspace: str, truth: str, into: str) -> dict[str, float]:
    """Run the workspace's sources, normalize, and write the records and the truth; return how many records."""
    import onefold
    from onefold.foundation.warehouse import Sql, comma, ident, literal, sql
    from onefold.identity import IdentityDefinition
    from onefold.identity.stage import resolve

    definition = IdentityDefinition.model_validate(yaml.safe_load(_DEFINITION.read_text(encoding="utf-8")))
    with onefold.open(workspace) as opened:
        opened.run(only=("sources",))
        with opened.reader() as warehouse:
            found = resolve(warehouse, definition, opened.describe())
            columns = [
                sql(
                    "r.{own} AS {name}",
                    own=ident(found.terms.of_attribute(name).columns[0]),
                    name=ident(name),
                )
                for name in ATTRIBUTES
            ]
            names = Sql(
                "CASE r.table_no "
                + " ".join(f"WHEN {table.number} THEN {literal(table.table)}" for table in found.tables)
                + " END"
            )
            judged = sql(
                "SELECT r.rid AS id, t.person FROM identity_records AS r JOIN read_csv({truth}, all_varchar = true) "
                "AS t ON t.source = {names} AND t.record_id = r.record_id",
                truth=literal(truth),
                names=names,
            )
            records = sql("SELECT r.rid AS id, {columns} FROM identity_records AS r", columns=comma(columns))
            for name, select in (("records", records), ("truth", judged)):
                target = literal(str(Path(into) / f"{name}.parquet"))
                warehouse.execute(sql("COPY ({select}) TO {target}", select=select, target=target))
            return {"records": float(found.records.total)}


def ours(place: str) -> dict[str, float]:
    """Match and cluster the records by the rules; return seconds and F1."""
    from onefold.catalogue import TableDescription
    from onefold.foundation.warehouse import literal, sql
    from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
    from onefold.identity import IdentityDefinition
    from onefold.identity.stage import resolve

    written = yaml.safe_load(_DEFINITION.read_text(encoding="utf-8"))
    as_it_is = {"normalize": [{"kind": "bypass", "values": []}], "bypass_dummies": False}
    definition = IdentityDefinition.model_validate(
        {
            "kind": "identity",
            "name": "people",
            "map": [{"table": "records", "attributes": {name: name for name in ATTRIBUTES}}],
            "attributes": dict.fromkeys(ATTRIBUTES, as_it_is),
            "rules": written["rules"],
        }
    )
    warehouse = DuckDBWarehouse()
    file = literal(str(Path(place) / "records.parquet"))
    warehouse.create_table("records", sql("SELECT *, id AS _ordinal FROM read_parquet({file})", file=file))
    began = time.perf_counter()
    resolve(warehouse, definition, {"records": TableDescription("records", key=("id",))})
    seconds = time.perf_counter() - began
    labels = warehouse.arrow(
        sql(
            "SELECT r.record_id AS id, l.label FROM identity_labels AS l "
            "JOIN identity_records AS r ON r.rid = l.rid"
        )
    )
    warehouse.close()
    return {"total": seconds, "f1": _f1(place, labels)}


def splinks(place: str) -> dict[str, float]:
    """Train, predict and cluster with Splink on DuckDB; return the seconds of each step and F1."""
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE given AS SELECT * FROM read_parquet('{place}/records.parquet')")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("phone"),
            block_on("birth_date"),
            block_on("full_name", "postcode"),
        ],
        comparisons=[
            cl.JaroWinklerAtThresholds("full_name", [0.92, 0.88, 0.85]),
            *(cl.ExactMatch(name) for name in ("email", "phone", "birth_date", "postcode")),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    began = time.perf_counter()
    api = DuckDBAPI(connection)
    linker = Linker(api.register("given"), settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("email", "full_name"), block_on("phone", "full_name")], recall=_EXPECTED_RECALL
    )
    training.estimate_u_using_random_sampling(max_pairs=_SAMPLED_PAIRS)
    for key in (block_on("email"), block_on("full_name", "postcode")):
        training.estimate_parameters_using_expectation_maximisation(key)
    trained = time.perf_counter()
    pairs = linker.inference.predict(threshold_match_probability=_THRESHOLD)
    predicted = time.perf_counter()
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=_THRESHOLD
    )
    ended = time.perf_counter()
    labels = connection.sql(
        f"SELECT CAST(id AS VARCHAR) AS id, cluster_id AS label FROM {clusters.physical_name}"
    ).to_arrow_table()
    return {
        "total": ended - began,
        "train": trained - began,
        "predict": predicted - trained,
        "cluster": ended - predicted,
        "f1": _f1(place, labels),
    }


def _f1(place: str, labels: object) -> float:
    """Return the pairwise F1 of `labels(id, label)` against the truth."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("labels", labels)
        ((both, predicted, true),) = connection.execute(
            f"""WITH judged AS (SELECT t.person, l.label FROM read_parquet('{place}/truth.parquet') AS t
                JOIN labels AS l ON l.id = CAST(t.id AS VARCHAR)),
            pairs AS (
                SELECT 'both' AS what, count(*) AS n FROM judged GROUP BY person, label UNION ALL
                SELECT 'predicted', count(*) FROM judged GROUP BY label UNION ALL
                SELECT 'true', count(*) FROM judged GROUP BY person)
            SELECT sum(n * (n - 1) / 2.0) FILTER (what = 'both'), sum(n * (n - 1) / 2.0) FILTER (what = 'predicted'),
                sum(n * (n - 1) / 2.0) FILTER (what = 'true') FROM pairs"""
        ).fetchall()
    return 2 * float(both) / (float(predicted) + float(true))
