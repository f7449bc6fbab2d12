"""From what a request comes, as far as lists of sessions and limits care."""

from flask import request

from forum.base.pace import client_address

__all__ = ["client_address", "user_agent"]


def user_agent() -> str:
    """What the browser calls itself, for the list of sessions."""
    return request.user_agent.string[:200]
