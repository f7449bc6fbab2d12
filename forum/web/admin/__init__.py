"""Pages from which the site is run."""

from forum.web.admin import brand, products, tags, views
from forum.web.admin.blueprint import pages

__all__ = ["brand", "pages", "products", "tags", "views"]
