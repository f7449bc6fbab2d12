"""Where articles are found."""

from typing import Any

from flask import url_for

from forum.knowledge.models import Article


def article_url(article: Article, **values: Any) -> str:
    """The one right address of an article."""
    return url_for("knowledge.show_article", article_id=article.id, slug=article.slug, **values)
