"""Foreign HTML as our Markdown: the same words and the same shape, and never a tag in what comes out."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import html5lib

from forum.base.markdown import MAX_COLUMNS, TOO_DEEP, TooComplex
from forum.base.markup import IMPORTED, render
from forum.base.words import say
from forum.transfer.html_inline import UNSEEN, Piece, pieces_of, text_of, text_piece, write

TOO_BIG = say("This text is too big to be brought in.")

MAX_CHARACTERS = 300_000
MAX_TAGS = 20_000
#: The HTML parser looks up through everything that is open at each tag.
MAX_DEPTH = 100
#: Our own Markdown reads twenty levels; a list is two.
_DEEPEST = 16

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "td",
        "th",
        "ul",
        "caption",
    ]
)
_CLOSE_THEMSELVES = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "td",
        "th",
        "tr",
        "tbody",
        "thead",
        "tfoot",
        "option",
        "colgroup",
    ]
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_LANGUAGE = re.compile(r"\blang(?:uage)?-([A-Za-z0-9+#-]{1,30})")
_LANGUAGE_HINT = re.compile(r"\s*language(?:-all)?:\s*(?:lang-)?([A-Za-z0-9+#-]{1,30})\s*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


def html_to_markdown(html: str, *, base: str = "") -> str:
    """Convert; raise TooComplex for what is too big or too deep to be a person's text.

    `base` is the address the text stood at, to which its relative links belong.
    """
    return "\n\n".join(_blocks(_read(html), base, 0)).strip("\n")


def same_text(html: str, markdown: str) -> bool:
    """Tell whether a reader sees the same words in the source and in what we show for `markdown`.

    A picture counts as its alternative text, or else its address; small raised figures as figures.
    """
    return visible_words(html) == visible_words(str(render(markdown, limits=IMPORTED).html))


def visible_words(html: str) -> list[str]:
    text = "".join(_visible(_read(html)))
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split()


def _read(html: str) -> Any:
    if len(html) > MAX_CHARACTERS:
        raise TooComplex(TOO_BIG)
    depth = 0
    for tags, (closing, name) in enumerate(_TAG.findall(html)):
        if name.lower() not in _CLOSE_THEMSELVES:
            depth = max(0, depth - 1) if closing else depth + 1
        if depth > MAX_DEPTH:
            raise TooComplex(TOO_DEEP)
        if tags > MAX_TAGS:
            raise TooComplex(TOO_BIG)
    return html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)


def _visible(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str) and element.tag not in UNSEEN:
        is_block = element.tag in _BLOCKS or element.tag == "br"
        if is_block:
            yield "\n"
        if element.tag == "img":
            yield element.get("alt", "").strip() or element.get("src", "")
        yield element.text or ""
        for child in element:
            yield from _visible(child)
            yield child.tail or ""
        if is_block:
            yield "\n"


def _holds_blocks(element: Any) -> bool:
    return any(isinstance(inner.tag, str) and inner.tag in _BLOCKS for inner in element.iter() if inner is not element)


def _blocks(element: Any, base: str, depth: int) -> Iterator[str]:
    """Write each block in `element`; what runs between blocks is a paragraph of its own."""
    running: list[Piece] = [text_piece(element.text or "")]
    hint = ""
    last_list = ""
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            found = _LANGUAGE_HINT.fullmatch(child.text or "")
            hint = found[1] if found else hint
        elif tag in _BLOCKS or (tag not in UNSEEN and _holds_blocks(child)):
            if paragraph := write(running):
                yield paragraph
                last_list = ""
            running = []
            # Two lists in a row would be read as one: the second takes another mark.
            mark = _list_mark(tag, last_list)
            for block in _block(child, base, depth, hint, mark):
                yield block
                last_list = mark
        else:
            running.extend(pieces_of(child, base))
        running.append(text_piece(child.tail or ""))
    if paragraph := write(running):
        yield paragraph


def _list_mark(tag: str, last: str) -> str:
    if tag == "ol":
        return ")" if last == "." else "."
    if tag == "ul":
        return "*" if last == "-" else "-"
    return ""


def _block(element: Any, base: str, depth: int, hint: str, mark: str) -> Iterator[str]:
    tag = element.tag
    if tag == "hr":
        yield "***"
    elif tag == "pre" and element.find(".//img") is None and not _holds_blocks(element):
        yield from _fence(element, hint)
    elif tag == "table":
        yield from _table(element, base, depth)
    elif re.fullmatch(r"h[1-6]", tag):
        if words := write(list(pieces_of(_as_line(element), base)), one_line=True):
            yield f"{'#' * int(tag[1])} {_guarded(words)}"
    elif tag == "blockquote" and depth < _DEEPEST:
        inner = "\n\n".join(_blocks(element, base, depth + 1))
        if inner:
            yield "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    elif tag in ("ul", "ol") and depth < _DEEPEST - 1:
        yield from _list(element, base, depth, mark)
    else:
        yield from _blocks(element, base, depth)


def _as_line(element: Any) -> Any:
    """A heading or a cell is one line: the blocks inside it are told apart by a blank."""
    for inner in list(element.iter()):
        if inner is not element and inner.tag in _BLOCKS and inner.tag != "pre":
            inner.tag = "span"
            inner.text = " " + (inner.text or "")
            inner.tail = " " + (inner.tail or "")
    element.tag = "span"
    return element


def _guarded(heading: str) -> str:
    """A heading's own closing marks would be taken for the end of the line."""
    return re.sub(r"(?<![\\#])(#+)$", r"\\\1", heading)


