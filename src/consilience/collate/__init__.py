"""Points: which passages of which accounts assert the same, and how their words differ.

Does not say where a point comes from, nor which reading is right. Invariant: the points do not
depend on the order of the accounts.
"""

from .points import collate

__all__ = ["collate"]
