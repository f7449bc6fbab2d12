"""Every page about accounts, by what people come for."""

from forum.web.accounts import entrance, leaving, recovery, security, settings
from forum.web.accounts.blueprint import pages

__all__ = ["entrance", "leaving", "pages", "recovery", "security", "settings"]
