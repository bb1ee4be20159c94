"""What the tests let a child do."""

import sys
import time


def hold(megabytes: int) -> dict[str, float]:
    """Fill memory and say how much; also print, as libraries do."""
    held = bytearray(megabytes * 1_000_000)
    held[::4096] = b"x" * len(held[::4096])
    sys.stdout.write("a progress bar without an end of line")
    return {"held": float(len(held))}


def fail() -> dict[str, float]:
    """Fail with a reason."""
    message = "the reason"
    raise RuntimeError(message)


def wait() -> dict[str, float]:
    """Take longer than any test waits."""
    time.sleep(600)
    return {}
