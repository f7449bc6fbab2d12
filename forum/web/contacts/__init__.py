"""The pages of the CRM."""

from forum.web.contacts import merging
from forum.web.contacts.views import pages

__all__ = ["merging", "pages"]
