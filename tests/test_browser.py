"""The app in a real browser: from an empty library to an export, without a serious fault for any reader.

Needs Chromium; where there is none the tests are skipped. Axe-core checks each page (WCAG 2.2 A and AA) on a
phone in the dark and on a desk in the light; what a page loads must come from the app itself, and nothing
may be said in the browser's console.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from consilience.app.web import actions, mending, pages, stories
from consilience.app.web.site import Site
from consilience.app.worker import Worker
from consilience.settings import Settings
from consilience.store import Library

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install the package 'chromium'")
SEEN = ["color-contrast", "target-size"]
"""Rules whose end depends on size and scheme; the others are asked once for each page."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES: tuple[tuple[int, Literal["dark", "light"]], ...] = ((400, "dark"), (900, "light"), (1440, "light"))
LIGHT = 150_000
"""Bytes of a first view, not packed."""
AT = "2031-10-18T09:30:00+00:00"
CLAIM = "The vessel carried 112 people."
PASSWORD = "a lamp below Kesmer Point"
SLOW = 90_000
"""Milliseconds in which the worker has done what is asked, on two processors that others use as well."""
Served = tuple[str, dict[str, str]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(20_000)
    yield page
    page.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Starts the app on a library, with options of the command; gives its address."""
    programs = []

    def start(place: Path, *options: str) -> str:
        program, base = serving(place, *options)
        programs.append(program)
        return base

    yield start
    for program in programs:
        ended(program)


def serving(place: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "consilience", "serve", "--port", "0", "--library", str(place), *options]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert program.stdout
    found = re.search(r"http://[\d.]+:\d+", program.stdout.readline())
    assert found
    return program, found[0]


def ended(program: subprocess.Popen[str]) -> None:
    program.terminate()
    program.communicate(timeout=60)


@pytest.fixture(scope="module")
def site(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app on a library with something of everything, and a value for each part of an address."""
    place = Path(shutil.copy(filled, tmp_path_factory.mktemp("site") / "library.db"))
    with Library.open(place) as library:
        story = max(library.stories(), key=lambda t: t.accounts).id
        account = next(library.accounts(story=story)).witness
        library.take_interest("outlet", account.outlet or "", at=AT)
        library.take_interest("topic", "strike", at=AT)
        report = library.new_report("The lake in autumn", "For the weekly meeting.", at=AT)
        library.add_item(report.number, "story", story, "the one to watch")
        library.add_item(report.number, "account", account.id, "")
        library.move(account.id, None, at=AT)
        library.undo(at=AT)
        library.ask("check", Site(place).claim(CLAIM), at=AT)
        library.ask("compare", {"story": story, "until": account.published}, at=AT)
        work(library)
        values = {
            "story": story, "id": story, "ref": account.id, "account": account.id, "outlet": account.outlet or "",
            "name": account.outlet or "", "person": "Irena Valdosk", "number": "1", "point": "1", "n": "1",
            "job": "1", "siglum": "A", "report": str(report.number),
        }  # fmt: skip
    program, base = serving(place, "--no-worker")
    yield base, values
    ended(program)


def work(library: Library) -> None:
    """Do what is asked, and compare what changed."""
    worker = Worker(library, Settings(), clock=lambda: AT)
    while worker.step():
        pass


# -- every page --


def routes() -> list[str]:
    """Every address that has a page and a twin."""
    found = {
        r.path
        for part in (pages, stories, mending, actions)
        for r in part.router.routes
        if "GET" in r.methods
    }
    return sorted(p for p in found if f"{p}.json" in found)


def filled_in(route: str, values: dict[str, str]) -> str:
    if route.startswith("/people/"):
        values = {**values, "name": values["person"]}
    if route.startswith("/accounts/"):
        values = {**values, "id": values["account"]}
    query = {"/search": "?q=lake", "/check": f"?claim={quote(CLAIM)}"}.get(route, "")
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: quote(values[m[1]], safe=""), route) + query


def listened(page: Page) -> list[str]:
    """What is said in the console of a page from now on that nobody should have to say."""
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    return said


