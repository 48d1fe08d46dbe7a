"""An invented dossier of six accounts, built for the tests of the page and of the terminal view.

Nothing here comes from a real outlet, person or place. ``sample()`` follows the JSON contract
by hand, so that the views are tested against the contract and not against the stages before it.
"""

from __future__ import annotations

import copy
from typing import Any

Doc = dict[str, Any]

TEXTS: dict[str, str] = {
    "authority": """Statement on the collision in Calder Sound

The Velmark Harbour Authority confirms that the passenger ferry Maren and the cargo vessel Tolva collided in Calder Sound at 05.40 on Tuesday.

All 212 people on board the Maren were brought ashore at Port Oswin. Nine were taken to hospital; none is in danger of life.

"The crew of the Maren acted at once and by the book," said Harbour Master Ilse Marrow. "We will not speculate about the cause while the inquiry is at work."

The crossing between Port Oswin and Hale remains closed until further notice. The Authority has asked the Marine Inquiry Board to open an inquiry.""",
    "norwire": """Nine hurt as ferry and freighter collide off Port Oswin

PORT OSWIN, May 6 (Norwire) - A passenger ferry and a cargo vessel collided in Calder Sound early on Tuesday, injuring nine people, the Velmark Harbour Authority said.

All 212 people on board the ferry Maren were brought ashore, the authority said in a statement. None of the injured is in danger of life.

"We will not speculate about the cause while the inquiry is at work," Harbour Master Ilse Marrow said.

The crossing between Port Oswin and Hale remains closed until further notice.""",
    "today": """Ferry crash: nine in hospital, crossing shut

Nine people are in hospital after a ferry hit a freighter in Calder Sound early on Tuesday, Norwire reports.

All 212 people aboard the Maren were brought ashore, according to the harbour authority. None of the injured is in danger of life.

"We will not speculate about the cause while the inquiry is at work," harbour chief Ilse Marrow told Norwire.

The crossing between Port Oswin and Hale stays closed.

READ MORE: Ten island walks for a rainy weekend
Share this story""",
    "courier": """"We heard the horn, then nothing": fog and a silent radio before the Maren was struck

From our reporter Tomas Ardel in Port Oswin

The ferry Maren had been waiting in thick fog for eleven minutes when the freighter Tolva struck her, passengers told the Courier on the quay at Peir Nine on Tuesday morning.

"We heard the horn, then nothing, and then the whole deck jumped," said Bea Lindqvar, a nurse who was travelling to Hale with her two children.

Doctors at St Anselm Hospital said 14 people were being treated, two of them for broken bones. The harbour authority spoke of nine.

The radio of the Tolva had been out of order since Sunday, a member of her crew said, asking not to be named.

Harbour Master Ilse Marrow said the ferry's crew had acted "by the book". She would not speculate about the cause, she said.

The inquiry board expects to interview both masters on Wednesday.""",
    "strand": """Fog and a dead radio: what passengers saw before the Maren was struck

The ferry Maren had been waiting in thick fog for eleven minutes when the freighter Tolva struck her, passengers said on the quay at Peir Nine on Tuesday morning.

"We heard the horn, then nothing, and then the whole deck jumped," said Bea Lindqvar, a nurse who was travelling to Hale with her two children.

Doctors said 14 people were being treated, two of them for broken bones.

The radio of the Tolva had been out of order since Sunday, according to a member of her crew.

Subscribe to our newsletter""",
    "brief": """Your morning in five minutes

A ferry and a freighter collided in Calder Sound on Monday. Some 220 people were brought ashore and nine went to hospital.

Transport Minister Ilse Marrow said nobody would speculate about the cause. The Strandpost writes that the freighter's radio had been dead since Sunday.

The crossing to Hale has reopened.""",
}

IMPRINT = {
    "authority": ("Velmark Harbour Authority", "2031-05-06T07:40", []),
    "norwire": ("Norwire", "2031-05-06T08:25", []),
    "today": ("Velmark Today", "2031-05-06T09:10", ["Pia Osten"]),
    "courier": ("The Oswin Courier", "2031-05-06T11:30", ["Tomas Ardel"]),
    "strand": ("Strandpost", "2031-05-06T12:05", []),
    "brief": ("The Sound Brief", "2031-05-07", []),
}

