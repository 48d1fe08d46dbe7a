"""Measure the article text read out of web pages, beside trafilatura alone.

    python bench/pages.py ../shared/data/pages-extraction/pages.jsonl.gz [--most N]

Each record has ``html`` and the ``text`` that a person marked. The figure is the mean over pages
of word precision, recall and F1, a page's words as a bag. Ours leaves out the title that stands
before the text, and what is labelled boilerplate or byline.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from beside import there

from consilience import InputError, read

UNREAD = ("title", "boilerplate", "byline")


def bag(text: str) -> Counter[str]:
    """Words with their numbers, lower case."""
    return Counter(re.findall(r"\w+", text.lower()))


def figures(found: str, wanted: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of two bags of words."""
    have, want = bag(found), bag(wanted)
    hits = (have & want).total()
    precision = hits / have.total() if have else 0.0
    recall = hits / want.total() if want else 0.0
    return precision, recall, 2 * hits / (have.total() + want.total()) if hits else 0.0


def ours(html: str, folder: Path) -> str:
    """The regions that are read of a page, as one text; empty where no article was found."""
    page = folder / "page.html"
    page.write_text(html, "utf-8", errors="replace")
    try:
        witness = read([page])[0][0]
    except InputError:
        return ""
    return "\n".join(witness.text[r.start : r.end] for r in witness.regions if r.kind not in UNREAD)


def pages(path: Path, most: int) -> Iterator[dict[str, str]]:
    """Yield the first records."""
    for number, line in enumerate(gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")):
        if number < most and line:
            yield json.loads(line)


def main() -> None:
    """Print the table."""
    import trafilatura

    parser = argparse.ArgumentParser(description="Article text out of web pages.")
    parser.add_argument("pages", type=Path)
    parser.add_argument("--most", type=int, default=10_000)
    given = parser.parse_args()
    rows: dict[str, list[tuple[float, float, float]]] = {"consilience": [], "trafilatura": []}
    with TemporaryDirectory() as folder:
        for page in pages(there(given.pages), given.most):
            plain = trafilatura.extract(page["html"], fast=True, include_comments=False) or ""
            rows["trafilatura"].append(figures(plain, page["text"]))
            rows["consilience"].append(figures(ours(page["html"], Path(folder)), page["text"]))
    print(f"{'':<14}precision  recall      F1   ({len(rows['consilience'])} pages)")
    for name, each in rows.items():
        means = [sum(row[k] for row in each) / len(each) for k in range(3)]
        print(f"{name:<14}{means[0]:9.4f}{means[1]:8.4f}{means[2]:8.4f}")


if __name__ == "__main__":
    main()