def faults(page: Page, *, all_rules: bool = True) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    asked = {"type": "tag", "values": RULES} if all_rules else {"type": "rule", "values": SEEN}

    found = Axe().run(page, options={"runOnly": asked, "resultTypes": ["violations"]})
    return [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}"
        for v in found.response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def sound(page: Page, where: str = "") -> None:
    """No fault of axe, and nothing too wide, at each size."""
    for width, scheme in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{where} is {wide} px too wide at {width}"
        if width != 900:
            assert faults(page, all_rules=width == 400) == [], f"{where} at {width} {scheme}"
    assert page.locator("h1").count() == 1, where
    assert page.locator("main").count() == 1, where


@pytest.mark.parametrize("route", routes())
def test_each_page_is_sound_and_light(route: str, site: Served, tab: Page) -> None:
    """No fault of axe, nothing from elsewhere, no word too wide, a first view of 150 kB at most."""
    base, values = site
    address, got = base + filled_in(route, values), dict[str, int]()
    said = listened(tab)
    tab.on("response", lambda r: got.update({r.url: len(r.body())}))
    answer = tab.goto(address, wait_until="load")
    assert answer is not None
    assert answer.status == 200, address
    sound(tab, address)
    assert sum(got.values()) <= LIGHT, f"{sum(got.values()):,} bytes in {len(got)} answers"
    assert {urlsplit(u).netloc for u in got if not u.startswith("data:")} == {urlsplit(base).netloc}
    assert not said, address


def test_a_page_that_is_not_there_is_sound_as_well(site: Served, tab: Page) -> None:
    tab.goto(f"{site[0]}/stories/nothing")
    sound(tab, "a story that is not there")


# -- without a script, and with one --


def test_it_reads_without_script(site: Served, browser: Browser) -> None:
    base, _ = site
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{base}/feed")
    page.get_by_role("link", name="Statement on the grounding").click()
    page.wait_for_url(re.compile("/stories/"))
    page.get_by_role("link", name=re.compile("^Points")).first.click()
    page.wait_for_url(re.compile("/points"))
    assert page.locator(".matrix tbody tr").count() > 10
    page.locator(".matrix a.says").first.click()
    page.wait_for_url(re.compile(r"/points/\d+"))
    expect(page.locator("#point figure, #point .card").first).to_be_visible()
    plain.close()


def test_the_slider_shows_what_was_known_when(site: Served, tab: Page) -> None:
    """It is moved by keys; the page around it stays, and the address follows."""
    base, values = site
    said = listened(tab)
    tab.goto(f"{base}/stories/{values['story']}")
    slider = tab.get_by_role("slider", name="What was known when")
    slider.focus()
    slider.press("Home")
    expect(tab.locator(".as-of")).to_contain_text("one of six accounts")
    assert "until=" in tab.url
    expect(tab.locator(".verdict dd").first).to_have_text("1")
    expect(slider).to_be_focused()
    tab.get_by_role("link", name="All that is known now").click()
    expect(tab.locator(".verdict dd").first).to_have_text("6")
    expect(tab.locator(".as-of")).to_have_count(0)
    assert not said


def test_a_point_opens_in_its_place(site: Served, tab: Page) -> None:
    base, values = site
    said = listened(tab)
    tab.goto(f"{base}/stories/{values['story']}/points")
    line = tab.locator(".matrix a.says").first
    expect(line).to_have_attribute("aria-expanded", "false")
    line.click()
    expect(tab.locator("tr.words.here")).to_be_visible()
    expect(line).to_have_attribute("aria-expanded", "true")
    assert faults(tab) == []
    line.press("Enter")
    expect(tab.locator("tr.words.here")).to_have_count(0)
    assert tab.url.endswith("/points")
    assert not said


def test_keys_go_from_item_to_item_and_can_be_turned_off(site: Served, tab: Page) -> None:
    base, _ = site
    tab.goto(f"{base}/feed")
    items = tab.locator("[data-item]")
    tab.keyboard.press("j")
    expect(items.nth(0)).to_be_focused()
    tab.keyboard.press("j")
    expect(items.nth(1)).to_be_focused()
    tab.keyboard.press("k")
    expect(items.nth(0)).to_be_focused()
    tab.keyboard.press("/")
    expect(tab.locator("#find")).to_be_focused()
    tab.keyboard.press("Escape")
    tab.keyboard.press("?")
    tab.wait_for_url(re.compile("/help#keys"))
    expect(tab.get_by_role("heading", name="Keys")).to_be_in_viewport()
    tab.goto(f"{base}/settings")
    tab.get_by_role("button", name="Keys are on").click()
    tab.goto(f"{base}/feed")
    tab.keyboard.press("j")
    expect(tab.locator("[data-item]:focus")).to_have_count(0)


