"""The pages of tickets, and the agent's desk beside a question."""

from forum.web.tickets import desk, suggesting
from forum.web.tickets.views import pages

__all__ = ["desk", "pages", "suggesting"]