# what is asserted, kind, speaker, the words in each account, origins, bounds
# fmt: off
POINTS: list[tuple[str, str, str | None, dict[str, str], list[str], tuple[int, int]]] = [
 ('A ferry and a cargo vessel collided in Calder Sound.', 'event', None,
  {'authority': 'the passenger ferry Maren and the cargo vessel Tolva collided in Calder Sound at 05.40 on '
                'Tuesday',
   'norwire': 'A passenger ferry and a cargo vessel collided in Calder Sound early on Tuesday',
   'today': 'a ferry hit a freighter in Calder Sound early on Tuesday',
   'courier': 'the freighter Tolva struck her',
   'strand': 'the freighter Tolva struck her',
   'brief': 'A ferry and a freighter collided in Calder Sound on Monday'},
  ['o1', 'o2'], (2, 2)),
 ('All 212 people on board were brought ashore.', 'figure', 'Velmark Harbour Authority',
  {'authority': 'All 212 people on board the Maren were brought ashore at Port Oswin',
   'norwire': 'All 212 people on board the ferry Maren were brought ashore',
   'today': 'All 212 people aboard the Maren were brought ashore',
   'brief': 'Some 220 people were brought ashore'},
  ['o1'], (1, 1)),
 ('Nine people were taken to hospital.', 'figure', 'Velmark Harbour Authority',
  {'authority': 'Nine were taken to hospital',
   'norwire': 'injuring nine people',
   'today': 'Nine people are in hospital',
   'courier': 'The harbour authority spoke of nine',
   'brief': 'nine went to hospital'},
  ['o1'], (1, 1)),
 ('The cause will not be discussed while the inquiry is at work.', 'statement', 'Ilse Marrow',
  {'authority': 'We will not speculate about the cause while the inquiry is at work.',
   'norwire': 'We will not speculate about the cause while the inquiry is at work,',
   'today': 'We will not speculate about the cause while the inquiry is at work,',
   'courier': 'She would not speculate about the cause',
   'brief': 'nobody would speculate about the cause'},
  ['o1', 'o2'], (1, 2)),
 ('The crossing between Port Oswin and Hale remains closed.', 'event', 'Velmark Harbour Authority',
  {'authority': 'The crossing between Port Oswin and Hale remains closed until further notice',
   'norwire': 'The crossing between Port Oswin and Hale remains closed until further notice',
   'today': 'The crossing between Port Oswin and Hale stays closed',
   'brief': 'The crossing to Hale has reopened'},
  ['o1', 'o3'], (1, 2)),
 ('None of the injured is in danger of life.', 'judgement', 'Velmark Harbour Authority',
  {'authority': 'none is in danger of life',
   'norwire': 'None of the injured is in danger of life',
   'today': 'None of the injured is in danger of life'},
  ['o1'], (1, 1)),
 ("The freighter's radio had been out of order since Sunday.", 'statement', 'a crew member of the Tolva',
  {'courier': 'The radio of the Tolva had been out of order since Sunday',
   'strand': 'The radio of the Tolva had been out of order since Sunday',
   'brief': "the freighter's radio had been dead since Sunday"},
  ['o2'], (1, 1)),
 ('The crew of the ferry acted by the book.', 'judgement', 'Ilse Marrow',
  {'authority': 'The crew of the Maren acted at once and by the book,',
   'courier': 'the ferry\'s crew had acted "by the book"'},
  ['o1', 'o2'], (1, 2)),
 ('Fourteen people were treated in hospital.', 'figure', 'St Anselm Hospital',
  {'courier': '14 people were being treated, two of them for broken bones',
   'strand': '14 people were being treated, two of them for broken bones'},
  ['o2'], (1, 1)),
 ('The ferry had been waiting in fog for eleven minutes.', 'statement', 'passengers',
  {'courier': 'The ferry Maren had been waiting in thick fog for eleven minutes',
   'strand': 'The ferry Maren had been waiting in thick fog for eleven minutes'},
  ['o2'], (1, 1)),
 ('Passengers heard the horn, then nothing, then a blow.', 'statement', 'Bea Lindqvar',
  {'courier': 'We heard the horn, then nothing, and then the whole deck jumped,',
   'strand': 'We heard the horn, then nothing, and then the whole deck jumped,'},
  ['o2'], (1, 1)),
 ('The Marine Inquiry Board was asked to open an inquiry.', 'event', 'Velmark Harbour Authority',
  {'authority': 'The Authority has asked the Marine Inquiry Board to open an inquiry'}, ['o1'], (1, 1)),
 ('The board expects to interview both masters on Wednesday.', 'event', None,
  {'courier': 'The inquiry board expects to interview both masters on Wednesday'}, ['o2'], (1, 1)),
 ('The collision happened at 05.40.', 'figure', 'Velmark Harbour Authority',
  {'authority': 'at 05.40 on Tuesday'}, ['o1'], (1, 1)),
 ('Two people had broken bones.', 'figure', 'St Anselm Hospital',
  {'courier': 'two of them for broken bones', 'strand': 'two of them for broken bones'}, ['o2'], (1, 1))]
