"""Running the stages over one call's accounts, and over a library's."""

from .run import compare, compare_story, compare_witnesses

__all__ = ["compare", "compare_story", "compare_witnesses"]
