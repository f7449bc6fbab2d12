"""Our Markdown: what the parser knows beyond CommonMark, and the work it may do before it gives up."""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, linkify
from markdown_it.token import Token

from forum.base.words import Sentence, say

TOO_HARD = say(
    "This text has too many formatting marks to be shown. Please remove some of them, or put it in a code block."
)
TOO_DEEP = say("Quotes and lists are nested too deeply here. Please keep them to a few levels.")
TOO_MANY_LINKS = say("There are too many links here: %(limit)d is the most.")
TOO_WIDE = say("A table can have %(limit)d columns at most.")

#: Nobody follows more; and each "http://" makes the link finder look ahead.
MAX_LINKS = 100
#: Lists count twice (the list and its item): ten lists inside each other, or twenty quotes.
MAX_NESTING = 20
#: Wider tables are not read on a telephone, and rows filled up to the heading multiply what was typed.
MAX_COLUMNS = 20
#: One step is one place where the parser tries its rules. 30,000 characters of prose, code and tables
#: take 3,000 to 30,000; repeated opening brackets would take 900 million.
MAX_STEPS = 80_000
#: Paragraphs, items, cells: each becomes two or three of these, and each a tag or two to clean.
MAX_TOKENS = 16_000

_MENTION = re.compile(r"@(\w(?:[\w.-]{0,38}\w)?)")
_BEFORE_MENTION = re.compile(r"[\w/@.#&=+-]")
_SCHEME = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
_MATH_MARKS = frozenset("\\_^{")
_MATH_LENGTH = 2_000


class TooComplex(ValueError):
    """A text that is allowed by its length and would still cost too much; `reason` is for its writer."""

    def __init__(self, reason: Sentence, **values: int) -> None:
        self.reason = Sentence(reason.text, values)
        super().__init__(str(self.reason))


@dataclass
class Work:
    """What one text has cost so far, counted in steps so that the same text always ends the same way."""

    steps: int = 0
    addresses: int = 0
    max_links: int = MAX_LINKS
    finds_links: bool = True

    def step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooComplex(TOO_HARD)

    def try_address(self) -> None:
        """Count what looks like the beginning of an address; one link is looked at up to five times."""
        self.addresses += 1
        if self.addresses > 5 * self.max_links:
            raise TooComplex(TOO_MANY_LINKS, limit=self.max_links)


@dataclass
class Parsed:
    tokens: list[Token]
    env: dict[str, Any] = field(default_factory=dict)


class _Inline(ParserInline):
    def skipToken(self, state: StateInline) -> None:
        state.env["work"].step()
        super().skipToken(state)


class _Block(ParserBlock):
    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:
        # The parser would drop everything below this depth without a word.
        if state.level >= MAX_NESTING:
            raise TooComplex(TOO_DEEP)
        super().tokenize(state, startLine, endLine)


def _count_inline(state: StateInline, silent: bool) -> bool:
    state.env["work"].step()
    return False


def _count_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    state.env["work"].step()
    if len(state.tokens) > MAX_TOKENS:
        raise TooComplex(TOO_HARD)
    return False


