"""Take a picture of each page of the web app at three widths, light and dark, for a person to look at.

    python bench/screens.py FOLDER [--library LIBRARY] [--only feed story …]

Starts the app on a copy of a library (without one, on the invented examples, taken in and compared first),
opens each page in a headless browser and writes ``page-width-scheme.png``, each page whole. Needs Chromium
(Debian's package ``chromium``).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright
from serve import served

from consilience.app.place import now
from consilience.app.worker import Worker
from consilience.settings import Settings
from consilience.store import Library

WIDTHS = (400, 900, 1440)
SCHEMES = ("light", "dark")
TALLEST = 6000
"""Pixels of a page that are shown."""


def filled(place: Path) -> None:
    """A library of the invented examples, with something followed and collected."""
    with Library.open(place, create=True) as library:
        library.ask("example", {}, at=now())
        worker = Worker(library, Settings())
        while worker.step():
            pass
        library.take_interest("outlet", "The Melisk Hour", at=now())
        library.take_interest("topic", "strike", at=now())
        report = library.new_report("The lake in autumn", "Kept for the weekly meeting.", at=now())
        for tale in library.stories(limit=3):
            library.add_item(report.number, "story", tale.id, "")


def pages(place: Path) -> dict[str, str]:
    """Name and address of each page."""
    with Library.open(place) as library:
        story = max(library.stories(limit=500), key=lambda t: t.accounts).id
        account = next(library.accounts(story=story)).witness
        said = library._db.execute("SELECT name FROM speaker ORDER BY key").fetchall()
        speaker = max((name for (name,) in said), key=lambda name: library.who(name, limit=1).total)
    parts = (
        "points points/1 discrepancies descent origins ledger timeline coverage framing texts compare method "
        "correct"
    ).split()
    return {
        "feed": "/feed", "story": f"/stories/{story}",
        **{f"story-{p.replace('/', '-')}": f"/stories/{story}/{p}" for p in parts},
        "account": f"/accounts/{account.id}", "outlets": "/outlets",
        "outlet": f"/outlets/{quote(account.outlet or '', safe='')}",
        "search": "/search?q=lake", "check": "/check?claim=The+vessel+carried+112+people",
        "person": f"/people/{quote(speaker, safe='')}", "report": "/reports/1", "job": "/jobs/1",
        "add": "/add", "follows": "/follows", "digest": "/digest", "reports": "/reports",
        "history": "/history", "settings": "/settings", "help": "/help", "missing": "/nothing-here",
    }  # fmt: skip


def shoot(browser: Browser, base: str, name: str, address: str, folder: Path) -> None:
    """Write the pictures of one page."""
    for scheme in SCHEMES:
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.goto(base + address)
            height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
            page.set_viewport_size({"width": width, "height": max(900, height)})
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
            page.close()


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Take pictures of the pages of the web app.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--only", nargs="+")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as at, sync_playwright() as playwright:
        place = Path(at) / "library.db"
        if args.library:
            shutil.copy(args.library, place)
        else:
            filled(place)
        app, (host, port) = served(place, worker=False)
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or None, args=["--no-sandbox"]
            )
            for name, address in pages(place).items():
                if not args.only or name in args.only:
                    shoot(browser, f"http://{host}:{port}", name, address, args.folder)
                    print(name, flush=True)
            browser.close()
        finally:
            app.terminate()
            app.wait(30)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
