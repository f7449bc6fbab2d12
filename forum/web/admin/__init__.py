"""Pages from which the site is run."""

from forum.web.admin import products, views
from forum.web.admin.blueprint import pages

__all__ = ["pages", "products", "views"]