# fmt: on

# speaker, form, chain, account, words of the content, words of the cue
# fmt: off
STATEMENTS = [
 ('Ilse Marrow', 'direct', ['Ilse Marrow'], 'authority',
  'The crew of the Maren acted at once and by the book,', 'said'),
 ('Ilse Marrow', 'direct', ['Ilse Marrow'], 'authority',
  'We will not speculate about the cause while the inquiry is at work.', 'said'),
 ('Velmark Harbour Authority', 'indirect', ['Velmark Harbour Authority'], 'norwire',
  'A passenger ferry and a cargo vessel collided in Calder Sound early on Tuesday, injuring nine people',
  'said'),
 ('Velmark Harbour Authority', 'indirect', ['Velmark Harbour Authority'], 'norwire',
  'All 212 people on board the ferry Maren were brought ashore', 'said'),
 ('Ilse Marrow', 'direct', ['Velmark Harbour Authority', 'Ilse Marrow'], 'norwire',
  'We will not speculate about the cause while the inquiry is at work,', 'said'),
 ('Velmark Harbour Authority', 'indirect', ['Norwire', 'Velmark Harbour Authority'], 'today',
  'All 212 people aboard the Maren were brought ashore', 'according to'),
 ('Ilse Marrow', 'direct', ['Norwire', 'Ilse Marrow'], 'today',
  'We will not speculate about the cause while the inquiry is at work,', 'told'),
 ('Bea Lindqvar', 'direct', ['Bea Lindqvar'], 'courier',
  'We heard the horn, then nothing, and then the whole deck jumped,', 'said'),
 ('St Anselm Hospital', 'indirect', ['St Anselm Hospital'], 'courier',
  '14 people were being treated, two of them for broken bones', 'said'),
 ('a crew member of the Tolva', 'indirect', ['a crew member of the Tolva'], 'courier',
  'The radio of the Tolva had been out of order since Sunday', 'said'),
 ('Ilse Marrow', 'mixed', ['Ilse Marrow'], 'courier', 'the ferry\'s crew had acted "by the book"', 'said'),
 ('Bea Lindqvar', 'direct', ['Bea Lindqvar'], 'strand',
  'We heard the horn, then nothing, and then the whole deck jumped,', 'said'),
 ('Ilse Marrow', 'indirect', ['Ilse Marrow'], 'brief', 'nobody would speculate about the cause', 'said'),
 ('a crew member of the Tolva', 'indirect', ['Strandpost', 'a crew member of the Tolva'], 'brief',
  "the freighter's radio had been dead since Sunday", 'writes')]