def _linkify(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("://", state.pos) or not state.env["work"].finds_links:
        return False
    # The rule searches all the words before this place for the name of a scheme.
    state.env["work"].try_address()
    return bool(linkify(state, silent))


def _mention(state: StateInline, silent: bool) -> bool:
    """`@anna`, but not inside a word, an address, a path or a link."""
    if state.src[state.pos] != "@" or state.linkLevel > 0:
        return False
    if state.pos > 0 and _BEFORE_MENTION.match(state.src[state.pos - 1]):
        return False
    found = _MENTION.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("mention", "", 0)
        token.content = found[0]
        token.meta = {"name": found[1]}
    state.pos = found.end()
    return True


def find_math(text: str, start: int, end: int) -> int:
    """Tell where the formula that opens with `$` at `start` ends, or -1.

    A price is no formula: between the dollars there must be one of the marks of TeX, and no blank
    just inside them.
    """
    fence = "$$" if text.startswith("$$", start, end) else "$"
    first = start + len(fence)
    close = text.find(fence, first, min(end, first + _MATH_LENGTH))
    while close > 0 and text[close - 1] == "\\":
        close = text.find(fence, close + 1, min(end, first + _MATH_LENGTH))
    if close <= first:
        return -1
    body = text[first:close]
    after = close + len(fence)
    if _MATH_MARKS.isdisjoint(body):
        return -1
    if fence == "$" and ("\n" in body or body[0].isspace() or body[-1].isspace() or text[after : after + 1].isdigit()):
        return -1
    return after


def _math(state: StateInline, silent: bool) -> bool:
    """Keep a formula as it was typed: nothing in it is emphasis, a link or an escape."""
    if state.src[state.pos] != "$":
        return False
    end = find_math(state.src, state.pos, state.posMax)
    if end < 0:
        # The second dollar of an unclosed pair is no beginning either.
        width = 2 if state.src.startswith("$$", state.pos, state.posMax) else 1
        if not silent:
            state.append_pending("$" * width)
        state.pos += width
        return True
    if not silent:
        token = state.push("math", "", 0)
        token.content = state.src[state.pos : end]
    state.pos = end
    return True


def is_safe_address(address: str) -> bool:
    """A web, mail or telephone address, or a place on this site; never another scheme, known or not."""
    if _SCHEME.match(address):
        return True
    return ":" not in re.split(r"[/?#]", address, maxsplit=1)[0]


def _tables(tokens: Sequence[Token]) -> None:
    """Alignment becomes a class: our pages allow no inline style."""
    columns = 0
    for token in tokens:
        if token.type == "tr_open":
            columns = 0
        if token.type in ("th_open", "td_open"):
            columns += 1
            if columns > MAX_COLUMNS:
                raise TooComplex(TOO_WIDE, limit=MAX_COLUMNS)
            style = str(token.attrs.pop("style", ""))
            if style:
                token.attrs["class"] = "ta-" + style.removeprefix("text-align:")[0]


def _headings(tokens: Sequence[Token]) -> None:
    """A page has its own h1 and h2; what a person writes stands below them."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"


def _tasks(tokens: Sequence[Token]) -> None:
    lists: list[Token] = []
    for position, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(token)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "inline" and position >= 2 and tokens[position - 2].type == "list_item_open":
            if not _mark_task(token):
                continue
            tokens[position - 2].attrs["class"] = "task-item"
            if lists[-1].type == "bullet_list_open":
                lists[-1].attrs["class"] = "task-list"


def _mark_task(inline: Token) -> bool:
    children = inline.children or []
    found = _TASK.match(children[0].content) if children and children[0].type == "text" else None
    # What was written as \\[ ] is no box: the text has lost its escape by now, the source has not.
    if found is None or not inline.content.startswith("["):
        return False
    children[0].content = " " + children[0].content[found.end() :]
    box = Token("task_box", "input", 0, attrs={"type": "checkbox", "disabled": ""})
    if found[1] != " ":
        box.attrs["checked"] = ""
    # Inside its label the box has the words beside it as its name.
    inline.children = [Token("label_open", "label", 1), box, *children, Token("label_close", "label", -1)]
    return True


class _Links(LinkifyIt):  # type: ignore[misc]  # linkify-it has no types
    """Finds http, https and mailto addresses, and counts how often it had to look."""

    def __init__(self) -> None:
        super().__init__({"//": None, "ftp:": None}, {"fuzzy_link": False, "fuzzy_email": False})
        self.work = Work()

    def pretest(self, text: str) -> bool:
        return self.work.finds_links and bool(super().pretest(text))

    def test_schema_at(self, text: str, name: str, position: int) -> int:
        self.work.try_address()
        # An address longer than this is no address; the finder would read to the end of the text each time.
        return int(super().test_schema_at(text[: position + 2_048], name, position))


class _Parser(MarkdownIt):
    def __init__(self) -> None:
        super().__init__(
            "commonmark",
            {"html": False, "linkify": True, "breaks": True, "maxNesting": MAX_NESTING, "typographer": False},
        )
        inline, block = _Inline(), _Block()
        for ours, theirs in ((inline.ruler, self.inline.ruler), (inline.ruler2, self.inline.ruler2)):
            ours.enableOnly(theirs.get_active_rules())
        block.ruler.enableOnly(self.block.ruler.get_active_rules())
        self.inline, self.block = inline, block
        self.enable(["table", "strikethrough", "linkify"])
        self.links = self.linkify = _Links()
        self.inline.ruler.at("linkify", _linkify)
        self.inline.ruler.before("text", "count", _count_inline)
        self.block.ruler.before(
            "table", "count", _count_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
        )
        self.inline.ruler.before("link", "mention", _mention)
        self.inline.ruler.before("backticks", "math", _math)

    def validateLink(self, url: str) -> bool:
        return is_safe_address(url)


class _PerThread(threading.local):
    def __init__(self) -> None:
        # The link finder keeps the text it is looking at: one parser for each thread.
        self.parser = _Parser()


_per_thread = _PerThread()


def parse(text: str, work: Work | None = None) -> Parsed:
    """Raise TooComplex rather than spend more than the steps allowed."""
    parser = _per_thread.parser
    work = work or Work()
    parser.links.work = work
    env: dict[str, Any] = {"work": work}
    tokens = parser.parse(text, env)
    _tables(tokens)
    _headings(tokens)
    _tasks(tokens)
    return Parsed(tokens, env)


def write_html(parsed: Parsed, rules: dict[str, Any]) -> str:
    """Write tokens as HTML, with `rules` in place of the usual ones."""
    parser = _per_thread.parser
    renderer = RendererHTML(parser)
    renderer.rules.update(rules)
    return str(renderer.render(parsed.tokens, parser.options, parsed.env))


def words_of(tokens: Sequence[Token]) -> Iterator[str]:
    """The words a reader sees, block by block, without any mark-up."""
    for token in tokens:
        if token.type == "inline":
            yield inline_words(token.children or [])
        elif token.type in ("fence", "code_block"):
            yield token.content


def inline_words(children: Sequence[Token]) -> str:
    parts = []
    for token in children:
        if token.type == "image":
            parts.append(inline_words(token.children or []))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        else:
            parts.append(token.content)
    return "".join(parts)
