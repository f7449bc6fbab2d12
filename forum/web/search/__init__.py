"""Finding: what fits the words, and what resembles a question before it is asked."""

from forum.web.search import gaps, similar, views
from forum.web.search.hits import pages

__all__ = ["gaps", "pages", "similar", "views"]
