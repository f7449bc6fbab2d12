"""What programs read of the forum: feeds for those who follow it, and the map for search engines."""

from forum.web.feeds import maps, views

pages = views.pages

__all__ = ["maps", "pages"]
