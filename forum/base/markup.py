"""The one way from Markdown to HTML a page may show, and to the plain words that search and previews need."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it.token import Token
from markupsafe import Markup, escape

from forum.base import sanitize
from forum.base.highlight import Painter
from forum.base.markdown import (
    MAX_LINKS,
    TOO_HARD,
    TOO_MANY_LINKS,
    Parsed,
    TooComplex,
    Work,
    inline_words,
    parse,
    words_of,
    write_html,
)
from forum.base.words import say

__all__ = [
    "PIPELINE_VERSION",
    "Limits",
    "Rendered",
    "TooComplex",
    "excerpt",
    "headings_below",
    "opening",
    "plain_text",
    "render",
]

#: Stored beside the HTML it made. Raise it when the same text would come out differently.
PIPELINE_VERSION = 2

TOO_LONG = say("Please keep this to %(limit)d characters.")
TOO_MANY_MENTIONS = say("Too many people are mentioned here: %(limit)d is the most.")

#: Cleaning costs about 50 µs a tag and 15 µs an entity; this is a little under half a second.
MAX_MARKS = 24_000
_TAG_WEIGHT = 3

_LANGUAGE = re.compile(r"[a-z0-9+#-]{1,30}", re.ASCII)
_MARKS = re.compile(r"[\\`*_~#>|\[\]]+")
#: What cannot be read on as a sentence, and the pieces such a block is made of.
_BLOCK = re.compile(r"<(?:table|pre|ul|ol|dl|div|blockquote|hr|h[1-6])\b")
_HEADINGS = re.compile(r"\A(?:\s*<h([1-6])\b[^>]*>.*?</h\1>\s*)+", re.DOTALL)
_PIECE = re.compile(r"<(p|li|td|code|h[1-6])\b[^>]*>(.*?)</\1>", re.DOTALL)

#: names -> address of each person known by that name
People = Callable[[Sequence[str]], Mapping[str, str]]

#: An upload's address begins so; its number follows.
_PICTURE = re.compile(r"/media/([1-9][0-9]{0,17})(?:/.*)?", re.ASCII)


@dataclass(frozen=True)
class Shown:
    """Where a picture is, and how much room to leave for it."""

    src: str
    width: int
    height: int


#: numbers of uploads -> how to show each of those that exist
Pictures = Callable[[Sequence[int]], Mapping[int, Shown]]


@dataclass(frozen=True)
class Limits:
    characters: int = 30_000
    links: int = MAX_LINKS
    mentions: int = 50


#: What people type.
TYPED = Limits()
#: What comes from another forum was accepted there: lists of links stay whole, and escapes make it longer.
IMPORTED = Limits(characters=90_000, links=600, mentions=200)


@dataclass(frozen=True)
class Rendered:
    """`links` counts those that lead away from this site; `images` are the uploads shown, by path."""

    text: str
    html: Markup
    version: int
    mentions: tuple[str, ...]
    links: int
    images: tuple[str, ...]


def render(
    text: str,
    *,
    site: str = "",
    mentions: People | None = None,
    pictures: Pictures | None = None,
    limits: Limits = TYPED,
) -> Rendered:
    """Make safe HTML; raise TooComplex, before it costs, for a text made to be expensive.

    `site` is our own address: links to it stay plain. `mentions` is asked once, for all the names in the
    text; a name it does not know stays text. Without it each name is marked, and nobody is asked. `pictures`
    likewise for the uploads; one it does not know leaves its words.
    """
    if len(text) > limits.characters:
        raise TooComplex(TOO_LONG, limit=limits.characters)
    parsed = parse(text, Work(max_links=limits.links))
    found = _Found(site.rstrip("/"), limits)
    for token in parsed.tokens:
        if token.type == "inline" and token.children:
            token.children = found.look_through(token.children)
    people = mentions(tuple(found.names)) if mentions and found.names else None
    if pictures and found.images:
        found.place(pictures)
    html = _write(parsed, people)
    return Rendered(
        text=text,
        html=Markup(sanitize.sanitize(html)),  # noqa: S704 - this is where Markup is made
        version=PIPELINE_VERSION,
        mentions=tuple(name for name in found.names if people is None or name in people),
        links=found.away,
        images=tuple(found.images),
    )


class _Found:
    """What the inline tokens of one text hold, and what must become of them."""

    def __init__(self, site: str, limits: Limits) -> None:
        self.site = site
        self.limits = limits
        self.names: dict[str, None] = {}
        self.images: dict[str, None] = {}
        self.shown: list[Token] = []
        self.links = 0
        self.away = 0
        self.mentions = 0

    def look_through(self, children: Sequence[Token]) -> list[Token]:
        result: list[Token] = []
        depth = 0
        for token in children:
            if token.type == "link_open":
                depth += 1
                self._link(token)
                result.append(token)
            elif token.type == "link_close":
                depth -= 1
                result.append(token)
            elif token.type == "image":
                result.extend(self._image(token, inside_link=depth > 0))
            else:
                if token.type == "mention":
                    self._mention(token)
                result.append(token)
        return result

    def _link(self, token: Token) -> None:
        self.links += 1
        if self.links > self.limits.links:
            raise TooComplex(TOO_MANY_LINKS, limit=self.limits.links)
        if not self._is_ours(str(token.attrs.get("href", ""))):
            self.away += 1
            token.attrs["rel"] = "nofollow ugc noopener"

    def _is_ours(self, address: str) -> bool:
        """The slash after our name matters: forum.example.evil.test begins like forum.example."""
        if self.site and (address == self.site or address.startswith((self.site + "/", self.site + "?"))):
            return True
        # Browsers read two slashes, of either kind, as the beginning of another host.
        return re.match(r"[/\\]{2}|[a-z][a-z0-9+.-]*:", address, re.IGNORECASE) is None

    def _image(self, token: Token, *, inside_link: bool) -> list[Token]:
        """Show our own uploads; a picture elsewhere tells its host who reads this, so it becomes a link."""
        source = str(token.attrs.get("src", ""))
        words = inline_words(token.children or [])
        path = source.removeprefix(self.site) if self.site else source
        if sanitize.is_media(path):
            self.images[path] = None
            token.attrs = {
                "src": path,
                "alt": words,
                "loading": "lazy",
                "decoding": "async",
                **_title_of(token),
            }
            token.type = "picture"
            self.shown.append(token)
            return [token]
        label = Token("text", "", 0, content=words.strip() or source)
        if inside_link:
            return [label]
        opening = Token("link_open", "a", 1, attrs={"href": source, **_title_of(token)})
        self._link(opening)
        return [opening, label, Token("link_close", "a", -1)]

    def place(self, pictures: Pictures) -> None:
        """Give each picture its address and size; what is no upload becomes its words."""
        numbers = {path: int(found[1]) for path in self.images if (found := _PICTURE.fullmatch(path))}
        known = pictures(tuple(dict.fromkeys(numbers.values())))
        for token in self.shown:
            path = str(token.attrs["src"])
            picture = known.get(numbers.get(path, 0))
            if picture is None:
                token.type, token.content = "text", str(token.attrs["alt"])
                self.images.pop(path, None)
            else:
                token.attrs |= {"src": picture.src, "width": picture.width, "height": picture.height}

    def _mention(self, token: Token) -> None:
        self.mentions += 1
        if self.mentions > self.limits.mentions:
            raise TooComplex(TOO_MANY_MENTIONS, limit=self.limits.mentions)
        self.names[token.meta["name"]] = None


def _title_of(token: Token) -> dict[str, str | int | float]:
    return {"title": token.attrs["title"]} if token.attrs.get("title") else {}


def _write(parsed: Parsed, people: Mapping[str, str] | None) -> str:
    painter = Painter()

    def code(tokens: Sequence[Token], index: int, *_: Any) -> str:
        info = tokens[index].info.split(maxsplit=1)
        language = info[0].lower() if info and _LANGUAGE.fullmatch(info[0].lower()) else ""
        shown = painter.paint(tokens[index].content, language)
        kind = Markup(' class="language-{}"').format(language) if language else ""
        return f'<pre tabindex="0"><code{kind}>{shown}</code></pre>\n'

    def mention(tokens: Sequence[Token], index: int, *_: Any) -> str:
        name, written = tokens[index].meta["name"], tokens[index].content
        if people is None:
            return str(Markup('<span class="mention">{}</span>').format(written))
        if name not in people:
            return str(escape(written))
        return str(Markup('<a class="mention" href="{}">{}</a>').format(people[name], written))

    def math(tokens: Sequence[Token], index: int, *_: Any) -> str:
        return str(Markup('<span class="math">{}</span>').format(tokens[index].content))

    def picture(tokens: Sequence[Token], index: int, *_: Any) -> str:
        return str(Markup("<img{}>").format(_attributes(tokens[index])))

    html = write_html(
        parsed,
        {
            "fence": code,
            "code_block": code,
            "mention": mention,
            "math": math,
            "picture": picture,
            "table_open": lambda *_: '<div class="table-scroll" tabindex="0"><table>\n',
            "table_close": lambda *_: "</table></div>\n",
        },
    )
    if html.count("<") * _TAG_WEIGHT + html.count("&") > MAX_MARKS:
        raise TooComplex(TOO_HARD)
    return html


def _attributes(token: Token) -> Markup:
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in token.attrs.items())


def plain_text(text: str) -> str:
    """Give the words without the mark-up, one block a line; never raises, for any text."""
    try:
        return "\n".join(words.strip() for words in words_of(parse(text, Work(finds_links=False)).tokens))
    except TooComplex:
        return _MARKS.sub(" ", text)


def excerpt(text: str, length: int = 200) -> str:
    """Give the beginning of the words on one line, cut between two of them, at most `length` characters."""
    # Mark-up is rarely more than half of a text: no need to read all of it for a line.
    return _cut(" ".join(plain_text(text[: 8 * length + 400]).split()), length)


_HEADING = re.compile(r"(</?h)([1-6])(?=[\s>])")


def headings_below(html: str, level: int) -> str:
    """Stored HTML with its headings as they must be under a heading of this level: the first one deeper, no step left out.

    Whoever listens to a page goes by its headings; writers begin with as many marks as they like the look of.
    """
    used = sorted({int(found[2]) for found in _HEADING.finditer(html)}) if "<h" in html else []
    if not used:
        return html
    deeper = {depth: min(level + 1 + number, 6) for number, depth in enumerate(used)}
    return _HEADING.sub(lambda found: f"{found[1]}{deeper[int(found[2])]}", html)


@lru_cache(maxsize=256)
def opening(html: str, length: int = 300) -> str:
    """Give the first sentences of a stored text; they end where a table, a list or a program begins.

    The cells of a table in one line mean nothing. A text that begins with such a block gives its first piece;
    a heading on top says less than what stands below it.
    """
    html = _HEADINGS.sub("", html) or html
    blocks = _BLOCK.search(html)
    words = _words(html[: blocks.start()] if blocks else html)
    if not words:
        first = _PIECE.search(html)
        return _cut(_words(first[2] if first else html), length)
    if blocks and len(words) <= length:
        return words.rstrip(" :,;") + "…" if words.endswith((":", ",", ";")) else words
    return _cut(words, length)


def _words(html: str) -> str:
    return " ".join(Markup(html).striptags().split())  # noqa: S704


def _cut(line: str, length: int) -> str:
    if len(line) <= length:
        return line
    cut = line[:length]
    head, blank, _ = cut.rpartition(" ")
    return (head if blank and len(head) > length // 2 else cut[:-1]).rstrip(" ,;:.-") + "…"
