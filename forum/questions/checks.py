"""What a title, a text, a reason and tags must be like, for every door they come in by."""

import re
from collections.abc import Callable, Iterable

from forum.base.errors import Invalid
from forum.base.texts import Unclean, clean_line
from forum.base.words import Sentence, say, say_many
from forum.questions.models import MOST_TAGS, TAG_LENGTH, TEXT_LENGTH, TITLE_LENGTH, TITLE_SHORTEST, WHY_LENGTH

#: A sentence or two on top of a list.
DESCRIPTION_LENGTH = 300

#: What stays of a tag: letters, digits and what names of techniques are written with.
_TAG = re.compile(r"[^\W_](?:[\w.+#-]*[\w+#])?")
_TAG_GAPS = re.compile(r"[\s_]+")


def check_title(title: str) -> str:
    """The title as it is kept; raises Invalid when it is too short to be found or too long for a list."""
    cleaned = _clean("title", title)
    if len(cleaned) < TITLE_SHORTEST:
        raise Invalid(
            {
                "title": say_many(
                    "Describe the problem in at least %(num)d character, so that others recognise it.",
                    "Describe the problem in at least %(num)d characters, so that others recognise it.",
                    TITLE_SHORTEST,
                )
            }
        )
    _check_length("title", cleaned, TITLE_LENGTH)
    return cleaned


def check_text(text: str, most: int = TEXT_LENGTH) -> None:
    """Raise Invalid for a text that says nothing or does not fit."""
    if not text.strip():
        raise Invalid({"text": say("Please write something here.")})
    _check_length("text", text, most)


def check_why(why: str, *, needed: bool = False) -> str:
    """A reason as it is kept; raises Invalid for one too long, or missing where it is needed."""
    cleaned = _clean("why", why)
    if needed and not cleaned:
        raise Invalid({"why": say("Please say why, so that the person concerned can understand it.")})
    _check_length("why", cleaned, WHY_LENGTH)
    return cleaned


def check_description(language: str, words: str) -> str:
    """What a topic is about, as it is kept; the error is told under the name of the language."""
    cleaned = _clean(language, words)
    _check_length(language, cleaned, DESCRIPTION_LENGTH)
    return cleaned


def check_tags(names: Iterable[str]) -> list[str]:
    """Tag names as they are kept, each once and in order of the alphabet; raises Invalid for what cannot be one."""
    kept: set[str] = set()
    for name in names:
        tag = _TAG_GAPS.sub("-", _clean("tags", name).casefold())
        if not tag:
            continue
        if len(tag) > TAG_LENGTH:
            raise Invalid({"tags": say("A tag has at most %(most)d characters.", most=TAG_LENGTH)})
        if not _TAG.fullmatch(tag):
            raise Invalid({"tags": say("“%(tag)s” cannot be a tag: use letters, digits, hyphens and dots.", tag=tag)})
        kept.add(tag)
        if len(kept) > MOST_TAGS:
            raise Invalid({"tags": say_many("At most %(num)d tag.", "At most %(num)d tags.", MOST_TAGS)})
    return sorted(kept)


def split_tags(line: str) -> list[str]:
    """The names in a line that somebody typed: between commas, or between blanks where there is no comma."""
    return line.split(",") if "," in line else line.split()


def _clean(field: str, value: str, cleaner: Callable[[str], str] = clean_line) -> str:
    try:
        return cleaner(value)
    except Unclean as unclean:
        raise Invalid({field: unclean.reason}) from unclean


def _check_length(field: str, value: str, most: int) -> None:
    if len(value) > most:
        raise Invalid({field: too_long(len(value), most)})


def too_long(length: int, most: int) -> Sentence:
    return say("This is %(length)d characters long; at most %(most)d fit.", length=length, most=most)
