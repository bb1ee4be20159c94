"""How right the rule stage is: the example company with its shipped rules, and two public sets with written ones."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import yaml
from typing_extensions import override

from benchmarks.benchmark import Benchmark, Skipped, say
from benchmarks.child import Child
from benchmarks.company import SEED, build_workspace, company, write_workspace
from benchmarks.figure import Figure
from benchmarks.pipeline import evaluated, run_workspace
from benchmarks.places import shared_data, work_directory

_DEFINITIONS = Path(__file__).parents[1] / "definitions"
_FILES = {"febrl3": ("febrl3.csv",), "febrl4": ("febrl4a.csv", "febrl4b.csv")}
_PEOPLE = {"20k": 20_000, "500k": 500_000}
_PERSON = re.compile(r"^rec-(\d+)-")
_TIMEOUT = 1200


class Rules(Benchmark):
    """Pairwise F1 and B-cubed against the truth; deterministic, so one run of each data set is enough.

    The example is measured on as many companies as `runs` says (three by default), and their mean is reported.
    """

    kind: ClassVar[str] = "rules"
    summary: ClassVar[str] = (
        "F1 of the rules on the example company, febrl3 (duplicates) and febrl4 (linkage)"
    )
    sizes: ClassVar[tuple[str, ...]] = tuple(_PEOPLE)

    @override
    def run(self, size: str, runs: int | None) -> Iterator[Figure]:
        default = 3 if size == self.sizes[0] else 1
        yield from _example(_PEOPLE[size], runs or default)
        for name in _FILES:
            try:
                yield from _febrl(name)
            except Skipped as reason:
                say(f"{name} skipped: {reason}")


def _example(people: int, runs: int) -> Iterator[Figure]:
    found: list[Child] = []
    for seed in range(SEED, SEED + runs):
        made = company(people, seed=seed)
        with work_directory(1 + 8 * people / 1e6) as place:
            build_workspace(place / "workspace", made)
            truth = made.directory / "truth" / "truth.csv"
            found.append(run_workspace(place / "workspace", truth=truth, timeout=_TIMEOUT))
        say(f"example, seed {seed}: {_words(found[-1])}")
    for name, key in (("rules_f1_example", "f1"), ("rules_b3_example", "b3_f1")):
        values = [evaluated(child, key) for child in found]
        yield Figure(name, sum(values) / len(values), "f1", len(values))


def _febrl(name: str) -> Iterator[Figure]:
    with work_directory(0.5) as place:
        data = place / "data"
        data.mkdir()
        for file in _FILES[name]:
            shutil.copy(shared_data(file), data)
        write_truth(data, place / "truth.csv")
        text = (_DEFINITIONS / f"{name}.yaml").read_text(encoding="utf-8")
        write_workspace(place / "workspace", list(yaml.safe_load_all(text)), data)
        child = run_workspace(place / "workspace", truth=place / "truth.csv", timeout=_TIMEOUT)
    say(f"{name}: {_words(child)}")
    yield Figure(f"rules_f1_{name}", evaluated(child, "f1"), "f1", 1)
    yield Figure(f"rules_b3_{name}", evaluated(child, "b3_f1"), "f1", 1)


def write_truth(data: Path, into: Path) -> None:
    """Write source, record_id and person for every record of the folder: `rec-17-dup-0` is person 17."""
    lines = ["source,record_id,person"]
    for path in sorted(data.glob("*.csv")):
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            record = line.partition(",")[0]
            found = _PERSON.match(record)
            if found is None:
                message = f"{path.name} has a record id of another form."
                raise ValueError(message)
            lines.append(f"{path.stem},{record},{found[1]}")
    into.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _words(child: Child) -> str:
    shown = {"precision": "P", "recall": "R", "f1": "F1", "b3_f1": "B3"}
    return ", ".join(f"{word} {evaluated(child, key):.4f}" for key, word in shown.items())
