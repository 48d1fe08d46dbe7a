"""Set the bulletin of the example as a PDF: `python examples/make_pdf.py`.

Writes the smallest PDF that a reader of text needs (one Helvetica pair, WinAnsi, no
compression), so the file is the same bytes on every machine and needs no package.
Widths are estimated, which is enough to break lines; it is no typesetter.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent / "ilvane"
PAGE = (595, 842)  # A4, in points
MARGIN, TOP, BOTTOM = 72, 770, 72
STYLES = {  # mark at the head of a paragraph: (font, size in points, space above)
    "#": ("F2", 20, 0),
    "=": ("F2", 12, 14),
    "-": ("F1", 9, 4),
    ">": ("F1", 11, 10),
    "~": ("F2", 10, 2),
    "": ("F1", 11, 8),
}
BULLETIN = """\
- LOCK AND LANTERN  ·  a weekly letter for people who work on inland water
- No. 41  ·  Friday, 17 October 2031
# Lessons from Lake Ushkel
The grounding of the Ilvane has every lake skipper talking. On Wednesday, 14 October the ferry went \
onto the rocks at Kesmer Point, on Lake Ushkel in Tavoria, in fog so dense that one could see less than \
50 metres. At least 14 people were injured. There were 112 on board, says the transport ministry's statement.
= The small boats
By the time the first rescue launch arrived , fishing boats from Dravik had already taken off 83 people, \
and not one of them had been called out. It was a close thing:
> “Had she lain ten minutes longer in that swell, she would have gone over on her side."
~ Edrin Kolvash, harbour master of Dravik
= Whose duty is it ?
Interior Minister Irena Valdosk was on the quay the same morning. She does not care for excuses.
> “No lamp, no horn and no instrument relieves a master of the duty to stop when he cannot see ahead."
~ Irena Valdosk
Readers may like to pin that up in the wheelhouse.. But there is more to be said. The Dravik Courier, \
the town's daily, has found a ticket collector, Lena Harsk, who says that she tore more than 150 tickets \
that morning, and a teacher who heard no horn at all. If Harsk is right, the passenger list is out by a \
third, and nobody can say that all were accounted for.
The ship is not young. The Tavorian Press Agency recalls that the Ilvane, built in 1987, spent six \
hours on a sandbank off Ostrel in 2019.
= What comes next
According to the ministry, the crossing between Dravik and Ostrel is suspended until further notice and \
buses run round the northern shore every two hours. The Board of Marine Inquiry will publish its first \
findings by 14 November; Valdosk has promised that nothing will be spared, “neither the ship, nor the shore, \
nor my own ministry". We shall report them here.
Our own advice is older than radar: when you cannot see, anchor , ring the bell, and wait.
- Lock and Lantern is sent free of charge on Fridays. To leave the list, write to the editor.
"""


def lines_of(paragraph: str, size: int) -> list[str]:
    """Break a paragraph where its estimated width (0.5 em a character) fills the measure."""
    room = int((PAGE[0] - 2 * MARGIN) / (size * 0.5))
    lines = [""]
    for word in paragraph.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if len(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def pages_of(text: str) -> list[bytes]:
    """The content stream of each page."""
    pages: list[list[bytes]] = [[]]
    y = TOP
    for paragraph in text.splitlines():
        mark = paragraph[0] if paragraph[:2] in {"# ", "= ", "- ", "> ", "~ "} else ""
        font, size, above = STYLES[mark]
        y -= above
        for line in lines_of(paragraph[2:] if mark else paragraph, size):
            if y < BOTTOM:
                pages.append([])
                y = TOP
            y -= round(size * 1.4)
            words = line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            pages[-1].append(b"BT /%s %d Tf %d %d Td (%s) Tj ET" % (font.encode(), size, MARGIN, y, words))
    return [b"\n".join(page) for page in pages]


def pdf_of(pages: list[bytes], title: str) -> bytes:
    """A whole file: objects, cross-reference table, trailer."""
    kids = [f"{6 + 2 * i} 0 R" for i in range(len(pages))]
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode(),
        font.format("Helvetica").encode(),
        font.format("Helvetica-Bold").encode(),
        f"<< /Title ({title}) >>".encode(),
    ]
    for i, stream in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Contents {7 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, count = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, rows)
    return out + b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


if __name__ == "__main__":
    (HERE / "lantern.pdf").write_bytes(pdf_of(pages_of(BULLETIN), "Lessons from Lake Ushkel"))
