"""What the reader follows and has muted, each with what it brings.

Does not say what to follow: nothing is recommended by how often it is read or told. Invariant: a number
that is not the whole is said to be at least so many.
"""

from __future__ import annotations

from ..errors import InputError
from ..store import Interest, Store
from . import shapes
from .feed import FOUND, LEAST
from .shapes import Json


def interests(library: Store) -> Json:
    """What is followed and what is muted, each in the order it was taken up."""
    held = library.interests()
    most = max(LEAST, FOUND // max(1, len(held)))
    told = [_interest(library, one, most) for one in held]
    return {
        "follows": [one for one in told if not one["muted"]],
        "mutes": [one for one in told if one["muted"]],
        "looked_at": most,
    }


def interest(library: Store, number: int) -> Interest:
    """An interest by its number.

    :raises InputError: when there is none.
    """
    found = next((i for i in library.interests() if i.number == number), None)
    if found is None:
        what = f"there is no follow {number}"
        raise InputError(what, where="follows", todo="see the list of what is followed")
    return found


def _interest(library: Store, one: Interest, most: int) -> Json:
    """An interest with how many stories match, and the one with the newest account.

    ``stories`` is at least so many where it is not ``exact``: the accounts that came last are looked at.
    """
    found, exact = library.found((one,), most)
    newest = library.tales([found[0][0]]) if found else ()
    return {
        **shapes.interest(one),
        "name": newest[0].label if one.kind == "story" and newest else one.value,
        "stories": len(found),
        "exact": exact,
        "newest": {"id": newest[0].id, "label": newest[0].label, "last": newest[0].last} if newest else None,
    }
