"""Pages from which the site is run."""

from forum.web.admin import brand, inviting, jobs, products, staff_log, tags, views
from forum.web.admin.blueprint import pages

__all__ = ["brand", "inviting", "jobs", "pages", "products", "staff_log", "tags", "views"]
