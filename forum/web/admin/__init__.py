"""Pages from which the site is run."""

from forum.web.admin import products, tags, views
from forum.web.admin.blueprint import pages

__all__ = ["pages", "products", "tags", "views"]
