"""Say plainly what is wrong with a Python that cannot carry Onefold, before anything is installed.

The first command a newcomer types is `make demo`. An old Python or a Debian without `python3-venv` used to
end it with a traceback from inside `venv`. So this file runs on any Python 3: it keeps to syntax that old.
"""

import sys

OLDEST = (3, 11)


def problem(version: "tuple[int, ...]", has_venv: bool) -> str:
    """Return what is missing and the next step, or an empty string."""
    found = ".".join(map(str, version[:2]))
    if tuple(version[:2]) < OLDEST:
        return "\n".join(
            [
                "Onefold needs Python 3.11 or newer; " + sys.executable + " is Python " + found + ".",
                "Next step: install a newer one and name it, e.g.  make demo PYTHON=python3.12",
            ]
        )
    if not has_venv:
        return "\n".join(
            [
                "Python " + found + " at " + sys.executable + " cannot make virtual environments.",
                "Next step: install its venv module, e.g.  apt-get install python" + found + "-venv",
            ]
        )
    return ""


def has_venv() -> bool:
    """Return whether `python -m venv` will work; Debian ships `ensurepip` apart."""
    try:
        import ensurepip
        import venv
    except ImportError:
        return False
    return bool(ensurepip and venv)


if __name__ == "__main__":
    message = problem(tuple(sys.version_info[:2]), has_venv())
    if message:
        sys.stderr.write(message + "\n")
        sys.exit(1)
