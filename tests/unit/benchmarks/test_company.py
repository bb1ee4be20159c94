"""Workspaces over some of the example's sources, or over parts of them."""

from pathlib import Path

import pytest

from benchmarks.company import Document, company, deal, retargeted

DOCUMENTS: list[Document] = [
    {"kind": "workspace", "name": "shop"},
    {"kind": "quality", "name": "quality"},
    {
        "kind": "source",
        "name": "crm",
        "connector": {"kind": "csv", "path": "data/crm.csv"},
        "columns": [{"name": "id"}, {"name": "account", "references": "accounts.id"}],
    },
    {"kind": "source", "name": "till", "connector": {"kind": "csv", "path": "data/till.csv"}, "columns": []},
    {"kind": "identity", "name": "people", "map": ["crm", {"table": "till", "include_all": False}]},
    {
        "kind": "profile",
        "name": "person",
        "attributes": {
            "email": "most_recent",
            "emails": {"from": ["crm.email", "till.mail"], "policy": "collect"},
            "points": {"from": ["till.points"]},
        },
    },
]


def test_sources_that_are_not_named_are_left_out_everywhere() -> None:
    made = {str(one["kind"]): one for one in retargeted(DOCUMENTS, {"crm": ["crm"]})}
    assert set(made) == {"workspace", "source", "identity", "profile"}
    assert made["identity"]["map"] == ["crm"]
    assert made["profile"]["attributes"] == {
        "email": "most_recent",
        "emails": {"from": ["crm.email"], "policy": "collect"},
    }
    assert made["source"]["columns"] == [{"name": "id"}, {"name": "account"}]


def test_a_source_in_parts_becomes_several_of_the_same_rank() -> None:
    found = retargeted(DOCUMENTS, {"crm": ["crm_1", "crm_2"], "till": ["till_1"]})
    sources = [one for one in found if one["kind"] == "source"]
    assert [(one["name"], one["connector"]) for one in sources] == [
        ("crm_1", {"kind": "csv", "path": "data/crm_1.csv"}),
        ("crm_2", {"kind": "csv", "path": "data/crm_2.csv"}),
        ("till_1", {"kind": "csv", "path": "data/till_1.csv"}),
    ]
    identity = next(one for one in found if one["kind"] == "identity")
    assert identity["map"] == ["crm_1", "crm_2", {"table": "till_1", "include_all": False}]


def test_rows_are_dealt_in_turn_and_each_csv_has_the_header(tmp_path: Path) -> None:
    path = tmp_path / "crm.csv"
    path.write_text("id;name\n1;a\n2;b\n3;c\n")
    deal(path, ["crm_1", "crm_2"])
    assert (tmp_path / "crm_1.csv").read_text() == "id;name\n1;a\n3;c\n"
    assert (tmp_path / "crm_2.csv").read_text() == "id;name\n2;b\n"
    assert not path.exists()


def test_json_lines_have_no_header_and_one_part_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "web.jsonl"
    path.write_text('{"a": 1}\n{"a": 2}\n')
    deal(path, ["web"])
    assert path.exists()
    deal(path, ["web_1", "web_2"])
    assert (tmp_path / "web_2.jsonl").read_text() == '{"a": 2}\n'


def test_the_company_is_kept_outside_the_project_and_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEFOLD_BENCHMARK_CACHE", str(tmp_path))
    made = company(200, parts=2)
    assert made.directory.parent == tmp_path
    names = {path.stem for path in (made.directory / "data").iterdir()}
    assert {"crm_contacts_1", "crm_contacts_2", "webshop_customers_1"} <= names
    assert not {"orders", "order_lines", "web_sessions", "crm_contacts"} & names
    before = (made.directory / "truth" / "truth.csv").stat().st_mtime_ns
    assert company(200, parts=2).directory == made.directory
    assert (made.directory / "truth" / "truth.csv").stat().st_mtime_ns == before
    assert [path for path in tmp_path.iterdir() if path.name.startswith("making")] == []
