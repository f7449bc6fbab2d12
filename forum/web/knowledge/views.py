"""Every page of the knowledge base, by what people come for."""

from forum.web.knowledge import reading, reviewing, writing
from forum.web.knowledge.blueprint import pages

__all__ = ["pages", "reading", "reviewing", "writing"]
