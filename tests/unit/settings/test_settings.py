"""Settings: documented, frozen, and clear about what does not fit."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from onefold.foundation.kernel import InvalidInput
from onefold.settings import explain, in_force, load_settings, unknown_variables


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in explain():
        monkeypatch.delenv(setting.variable, raising=False)


def test_every_setting_is_documented() -> None:
    for setting in explain():
        assert setting.description.endswith("."), setting.name
        assert setting.variable == f"ONEFOLD_{setting.name.upper()}"
        assert "<" not in setting.type, setting.name
    described = {setting.name: setting for setting in explain()}
    assert described["warehouse"].type == "duckdb | spark"
    assert described["memory_bytes"].type == "whole number"
    assert described["memory_bytes"].default == ""
    assert described["keep_runs"].default == "10"


def test_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEFOLD_MEMORY_BYTES", str(2**30))
    monkeypatch.setenv("ONEFOLD_WAREHOUSE", "spark")
    monkeypatch.setenv("ONEFOLD_THREADS", "")
    settings = load_settings()
    assert settings.memory_bytes == 2**30
    assert settings.warehouse == "spark"
    assert settings.threads is None
    with pytest.raises(ValidationError):
        settings.threads = 3


def test_what_does_not_fit_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEFOLD_MEMORY_BYTES", "hunter2")
    monkeypatch.setenv("ONEFOLD_WAREHOUSE", "oracle")
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert "ONEFOLD_MEMORY_BYTES: should be a valid integer" in str(caught.value)
    assert "ONEFOLD_WAREHOUSE: should be 'duckdb' or 'spark'" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_password_in_the_url_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEFOLD_STORE_URL", "postgresql+psycopg://u:hunter2@h/d")
    assert "hunter2" not in repr(load_settings())


def test_what_is_in_force_and_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("onefold_threads", "3")  # variables are read in any case
    monkeypatch.setenv("ONEFOLD_STORE_URL", "postgresql+psycopg://u:hunter2@h/d")
    monkeypatch.setenv("ONEFOLD_KEEP_RUNS", "")
    found = {one.setting.name: (one.value, one.origin) for one in in_force()}
    assert found.keys() == {one.name for one in explain()}
    assert found["threads"] == ("3", "environment")
    assert found["store_url"] == ("(set)", "environment")
    assert found["keep_runs"] == ("10", "default")
    assert found["memory_bytes"] == ("", "default")


def test_a_value_that_does_not_fit_is_not_shown_and_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEFOLD_MEMORY_BYTES", "hunter2")
    monkeypatch.setenv("ONEFOLD_THREADS", "3")
    monkeypatch.setenv("ONEFOLD_STORE_URL", "postgresql+psycopg://u:hunter2@h/d")
    found = {one.setting.name: (one.value, one.origin) for one in in_force()}
    assert found["memory_bytes"] == ("(does not fit)", "environment")
    assert found["threads"] == ("3", "environment")
    assert "hunter2" not in str(in_force())


def test_misspelled_variables() -> None:
    found = unknown_variables(
        {"ONEFOLD_MEMRY_BYTES": "1", "ONEFOLD_THREADS": "1", "PATH": "", "ONEFOLD_XYZ": ""}
    )
    assert found == ["ONEFOLD_MEMRY_BYTES is not a setting. Did you mean 'ONEFOLD_MEMORY_BYTES'?"]


@pytest.mark.parametrize(
    "name",
    ["SHARED", "WORKSPACE", "REPOSITORY", "TEST_POSTGRES_URL", "TEST_REQUIRE_SERVICES", "TEST_THREADS"],
)
def test_variables_of_tests_and_tools_are_no_misspelled_settings(name: str) -> None:
    assert unknown_variables({f"ONEFOLD_{name}": "1"}) == []
