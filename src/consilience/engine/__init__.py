"""Running the stages over one call's accounts."""

from .run import compare, compare_witnesses

__all__ = ["compare", "compare_witnesses"]
