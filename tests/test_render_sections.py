"""A dossier dealt out over pages: links lead to where their ends stand, marks and slots are where they belong."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

import pytest
import render_sample

from consilience.dossier.render import to_html
from consilience.dossier.render.beside import columns
from consilience.dossier.render.facts import Facts, facts
from consilience.dossier.render.passages import in_common
from consilience.dossier.render.sections import (
    FIRST,
    LAST,
    SHEETS,
    Hooks,
    Way,
    home,
    rows,
    section,
    signs,
    style,
)
from consilience.dossier.render.since import steps

WAY = Way("/stories/s1:0", "?until=2031-10-15")
WHOLE = "accounts summary discrepancies descent origins ledger timeline coverage framing colophon".split()
HREF = re.compile(r'href="([^"]*)"')
ID = re.compile(r'id="([^"]*)"')
EVIL = '</td><script>alert(1)</script>"\' onmouseover=alert(1) href="#p1"'


@cache
def known() -> Facts:
    return facts(render_sample.sample())


def page_of(path: str) -> str:
    """What a page of the sample holds, by its path under the story."""
    part, _, rest = path.partition("/")
    if part == "points":
        return section(known(), "point_words", WAY, row=known().rows[int(rest) - 1])
    if part == "texts":
        account = next(a for a in known().accounts if a.siglum == rest)
        return section(known(), "account_text", WAY, account=account)
    return section(known(), part, WAY)


class Attributes(HTMLParser):
    """The names of all attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [name for name, _ in attrs]


# -- links --


@pytest.mark.parametrize("name", WHOLE)
def test_a_link_leads_to_a_page_that_has_its_end(name: str) -> None:
    html = section(known(), name, WAY)
    for link in HREF.findall(html):
        if link.startswith(("http", "#s-")):
            continue
        path, _, anchor = link.removeprefix(WAY.base).partition("#")
        assert link.startswith(WAY.base), link
        assert path.endswith(WAY.query), link
        if anchor:
            assert anchor in ID.findall(page_of(path.removesuffix(WAY.query).lstrip("/"))), link


def test_each_cell_and_card_of_a_point_is_found() -> None:
    for row in known().rows:
        html = page_of(f"points/{row.number}")
        for cell in row.cells:
            assert cell.carried == (f'id="p{row.number}-{cell.account.index}"' in html)


def test_signs_stay_on_the_page() -> None:
    html = section(known(), "matrix", WAY, rows=known().shared, caption="x")
    used = set(re.findall(r'<use href="#([^"]+)"', html))
    assert used
    assert used <= set(ID.findall(signs()))


@pytest.mark.parametrize(
    ("ident", "at"),
    [
        ("p12", ("points/12", "")), ("p12-words", ("points/12", "")), ("p12-0", ("points/12", "p12-0")),
        ("d3", ("discrepancies", "d3")), ("why-4", ("descent", "why-4")), ("coverage", ("coverage", "")),
        ("t0", ("texts/A", "")), ("t1-20-30", ("texts/B", "t1-20-30")), ("arrow", None), ("s-own", None),
    ],
)  # fmt: skip
def test_one_place_for_each_id(ident: str, at: tuple[str, str] | None) -> None:
    assert home(ident, known().accounts) == at


def test_the_overview_holds_accounts_and_summary() -> None:
    assert WAY.to("summary") == WAY.to("") == "/stories/s1:0?until=2031-10-15"
    assert WAY.to("points/3", "p3-1") == "/stories/s1:0/points/3?until=2031-10-15#p3-1"


# -- what a page adds --


def test_without_marks_nothing_is_new() -> None:
    assert "fresh" not in section(known(), "ledger", WAY) + section(known(), "discrepancies", WAY)
    assert 'class="fresh"' not in to_html(render_sample.sample())


def test_what_is_new_has_a_sign_and_a_word() -> None:
    document = render_sample.sample()
    point, conflict = document["points"][0]["id"], document["discrepancies"][0]["id"]
    account, statement = document["articles"][1]["id"], document["statements"][0]["id"]
    hooks = Hooks({
        "points": frozenset({point}), "discrepancies": frozenset({conflict}),
        "accounts": frozenset({account}), "statements": frozenset({statement}),
    })  # fmt: skip
    parts = [
        section(known(), "matrix", WAY, hooks, rows=known().rows, caption="x"),
        *(section(known(), name, WAY, hooks) for name in ("discrepancies", "accounts", "ledger")),
    ]
    for html in parts:
        assert html.count('class="fresh"') == 1
        assert re.search(r'<span class="fresh"><svg.*?</svg> new</span>', html)


def test_accounts_and_people_lead_to_their_own_pages() -> None:
    hooks = Hooks(account=lambda name: f"/accounts/{name}", person=lambda name: f"/people/{len(name)}")
    first = known().accounts[0]
    assert f'href="/accounts/{first.id}"' in section(known(), "accounts", WAY, hooks)
    assert 'href="/people/' in section(known(), "ledger", WAY, hooks)
    assert 'href="/' not in section(known(), "accounts", Way("x"))


