"""Run benchmarks: `python -m benchmarks NAME [--size SIZE]`. Figures on standard output, progress on standard error.

python -m benchmarks --list
python -m benchmarks unify --size 500k
python -m benchmarks all --size small
python -m benchmarks table < figures.jsonl
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from benchmarks.benchmark import Benchmark, Skipped, say
from benchmarks.child import ChildError
from benchmarks.table import render
from onefold.foundation.kernel import discover

_PACKAGE = "benchmarks.cases"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every benchmark ran or was skipped with a reason, 1 when one failed, 2 for a wrong call."""
    known = discover(_PACKAGE, Benchmark)
    parser = _parser(known)
    asked = parser.parse_args(arguments)
    if asked.list:
        sys.stdout.write(
            "".join(f"{kind:<18}{_sizes(each):<20}{each.summary}\n" for kind, each in known.items())
        )
        return 0
    if asked.name == "table":
        sys.stdout.write(render(sys.stdin) + "\n")
        return 0
    if asked.name is None:
        parser.print_help(sys.stderr)
        return 2
    chosen = list(known.values()) if asked.name == "all" else [known[asked.name]]
    try:
        plan = [(each(), each().size_named(asked.size)) for each in chosen]
    except KeyError:
        parser.error(
            f"{asked.name} has no size {asked.size}; it knows {', '.join(_sizes(each) for each in chosen)}"
        )
    return _run_all(plan, asked.runs)


def _run_all(plan: Sequence[tuple[Benchmark, str]], runs: int | None) -> int:
    lines: list[str] = []
    failed = False
    for benchmark, size in plan:
        say(f"{benchmark.kind} ({size})")
        began = time.perf_counter()
        try:
            for figure in benchmark.run(size, runs):
                lines.append(figure.line())
                sys.stdout.write(lines[-1] + "\n")
                sys.stdout.flush()
        except Skipped as reason:
            say(f"{benchmark.kind} skipped: {reason}")
        except ChildError as error:
            failed = True
            say(f"{benchmark.kind} FAILED: {error}")
        say(f"{benchmark.kind} took {time.perf_counter() - began:.0f} s")
    if len(lines) > 1:
        sys.stderr.write("\n" + render(lines) + "\n")
    return 1 if failed else 0


def _parser(known: dict[str, type[Benchmark]]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure; one JSON line per figure on standard output, progress and a table on standard error.",
        epilog="Example: python -m benchmarks unify --size 500k. `table` reads the lines and prints them as a table.",
    )
    parser.add_argument("name", nargs="?", choices=[*known, "all", "table"], help="which benchmark")
    parser.add_argument(
        "--size", default="small", help="small, full, or one of the benchmark's own (see --list)"
    )
    parser.add_argument("--runs", type=_count, help="how many runs to take the median of")
    parser.add_argument("--list", action="store_true", help="list the benchmarks with their sizes")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        message = "expected 1 or more"
        raise argparse.ArgumentTypeError(message)
    return number


def _sizes(each: type[Benchmark]) -> str:
    return ", ".join(each.sizes)


if __name__ == "__main__":
    sys.exit(main())