def _fence(element: Any, hint: str) -> Iterator[str]:
    code = text_of(element).rstrip("\n")
    if not code.strip():
        return
    classes = " ".join(inner.get("class") or "" for inner in element.iter() if isinstance(inner.tag, str))
    found = _LANGUAGE.search(classes)
    language = (found[1] if found else hint).lower()
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{'' if language in ('none', 'default') else language}\n{code}\n{fence}"


def _list(element: Any, base: str, depth: int, mark: str) -> Iterator[str]:
    items: list[str] = []
    is_loose = any(child.tag == "li" and child.find("p") is not None for child in element)
    start = element.get("start") or ""
    number = int(start) if re.fullmatch(r"[0-9]{1,8}", start, re.ASCII) else 1
    for blocks in _items(element, base, depth):
        bullet = f"{number}{mark}" if element.tag == "ol" else mark
        number += 1
        body = "\n\n".join(blocks) if is_loose else _tight(blocks)
        indent = " " * (len(bullet) + 1)
        lines = body.split("\n")
        rest = [indent + line if line.strip() else "" for line in lines[1:]]
        items.append("\n".join([f"{bullet} {lines[0]}", *rest]))
    if items:
        yield ("\n\n" if is_loose else "\n").join(items)


def _items(element: Any, base: str, depth: int) -> Iterator[list[str]]:
    """Give the blocks of each item; what stands in a list without being an item becomes one."""
    if words := write([text_piece(element.text or "")]):
        yield [words]
    for child in element:
        tag = child.tag
        blocks: list[str] = []
        if tag == "li":
            blocks = list(_blocks(child, base, depth + 2))
        elif isinstance(tag, str) and (tag in _BLOCKS or _holds_blocks(child)):
            blocks = list(_block(child, base, depth + 2, "", _list_mark(tag, "")))
        elif words := write(list(pieces_of(child, base))):
            blocks = [words]
        if blocks:
            yield blocks
        if words := write([text_piece(child.tail or "")]):
            yield [words]


def _tight(blocks: list[str]) -> str:
    """Only a list can follow on the very next line; anything else needs a blank one to be itself."""
    text = blocks[0]
    for before, block in pairwise(blocks):
        follows = re.match(r"[-*] |1[.)] ", block) and not re.match(r"[-*>`#|]|\d+[.)] ", before)
        text += ("\n" if follows else "\n\n") + block
    return text


def _table(element: Any, base: str, depth: int) -> Iterator[str]:
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in element.iter("tr")]
    rows = [row for row in rows if row]
    caption = element.find("caption")
    if caption is not None:
        yield from _blocks(caption, base, depth)
    width = max((len(row) for row in rows), default=0)
    if width == 0:
        return
    if width > MAX_COLUMNS or element.find(".//tr//table") is not None:
        for row in rows:
            for cell in row:
                yield from _blocks(cell, base, depth)
        return
    has_heading = all(cell.tag == "th" for cell in rows[0])
    lines = []
    for row in rows:
        cells = [write(list(pieces_of(_as_line(cell), base)), one_line=True, in_table=True) for cell in row]
        lines.append("| " + " | ".join(cells + [""] * (width - len(cells))) + " |")
    if not has_heading:
        lines.insert(0, "|" + "  |" * width)
    lines.insert(1, "|" + " --- |" * width)
    yield "\n".join(lines)