# -- the reader's day --


def test_the_first_day_of_a_reader(tmp_path: Path, serve: Callable[..., str], tab: Page) -> None:
    """First start with an empty library, the example, a story, a follow, corrections, their undoing, files."""
    base = serve(tmp_path / "library.db")
    said = listened(tab)
    tab.goto(base)
    sound(tab, "the feed of an empty library")
    tab.get_by_role("button", name="Add the example").click()
    tab.wait_for_url(re.compile("/jobs/"))
    led = tab.locator("#main").get_by_role("link", name=re.compile("^Statement on the grounding"))
    led.first.click(timeout=SLOW)
    tab.wait_for_url(re.compile("/stories/"))
    expect(tab.get_by_text(re.compile("Six accounts share .* points"))).to_be_visible(timeout=SLOW)
    story = tab.url.split("?", maxsplit=1)[0]
    tab.get_by_role("button", name="Follow this story").click()
    expect(tab.get_by_role("button", name="Following this story")).to_be_visible()
    tab.goto(f"{base}/follows")
    expect(tab.get_by_text("Statement on the grounding").first).to_be_visible()
    held_harmless(tab, story)
    corrected(tab, story)
    tab.goto(f"{base}/history")
    expect(tab.get_by_text("taken back in")).to_have_count(5)
    sound(tab, "the history")
    tab.goto(f"{base}/digest")
    expect(tab.get_by_text(re.compile("accounts came, to"))).to_be_visible()
    sound(tab, "the digest of a day on which something came")
    tab.get_by_role("link", name="As a mail").click()
    expect(tab.get_by_text("Statement on the grounding").first).to_be_visible()
    tab.goto(story)
    expect(tab.get_by_text(re.compile("Six accounts share .* points"))).to_be_visible(timeout=SLOW)
    tab.get_by_text("Share and save").click()
    kept = saved(tab, "The dossier as one page", tmp_path)
    assert not said
    opened_alone(tab, kept, "Statement on the grounding")


def taken_back(page: Page, told: str) -> None:
    """What was just done is told, and is undone from where it is told."""
    flash = page.locator("#did .flash")
    expect(flash).to_contain_text(told)
    flash.get_by_role("button", name="Undo").click()
    expect(flash).to_contain_text("took back")


def held_harmless(page: Page, story: str) -> None:
    page.goto(f"{story}/discrepancies")
    before = page.locator(".parts .n").nth(1).inner_text()
    first = page.locator(".discrepancy").first
    first.get_by_text("This is harmless …").click()
    first.get_by_label("because").fill("the letter counts the crew as well")
    first.get_by_role("button", name="Keep").click()
    expect(page.locator("div.remark")).to_contain_text("the letter counts the crew as well")
    assert int(page.locator(".parts .n").nth(1).inner_text()) == int(before) - 1
    taken_back(page, "is harmless: the letter counts the crew as well")
    expect(page.locator("div.remark")).to_have_count(0)


def corrected(page: Page, story: str) -> None:
    """Part, move, join, and say that two names are one; each is taken back."""
    page.goto(f"{story}/correct")
    page.locator(".members input").nth(4).check()
    page.locator(".members input").nth(5).check()
    page.get_by_role("button", name="Make the chosen a story").click()
    taken_back(page, "You made two accounts of")
    page.goto(f"{story}/correct")
    page.locator(".members input").nth(5).check()
    page.get_by_label("Or move one").select_option(index=1)
    page.get_by_role("button", name="Move the chosen one").click()
    taken_back(page, "You moved “Lessons from Lake Ushkel”")
    page.goto(f"{story}/correct?q=strike")
    page.get_by_role("button", name=re.compile("^Join “No butter")).click()
    taken_back(page, "You joined two stories")
    page.goto(f"{story}/correct")
    page.get_by_label("One name").fill("Pavo Lindrek")
    page.get_by_label("is the same as").fill("P. Lindrek")
    page.get_by_role("button", name="They are one").click()
    taken_back(page, "“P. Lindrek” are one person or body")


def saved(page: Page, link: str, folder: Path) -> Path:
    """What a link to a file gives."""
    with page.expect_download() as kept:
        page.get_by_role("link", name=link).click()
    place = folder / "saved.html"
    kept.value.save_as(place)
    return place


