"""A feed and its entries as the template wants them: whole addresses, moments, words that XML can hold."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from forum.accounts.models import User
from forum.base.markup import opening
from forum.base.words import say, translate
from forum.knowledge.models import Article
from forum.questions.models import Answer, Question
from forum.web.context import LINKS
from forum.web.knowledge.addresses import article_url
from forum.web.moving import whole
from forum.web.questions.addresses import question_url

#: When nothing has happened yet: a feed must name a moment, and the same one each time.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

#: Thirty of the longest texts there can be would weigh fifteen times this; what comes after is told by its beginning.
MOST_CHARACTERS = 1_000_000

SUMMARY_LENGTH = 240

#: What no XML may hold, however it is written.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: The beginning of an address on this site, in the stored HTML, where `<` is only ever a tag.
_OWN_ADDRESS = re.compile(r"(<(?:a|img)\s[^<>]*?\b(?:href|src)=\")(/(?!/)|(?=[#?]))")


@dataclass(frozen=True)
class Entry:
    """One thing to read; `html` is empty where the feed would grow too long, and `summary` stands in its place."""

    id: str
    url: str
    title: str
    author: str
    author_url: str
    published: datetime
    updated: datetime
    language: str
    html: str
    summary: str
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Feed:
    """A feed with its entries; `own_url` is where it is fetched, `url` the page that shows the same."""

    id: str
    own_url: str
    url: str
    title: str
    language: str
    updated: datetime
    entries: Sequence[Entry]


def from_question(question: Question) -> Entry:
    url = whole(question_url(question))
    return Entry(
        id=whole(f"{LINKS.root}/questions/{question.id}"),
        url=url,
        title=xml_text(question.title),
        author=xml_text(question.asker.name),
        author_url=author_address(question.asker),
        published=question.created_at,
        updated=question.edited_at or question.created_at,
        language=question.language,
        html=with_whole_addresses(question.html, url),
        summary=xml_text(question.excerpt),
        tags=[xml_text(tag.name) for tag in question.tags],
    )


def from_answer(answer: Answer, question: Question, language: str) -> Entry:
    """Its title is in the language of the feed: an answer has none of its own."""
    title = say("Answer by %(name)s", name=answer.author.name)
    if answer.is_accepted:
        title = say("Answer by %(name)s, which solved it", name=answer.author.name)
    url = f"{whole(question_url(question))}#answer-{answer.id}"
    return Entry(
        id=whole(f"{LINKS.root}/answers/{answer.id}"),
        url=url,
        title=xml_text(translate(title, language)),
        author=xml_text(answer.author.name),
        author_url=author_address(answer.author),
        published=answer.created_at,
        updated=max(moment for moment in (answer.created_at, answer.edited_at, answer.accepted_at) if moment),
        language=answer.language,
        html=with_whole_addresses(answer.html, url),
        summary=xml_text(opening(answer.html, SUMMARY_LENGTH)),
    )


def from_article(article: Article) -> Entry:
    revision = article.published
    assert revision is not None  # noqa: S101
    url = whole(article_url(article))
    return Entry(
        id=whole(f"{LINKS.root}/kb/{article.id}"),
        url=url,
        title=xml_text(revision.title),
        author=xml_text(revision.author.name),
        author_url=author_address(revision.author),
        published=article.published_at or revision.at,
        updated=max(moment for moment in (revision.at, article.published_at, article.checked_at) if moment),
        language=revision.language,
        html=with_whole_addresses(revision.html, url),
        summary=xml_text(opening(revision.html, SUMMARY_LENGTH)),
    )


def author_address(person: User) -> str:
    return whole(LINKS.person_url(person))


def latest(entries: Iterable[Entry], *others: datetime | None) -> datetime:
    """When a feed last changed."""
    return max([entry.updated for entry in entries] + [moment for moment in others if moment], default=NEVER)


def within_bounds(entries: Iterable[Entry]) -> list[Entry]:
    """The entries with their texts as far as they fit, then with their beginnings."""
    kept, room = [], MOST_CHARACTERS
    for entry in entries:
        room -= len(entry.html)
        kept.append(entry if room >= 0 else Entry(**{**vars(entry), "html": ""}))
    return kept


def xml_text(text: str) -> str:
    """Without the characters that would make the whole document unreadable."""
    return _NOT_XML.sub("", text)


def with_whole_addresses(html: str, page: str) -> str:
    """Stored HTML for reading elsewhere: a path leads to this site, and a place on the page to that page."""

    def complete(found: re.Match[str]) -> str:
        return found[1] + (whole("/") if found[2] else page.partition("#")[0])

    return xml_text(_OWN_ADDRESS.sub(complete, html))
