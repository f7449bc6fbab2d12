"""The page of an article for its readers, as facts, which it is found by, and as what is drawn of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from forum.base.markup import opening
from forum.base.statements import Raw
from forum.knowledge.reading import ArticleRow, ReadArticle, article_row
from forum.questions.topics import Related
from forum.web.knowledge.cards import SUMMARY_LENGTH
from forum.web.language import language
from forum.web.questions.addresses import question_place

# Nothing here is changed once it is made; see web/questions/parts.py.


class Credited(NamedTuple):
    """Whoever is named below an article."""

    id: int
    name: str


@dataclass(frozen=True)
class Tied:
    """A question this article answers."""

    id: int
    title: str
    url: str
    may_release: bool = False


@dataclass(slots=True, eq=False)
class ArticleShown:
    """An article as it is drawn: what readers see of it, or the newest text for those who may see drafts."""

    id: int
    title: str
    html: str
    language: str
    canonical: str
    site_name: str
    #: The language of the page around it.
    spoken: str
    published_at: datetime | None
    #: When somebody last said that it is right; None also where it is not live.
    checked_at: datetime | None
    changed_at: datetime
    #: The part somebody had in it, and who that is.
    credits: Sequence[tuple[str, Credited]]
    source_url: str | None
    questions: Sequence[Tied]
    matches: Sequence[tuple[Related, str]]
    #: Where it stands, said to editors and staff of what is not published.
    state: str = ""


class ArticleFacts(NamedTuple):
    """What makes the page of an article what it is for its readers."""

    read: ReadArticle
    matches: tuple[Related, ...]
    canonical: str
    site_name: str

    def shown(self) -> ArticleShown:
        row = article_row(self.read.article)
        return ArticleShown(
            *(row.id, row.title, row.html, row.language, self.canonical, self.site_name, language()),
            *(row.published_at, row.checked_at, row.checked_at or row.at),
            credits=[(part, Credited(user_id, name)) for part, user_id, name in self.read.credits],
            source_url=source_place(row),
            questions=[Tied(row_id, title, question_place(row_id, title)) for row_id, title in self.read.questions],
            matches=show_matches(self.matches),
        )


class HeadFacts(NamedTuple):
    """What machines are told of it before they read it."""

    article: Raw
    canonical: str
    site_name: str

    def shown(self) -> "HeadShown":
        row = article_row(self.article)
        return HeadShown(self.canonical, row.title, opening(row.html, SUMMARY_LENGTH))


class HeadShown(NamedTuple):
    canonical: str
    title: str
    summary: str


def source_place(row: ArticleRow) -> str | None:
    """Where the answer it was made from is read; None where this reader may not."""
    if row.source_id is None or row.source_question_id is None:
        return None
    return f"{question_place(row.source_question_id, row.source_title or '')}#answer-{row.source_id}"


def show_matches(matches: Sequence[Related]) -> list[tuple[Related, str]]:
    return [(each, question_place(each.id, each.title)) for each in matches]