def opened_alone(page: Page, place: Path, holds: str) -> None:
    """A saved file shows itself, asks for nothing else, and nothing is said in the console."""
    said, asked = listened(page), list[str]()
    page.on("request", lambda r: asked.append(r.url))
    page.goto(place.as_uri())
    expect(page.get_by_text(holds).first).to_be_visible()
    assert "Content-Security-Policy" in place.read_text("utf-8")
    assert [u for u in asked if not u.startswith("data:")] == [place.as_uri()]
    assert not said


def test_texts_and_files_are_added(
    copied: Path, serve: Callable[..., str], tab: Page, tmp_path: Path
) -> None:
    base = serve(copied)
    said = listened(tab)
    tab.goto(f"{base}/add")
    tab.get_by_label("The words, as they were published").fill(
        "The dredger Osk sank at her berth in Melden on Friday. Nobody was aboard, the harbour master said. "
        "Divers went down to her twice and found a valve open that should have been shut since the summer."
    )
    tab.get_by_label("Outlet").fill("Melden Post")
    tab.get_by_label("Title").fill("Dredger sinks at Melden")
    tab.get_by_label("Published", exact=True).fill("2031-10-24 08:25")
    tab.get_by_role("button", name="Add this text").click()
    tab.wait_for_url(re.compile("/jobs/"))
    expect(tab.get_by_text("1 account was added")).to_be_visible(timeout=SLOW)
    tab.locator("#main").get_by_role("link", name="Dredger sinks at Melden").first.click()
    tab.wait_for_url(re.compile("/stories/"))
    given = tmp_path / "melden.txt"
    given.write_text(
        "Dredger raised\n\nThe dredger Osk that sank at Melden was raised on Sunday by two cranes. "
        "The owner said that she would be towed to Ostrel and broken up there before the end of the year.\n",
        "utf-8",
    )
    tab.goto(f"{base}/add")
    tab.get_by_label("Choose files, or drop them").set_input_files(given)
    expect(tab.locator("[data-told]")).to_have_text("melden.txt")
    tab.get_by_role("button", name="Add the files").click()
    tab.wait_for_url(re.compile("/jobs/"))
    expect(tab.get_by_text("1 account was added")).to_be_visible(timeout=SLOW)
    sound(tab, "the page of a task")
    assert not said


def test_a_report_is_made_put_in_order_and_saved(site: Served, tab: Page, tmp_path: Path) -> None:
    base, _ = site
    said = listened(tab)
    tab.goto(f"{base}/reports")
    tab.get_by_label("Title").fill("The lake, by outlet")
    tab.get_by_role("button", name="Begin").click()
    tab.wait_for_url(re.compile(r"/reports/\d+"))
    report = tab.url
    for _ in range(2):
        tab.get_by_label("The newest stories").select_option(index=0)
        tab.get_by_role("button", name="Add", exact=True).click()
        expect(tab.locator("#did .flash")).to_contain_text("Added to the report")
    titles = tab.locator("#collected h2").all_inner_texts()
    assert len(titles) == 2
    tab.get_by_role("button", name="Move item 1 down").click()
    expect(tab.locator("#collected h2").first).to_have_text(titles[1])
    assert tab.url == report
    tab.get_by_label("Your note").first.fill("Ask the harbour master.")
    tab.get_by_role("button", name="Keep the note").first.click()
    expect(tab.locator("#did .flash")).to_be_visible()
    kept = saved(tab, "One file", tmp_path)
    assert not said
    opened_alone(tab, kept, "Ask the harbour master.")


def test_a_locked_library_asks_for_its_password(copied: Path, serve: Callable[..., str], tab: Page) -> None:
    secret = copied.with_name("password")
    secret.write_text(PASSWORD, "utf-8")
    base = serve(copied, "--no-worker", "--password-file", str(secret))
    tab.goto(f"{base}/outlets")
    sound(tab, "the page to log in")
    tab.get_by_label("Password").fill("a guess")
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("alert")).to_contain_text("not the password")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_label("Password").press("Enter")
    tab.wait_for_url(f"{base}/outlets")
    expect(tab.get_by_role("heading", name="Outlets")).to_be_visible()
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_label("Password")).to_be_visible()