def test_a_slot_stands_under_each_discrepancy() -> None:
    html = section(known(), "discrepancies", WAY, Hooks(slot=lambda d: f"[{d['id']}]"))
    listed = known().listed("discrepancies")
    assert [html.count(f"[{d['id']}]") for d in listed] == [1] * len(listed)


def test_a_part_says_what_the_one_file_says() -> None:
    whole = to_html(render_sample.sample())
    for name in ("discrepancies", "timeline", "origins"):
        part = re.sub(r'href="[^"]*"', "href", section(known(), name, Way("/s")))
        assert part.strip() in re.sub(r'href="[^"]*"', "href", whole)


def test_texts_of_accounts_are_data() -> None:
    document = render_sample.sample()
    for account in document["articles"]:
        account["title"] = account["outlet"] = EVIL
    document["points"][0]["says"] = document["discrepancies"][0]["explanation"] = EVIL
    evil = facts(document)
    parts = [section(evil, name, WAY) for name in WHOLE]
    parts += [
        section(evil, "matrix", WAY, rows=evil.rows, caption="x"),
        section(evil, "beside", WAY, pair=evil.accounts[:2]),
    ]
    parts += [section(evil, "point_words", WAY, row=evil.rows[0])]
    for html in parts:
        assert "<script" not in html
        assert not [name for name in Attributes(html).found if name.startswith("on")]


# -- the matrix --


def test_a_line_of_the_matrix_leads_to_the_point_and_is_lean() -> None:
    html = section(known(), "matrix", WAY, rows=known().shared, caption="x")
    for row in known().shared:
        assert f'href="{WAY.to(f"points/{row.number}")}"' in html
    assert html.count('<td role="cell" class="c') == len(known().shared) * len(known().accounts)
    assert '<div class="panel">' not in html


def test_points_by_what_is_asked() -> None:
    shared = rows(known(), "shared")
    assert {r.number for r in rows(known(), "single")} ^ {r.number for r in rows(known(), "several")} == {
        r.number for r in shared
    }
    assert all(r.conflicts for r in rows(known(), "differs"))
    assert len(shared) + len(rows(known(), "alone")) == len(known().rows)


def test_more_accounts_than_fit_are_said_to_be_many() -> None:
    many = facts(render_sample.many())
    html = section(many, "matrix", WAY, rows=many.shared[:3], caption="x")
    assert 'class="many"' in html


# -- styles --


def test_every_part_has_its_stretches_of_the_style() -> None:
    for part in SHEETS:
        sheet = style(part)
        assert sheet.count("{") == sheet.count("}")
        assert len(sheet) < 14_000
    assert FIRST and LAST
    assert "table.matrix" not in style("timeline")
    assert ".timeline" in style("timeline")


# -- two accounts beside each other --


def test_what_two_accounts_share_stands_in_both() -> None:
    a, b = columns(known(), known().accounts[0], known().accounts[1])
    for column, other in ((a, b), (b, a)):
        words = other.account.text.casefold()
        shared = [p.text for line in column.lines for p in line.pieces if "shared" in p.kinds]
        assert shared
        for stretch in shared:
            loose = r"\W+".join(map(re.escape, re.findall(r"\w+", stretch.casefold())))
            assert re.search(loose, words), stretch
        assert 0 < column.share <= 1


def test_an_account_beside_itself_is_all_shared() -> None:
    text = "Nine people were hurt when the ferry struck a rock."
    assert in_common(text, text) == [(0, len(text) - 1)]
    assert in_common(text, "Nobody was hurt.") == []
    assert in_common("", text) == in_common(text, "") == []


def test_lines_of_a_column_are_slices_of_the_account() -> None:
    first = known().accounts[0]
    for line in columns(known(), first, known().accounts[2])[0].lines:
        start = line.pieces[0].start
        assert first.text[start:].startswith("".join(p.text for p in line.pieces))


# -- what was known when --


def test_points_are_told_first_once() -> None:
    found = steps(known())
    added = [n for s in found for n in s.added]
    assert sorted(added) == [r.number for r in known().rows if r.carried]
    assert len(added) == len(set(added))
    assert [a.id for s in found for a in s.accounts] == [a.id for a in known().accounts]


def test_a_conflict_appears_with_the_second_value() -> None:
    found = steps(known())
    appeared = [n for s in found for n in s.appeared]
    assert sorted(appeared) == [n for n, _ in known().conflicts]
    assert not found[0].appeared or len(found[0].accounts) > 1
    assert all(s.says.endswith(".") for s in found)


def test_accounts_without_a_date_come_last() -> None:
    document = render_sample.sample()
    document["articles"][-1]["published"] = None
    assert steps(facts(document))[-1].at == ""
    assert steps(facts({})) == []
