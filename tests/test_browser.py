"""The app in a real browser: from an empty library to an export, without a serious fault for any reader.

Needs Chromium; where there is none the tests are skipped. Axe-core checks each page in both schemes and at three
widths (WCAG 2.2 A and AA); what a page loads must come from the app itself.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from consilience.app.web import actions, mending, pages, stories
from consilience.store import Library

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install the package 'chromium'")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = ((400, "dark"), (900, "light"), (1440, "light"))
LIGHT = 150_000
"""Bytes of a first view, not packed."""
AT = "2031-10-18T09:30:00+00:00"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


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
def site(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The app on a library with something of everything, and a value for each part of an address."""
    place = Path(shutil.copy(filled, tmp_path_factory.mktemp("site") / "library.db"))
    with Library.open(place) as library:
        story = max(library.stories(), key=lambda t: t.accounts).id
        account = next(library.accounts(story=story)).witness
        library.take_interest("outlet", account.outlet or "", at=AT)
        library.take_interest("topic", "strike", at=AT)
        report = library.new_report("The lake in autumn", "For the weekly meeting.", at=AT)
        library.add_item(report.number, "story", story, "the one to watch")
        library.move(account.id, None, at=AT)
        library.undo(at=AT)
        values = {
            "story": story, "id": story, "ref": account.id, "account": account.id, "outlet": account.outlet or "",
            "name": account.outlet or "", "person": "Irena Valdosk", "number": "1", "point": "1", "n": "1",
            "job": "1", "siglum": "A", "report": str(report.number),
        }  # fmt: skip
    program, base = serving(place, "--no-worker")
    yield base, values
    ended(program)


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
    query = {"/search": "?q=lake", "/check": "?claim=The+vessel+carried+112+people"}.get(route, "")
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: quote(values[m[1]], safe=""), route) + query


def faults(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}"
        for v in found.response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("route", routes())
def test_each_page_is_sound_and_light(route: str, site: tuple[str, dict[str, str]], tab: Page) -> None:
    """No fault of axe, nothing from elsewhere, no word too wide, a first view of 150 kB at most."""
    base, values = site
    address, said, got = base + filled_in(route, values), list[str](), dict[str, int]()

    def note(kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            said.append(text)

    tab.on("console", lambda m: note(m.type, m.text))
    tab.on("pageerror", lambda e: note("error", str(e)))
    tab.on("response", lambda r: got.update({r.url: len(r.body())}))
    for width, scheme in SIZES:
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme)
        if not got:
            answer = tab.goto(address, wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200, address
            assert sum(got.values()) <= LIGHT, f"{sum(got.values()):,} bytes in {len(got)} answers"
        wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} is {wide} px too wide at {width}"
        if width != 900:
            assert faults(tab) == [], f"{address} at {width} {scheme}"
    assert not said, address
    assert {urlsplit(u).netloc for u in got if not u.startswith("data:")} == {urlsplit(base).netloc}
    assert tab.locator("h1").count() == 1, address
    assert tab.locator("main").count() == 1, address


def test_it_reads_without_script(site: tuple[str, dict[str, str]], browser: Browser) -> None:
    base, values = site
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{base}/feed")
    page.get_by_role("link", name="Statement on the grounding").click()
    assert values["story"] in page.url.replace("%3A", ":")
    page.get_by_role("link", name=re.compile("^Points")).first.click()
    assert page.locator("table tr").count() > 10
    plain.close()


def test_the_first_day_of_a_reader(tmp_path: Path, browser: Browser) -> None:
    """First start with an empty library, the example, a story, a follow, a correction, its undo, an export."""
    program, base = serving(tmp_path / "library.db")
    page = browser.new_page()
    try:
        page.goto(base)
        page.get_by_role("button", name=re.compile("example", re.IGNORECASE)).click()
        page.wait_for_url(re.compile("/jobs/"))
        page.get_by_role("link", name=re.compile("Ilvane")).first.wait_for(timeout=60_000)
        page.get_by_role("link", name=re.compile("Ilvane")).first.click()
        page.get_by_text(re.compile("share .* points")).first.wait_for(timeout=60_000)
        page.get_by_role("button", name=re.compile("^Follow")).first.click()
        page.get_by_role("button", name=re.compile("Unfollow|Following")).first.wait_for()
        page.goto(f"{base}/follows")
        assert page.get_by_text("Ilvane").count()
        page.goto(f"{base}/feed")
        page.get_by_role("link", name=re.compile("Ilvane")).first.click()
        story = page.url
        correct(page, story)
        page.goto(f"{base}/history")
        assert page.get_by_text(re.compile("undone|taken back", re.IGNORECASE)).count()
        with page.expect_download() as kept:
            page.goto(story)
            page.evaluate("location.href = location.pathname + '/file'")
        saved = Path(kept.value.path()).read_text("utf-8")
        assert "Ilvane" in saved
        assert "Content-Security-Policy" in saved
    finally:
        page.close()
        ended(program)


def correct(page: Page, story: str) -> None:
    """Say of a discrepancy that it is harmless, and take it back."""
    page.goto(f"{story.split('?', maxsplit=1)[0]}/discrepancies")
    form = page.locator("form[action*=harmless]").first
    details = page.locator("details:has(form[action*=harmless])").first
    if details.count() and not form.is_visible():
        details.locator("summary").click()
    form.locator("input[name=why], textarea[name=why]").fill("the letter counts the crew as well")
    form.get_by_role("button").click()
    page.get_by_role("button", name=re.compile("Undo")).first.click()
    page.get_by_text(re.compile("Undone|taken back|undid", re.IGNORECASE)).first.wait_for()
