"""Finds words for people that stand in templates as they are, where no translation reaches them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from forum.translations.gathering import MARKERS

#: Read out or shown, though they are attributes.
SPOKEN_ATTRIBUTES = frozenset({"alt", "aria-label", "aria-description", "label", "placeholder", "summary", "title"})

#: Nobody reads the text inside these.
_SILENT_TAGS = frozenset({"script", "style", "svg", "code", "kbd"})

_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"[^\W\d_]{2,}[,:.]? [^\W\d_]|^[A-Z][a-z]+$")

#: Stands for what a template computes.
_COMPUTED = "\ufffc"


def untranslated_words(source: str) -> list[str]:
    """Texts, spoken attributes and sentences in expressions that no marker holds."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    reader = _Reader()
    reader.feed("".join(_html(tree)))
    reader.close()
    return reader.found + [words for words in _constants(tree) if _SENTENCE.search(words)]


def untranslated_in(folder: Path) -> dict[str, list[str]]:
    """What each template of a folder says untranslated, by its name."""
    found = {}
    for path in sorted(folder.rglob("*.html")):
        words = untranslated_words(path.read_text("utf-8"))
        if words:
            found[path.relative_to(folder).as_posix()] = words
    return found


def _html(tree: nodes.Node) -> Iterator[str]:
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            yield child.data
        elif isinstance(child, nodes.Expr):
            yield _COMPUTED
        else:
            yield from _html(child)


def _constants(tree: nodes.Node) -> Iterator[str]:
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in MARKERS:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str):
            yield child.value
        elif not isinstance(child, nodes.TemplateData):
            yield from _constants(child)


class _Reader(HTMLParser):
    """Collects what a person would read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT_TAGS
        self.found += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value and _WORD.search(value)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT_TAGS

    def handle_data(self, data: str) -> None:
        if not self._silent and _WORD.search(data):
            self.found.append(" ".join(data.split()))
