"""Settings of property tests: no deadline per example, because a busy machine is not a bug.

`make test-fast` runs them with `--hypothesis-profile=fast`: the same properties with fewer examples, drawn anew
each time. Everything else, `make test` and plain pytest, tries as many as the test asks for.
"""

from typing import Final

from hypothesis import settings

_FAST: Final = "fast"
_FAST_SHARE: Final = 3
_FEWEST: Final = 3

settings.register_profile("onefold", deadline=None, print_blob=True)
settings.register_profile(
    _FAST,
    settings.get_profile("onefold"),
    max_examples=settings.get_profile("onefold").max_examples // _FAST_SHARE,
)
settings.load_profile("onefold")


def examples(count: int) -> int:
    """Return for `max_examples` the count, or a third of it in the fast profile."""
    if settings.get_current_profile_name() != _FAST:
        return count
    return max(_FEWEST, count // _FAST_SHARE)
