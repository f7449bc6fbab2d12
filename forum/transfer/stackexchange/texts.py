"""Texts of a dump as ours: HTML and comments become Markdown, and what cannot be is shown as it was written."""

import html as entities
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forum.base import texts
from forum.base.markup import IMPORTED, Rendered, TooComplex, render
from forum.transfer.html_to_markdown import html_to_markdown, visible_words

AS_CODE = "too complex for our Markdown: shown as plain words in a code block"
CUT = "longer than a text can be here: the beginning is shown, with the address of the whole"
OTHER_WORDS = "reads differently after the conversion"

#: Plain words in a code block that are surely within every limit, were each an angle bracket.
_SAFE_LENGTH = 20_000

#: Each costs the HTML parser, whether or not it begins a tag; no text that a site accepted has nearly as many.
_MOST_ANGLES = 20_000

_ANY = 2**60

_TAG = re.compile(r"<(/?[a-zA-Z][^<>]*)>")
_LINK = re.compile(r"""a\s[^<>]*?href\s*=\s*["']?([^"'\s<>]+)""", re.IGNORECASE)
_NEW_LINE = re.compile(r"/?(?:p|div|br|li|ul|ol|pre|blockquote|h[1-6]|tr|table|hr)\b", re.IGNORECASE)

#: What would begin a block, or define a link, at the start of a line.
_BLOCK_START = re.compile(
    r"""(?P<number>[0-9]{1,9})[.)](?:\s|$)
    |\#{1,6}(?:\s|$)
    |>
    |[-+*](?:\s|$)
    |[-_*](?:\s*[-_*]){2,}\s*$
    |`{3}[^`]*$
    |~{3}
    |\[[^\]]*\]:""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Brought:
    """A text as it is stored; `problem` says what the report must name."""

    text: str
    html: str
    version: int
    problem: str = ""


def clean(source: str) -> str:
    """The one clean form, of any length: how much fits is seen afterwards."""
    return texts.clean_text(source, limit=_ANY)


def clean_line(source: str) -> str:
    """The same for what is one line."""
    return texts.clean_line(source, limit=_ANY)


def bring_html(source: str, base: str, origin: str) -> Brought:
    """A post's HTML as Markdown; its words are compared before and after."""
    source = clean(source)
    if source.count("<") > _MOST_ANGLES:
        return _as_code(_plain(source), origin)
    try:
        rendered, text = _render(html_to_markdown(source, base=base))
        same = visible_words(source) == visible_words(str(rendered.html))
    except (TooComplex, RecursionError):
        return _as_code(_plain(source), origin)
    return _brought(text, rendered, "" if same else OTHER_WORDS)


def bring_comment(source: str, origin: str) -> Brought:
    """A comment, which is one line of Markdown there, without blocks."""
    line = " ".join(clean(source).split())
    start = _BLOCK_START.match(line)
    if start:
        cut = len(start["number"] or "")
        line = f"{line[:cut]}\\{line[cut:]}"
    try:
        rendered, text = _render(line)
    except (TooComplex, RecursionError):
        return _as_code(line, origin)
    return _brought(text, rendered)


def plain_words(source: str) -> str:
    """The words of a piece of HTML on one line, for what is no text of its own."""
    return " ".join(_plain(clean(source)).split())


def _render(text: str) -> tuple[Rendered, str]:
    return render(text, limits=IMPORTED, mentions=_nobody), text


def _nobody(_names: Sequence[str]) -> Mapping[str, str]:
    """Names in an imported text belong to people of another place: they stay words."""
    return {}


def _brought(text: str, rendered: Rendered, problem: str = "") -> Brought:
    return Brought(text, str(rendered.html), rendered.version, problem)


def _plain(source: str) -> str:
    """HTML without its tags, the addresses of links written out; one pass, whatever the source."""

    def word(tag: re.Match[str]) -> str:
        inner = tag[1][:2_000]
        link = _LINK.match(inner)
        if link:
            return f" {link[1]} "
        return "\n" if _NEW_LINE.match(inner) else ""

    return entities.unescape(_TAG.sub(word, source)).strip()


def _as_code(words: str, origin: str) -> Brought:
    try:
        rendered, text = _render(_fenced(clean(words)))
    except TooComplex:
        end = f"\n\n[…]({origin})" if origin else "\n\n…"
        rendered, text = _render(_fenced(clean(words)[:_SAFE_LENGTH]) + end)
        return _brought(text, rendered, CUT)
    return _brought(text, rendered, AS_CODE)


def _fenced(words: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", words)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{words}\n{fence}"
