"""Finding: what fits the words, and what resembles a question before it is asked."""

from forum.web.search import duplicates, gaps, similar, views
from forum.web.search.hits import pages

__all__ = ["duplicates", "gaps", "pages", "similar", "views"]
