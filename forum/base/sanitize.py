"""The last wall before a reader's browser: HTML in, only what we allow out; nothing else imports bleach."""

import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner

TAGS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "input",
        "label",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})

#: A class can dress a sentence up as ours ("staff", "official"), so each one is known by name.
CLASS = re.compile(
    r"language-[a-z0-9+#-]{1,30}|hl-[a-z0-9]{1,4}|ta-[lcr]|mention|math|table-scroll|task-list|task-item",
    re.ASCII,
)

#: Our own uploads: one or more plain names below /media/, nowhere else.
_MEDIA = re.compile(r"/media/(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}/){0,4}[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}", re.ASCII)

_CLASSED = frozenset({"a", "code", "div", "li", "span", "td", "th", "ul"})
_FIXED: Mapping[tuple[str, str], frozenset[str]] = {
    ("a", "rel"): frozenset({"nofollow ugc noopener"}),
    ("img", "loading"): frozenset({"lazy"}),
    ("img", "decoding"): frozenset({"async"}),
    ("input", "type"): frozenset({"checkbox"}),
    ("input", "disabled"): frozenset({"", "disabled"}),
    ("input", "checked"): frozenset({"", "checked"}),
    # Code and tables scroll sideways on a phone; without a tab stop a keyboard cannot reach what is cut off.
    ("pre", "tabindex"): frozenset({"0"}),
    ("div", "tabindex"): frozenset({"0"}),
}
_FREE = frozenset({("a", "href"), ("a", "title"), ("img", "alt"), ("img", "title")})


def is_media(path: str) -> bool:
    return _MEDIA.fullmatch(path) is not None and ".." not in path


def _is_allowed(tag: str, attribute: str, value: str) -> bool:
    if attribute == "class":
        return tag in _CLASSED and all(CLASS.fullmatch(name) for name in value.split())
    if (tag, attribute) in _FIXED:
        return value in _FIXED[tag, attribute]
    if (tag, attribute) == ("img", "src"):
        return is_media(value)
    if (tag, attribute) == ("ol", "start"):
        return re.fullmatch(r"[0-9]{1,9}", value, re.ASCII) is not None
    if (tag, attribute) in (("img", "width"), ("img", "height")):
        return re.fullmatch(r"[1-9][0-9]{0,3}", value, re.ASCII) is not None
    return (tag, attribute) in _FREE


class _InertControls(Filter):  # type: ignore[misc]  # html5lib has no types
    """Drop a field a reader could type into, and a picture without an address: only ticked boxes stay."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            attributes = token.get("data") or {}
            if token.get("name") == "input" and not {(None, "type"), (None, "disabled")} <= attributes.keys():
                continue
            if token.get("name") == "img" and (None, "src") not in attributes:
                continue
            yield token


class _PerThread(threading.local):
    def __init__(self) -> None:
        # A Cleaner keeps its parser's state between calls: one for each thread.
        self.cleaner = Cleaner(
            tags=TAGS, attributes=_is_allowed, protocols=PROTOCOLS, strip=True, filters=[_InertControls]
        )


_per_thread = _PerThread()


def sanitize(html: str) -> str:
    """Keep only allowed tags, attributes, classes and protocols; the words in what is dropped stay."""
    return str(_per_thread.cleaner.clean(html))
