"""Who the token speaks for."""

from forum.api.callers import actor, own_roles, scopes
from forum.api.replies import Plain, absolute
from forum.api.routes import api
from forum.base.words import say

ANY_SCOPE = ("read", "write", "moderate", "knowledge", "agent", "insight", "admin")


@api.route("GET", "/me", say("Who the token belongs to, and what it may do"), scopes=ANY_SCOPE, gives="Me")
def read_me() -> Plain:
    person = actor()
    roles, rights = own_roles()
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "roles": ["customer", *sorted(roles)],
        "rights": sorted(rights),
        "standing": person.standing,
        "scopes": sorted(scopes()),
        "url": absolute(f"/people/{person.id}"),
    }
