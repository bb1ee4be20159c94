"""Settings of property tests: no deadline per example, because a busy machine is not a bug."""

from hypothesis import settings

settings.register_profile("onefold", deadline=None, print_blob=True)
settings.load_profile("onefold")
