"""Where articles are found."""

from typing import Any

from flask import url_for

from forum.knowledge.models import Article
from forum.knowledge.queries import ArticleLink
from forum.knowledge.reading import ArticleRow
from forum.web.context import LINKS


def article_url(article: Article | ArticleLink | ArticleRow, **values: Any) -> str:
    """The one right address of an article."""
    if not values:
        return article_place(article.id, article.slug)
    return url_for("knowledge.show_article", article_id=article.id, slug=article.slug, **values)


def article_place(article_id: int, slug: str) -> str:
    """The same of the article with this number and slug, without asking the router."""
    return f"{LINKS.root}/kb/{article_id}/{slug}"