DISCREPANCIES: list[tuple[str, str, str | None, float, int | None, list[tuple[str, str, str]]]] = [
 ('number', 'The number of people treated differs: nine in most accounts, 14 in two.', None, 0.86, 9,
  [('authority', 'Nine', '9'), ('norwire', 'nine people', '9'), ('today', 'Nine people', '9'),
   ('courier', '14 people', '14'), ('strand', '14 people', '14'), ('brief', 'nine', '9')]),
 ('date', 'The day of the collision differs: Tuesday, or Monday.', None, 0.9, 1,
  [('authority', 'Tuesday', '2031-05-06'), ('norwire', 'Tuesday', '2031-05-06'),
   ('today', 'Tuesday', '2031-05-06'), ('brief', 'Monday', '2031-05-05')]),
 ('role', 'Ilse Marrow holds two different offices.', None, 0.81, None,
  [('authority', 'Harbour Master Ilse Marrow', 'harbour master'),
   ('norwire', 'Harbour Master Ilse Marrow', 'harbour master'),
   ('brief', 'Transport Minister Ilse Marrow', 'transport minister')]),
 ('polarity', 'The crossing is closed in three accounts and open in one.', None, 0.77, 5,
  [('authority', 'remains closed until further notice', 'closed'),
   ('norwire', 'remains closed until further notice', 'closed'), ('today', 'stays closed', 'closed'),
   ('brief', 'has reopened', 'open')]),
 ('number', 'The number brought ashore is exact in three accounts and round in one.',
  'rounding: “some 220” can stand for 212', 0.4, 2,
  [('authority', '212 people', '212'), ('norwire', '212 people', '212'), ('today', '212 people', '212'),
   ('brief', 'Some 220 people', 'about 220')])]

EDGES = [
 ('authority', 'norwire', 'rewrite', 0.88, True,
  'Norwire names the statement and keeps two of its sentences word for word.',
  [('norwire', 'The crossing between Port Oswin and Hale remains closed until further notice'),
   ('authority', 'The crossing between Port Oswin and Hale remains closed until further notice')]),
 ('norwire', 'today', 'rewrite', 0.91, True,
  'The account credits Norwire and follows the order of its sentences.',
  [('today', 'Norwire reports'), ('today', 'None of the injured is in danger of life'),
   ('norwire', 'None of the injured is in danger of life')]),
 ('g1', 'courier', 'exemplar', 0.52, True,
  'Both carry the same misprint, “Peir Nine”, from a text that is not among the accounts.',
  [('courier', 'Peir Nine')]),
 ('g1', 'strand', 'copy', 0.94, True,
  'Three sentences stand word for word, with the same misprint, “Peir Nine”.',
  [('strand', 'Peir Nine'), ('strand', 'The ferry Maren had been waiting in thick fog for eleven minutes'),
   ('strand', 'We heard the horn, then nothing, and then the whole deck jumped'),
   ('courier', 'We heard the horn, then nothing, and then the whole deck jumped')]),
 ('strand', 'brief', 'credit', 0.7, True, 'The bulletin names the Strandpost for the radio.',
  [('brief', 'The Strandpost writes')]),
 ('norwire', 'brief', 'rewrite', 0.38, False,
  'The same facts in the same order; nothing shows which came first.',
  [('brief', 'A ferry and a freighter collided in Calder Sound on Monday')]),
 ('c1', 'courier', 'quote', 0.66, True, "The daily quotes the harbour authority's statement in part.",
  [('courier', '"by the book"')])]
# fmt: on


def place(article: str, words: str) -> Doc:
    """Where the words stand in the account."""
    start = TEXTS[article].index(words)
    return {"article": article, "start": start, "end": start + len(words)}


def _regions(text: str) -> list[Doc]:
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if words:
            kind, reason = "body", "running text"
            if at == 0:
                kind, reason = "title", "first line"
            elif words.startswith(("READ MORE", "Share", "Subscribe")):
                kind, reason = "boilerplate", "teaser or sharing line"
            elif words.startswith("From our reporter"):
                kind, reason = "byline", "names the reporter"
            found.append({"start": at, "end": at + len(words), "kind": kind, "reason": reason})
        at += len(line)
    return found


def _article(number: int, name: str) -> Doc:
    outlet, published, authors = IMPRINT[name]
    text = TEXTS[name]
    return {
        "id": name,
        "siglum": "ABCDEF"[number],
        "title": text.splitlines()[0],
        "outlet": outlet,
        "published": published,
        "authors": authors,
        "language": "en",
        "url": f"https://{name}.example/2031/ferry",
        "text": text,
        "words": len(text.split()),
        "digest": f"sha256:{number:064x}",
        "regions": _regions(text),
        "evidence": [
            {"field": "outlet", "how": "manifest", "start": None, "end": None},
            {"field": "title", "how": "first line", "start": 0, "end": len(text.splitlines()[0])},
        ],
    }


