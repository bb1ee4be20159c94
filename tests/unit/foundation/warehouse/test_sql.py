"""What is written into SQL comes out of the engine as it went in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from onefold.foundation.warehouse import literal, sql
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from tests.plugins.properties import examples

DANGEROUS = st.sampled_from("'\"\\\n\r\t${}%;-/*_abE")
TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), DANGEROUS))


@pytest.fixture(scope="module")
def warehouse() -> DuckDBWarehouse:
    return DuckDBWarehouse(check_portable=True)


@settings(max_examples=examples(100))
@given(text=TEXTS)
def test_a_text_is_the_same_text_in_sql(warehouse: DuckDBWarehouse, text: str) -> None:
    assert warehouse.rows(sql("SELECT {text} AS t", text=literal(text))) == [(text,)]
    assert literal(text).text == exp.Literal.string(text).sql(dialect="duckdb")


@pytest.mark.parametrize("hole", ["x", 1.0, None, True])
def test_a_plain_value_is_no_sql(hole: object) -> None:
    with pytest.raises(TypeError, match="wrap it in"):
        sql("SELECT {hole}", hole=hole)  # type: ignore[arg-type]  # what the test is about
