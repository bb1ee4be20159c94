"""A source that cannot be read fails with a code and the next step; the others of the run go on."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

import onefold
from onefold.runs import Outcome
from onefold.sources import SourceDefinition

GOOD = b"id,name\n1,Ann\n2,Bob\n"
BAD: Mapping[str, tuple[bytes | None, Mapping[str, object], str]] = {
    "missing": (None, {"kind": "csv"}, "sources.file_missing"),
    "empty": (b"", {"kind": "csv"}, "sources.file_empty"),
    "binary": (bytes(range(256)) * 50, {"kind": "csv"}, "sources.file_not_text"),
    "cut_off": (gzip.compress(GOOD * 999, mtime=0)[:60], {"kind": "csv"}, "sources.file_damaged"),
    "latin": ("id,näme\n1,a\n".encode("latin-1"), {"kind": "csv"}, "sources.encoding_wrong"),
    "twice": (b"id,ID\n1,2\n", {"kind": "csv"}, "sources.header_twice"),
    "delimiter": (b"id;name\n1;a\n", {"kind": "csv", "delimiter": ","}, "sources.delimiter_wrong"),
    "no_key": (b"name\nAnn\n", {"kind": "csv"}, "sources.column_missing"),
    "empty_key": (b"id,name\n,Ann\n,Bob\n", {"kind": "csv"}, "sources.key_all_null"),
    "json": (b'{"id": 1\n', {"kind": "json"}, "sources.json_no_objects"),
    "parquet": (b"PAR1 and no more PAR1", {"kind": "parquet"}, "sources.file_damaged"),
    "excel": (b"PK\x03\x04 and no more", {"kind": "excel"}, "sources.file_unreadable"),
}


def test_sources_that_cannot_be_read_fail_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "onefold.yaml").write_text("kind: workspace\nname: bad\n", encoding="utf-8")
    documents = []
    for name, (content, connector, _) in {**BAD, "good": (GOOD, {"kind": "csv"}, "")}.items():
        if content is not None:
            (tmp_path / f"{name}.in").write_bytes(content)
        of = {**connector, "path": f"{name}.in"}
        documents.append({"kind": "source", "name": name, "connector": of, "primary_key": "id"})
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    with onefold.open(tmp_path) as workspace:
        report = workspace.run(only=("sources",))
    stages = {stage.stage.removeprefix("sources."): stage for stage in report.stages}
    for name, (_, _, code) in BAD.items():
        assert (stages[name].outcome, stages[name].error_code) == (Outcome.FAILED, code), name
    assert (stages["good"].outcome, stages["good"].rows_out) == (Outcome.COMPLETED, 2)


def test_a_region_column_that_is_left_out_is_refused() -> None:
    document = {"name": "a", "connector": {"kind": "csv", "path": "a.csv"}, "region_column": "land"}
    assert SourceDefinition.model_validate(document).region_column == "land"
    with pytest.raises(ValueError, match="'land' is left out"):
        SourceDefinition.model_validate(document | {"exclude": ["land"]})
