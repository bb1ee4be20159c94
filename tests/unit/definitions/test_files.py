"""Reading YAML: types without surprises, lines for every key, every problem with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onefold.foundation.definitions import DefinitionErrors, read_files
from onefold.foundation.definitions.yaml_text import YamlProblem, read_documents, write_document
from onefold.foundation.kernel import NotFound


def values(text: str) -> list[object]:
    return [read.value for read in read_documents(text)]


def test_plain_words_keep_their_meaning() -> None:
    text = "country: NO\nopens: 12:30\nsince: 2024-05-01\npostcode: 01234\nratio: .5\nbig: 1e3\nyes: true\n7: {en: a}"
    assert values(text) == [
        {
            "country": "NO",
            "opens": "12:30",
            "since": "2024-05-01",
            "postcode": "01234",
            "ratio": 0.5,
            "big": 1000.0,
            "yes": True,
            "7": {"en": "a"},
        }
    ]


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12).filter(str.isprintable)
    | st.sampled_from(
        [
            "NO",
            "1e5",
            "0x1f",
            "0o7",
            "null",
            "~",
            "2024-05-01",
            "12:30:00",
            ".inf",
            "<<",
            "=",
            "a\nb\n",
            "",
            " ",
            "---",
            "#",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5).filter(str.isprintable), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["kind", "name", "a", "on"]), plain, min_size=1))
def test_what_is_written_is_read_again(content: dict[str, object]) -> None:
    assert values(write_document(content)) == [content]


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("a: 1\nb:\n\tc: 2", 3, "not YAML", "spaces"),
        ("a: 1\nb: 2\na: 3", 3, "twice; first in line 1", "Remove"),
        ("a: b: c", 1, "not YAML", "quotes"),
        ("a: 1\nb: @x", 2, "not YAML", "quotes"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tag", "plain"),
        ("a: !!int x", 1, "no int", "plain"),
        ("a: [1, 2", 1, "not YAML", "indentation"),
        ("? [a]\n: b", 1, "key is a word", "quote"),
        ("a: \0", 1, "characters", "UTF-8"),
        ("[" * 3000, 1, "nested", "flat"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(text: str, line: int, message: str, hint: str) -> None:
    with pytest.raises(YamlProblem) as caught:
        values(text)
    assert caught.value.line == line
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_aliases_that_multiply_end() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(YamlProblem, match="larger"):
        values("\n".join(lines))


def test_files_are_found_and_read_in_order(tmp_path: Path) -> None:
    for name in (
        "b.yaml",
        "sources/a.yml",
        ".git/x.yaml",
        "lake/t/x.yaml",
        "data/x.yaml",
        "deep/data/c.yaml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\nkind: thing\nname: x\n---\n---\nkind: thing\nname: y\n")
    (tmp_path / "onefold.yaml").write_text("name: shop\n")
    (tmp_path / "notes.txt").write_text("\t: not yaml")
    documents = read_files(tmp_path)
    assert [str(document.file) for document in documents] == [
        "b.yaml",
        "b.yaml",
        "onefold.yaml",
        "deep/data/c.yaml",
        "deep/data/c.yaml",
        "sources/a.yml",
        "sources/a.yml",
    ]
    assert [document.line for document in documents[:2]] == [2, 6]
    assert documents[2].content == {"kind": "workspace", "name": "shop"}


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x:\n\ty: 1")
    (tmp_path / "b.yaml").write_bytes(b"name: caf\xe9")
    (tmp_path / "c.yaml").write_text("- 1\n- 2")
    (tmp_path / "d.yaml").write_text("kind: fine\nname: fine")
    with pytest.raises(DefinitionErrors) as caught:
        read_files(tmp_path)
    assert [problem.file for problem in caught.value.problems] == ["a.yaml", "b.yaml", "c.yaml"]
    text = str(caught.value)
    assert "a.yaml:2:" in text
    assert "not text in UTF-8" in text
    assert "c.yaml:1: A definition is a mapping" in text


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="onefold init"):
        read_files(tmp_path / "none")