def _apparatus(groups: dict[str, list[str]], readings: list[str]) -> Doc:
    """A toy apparatus: words that all readings share, one by one, and the rest as variants."""
    rows = [r.split() for r in readings]
    width = max(map(len, rows))
    columns = []
    for i in range(width):
        cells = [row[i] if i < len(row) else None for row in rows]
        kind = "omission" if None in cells else "same" if len(set(cells)) == 1 else "variant"
        columns.append({"kind": kind, "cells": cells})
    return {"witnesses": list(groups.values()), "columns": columns}


def _point(number: int) -> Doc:
    says, kind, speaker, words, origins, (low, high) = POINTS[number]
    accounts = [
        place(a, w) | {"reading": list(dict.fromkeys(words.values())).index(w)} for a, w in words.items()
    ]
    groups: dict[str, list[str]] = {}
    for account, wording in words.items():
        groups.setdefault(wording, []).append(account)
    missing = [a for a in TEXTS if a not in words]
    lacunose = [a for a in missing if number in (6, 8, 9, 10) and a in ("authority", "norwire")]
    first, *others = accounts
    return {
        "id": f"p1:{number:016x}",
        "says": says,
        "kind": kind,
        "speaker": speaker,
        "speaker_key": speaker and f"e:{speaker}",
        "accounts": accounts,
        "readings": [{"wording": w, "normal": w.lower()} for w in groups],
        "apparatus": _apparatus(groups, list(groups)),
        "links": [{"a": first, "b": o, "score": 0.8, "reason": "the same rare words"} for o in others],
        "origins": origins,
        "independent": {
            "low": low,
            "high": high,
            "why": "Every account that carries it goes back to the authority's statement."
            if high == 1
            else "The daily may have asked for itself; the others go back to the statement.",
        },
        "silent": [a for a in missing if a not in lacunose],
        "lacunose": lacunose,
    }


def _statement(number: int) -> Doc:
    speaker, form, chain, article, content, cue = STATEMENTS[number]
    where = place(article, content)
    return {
        "id": f"s1:{number:016x}",
        "article": article,
        "content": [[where["start"], where["end"]]],
        "cue": [[p["start"], p["end"]] for p in [place(article, cue)]],
        "speaker": {"spans": [], "name": speaker, "key": f"e:{speaker}"},
        "form": form,
        "chain": chain,
        "stance": "neutral",
        "polarity": "negated" if "not" in content.split() else "affirmed",
        "modality": "future" if "will" in content.split() else "asserted",
        "score": 0.9,
    }


def _ledger(statements: list[Doc]) -> list[Doc]:
    rows: dict[str, Doc] = {}
    for s in statements:
        name = s["speaker"]["name"]
        row = rows.setdefault(name, {"speaker": name, "key": f"e:{name}", "statements": [], "articles": []})
        row["statements"].append(s["id"])
        if s["article"] not in row["articles"]:
            row["articles"].append(s["article"])
    return sorted(rows.values(), key=lambda r: -len(r["statements"]))


def _summary(points: list[Doc]) -> list[Doc]:
    return [
        {"text": p["says"], "cites": [{k: a[k] for k in ("article", "start", "end")} for a in p["accounts"]]}
        for p in points[:7]
    ]


def _stemma() -> Doc:
    nodes = [{"id": a, "kind": "witness", "label": IMPRINT[a][0]} for a in TEXTS]
    nodes += [
        {"id": "g1", "kind": "archetype", "label": "α"},
        {"id": "c1", "kind": "cited", "label": "Marrow, to the press"},
    ]
    edges = [
        {
            "parent": p,
            "child": c,
            "kind": k,
            "score": s,
            "directed": d,
            "reason": why,
            "evidence": [place(a, w) for a, w in evidence],
        }
        for p, c, k, s, d, why, evidence in EDGES
    ]
    return {"nodes": nodes, "edges": edges}


