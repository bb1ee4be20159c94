"""Ways to say how alike two normalized values are, one class to a file, and the keys to block them by."""

from onefold.identity.comparisons.comparison import Comparison

__all__ = ["Comparison"]
