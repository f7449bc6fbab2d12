"""The site as an administrator runs it."""

from forum.web.admin import staff_log
from forum.web.admin.views import pages

__all__ = ["pages", "staff_log"]
