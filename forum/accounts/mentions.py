"""How a person is named in a text, `@anna-rossi-12`: words for people, and a number that outlives a change of name."""

import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.slugs import slugify

#: With the hyphen and the longest number this fits what the parser takes for a name.
WORDS_LENGTH = 24

#: For names without a letter that an address can have.
NO_WORDS = "person"

#: More names than this nobody reads through.
MOST_SUGGESTED = 8

_NAME = re.compile(r"([a-z0-9-]{1,24})-([1-9][0-9]{0,14})", re.ASCII)
_LINK = re.compile(r'<a (?=[^>]*class="mention")[^>]*href="/people/([1-9][0-9]{0,18})/', re.ASCII)


def mention_name(user: User) -> str:
    """What stands behind the @ to mean this person."""
    words = slugify(user.name)[:WORDS_LENGTH].strip("-")
    return f"{words or NO_WORDS}-{user.id}"


def find_mentioned(session: Session, names: Sequence[str]) -> Mapping[str, str]:
    """The addresses of those among these names that mean somebody.

    The words must be theirs, too: what somebody calls `router-4` is no person, and nobody is linked under
    another's name.
    """
    wanted: dict[int, list[str]] = {}
    for name in names:
        found = _NAME.fullmatch(name.casefold())
        if found:
            wanted.setdefault(int(found[2]), []).append(name)
    if not wanted:
        return {}
    people = session.scalars(select(User).where(User.id.in_(wanted), User.disabled_at.is_(None)))
    return {
        name: f"/people/{user.id}/{slugify(user.name)}"
        for user in people
        for name in wanted[user.id]
        if name.casefold() == mention_name(user)
    }


def mentioned_in(html: str) -> set[int]:
    """The people a stored text links to as mentioned."""
    return {int(number) for number in _LINK.findall(html)}


def suggest_people(session: Session, beginning: str, first: Iterable[int] = ()) -> list[User]:
    """People whose name, or a word of it, begins so; those in `first`, the ones in the discussion, before others."""
    near = list(dict.fromkeys(first))[:100]
    words = beginning.strip().casefold()
    query = select(User).where(User.disabled_at.is_(None))
    found: list[User] = []
    if near:
        rows = {user.id: user for user in session.scalars(query.where(User.id.in_(near)))}
        found = [rows[number] for number in near if number in rows and _begins(rows[number], words)]
    if len(words) >= 2 and len(found) < MOST_SUGGESTED:
        begins = func.lower(User.name).startswith(words, autoescape=True)
        rest = query.where(begins).where(User.id.not_in([user.id for user in found]))
        found += session.scalars(rest.order_by(User.standing.desc(), User.id).limit(MOST_SUGGESTED))
    return found[:MOST_SUGGESTED]


def _begins(user: User, words: str) -> bool:
    name = user.name.casefold()
    return name.startswith(words) or any(word.startswith(words) for word in name.split())
