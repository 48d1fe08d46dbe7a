"""All mentions of an account: names, references, roles, quantities and times, in text order.

Puts the findings of the other modules together and gives them ids. Invariant: every mention's
span slices to the words it is about; equal accounts give equal mentions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..model import Annotated, Mention, Quantity, Role, Span, When, tagged_hash
from . import names, quantities, roles, times
from .identify import identify
from .refer import Reader, Reference

WHY = {
    "surname": "family name of one person in the account",
    "acronym": "acronym of the name",
    "metonym": "seat of its government, which acts here",
    "demonym": "word for its people or for what is its own",
}
"""Why a short form is the name, by how it is linked."""


def mentions(account: Annotated) -> tuple[Mention, ...]:
    """Find the mentions of a parsed account; keys hold within the account."""
    lines = names.lines_of(account)
    found = identify(account, lines, names.find(account, lines))
    offices = roles.find(account, lines, found)
    references = Reader(account, lines, found, offices).read()
    made = _named(account, found)
    made += [_reference(account, r) for r in references]
    made += _roles(account, offices)
    dated = list(times.find(account))
    made += [_mention(account, a, b, "time", when, when.how.split()[0]) for a, b, when in dated]
    taken = [(a, b) for a, b, _ in dated] + [(n.start, n.end) for n in found]
    made += [_mention(account, a, b, "quantity", q, q.kind) for a, b, q in quantities.find(account, taken)]
    return tuple(sorted(made, key=lambda m: (m.span.start, -m.span.end, m.kind, m.id)))


def _named(account: Annotated, found: Sequence[names.Name]) -> list[Mention]:
    """Names, each short form with the reason why it is the full one, and where that stands first."""
    full: dict[str, Span] = {}
    for n in sorted(found, key=lambda n: n.start):
        if n.how == "name":
            full.setdefault(n.key, Span(account.witness.id, n.start, n.end))
    made = []
    for n in found:
        mention = _mention(account, n.start, n.end, n.kind, n.key, n.how)
        if n.how in WHY:
            mention = replace(mention, why=WHY[n.how], antecedent=full.get(n.key))
        made.append(mention)
    return made


def _reference(account: Annotated, r: Reference) -> Mention:
    made = _mention(account, r.start, r.end, r.kind, r.key, r.how)
    return replace(made, why=r.why, antecedent=r.antecedent and Span(account.witness.id, *r.antecedent))


def _roles(account: Annotated, offices: Sequence[roles.Office]) -> list[Mention]:
    held: dict[str | None, set[str]] = {}
    for o in offices:
        held.setdefault(o.holder, set()).update(o.offices)
    return [
        _mention(account, o.start, o.end, "role", Role(plain, o.holder, o.of), "office")
        for o in offices
        for plain in (_full(office, held[o.holder]) for office in o.offices)
        if (o.holder or o.of) and not o.classes[0].endswith(":any")
    ]


def _full(office: str, held: set[str]) -> str:
    """ "the minister" of an account that has called her transport minister is the transport minister."""
    fuller = [has for has in held if has != office and " " not in office and has.endswith(f" {office}")]
    return fuller[0] if len(fuller) == 1 else office


def _mention(
    account: Annotated, start: int, end: int, kind: str, value: str | Role | Quantity | When, how: str
) -> Mention:
    body = value if isinstance(value, str) else repr(value)
    ident = tagged_hash("n1", account.witness.id, start, end, kind, body)
    return Mention(ident, Span(account.witness.id, start, end), kind, value, how)
