"""Running text of foreign HTML as Markdown: each paragraph is read back, to be sure of its words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urljoin

from forum.base.markdown import TooComplex, find_math, inline_words, is_safe_address, parse

UNSEEN = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "embed",
        "head",
        "title",
        "textarea",
        "select",
    ]
)
#: Emphasis is written last, when both neighbours of each mark are known; until then it is one of these.
_EMPHASIS = {
    "em": "*",
    "i": "*",
    "cite": "*",
    "strong": "**",
    "b": "**",
    "s": "~~",
    "strike": "~~",
    "del": "~~",
}
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_RAISABLE = re.compile(r"[0-9+=()n-]{1,8}")
_LOWERABLE = re.compile(r"[0-9+=()-]{1,8}")

_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9./?=#:-]*[A-Za-z0-9/]")
_SPECIAL = re.compile(
    r"""(?P<url>https?://[A-Za-z0-9./?=#:-]*[A-Za-z0-9/](?=[\s,.;)]|$)) | (?P<scheme>(?:https?|mailto):)
      | (?P<mark>[\\`*\[\]] | ~(?=~) | (?<=~)~ | (?<![^\W_])_ | _(?![^\W_])
        | <(?=[A-Za-z/!?]) | &(?=\#?\w+;))""",
    re.VERBOSE | re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"""([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])""")
_LINE_START = re.compile(r"(?m)^(?:(?=[>|=]|:-|#{1,6}(?:\s|$)|\+(?:\s|$)|-(?:[\s:|-]|$))|(\d{1,9})(?=[.)](?:\s|$)))")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class Piece(NamedTuple):
    """One part of a paragraph: what a reader sees of it, and the kind of mark-up around it."""

    kind: str
    words: str
    address: str = ""
    title: str = ""
    parts: tuple["Piece", ...] = ()


@dataclass(frozen=True)
class _Way:
    """How bravely to write: each next way gives up some form to be sure of the words."""

    emphasis: bool = True
    escape_all: bool = False
    math: bool = True
    links: bool = True


_WAYS = (
    _Way(),
    _Way(emphasis=False),
    _Way(emphasis=False, escape_all=True, math=False),
    _Way(emphasis=False, escape_all=True, math=False, links=False),
)


def pieces_of(element: Any, base: str = "") -> Iterator[Piece]:
    """Read an inline element and what it holds; the text after it is its parent's."""
    tag = element.tag
    if not isinstance(tag, str) or tag in UNSEEN:
        return
    if tag == "br":
        yield Piece("break", "\n")
    elif tag == "img":
        target = (element.get("src") or "").strip()
        source = urljoin(base, target) if target else ""
        if source and is_safe_address(source):
            words = _BLANKS.sub(" ", element.get("alt") or "").strip() or source
            yield Piece("image", words, source, _BLANKS.sub(" ", element.get("title") or ""))
    elif tag in ("code", "kbd", "samp", "tt", "pre") and element.find(".//img") is None:
        words = _BLANKS.sub(" ", text_of(element))
        yield Piece("code" if words.strip() else "text", words)
    elif tag in ("sup", "sub"):
        yield from _raised(element, base)
    elif tag == "a":
        parts = tuple(_children(element, base))
        target = (element.get("href") or "").strip()
        address = urljoin(base, target) if target else ""
        words = "".join(piece.words for piece in parts)
        if address and words.strip() and is_safe_address(address):
            yield Piece("link", words, address, _BLANKS.sub(" ", element.get("title") or ""), parts)
        else:
            yield from parts
    elif tag in _EMPHASIS:
        yield Piece("emphasis", "", _EMPHASIS[tag], "", tuple(_children(element, base)))
    else:
        yield from _children(element, base)


def _children(element: Any, base: str) -> Iterator[Piece]:
    if element.text:
        yield text_piece(element.text)
    for child in element:
        yield from pieces_of(child, base)
        if child.tail:
            yield text_piece(child.tail)


def text_of(element: Any) -> str:
    """Everything written in an element, its line breaks too."""
    for inner in element.iter("br"):
        inner.tail = "\n" + (inner.tail or "")
    return "".join(element.itertext())


def text_piece(text: str) -> Piece:
    return Piece("text", _BLANKS.sub(" ", text))


def _raised(element: Any, base: str) -> Iterator[Piece]:
    words = "".join(element.itertext()).strip()
    if len(element) == 0 and element.tag == "sup" and _RAISABLE.fullmatch(words):
        yield Piece("text", words.translate(_RAISED))
    elif len(element) == 0 and element.tag == "sub" and _LOWERABLE.fullmatch(words):
        yield Piece("text", words.translate(_LOWERED))
    else:
        yield from _children(element, base)


def write(pieces: Sequence[Piece], *, one_line: bool = False, in_table: bool = False) -> str:
    """Write a paragraph so that it reads back as the same words, giving up form where both cannot be had."""
    pieces = list(_joined(pieces))
    wanted = _flat("".join(_seen(pieces)))
    if not wanted:
        return ""
    result = ""
    for way in _WAYS:
        result = _tidy("".join(_written(pieces, way)), one_line)
        if _reads_as(result, wanted):
            break
    return result.replace("|", "\\|") if in_table else result


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Join neighbouring texts: a formula may be cut by an element that left nothing of itself."""
    waiting = ""
    for piece in pieces:
        if piece.kind == "text":
            waiting += piece.words
            continue
        if waiting:
            yield Piece("text", waiting)
            waiting = ""
        yield piece._replace(parts=tuple(_joined(piece.parts))) if piece.parts else piece
    if waiting:
        yield Piece("text", waiting)


def _seen(pieces: Sequence[Piece]) -> Iterator[str]:
    for piece in pieces:
        if piece.parts:
            yield from _seen(piece.parts)
        else:
            yield piece.words


def _flat(text: str) -> str:
    return "".join(text.split())


def _reads_as(markdown: str, wanted: str) -> bool:
    try:
        tokens = parse(markdown).tokens
    except TooComplex:
        return False
    if any(token.type not in ("paragraph_open", "inline", "paragraph_close") for token in tokens):
        return False
    return _flat("".join(inline_words(token.children or []) for token in tokens if token.type == "inline")) == wanted


def _written(pieces: Sequence[Piece], way: _Way, *, inside_link: bool = False) -> Iterator[str]:
    for position, piece in enumerate(pieces):
        if piece.kind == "text":
            yield escaped(piece.words, way.escape_all, way.math)
        elif piece.kind == "break":
            yield " " if inside_link else "\n"
        elif piece.kind == "code":
            yield _code(piece.words)
        elif piece.kind == "image":
            label = escaped(piece.words, way.escape_all, way.math)
            yield f"![{label}]({_destination(piece)})" if way.links else label
        elif piece.kind == "link":
            label = "".join(_written(piece.parts, way, inside_link=True))
            core = label.strip()
            if way.links and not inside_link:
                core = _link(core, piece)
            yield _around(label, core)
        elif piece.kind == "emphasis":
            inner = "".join(_written(piece.parts, way, inside_link=inside_link))
            core = inner.strip()
            before = _edge(pieces[:position], last=True) if inner[:1].strip() else " "
            after = _edge(pieces[position + 1 :], last=False) if inner[-1:].strip() else " "
            if way.emphasis and core and "\n\n" not in core:
                core = _emphasised(core, piece.address, before, after)
            yield _around(inner, core)


def _around(whole: str, core: str) -> str:
    """Blanks at the edges stay, outside the marks."""
    if not whole.strip():
        return whole
    return whole[: len(whole) - len(whole.lstrip())] + core + whole[len(whole.rstrip()) :]


def _edge(pieces: Sequence[Piece], *, last: bool) -> str:
    words = "".join(_seen(pieces))
    return (words[-1:] if last else words[:1]) or " "


def _emphasised(core: str, mark: str, before: str, after: str) -> str:
    """A mark between a letter and a sign reads as a star: the sign moves outside, or the mark goes."""
    lead, tail = "", ""
    if before.isalnum():
        core_start = re.match(r"(?:\\?[^\w\s\[`!*~$\\<&])*", core)
        cut = core_start.end() if core_start else 0
        lead, core = core[:cut], core[cut:]
    if after.isalnum():
        core_end = re.search(r"(?:\\?[^\w\s\])`*~$\\>;])*$", core)
        cut = core_end.start() if core_end else len(core)
        core, tail = core[:cut], core[cut:]
    if not core.strip():
        return lead + core + tail
    return f"{lead}{mark}{core}{mark}{tail}"


def _link(label: str, piece: Piece) -> str:
    address = piece.address
    if piece.words.strip() == address and not piece.title and _PLAIN_URL.fullmatch(address):
        return f"<{address}>"
    return f"[{label}]({_destination(piece)})"


def _destination(piece: Piece) -> str:
    address = re.sub(r"[\x00-\x20<>\\]", lambda found: f"%{ord(found[0]):02X}", piece.address)
    address = re.sub(r"&(?=#?\w+;)", r"\\&", address)
    if "(" in address or ")" in address:
        address = f"<{address}>"
    title = piece.title.strip()
    return f'{address} "{_PUNCTUATION.sub(_backslash_if_needed, title)}"' if title else address


def _backslash_if_needed(found: re.Match[str]) -> str:
    return "\\" + found[0] if found[0] in '\\"&`<' else found[0]


def _code(words: str) -> str:
    runs = {len(run) for run in re.findall(r"`+", words)}
    fence = "`" * next(size for size in range(1, len(runs) + 2) if size not in runs)
    padded = words.startswith(("`", " ")) or words.endswith(("`", " "))
    return f"{fence} {words} {fence}" if padded else f"{fence}{words}{fence}"


def escaped(text: str, everything: bool = False, math: bool = True) -> str:
    """Write text so that no character of it is a mark; formulas are kept as they are."""
    if everything:
        return _PUNCTUATION.sub(r"\\\1", text)
    parts = []
    done = position = 0
    while math and (position := text.find("$", position)) >= 0:
        end = find_math(text, position, len(text))
        if end < 0:
            position += 2 if text.startswith("$$", position) else 1
            continue
        parts.append(_SPECIAL.sub(_escape, text[done:position]))
        parts.append(text[position:end])
        done = position = end
    parts.append(_SPECIAL.sub(_escape, text[done:]))
    return "".join(parts)


def _escape(found: re.Match[str]) -> str:
    if found["url"]:
        return found["url"]
    if found["scheme"]:
        return found["scheme"][:-1] + "\\:"
    return "\\" + found["mark"]


def _tidy(markdown: str, one_line: bool) -> str:
    """One line a line: blanks around breaks go, and no line begins like a list, a heading or a quote."""
    lines = [line.strip(" ") for line in markdown.strip(" \n").split("\n")]
    text = " ".join(lines) if one_line else "\n".join(lines)
    text = re.sub(r"\n{3,}", "\n\n", text)
    return _LINE_START.sub(lambda found: (found[1] or "") + "\\", text)
