import csv
import io
import json

import numpy as np
import pytest

from onefold.example.columns import Dice, cumulate, edited, scattered, scrambled, text
from onefold.example.dirt import overfull, unreadable, with_typos
from onefold.example.emails import Ledger, domains, mistyped_domains
from onefold.example.orders import cents
from onefold.example.writer import csv_chunk, json_chunk, quoted_csv_chunk


def test_equal_keys_give_equal_dice_and_others_do_not() -> None:
    assert np.array_equal(Dice(7, 1).floats(5), Dice(7, 1).floats(5))
    assert not np.array_equal(Dice(7, 1).floats(5), Dice(7, 2).floats(5))


def test_weighted_draws_follow_the_weights() -> None:
    drawn = Dice(1).weighted(100_000, cumulate((1, 3)))
    assert abs(drawn.mean() - 0.75) < 0.01


def test_scattered_puts_groups_back_in_place() -> None:
    column = scattered(3, [(np.array([2, 0]), text(["c", "a"])), (np.array([1]), text(["b"]))])
    assert column.to_pylist() == ["a", "b", "c"]


def test_edited_leaves_nulls_and_unmarked_rows() -> None:
    column = edited(text(["a", None, "c"]), np.array([True, True, False]), lambda value, k: f"{value}{k}")
    assert column.to_pylist() == ["a0", None, "c"]


@pytest.mark.parametrize("salt", range(6))
def test_scrambled_keys_are_distinct(salt: int) -> None:
    keys = scrambled(np.arange(300_000), 9, salt)
    assert len(np.unique(keys)) == 300_000
    assert keys.min() >= 0
    assert keys.max() < 10**9


def test_typos_stay_in_the_script_of_the_word() -> None:
    for word, letters in (("Шевченко", "Ѐ-ӿ"), ("Παπαδόπουλος", "Ͱ-Ͽ")):
        typed = with_typos(text([word] * 500), Dice(1), 1.0).to_pylist()
        assert sum(value != word for value in typed) > 400
        assert all(letters[0] <= c <= letters[2] for value in typed for c in value)


def test_cents_are_exact_decimals() -> None:
    amounts = cents(np.array([-1990, 0, 5, 123456789]))
    assert [str(value) for value in amounts.to_pylist()] == ["-19.90", "0.00", "0.05", "1234567.89"]


def test_csv_lines_read_back() -> None:
    columns = {"a": text(["x", None]), "b": text(['say "hi", you', "Ω"])}
    assert bytes(csv_chunk({"a": columns["a"], "b": text(["1", "2"])}, ";").data) == b"x;1\n;2\n"
    quoted = quoted_csv_chunk(columns, ",")
    assert quoted.rows == 2
    read = list(csv.reader(io.StringIO(bytes(quoted.data).decode())))
    assert read == [["x", 'say "hi", you'], ["", "Ω"]]


def test_json_lines_read_back_with_nested_objects() -> None:
    columns = {"id": text(["1"]), "at.city": text(["Αθήνα"]), "at.zip": text([None]), "ok": text(["true"])}
    line = bytes(json_chunk(columns, ("ok",)).data).decode()
    assert json.loads(line) == {"id": "1", "at": {"city": "Αθήνα", "zip": None}, "ok": True}


def test_no_rows_make_no_bytes() -> None:
    assert bytes(csv_chunk({"a": text([])}, ",").data) == b""


def test_malformed_values_appear_only_when_asked_for() -> None:
    column = text(["2024-01-01"] * 100)
    assert unreadable(column, Dice(1), 0.0).equals(column)
    assert "2024-01-01" not in unreadable(column, Dice(1), 1.0).to_pylist()
    assert overfull(column, Dice(1), 1.0, ";")[0].as_py() == "2024-01-01;?"


def test_every_domain_can_be_mistyped() -> None:
    pairs = dict(zip(domains().to_pylist(), mistyped_domains().to_pylist(), strict=True))
    assert pairs["gmail.com"] == "gmai.com"
    assert not set(pairs) & set(pairs.values())


def test_the_ledger_numbers_equal_keys_apart_over_blocks() -> None:
    ledger = Ledger()
    given = np.concatenate([ledger.numbers(np.full(500, 42)) for _ in range(4)])
    assert given[0] == 0
    assert len(np.unique(given)) == 2000