def _omissions(points: list[Doc]) -> list[Doc]:
    found = []
    for p in points:
        found += [
            {"article": a, "point": p["id"], "why": "published after it was known", "could": True}
            for a in p["silent"]
        ]
        found += [
            {"article": a, "point": p["id"], "why": "published before it was known", "could": False}
            for a in p["lacunose"]
        ]
    return found


def _coverage(points: list[Doc], ledger: list[Doc]) -> list[Doc]:
    rows = []
    for name in TEXTS:
        has = sum(any(a["article"] == name for a in p["accounts"]) for p in points)
        speakers = [
            {
                "name": r["speaker"],
                "carried": min(2, len(r["statements"])) if name in r["articles"] else 0,
                "of": len(r["statements"]),
            }
            for r in ledger
        ]
        rows.append(
            {"article": name, "points": has, "share": round(has / len(points), 3), "speakers": speakers}
        )
    return rows


def _timeline() -> list[Doc]:
    return [
        {
            "when": "4 May 2031",
            "start": "2031-05-04",
            "end": "2031-05-05",
            "kind": "published 2031-05-06",
            "text": "The radio of the Tolva fails.",
            "cites": [place("courier", "out of order since Sunday")],
        },
        {
            "when": "2031-05-06T05:40",
            "start": "2031-05-06T05:40",
            "end": "2031-05-06T05:41",
            "kind": "stated",
            "text": "The Maren and the Tolva collide.",
            "cites": [place("authority", "at 05.40 on Tuesday")],
        },
        {
            "when": "2031-05-07",
            "start": "2031-05-07",
            "end": "2031-05-08",
            "kind": "stated",
            "text": "The inquiry board is to interview both masters.",
            "cites": [place("courier", "interview both masters on Wednesday")],
        },
    ]


def _framing() -> list[Doc]:
    rows = [
        ("norwire", "verb", "Ilse Marrow", "say", 1, "neutral", "Ilse Marrow said"),
        ("today", "verb", "Ilse Marrow", "tell", 1, "neutral", "told Norwire"),
        ("courier", "verb", "Ilse Marrow", "say", 2, "neutral", "Ilse Marrow said"),
        ("courier", "actor", "Tolva", "strike", 1, "", "Tolva struck her"),
        ("strand", "actor", "Tolva", "strike", 1, "", "Tolva struck her"),
        ("today", "actor", "ferry", "hit", 1, "", "a ferry hit a freighter"),
        ("authority", "passive", None, "bring", 1, "", "were brought ashore"),
        ("strand", "loaded", None, "dead", 1, "stronger than “out of order”", "dead radio"),
    ]
    return [
        {"article": a, "kind": k, "who": who, "word": w, "count": n, "note": note, "cites": [place(a, words)]}
        for a, k, who, w, n, note, words in rows
    ]


def sample() -> Doc:
    """The whole dossier, a fresh copy at each call."""
    points = [_point(i) for i in range(len(POINTS))]
    statements = [_statement(i) for i in range(len(STATEMENTS))]
    ledger = _ledger(statements)
    return copy.deepcopy(
        {
            "schema": "consilience/dossier/1",
            "story": {
                "id": "story1:0",
                "label": "Ferry and freighter collide in Calder Sound",
                "first": "2031-05-06T07:40",
                "last": "2031-05-07",
            },
            "articles": [_article(i, name) for i, name in enumerate(TEXTS)],
            "statements": statements,
            "points": points,
            "origins": [
                {
                    "id": "o1",
                    "kind": "statement",
                    "label": "Velmark Harbour Authority, statement",
                    "article": "authority",
                },
                {
                    "id": "o2",
                    "kind": "own reporting",
                    "label": "The Oswin Courier, own reporting",
                    "article": "courier",
                },
                {"id": "o3", "kind": "unknown", "label": "The Sound Brief, not stated", "article": "brief"},
            ],
            "discrepancies": [
                {
                    "id": f"d1:{i:016x}",
                    "kind": k,
                    "explanation": e,
                    "innocent": inn,
                    "score": s,
                    "point": None if p is None else points[p - 1]["id"],
                    "readings": [place(a, w) | {"value": v} for a, w, v in readings],
                }
                for i, (k, e, inn, s, p, readings) in enumerate(DISCREPANCIES)
            ],
            "stemma": _stemma(),
            "omissions": _omissions(points),
            "entities": [
                {
                    "id": "e:Ilse Marrow",
                    "kind": "person",
                    "name": "Ilse Marrow",
                    "aliases": ["Marrow"],
                    "mentions": [place("authority", "Ilse Marrow"), place("brief", "Ilse Marrow")],
                },
                {
                    "id": "e:Calder Sound",
                    "kind": "place",
                    "name": "Calder Sound",
                    "aliases": [],
                    "mentions": [place("norwire", "Calder Sound")],
                },
            ],
            "ledger": ledger,
            "timeline": _timeline(),
            "summary": _summary(points),
            "framing": _framing(),
            "coverage": _coverage(points, ledger),
            "problems": [
                {
                    "what": "one paragraph could not be parsed",
                    "where": "brief, line 1",
                    "todo": "check the file",
                }
            ],
            "run": {"version": "0.1.0", "settings": "f1:89abcdef01234567", "digest": "run1:0123456789abcdef"},
        }
    )


