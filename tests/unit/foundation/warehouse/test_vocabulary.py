"""The Python references are what the examples say; both engines are asked in the contract suite."""

from __future__ import annotations

import pytest

from onefold.foundation.warehouse.vocabulary import Function, vocabulary

WITH_REFERENCE = [function for function in vocabulary() if function.python is not None]


@pytest.mark.parametrize("function", WITH_REFERENCE, ids=lambda function: function.name)
def test_references_give_the_examples(function: Function) -> None:
    assert function.python is not None
    results = [function.python(*arguments) for arguments, _ in function.examples]
    assert results == [expected for _, expected in function.examples]


@pytest.mark.parametrize("function", vocabulary(), ids=lambda function: function.name)
def test_examples_cover_null_and_more(function: Function) -> None:
    assert function.name.startswith("of_")
    assert any(None in arguments for arguments, _ in function.examples)
    assert len(function.examples) >= 3


def test_names_are_unique() -> None:
    names = [function.name for function in vocabulary()]
    assert len(set(names)) == len(names)
