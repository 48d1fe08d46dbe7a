"""How fast, and in how much memory, archives and files of many articles are read.

    python bench/readers.py [--records 5000] [--lines 100000]

Makes a WARC of invented pages (each packed by itself, a tenth of the records redirects and pictures), a
file of JSON lines, a feed and a Parquet file, and reads each in a process of its own. Prints articles
read, articles a second, and the most memory the process held. ``bare`` is the reader alone, without
regions, language and the fields the text shows.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

WORDS = (
    "harbour bridge ferry council quay crane storm engineer crack span island minister repair winter boat "
    "crew tide ticket morning report statement union channel lamp market road school water light north"
).split()


def story(dice: random.Random, number: int) -> str:
    """Some three hundred invented words."""
    lines = [
        "The " + " ".join(dice.choices(WORDS, k=dice.randint(8, 22))) + f" on day {number}, the harbour said."
        for _ in range(18)
    ]
    return "\n\n".join(" ".join(lines[n : n + 3]) for n in range(0, len(lines), 3))


def page(text: str, number: int) -> bytes:
    """A page with the usual furniture round its article."""
    body = "".join(f"<p>{p}</p>" for p in text.split("\n\n"))
    links = "".join(f"<li><a href='/{n}'>Story {n} of the day</a></li>" for n in range(30))
    return (
        f"<html><head><title>Story {number}</title><meta property='article:published_time' "
        f"content='2031-05-06T10:20:00Z'><meta property='og:site_name' content='Dravik Courier'></head><body>"
        f"<nav><ul>{links}</ul></nav><article><h1>Story {number}</h1>{body}</article></body></html>"
    ).encode()


def warc(path: Path, count: int) -> None:
    """Write a packed archive."""
    dice = random.Random(7)
    with path.open("wb") as file:
        for n in range(count):
            kind = (
                ("301 Moved", "image/png")
                if n % 20 == 0
                else ("200 OK", "image/png" if n % 20 == 1 else "text/html")
            )
            body = page(story(dice, n), n) if kind == ("200 OK", "text/html") else b"\x89PNG"
            block = f"HTTP/1.1 {kind[0]}\r\nContent-Type: {kind[1]}\r\n\r\n".encode() + body
            head = (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://dravik.example/{n}\r\n"
                f"WARC-Date: 2031-05-06T12:00:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
            )
            file.write(gzip.compress(head.encode() + block + b"\r\n\r\n", 1))


def rows(count: int) -> Iterator[dict[str, str]]:
    """Invented records."""
    dice = random.Random(7)
    for n in range(count):
        yield {"id": f"p{n}", "text": story(dice, n), "title": f"Story {n}", "outlet": "Dravik Courier",
               "published": "2031-05-06T10:20:00Z", "url": f"https://dravik.example/{n}"}  # fmt: skip


def lines(path: Path, count: int) -> None:
    """Write a file of JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows(count))


def feed(path: Path, count: int) -> None:
    """Write a feed that holds its articles whole."""
    items = "".join(
        f"<item><title>{r['title']}</title><link>{r['url']}</link><content:encoded><![CDATA["
        + "".join(f"<p>{p}</p>" for p in r["text"].split("\n\n"))
        + "]]></content:encoded></item>"
        for r in rows(count)
    )
    path.write_text(
        "<rss xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
        f"<title>Dravik Courier</title>{items}</channel></rss>",
        "utf-8",
    )


def parquet(path: Path, count: int) -> None:
    """Write a Parquet file."""
    from pyarrow import Table
    from pyarrow import parquet as files

    files.write_table(Table.from_pylist(list(rows(count))), path, row_group_size=2_000)


def measure(path: str, bare: bool) -> None:
    """Read one file and print what it took."""
    from consilience.ingest import drafts, stream
    from consilience.ingest.files import gather
    from consilience.model import Problem
    from consilience.settings import Ingest

    empty = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    found = drafts(gather([path], Ingest(), None), Ingest()) if bare else stream([path])
    count = sum(not isinstance(item, Problem) for item in found)
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{count:>9,} {count / took:>10,.0f} {peak / 1024:>9,.0f} {(peak - empty) / 1024:>9,.0f}")


def main() -> None:
    """Make the files and measure each in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=5_000)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--measure")
    parser.add_argument("--bare", action="store_true")
    given = parser.parse_args()
    if given.measure:
        measure(given.measure, given.bare)
        return
    print(f"{'file':<14} {'MB':>7} {'':<5} {'articles':>9} {'a second':>10} {'peak MB':>9} {'its own':>9}")
    with tempfile.TemporaryDirectory() as folder:
        made = (("crawl.warc.gz", warc, given.records), ("rows.jsonl", lines, given.lines),
                ("feed.rss", feed, 500), ("rows.parquet", parquet, given.lines // 5))  # fmt: skip
        for name, make, count in made:
            path = Path(folder) / name
            make(path, count)
            for bare in (True, False):
                size = path.stat().st_size / 1e6
                print(f"{name:<14} {size:>7,.1f} {'bare' if bare else 'whole':<5}", end=" ", flush=True)
                command = [sys.executable, __file__, "--measure", str(path), *(["--bare"] if bare else [])]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