def empty() -> Doc:
    """A dossier of nothing: every list is empty and every unknown is null."""
    lists = (
        "articles",
        "statements",
        "points",
        "origins",
        "discrepancies",
        "omissions",
        "entities",
        "ledger",
        "timeline",
        "summary",
        "framing",
        "coverage",
        "problems",
    )
    return {
        "schema": "consilience/dossier/1",
        "story": {"id": "", "label": "", "first": None, "last": None},
        **{name: [] for name in lists},
        "stemma": {"nodes": [], "edges": []},
        "run": {"version": "0.1.0", "settings": "", "digest": ""},
    }


def one() -> Doc:
    """A dossier of a single account."""
    doc = sample()
    keep = "authority"
    doc["articles"] = doc["articles"][:1]
    doc["statements"] = [s for s in doc["statements"] if s["article"] == keep]
    ids = {s["id"] for s in doc["statements"]}
    doc["ledger"] = [
        r | {"articles": [keep], "statements": [i for i in r["statements"] if i in ids]}
        for r in doc["ledger"]
        if keep in r["articles"]
    ]
    points = [p for p in doc["points"] if any(a["article"] == keep for a in p["accounts"])]
    for p in points:
        p |= {
            "accounts": [a for a in p["accounts"] if a["article"] == keep],
            "links": [],
            "silent": [],
            "lacunose": [],
            "readings": p["readings"][:1],
            "apparatus": {"witnesses": [], "columns": []},
            "origins": ["o1"],
            "independent": {"low": 1, "high": 1, "why": "There is one account."},
        }
    doc |= {
        "points": points,
        "discrepancies": [],
        "omissions": [],
        "coverage": doc["coverage"][:1],
        "stemma": {"nodes": doc["stemma"]["nodes"][:1], "edges": []},
        "framing": [f for f in doc["framing"] if f["article"] == keep],
        "timeline": doc["timeline"][1:2],
        "origins": doc["origins"][:1],
        "entities": [],
    }
    doc["summary"] = [
        s | {"cites": [c for c in s["cites"] if c["article"] == keep]} for s in doc["summary"][:5]
    ]
    return doc


def many(count: int = 20) -> Doc:
    """A dossier of many accounts: the six, told over by invented local pages that copy one of them."""
    doc = sample()
    names = list(TEXTS)
    for i in range(len(names), count):
        origin = names[1 + i % 4]
        article = doc["articles"][names.index(origin)] | {
            "id": f"copy{i}",
            "siglum": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i],
            "outlet": f"Island Page {i} of the Outer Skerries",
        }
        doc["articles"].append(copy.deepcopy(article))
        for p in doc["points"]:
            p["accounts"] += [a | {"article": article["id"]} for a in p["accounts"] if a["article"] == origin]
        doc["stemma"]["nodes"].append({"id": article["id"], "kind": "witness", "label": article["outlet"]})
        doc["stemma"]["edges"].append(
            {
                "parent": origin,
                "child": article["id"],
                "kind": "copy",
                "score": 0.99,
                "directed": True,
                "reason": "The whole text is the same.",
                "evidence": [{"article": article["id"], "start": 0, "end": 40}],
            }
        )
    return doc
