"""The leaflet as a PDF to print or attach: the same words as the page, set on A4.

It reads the leaflet's own HTML, so that the words and their order have one home. Headings, lists, facts and boxes keep
their look; a heading is never left alone at the foot of a page, a place begins where there is room for its first
lines, and a word longer than a line is cut. The fonts (DejaVu, with Latin, Greek, Cyrillic, Arabic and Hebrew letters)
come with the product.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from triage.handover import bidi
from triage.settings import shipped

FONT, BOLD = "triage", "triage-bold"
MARGIN, PADDING = 51.0, 6.0
"""Points: 18 mm round the page, and what a frame of reportlab's keeps free inside."""
KEPT = 12
"""Lines a place needs under it on a page, or it begins on the next."""
_WHOLE = re.compile(r"(?<=\d) (?=\d)")
"""Where a telephone number or a postcode would come apart."""
_BLOCKS = ("h1", "h2", "h3", "p", "li", "dt", "dd")


@dataclass
class _Block:
    """One piece of the page: its tag and class, its lines (words, and whether they are bold), its number in a list."""

    tag: str
    kind: str = ""
    lines: list[list[tuple[str, bool]]] = field(default_factory=lambda: [[]])
    number: int = 0


class _Reader(HTMLParser):
    """The blocks of the leaflet's page, in order; ``article`` marks where a place begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = []
        self._open: _Block | None = None
        self._bold = 0
        self._lists: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins, or bold, or a line ends."""
        if tag in _BLOCKS:
            self._open = _Block(tag, dict(attrs).get("class") or "")
            if tag == "li" and self._lists and self._lists[-1] is not None:
                self._lists[-1] += 1
                self._open.number = self._lists[-1]
            self.blocks.append(self._open)
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "article":
            self.blocks.append(_Block("article"))
        elif tag == "strong":
            self._bold += 1
        elif tag == "br" and self._open:
            self._open.lines.append([])

    def handle_endtag(self, tag: str) -> None:
        """A block ends."""
        if tag in _BLOCKS:
            self._open = None
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "strong":
            self._bold -= 1

    def handle_data(self, data: str) -> None:
        """Words of the block that is open."""
        if self._open is not None:
            self._open.lines[-1].append((data, self._bold > 0))


def pdf(page: str, *, points: int = 12, title: str = "", author: str = "") -> bytes:
    """The leaflet's HTML as a PDF. ``points`` is the size of its words; everything else follows from it."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import CondPageBreak, SimpleDocTemplate

    _fonts()
    reader = _Reader()
    reader.feed(page[page.find("<main>") :])
    width = A4[0] - 2 * (MARGIN + PADDING)
    story: list[Any] = []
    for block in _paired(reader.blocks):
        if block.tag == "article":
            story.append(CondPageBreak(min(KEPT * points, A4[1] / 2)))
        else:
            story.extend(_set(block, points, width))
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author=author,
        lang="en-GB",
        invariant=1,
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont(FONT, min(points, 14))
        canvas.drawRightString(A4[0] - MARGIN, MARGIN / 2, f"{title} – {canvas.getPageNumber()}" if title else "")

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue()


def _paired(blocks: list[_Block]) -> list[_Block]:
    """A fact's name and its words as one paragraph: paper has no room for two columns of large print."""
    found: list[_Block] = []
    for block in blocks:
        if block.tag == "dd" and found and found[-1].tag == "dt":
            name = "".join(words for line in found.pop().lines for words, _ in line)
            first = [(f"{name.strip()}: ", True), *block.lines[0]]
            found.append(_Block("dd", lines=[first, *block.lines[1:]]))
        else:
            found.append(block)
    return found


def _set(block: _Block, points: int, width: float) -> list[Any]:
    """The paragraph of one block."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    scale = {"h1": 1.6, "h2": 1.25, "h3": 1.05}.get(block.tag, 1.0)
    size = points * min(scale, 1.25 if points > 24 else scale)
    boxed = block.kind in ("sign", "ask")
    bold = block.tag.startswith("h") or boxed
    indent = 1.6 * points if block.tag == "li" else 0
    said = " ".join("".join(words for words, _ in line) for line in block.lines)
    right = bidi.leads(said)
    style = ParagraphStyle(
        block.tag,
        fontName=BOLD if bold else FONT,
        fontSize=size,
        leading=size * (1.25 if bold else 1.45),
        spaceBefore=points * {"h1": 0.5, "h2": 1.0, "h3": 0.8}.get(block.tag, 0.2),
        spaceAfter=points * (0.6 if boxed else 0.25),
        leftIndent=0 if right else indent,
        rightIndent=indent if right else 0,
        bulletIndent=0,
        bulletFontName=FONT,
        bulletFontSize=size,
        alignment=2 if right else 0,
        keepWithNext=block.tag.startswith("h"),
        splitLongWords=1,
        borderWidth=1.5 if boxed else 0,
        borderColor="black" if boxed else None,
        borderPadding=points * 0.35 if boxed else 0,
    )
    bullet = f"{block.number}." if block.number else "•"
    room = width - indent - (points if boxed else 0)
    made = Paragraph(
        _marked(block, style.fontName, size, room), style, bulletText=bullet if indent and not right else None
    )
    if boxed or block.tag == "h2":
        from reportlab.platypus import Spacer

        return [Spacer(1, points * 0.35), made] if boxed else [made, _rule(width)]
    return [made]


def _rule(width: float) -> Any:
    from reportlab.platypus import HRFlowable

    made = HRFlowable(width=width, thickness=1.5, color="black", spaceBefore=1, spaceAfter=4)
    made.keepWithNext = True
    return made


def _marked(block: _Block, font: str, size: float, room: float) -> str:
    """The block's words in reportlab's markup; lines with right-to-left words are broken before they are turned."""
    out = []
    for line in block.lines:
        whole = " ".join("".join(words for words, _ in line).split())
        if bidi.turned(whole):
            out += [escape(bidi.seen(part)) for part in _broken(whole, font, size, room)]
            continue
        pieces = []
        for words, bold in line:
            said = _WHOLE.sub("\u00a0", escape(" ".join(words.split()), quote=False))
            lead, tail = " " * words[:1].isspace(), " " * (words[-1:].isspace() and bool(said))
            pieces.append(f'{lead}<font name="{BOLD}">{said}</font>{tail}' if bold and said else f"{lead}{said}{tail}")
        out.append("".join(pieces).strip())
    return "<br/>".join(each for each in out if each)


def _broken(text: str, font: str, size: float, room: float) -> list[str]:
    """Lines that fit, in the order they are read."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and stringWidth(longer, font, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _fonts() -> None:
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    folder: Path = shipped() / "leaflet" / "fonts"
    registerFont(TTFont(FONT, str(folder / "DejaVuSans.ttf")))
    registerFont(TTFont(BOLD, str(folder / "DejaVuSans-Bold.ttf")))
    for italic in (0, 1):
        addMapping(FONT, 0, italic, FONT)
        addMapping(FONT, 1, italic, BOLD)
        addMapping(BOLD, 0, italic, BOLD)
        addMapping(BOLD, 1, italic, BOLD)
