"""How alike each comparison finds two texts: tables of examples for every engine."""

from __future__ import annotations

from onefold.identity.comparisons import Comparison
from onefold.identity.comparisons.date_tolerance import DateTolerance
from onefold.identity.comparisons.distance import Distance
from onefold.identity.comparisons.edit_distance import EditDistance
from onefold.identity.comparisons.exact import Exact
from onefold.identity.comparisons.jaro_winkler import JaroWinkler
from onefold.identity.comparisons.number import Number
from onefold.identity.comparisons.phonetic import Phonetic
from onefold.identity.comparisons.token_set import TokenSet
from onefold.identity.comparisons.words import Words

Examples = list[tuple[str, str, float | None]]

EDIT: Examples = [
    ("robert2020@hotmail.com", "robrt2020@hotmail.cm", 0.9),
    ("robrt2020@hotmail.cm", "robert2020@hotmail.com", 0.9),
    ("same", "same", 1.0),
    ("abc", "abd", 0.666666667),
    ("abc", "xyz", 0.0),
    ("a", "abcdef", 0.0),
    ("Юлия", "Юлиа", 0.75),
    ("é", "e", 0.0),
    ("Müller", "Muller", 0.833333333),
    ("Παπάς", "Παπας", 0.8),
    ("kitten", "sitting", 0.5),
    ("", "", 0.0),
    ("", "a", 0.0),
]
JARO: Examples = [
    ("martha", "marhta", 0.961111111),
    ("dwayne", "duane", 0.84),
    ("dixon", "dicksonx", 0.813333333),
    ("same", "same", 1.0),
    ("abc", "xyz", 0.0),
    ("Юлия", "Юлиа", 0.883333333),
    ("Müller", "Muller", 0.9),
    ("Παπάς", "Παπας", 0.906666667),
    ("", "", 0.0),
    ("", "a", 0.0),
]
JACCARD: Examples = [
    ("haupt st 5", "haupt st 7", 0.5),
    ("a b c", "c a b", 1.0),
    ("a a b", "a b", 1.0),
    ("a", "b", 0.0),
    ("улица мира", "мира", 0.5),
    ("  a  ", "a", 1.0),
    ("", "", 0.0),
    ("a", "", 0.0),
    (" ", " ", 0.0),
]
OVERLAP: Examples = [
    ("acme", "acme trading", 1.0),
    ("a b", "b c d", 0.5),
    ("a a b", "a", 1.0),
    ("a", "b", 0.0),
    ("", "a", 0.0),
]
WORDS: Examples = [
    ("anna mueller", "mueller anna", 1.0),
    ("anna maria mueller", "mueller anna", 1.0),
    ("a mueller", "anna mueller", 0.9),
    ("b mueller", "anna mueller", 0.0),
    ("sofia deligianni", "ilias deligiannis", 0.6),
    ("anna anna", "anna", 1.0),
    ("anna anna", "anna berta", 0.483333333),
    ("юлия иванова", "иванова юлиа", 0.883333333),
    ("Παπάς", "Παπας", 0.906666667),
    (" anna  mueller ", "anna mueller", 1.0),
    (" ", " ", 0.0),
    ("", "anna", 0.0),
    ("", "", 0.0),
]
COLOGNE: Examples = [
    ("meyer", "maier", 1.0),
    ("mueller", "muller", 1.0),
    ("philipp", "filip", 1.0),
    ("smith", "schmidt", 1.0),
    ("anna", "berta", 0.0),
    ("breschnew", "breschneff", 1.0),
    ("123", "anna", None),
    ("", "", None),
]
SOUNDEX: Examples = [
    ("robert", "rupert", 1.0),
    ("ashcraft", "ashcroft", 1.0),
    ("tymczak", "tymchek", 1.0),
    ("robert", "rubin", 0.0),
    ("7", "7", None),
]
NUMBERS: Examples = [
    ("100", "100", 1.0),
    ("100", "105", 1.0),
    ("100", "107.5", 0.5),
    ("110", "100", 0.0),
    ("100", "200", 0.0),
    ("-5", "5", 0.0),
    ("+1.5", "1.5", 1.0),
    ("x", "1", None),
    ("1e3", "1000", 1.0),
    ("1_000", "1000", None),
    ("1d", "1", None),
    ("inf", "1", None),
    ("", "1", None),
    ("9" * 100, "1", 0.0),
    ("9" * 101, "1", None),
]
DATES: Examples = [
    ("1980-01-01", "1980-01-01", 1.0),
    ("1980-01-01", "1980-01-11", 1.0),
    ("1980-01-01", "1980-01-16", 0.5),
    ("1980-01-21", "1980-01-01", 0.0),
    ("1980-02-28", "1980-03-01", 1.0),
    ("0001-01-01", "9999-12-31", 0.0),
    ("1980-02-30", "1980-02-28", None),
    ("0000-01-01", "1980-01-01", None),
    ("01.01.1980", "1980-01-01", None),
    ("1980-1-1", "1980-01-01", None),
]
PLACES: Examples = [
    ("52.52,13.405", "52.52,13.405", 1.0),
    ("52.52,13.405", "52.52, 13.42", 1.0),
    ("52.52,13.405", "48.8566,2.3522", 0.0),
    ("0,0", "0,180", 0.0),
    ("90,0", "-90,0", 0.0),
    ("0,179.999", "0,-179.999", 1.0),
    ("52.52", "52.52,13.405", None),
    ("91,0", "0,0", None),
    ("90.5,0", "0,0", None),
    ("90.0,180.00", "90,-180", 1.0),
    ("0,180.5", "0,0", None),
    ("5.5,013.405", " 5.5 , 13.405 ", 1.0),
    ("0,19.5", "0,190", None),
    ("0,181", "0,0", None),
    ("1,2,3", "1,2", None),
    ("a,b", "1,2", None),
]
CASES: list[tuple[Comparison, Examples]] = [
    (EditDistance(), EDIT),
    (JaroWinkler(), JARO),
    (TokenSet(), JACCARD),
    (TokenSet(measure="overlap"), OVERLAP),
    (Words(), WORDS),
    (Phonetic(), COLOGNE),
    (Phonetic(code="soundex"), SOUNDEX),
    (Number(tolerance=5), NUMBERS),
    (Number(tolerance=0), [("1", "1.0", 1.0), ("1", "1.01", 0.0), ("x", "1", None)]),
    (DateTolerance(days=10), DATES),
    (DateTolerance(days=0), [("1980-01-01", "1980-01-01", 1.0), ("1980-01-01", "1980-01-02", 0.0)]),
    (Distance(km=2), PLACES),
    (Exact(), [("a", "a", 1.0), ("a", "b", 0.0), ("é", "e", 0.0), ("", "", 1.0)]),
]
NAMES = [f"{comparison.kind}-{index}" for index, (comparison, _) in enumerate(CASES)]
