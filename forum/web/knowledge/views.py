"""Every page of the knowledge base, by what people come for."""

from forum.web.knowledge import going_back, reading, reviewing, writing
from forum.web.knowledge.blueprint import pages

__all__ = ["going_back", "pages", "reading", "reviewing", "writing"]
