"""An article in a list, here and on the front page of the questions."""

from dataclasses import dataclass
from typing import Any

from forum.base.markup import opening
from forum.knowledge.models import Article
from forum.web.knowledge.addresses import article_url

#: Two lines of a card: enough to know whether it is about one's own problem.
SUMMARY_LENGTH = 160


@dataclass(frozen=True)
class Card:
    """An article in a list, as the component wants it."""

    title: str
    url: str
    state: str
    reviewed_at: Any
    summary: str = ""
    language: str = ""


def show_card(article: Article, state: str | None = None) -> Card:
    """As readers see it, or with its newest title and the state it is in."""
    if state is None:
        summary = opening(article.published.html, SUMMARY_LENGTH) if article.published else ""
        return Card(
            article.public_title, article_url(article), "published", article.checked_at, summary, article.language
        )
    return Card(article.title, article_url(article), state, article.checked_at)
