"""The pages of flags and of those who look at them."""

from forum.web.moderation import deciding, flagging, reviewing
from forum.web.moderation.blueprint import pages

__all__ = ["deciding", "flagging", "pages", "reviewing"]
